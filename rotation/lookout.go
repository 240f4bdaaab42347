package rotation

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory keeps what looks showed.
type Memory interface {
	// Sight keeps what a look showed. One that failed keeps what the last good
	// one showed.
	Sight(ctx context.Context, s Sighting) error

	// Sightings returns the latest sighting of everything.
	Sightings(ctx context.Context) ([]Sighting, error)

	// Forget drops the sighting of what isn't looked at any more.
	Forget(ctx context.Context, about, kind string) error
}

const (
	looksAtOnce = 4                     // so that a provider which hangs doesn't hold up the others
	between     = 50 * time.Millisecond // from one look to the next at least, so that hundreds of secrets aren't a burst
)

// Watch looks at everything that the catalogue watches, each thing every
// Waits.Watch and when somebody asks (Refresh), until ctx ends. What a look
// showed is kept; an alarm of a row with a runbook starts that runbook.
func (e *Engine) Watch(ctx context.Context) error {
	l := &lookout{
		engine: e, watches: e.Catalogue.Watches(), busy: map[[2]string]bool{},
		looked: map[[2]string]time.Time{}, served: map[[2]string]int{}, alarms: map[[2]string]int64{}, first: map[[2]string]map[string]int64{},
		before: map[[2]string]Sighting{},
	}
	for err := l.remember(ctx); err != nil; err = l.remember(ctx) {
		if ctx.Err() != nil {
			return nil
		}
		e.Log.Error("can't read what was seen; trying again", "error", err)
		e.pauseAfter(ctx)
	}
	return l.run(ctx)
}

// Refresh looks at everything again now, or only at what is about the given
// rows and secrets.
func (e *Engine) Refresh(about ...string) { e.asked.ask(about) }

// asks are what somebody wants to have looked at. They are counted, and the
// last one about each thing stands.
type asks struct {
	mu   sync.Mutex
	n    int
	all  int
	some map[string]int
	wake chan struct{}
}

func newAsks() *asks { return &asks{some: map[string]int{}, wake: make(chan struct{}, 1)} }

func (a *asks) ask(about []string) {
	a.mu.Lock()
	a.n++
	if len(about) == 0 {
		a.all = a.n
	}
	for _, name := range about {
		a.some[name] = a.n
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// last is the last time that somebody asked about a row; zero: never.
func (a *asks) last(row string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(a.all, a.some[row])
}

// A lookout goes round the watches of one catalogue.
type lookout struct {
	engine  *Engine
	watches []Watch

	mu     sync.Mutex
	busy   map[[2]string]bool             // what is being looked at, by row and kind
	looked map[[2]string]time.Time        // when it was looked at last
	served map[[2]string]int              // the last ask that was followed
	alarms map[[2]string]int64            // since when there is an alarm, Unix seconds
	first  map[[2]string]map[string]int64 // since when each thing was seen whose age isn't told
	before map[[2]string]Sighting         // what the last good look showed
}

func (w Watch) key() [2]string { return [2]string{w.Row, w.Kind} }

// remember reads what was seen before the process started, and forgets what
// the catalogue doesn't watch any more.
func (l *lookout) remember(ctx context.Context) error {
	seen, err := l.engine.Memory.Sightings(ctx)
	if err != nil {
		return err
	}
	for _, s := range seen {
		key := [2]string{s.About, s.Kind}
		if !slices.ContainsFunc(l.watches, func(w Watch) bool { return w.key() == key }) {
			if err := l.engine.Memory.Forget(ctx, s.About, s.Kind); err != nil {
				return err
			}
			continue
		}
		l.looked[key], l.alarms[key], l.first[key], l.before[key] = s.Looked, s.Finding.Since, map[string]int64{}, s
		for _, d := range s.Finding.Dates {
			l.first[key][d.Name] = d.Created
		}
	}
	return nil
}

func (l *lookout) run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, looksAtOnce)
	for {
		w, due := l.next()
		if pause := due.Sub(l.engine.Now()); pause > 0 || w == nil {
			// The sandbox's clock can jump, so it never sleeps longer than a second.
			if !l.sleep(ctx, max(min(pause, time.Second), time.Millisecond), l.engine.asked.wake) {
				return nil
			}
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		l.begin(w)
		wg.Go(func() {
			began := l.engine.Now()
			l.look(ctx, w, began)
			l.end(w, began)
			<-slots
		})
		if !l.sleep(ctx, min(between, l.engine.Waits.Watch/time.Duration(2*len(l.watches))), nil) {
			return nil
		}
	}
}

// sleep waits, and reports whether there is more to do.
func (l *lookout) sleep(ctx context.Context, pause time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// next is what has to be looked at first, and when; nil if there is nothing.
func (l *lookout) next() (*Watch, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.engine.Now()
	var first *Watch
	due := now.Add(time.Second)
	for i := range l.watches {
		w := &l.watches[i]
		if l.busy[w.key()] {
			continue
		}
		looked := l.looked[w.key()]
		at := looked.Add(max(w.Every, l.engine.Waits.Watch))
		if looked.After(now.Add(time.Minute)) || l.engine.asked.last(w.Row) > l.served[w.key()] {
			at = time.Time{} // the clock was set back, or somebody asked since
		}
		if first == nil || at.Before(due) {
			first, due = w, at
		}
	}
	return first, due
}

func (l *lookout) begin(w *Watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[w.key()], l.served[w.key()] = true, l.engine.asked.last(w.Row)
}

func (l *lookout) end(w *Watch, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[w.key()], l.looked[w.key()] = false, began
}

// look looks once and keeps what that showed.
func (l *lookout) look(ctx context.Context, w *Watch, began time.Time) {
	e := l.engine
	f, err := e.lookAt(ctx, w)
	if ctx.Err() != nil {
		return
	}
	s := Sighting{About: w.Row, Kind: w.Kind, Looked: began}
	if err != nil {
		s.Failed = e.blind(w, err)
		l.keep(ctx, w, &s)
		return
	}
	l.ages(w, &f, began.Unix())
	var t *trial
	s.Finding, t = l.compare(ctx, w, f, began)
	kept := l.keep(ctx, w, &s)
	if kept && t != nil { // that it is tried is on disk, so that it isn't tried over and over
		s.Finding = e.judge(ctx, w, t)
		if ctx.Err() != nil {
			return
		}
		if kept = l.keep(ctx, w, &s); kept {
			e.note(ctx, w.Row, "tried", "Tried version "+t.change.Version+", which was changed outside Rekey"+t.change.Said+".")
		}
	}
	if kept && s.Finding.Alarm && w.Kind != KindVersion { // what somebody saved is for people to mend
		e.raise(ctx, w, s.Finding, began)
	}
}

// keep keeps what a look showed, and reports whether that went well.
func (l *lookout) keep(ctx context.Context, w *Watch, s *Sighting) bool {
	e := l.engine
	if s.Failed == "" {
		s.Finding.Since = l.since(w, s.Finding.Alarm, s.Looked)
	}
	if err := e.Memory.Sight(ctx, *s); err != nil {
		e.Log.Error("what was seen couldn't be kept", "about", w.Row, "kind", w.Kind, "error", err)
		return false
	}
	if s.Failed == "" {
		l.mu.Lock()
		defer l.mu.Unlock()
		s.Seen = s.Looked
		l.before[w.key()] = *s
	}
	return true
}

// last is what the last good look showed.
func (l *lookout) last(w *Watch) Sighting {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.before[w.key()]
}

// since is since when there has been an alarm.
func (l *lookout) since(w *Watch, alarm bool, now time.Time) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !alarm:
		delete(l.alarms, w.key())
	case l.alarms[w.key()] == 0:
		l.alarms[w.key()] = now.Unix()
	}
	return l.alarms[w.key()]
}

// lookAt calls the Watcher; a panic in it is an error like any other.
func (e *Engine) lookAt(ctx context.Context, w *Watch) (f Finding, err error) {
	defer func() {
		if x := recover(); x != nil {
			e.Log.Error("a watcher panicked", "kind", w.Kind, "stack", string(debug.Stack()))
			err = errors.New("the watcher panicked")
		}
	}()
	watcher, ok := e.Watchers[w.Kind]
	if !ok {
		return Finding{}, errors.New("there is no watcher of kind " + w.Kind)
	}
	ctx, cancel := context.WithTimeout(ctx, e.Waits.Send)
	defer cancel()
	return watcher.Look(ctx, w.With)
}

// blind says why a look showed nothing.
func (e *Engine) blind(w *Watch, err error) string {
	var provider *ProviderError
	var person *Error
	switch {
	case errors.As(err, &person):
		return strings.TrimSuffix(person.What, ".")
	case errors.As(err, &provider) && provider.Definite:
		return provider.Provider + " refused (" + provider.Op + ": " + provider.Code + ")"
	case errors.As(err, &provider):
		return provider.Provider + " didn't answer (" + provider.Op + ": " + provider.Code + ")"
	}
	e.Log.Error("a look failed", "about", w.Row, "kind", w.Kind, "error", err)
	return "Rekey couldn't look, for a reason that isn't a provider's"
}

// ages fills in since when each thing found has been there, where its provider
// doesn't tell: since a look first showed it.
func (l *lookout) ages(w *Watch, f *Finding, now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := map[string]int64{}
	for i, d := range f.Dates {
		if d.Created != 0 {
			continue
		}
		before, known := l.first[w.key()][d.Name]
		if !known {
			before = now
		}
		f.Dates[i].Created, first[d.Name] = before, before
	}
	l.first[w.key()] = first
}
