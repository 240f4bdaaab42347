package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// watchedRows is a catalogue with what is only watched and what is rotated.
const watchedRows = `runbooks:
  gone:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      ask: {kind: ask, title: Ask}
      see: {kind: see, title: See it gone}
    order: {none: [ask, see], alarm: [see]}
  token:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      approve: {kind: approve, title: Approve}
      make: {kind: receive, title: Make}
      promote: {kind: promote, title: Promote}
    order: {none: [approve, make, promote]}
secrets:
  - name: glass
    title: Break glass
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: gone
    overlap: none
    exempt: {reason: It is not used., review: "2027-05-22"}
    watch: [{kind: keys, user: "{{name}}"}]
  - name: plain
    title: Nothing to do
    owner: "@team"
    exempt: {reason: It is no secret., review: "2027-05-22"}
    watch: [{kind: keys, user: plain}]
  - name: tok
    title: The token
    region: eu-west-2
    every: 180d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: token
    overlap: none
    watch: [{kind: keys, user: tok}]
`

// A lookedAt is the outside world: what a look at it shows.
type lookedAt struct {
	mu    sync.Mutex
	shows map[string]rotation.Finding // by user, or by the secret's id
	fails map[string]error
	looks map[string]int
	hang  bool
}

func (w *lookedAt) set(name string, f rotation.Finding, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shows[name], w.fails[name] = f, err
}

func (w *lookedAt) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.looks[name]
}

func (w *lookedAt) Check(rotation.Params) error { return nil }

func (w *lookedAt) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var about struct {
		User, ID, Region string
		Role             string `json:"role_arn"`
	}
	if err := rotation.Decode(p, &about); err != nil {
		return rotation.Finding{}, err
	}
	name := about.User + about.ID
	w.mu.Lock()
	w.looks[name]++
	f, err, hang := w.shows[name], w.fails[name], w.hang
	w.mu.Unlock()
	if hang {
		<-ctx.Done()
		return f, &rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "timeout"}
	}
	return f, err
}

// sights is a Memory in memory.
type sights struct {
	mu  sync.Mutex
	all map[string]rotation.Sighting
}

func (m *sights) Sight(_ context.Context, s rotation.Sighting) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := s.About + " " + s.Kind
	if before := m.all[key]; s.Failed != "" {
		s.Finding, s.Seen, s.Failing = before.Finding, before.Seen, before.Failing
		if s.Failing.IsZero() {
			s.Failing = s.Looked
		}
	} else {
		s.Seen = s.Looked
	}
	m.all[key] = s
	return nil
}

func (m *sights) Sightings(context.Context) ([]rotation.Sighting, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []rotation.Sighting
	for _, s := range m.all {
		out = append(out, s)
	}
	return out, nil
}

func (m *sights) Forget(_ context.Context, about, kind string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, about+" "+kind)
	return nil
}

func (m *sights) of(about, kind string) rotation.Sighting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[about+" "+kind]
}

// A watchtower is an engine that watches, in a bubble of synctest.
type watchtower struct {
	*testing.T
	world  *lookedAt
	seen   *sights
	store  *memory
	engine *rotation.Engine
	stop   func()
}

func keep(t *testing.T) *watchtower {
	w := &watchtower{
		T: t, store: &memory{}, seen: &sights{all: map[string]rotation.Sighting{}},
		world: &lookedAt{shows: map[string]rotation.Finding{}, fails: map[string]error{}, looks: map[string]int{}},
	}
	w.run()
	t.Cleanup(func() { w.stop() })
	return w
}

// run starts a process on what the one before has left.
func (w *watchtower) run() {
	book := book
	book.Actions = map[string]rotation.Action{"ask": strict{rotation.Holder}, "see": strict{rotation.Holder}}
	for kind, a := range map[string]rotation.Action{"approve": strict{rotation.Rekey}, "receive": strict{rotation.Holder}, "promote": strict{rotation.Rekey}} {
		book.Actions[kind] = a
	}
	book.Watchers = map[string]rotation.Watcher{"keys": w.world, rotation.KindVersion: w.world}
	c, err := rotation.LoadCatalogue([]byte(watchedRows), book)
	if err != nil {
		w.Fatal(err)
	}
	w.engine = rotation.NewEngine(rotation.Engine{
		Store: w.store, Catalogue: c, Actions: book.Actions, Watchers: book.Watchers, Memory: w.seen, Members: group(approvers),
		Now: time.Now, Fence: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(w.Context())
	over := make(chan error, 1)
	go func(e *rotation.Engine) { over <- e.Watch(ctx) }(w.engine)
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-over; err != nil {
			w.Error(err)
		}
	})
}

func (w *watchtower) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// raised are the rotations that there are, oldest first.
func (w *watchtower) raised() []*rotation.Rotation {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	return append([]*rotation.Rotation(nil), w.store.rows...)
}

func (w *watchtower) end(id rotation.ID, state rotation.State) {
	_, err := w.store.Update(w.Context(), id, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.State, r.Ended, r.At = state, time.Now(), len(r.Steps)
		return []rotation.Event{{Kind: "ended"}}, nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

var aKey = rotation.Finding{Words: "The user has an active access key.", Alarm: true}

func TestWhatIsWatchedIsLookedAtEachHourAndWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.pass(time.Second)
		for _, name := range []string{"glass", "plain", "tok"} { // tok twice: its row's watch, and its version
			if n := w.world.count(name); n != map[string]int{"glass": 1, "plain": 1, "tok": 2}[name] {
				t.Errorf("%s was looked at %d times at the start", name, n)
			}
		}
		w.pass(59 * time.Minute)
		if n := w.world.count("glass"); n != 1 {
			t.Errorf("within the hour it was looked at %d times", n)
		}
		w.pass(2 * time.Minute)
		if n := w.world.count("glass"); n != 2 {
			t.Errorf("after an hour it was looked at %d times", n)
		}
		w.engine.Refresh("glass")
		w.pass(time.Second)
		if n, other := w.world.count("glass"), w.world.count("plain"); n != 3 || other != 2 {
			t.Errorf("asked about one, it was looked at %d times and the other %d", n, other)
		}
		w.engine.Refresh()
		w.pass(time.Second)
		if n, other := w.world.count("glass"), w.world.count("plain"); n != 4 || other != 3 {
			t.Errorf("asked about all, it was looked at %d times and the other %d", n, other)
		}
		w.stop()
		w.run() // a restart doesn't look again before it is time
		w.pass(30 * time.Minute)
		if n := w.world.count("glass"); n != 4 {
			t.Errorf("after a restart it was looked at %d times", n)
		}
	})
}

func TestALookThatShowsNothingKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.world.set("glass", rotation.Finding{Words: "The user has no access key."}, nil)
		w.pass(time.Second)
		for name, c := range map[string]struct {
			err  error
			says string
		}{
			"refused":    {&rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "AccessDenied", Definite: true}, "AWS refused (ListAccessKeys: AccessDenied)"},
			"no answer":  {&rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "timeout"}, "AWS didn't answer (ListAccessKeys: timeout)"},
			"a person's": {fmt.Errorf("looking: %w", &rotation.Error{What: "The secret holds binary data."}), "The secret holds binary data"},
			"ours":       {errors.New("oh"), "Rekey couldn't look, for a reason that isn't a provider's"},
		} {
			w.world.set("glass", aKey, c.err)
			w.engine.Refresh()
			w.pass(time.Second)
			s := w.seen.of("glass", "keys")
			if s.Failed != c.says || s.Finding.Words != "The user has no access key." || s.Finding.Alarm {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if n := len(w.raised()); n != 0 {
			t.Errorf("%d were raised for what wasn't seen", n)
		}
		w.world.mu.Lock()
		w.world.hang = true
		w.world.mu.Unlock()
		w.engine.Refresh()
		w.pass(30 * time.Second)
		if s := w.seen.of("glass", "keys"); !strings.Contains(s.Failed, "didn't answer") {
			t.Errorf("a look that hangs ends by itself: %+v", s)
		}
	})
}

func TestAnAlarmStartsItsRunbookOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.pass(time.Second)
		w.world.set("glass", aKey, nil)
		w.world.set("plain", aKey, nil) // without a runbook it only stands in the list
		for range 3 {
			w.pass(2 * time.Hour)
		}
		w.stop()
		w.run()
		w.pass(2 * time.Hour)
		all := w.raised()
		if len(all) != 1 {
			t.Fatalf("%d were raised", len(all))
		}
		r := all[0]
		if r.Starter != rotation.ByRekey || r.Holder != rotation.ByRekey || !r.Plan.Walk || r.Plan.Alarm != aKey.Words || len(r.Steps) != 1 || r.Steps[0].ID != "see" {
			t.Errorf("raised %+v", r)
		}
		if err := w.engine.Compare(t.Context()); err != nil || w.raised()[0].Changed != "" {
			t.Errorf("the catalogue renders another plan for it: %v", err)
		}

		w.end(r.ID, rotation.Cancelled)
		w.pass(6 * 24 * time.Hour)
		if n := len(w.raised()); n != 1 {
			t.Errorf("what somebody ended is raised again after less than a week: %d", n)
		}
		w.pass(2 * 24 * time.Hour)
		if n := len(w.raised()); n != 2 {
			t.Errorf("after a week it is raised again: %d", n)
		}

		w.end(2, rotation.Cancelled)
		w.world.set("glass", rotation.Finding{Words: "none"}, nil)
		w.pass(2 * time.Hour)
		w.world.set("glass", aKey, nil)
		w.pass(2 * time.Hour)
		if n := len(w.raised()); n != 3 {
			t.Errorf("another key is another alarm: %d", n)
		}

		w.end(3, rotation.Complete) // it was seen gone, and is back at once
		w.pass(2 * time.Hour)
		if n := len(w.raised()); n != 4 {
			t.Errorf("a key that is back is another alarm: %d", n)
		}
	})
}

// What is rotated by itself since it isn't as it has to be isn't rotated over
// and over.
func TestAnAlarmThatARotationDoesNotEndIsNotRaisedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.world.set("tok", rotation.Finding{Words: "Its owner has left.", Alarm: true, Dates: []rotation.Dated{{Name: "v1", Created: time.Now().Add(-time.Hour).Unix()}}}, nil)
		w.pass(2 * time.Hour)
		all := w.raised()
		if len(all) != 1 || all[0].Plan.Walk || len(all[0].Steps) != 3 {
			t.Fatalf("raised %+v", all)
		}
		w.end(1, rotation.Complete)
		w.pass(3 * 24 * time.Hour)
		if n := len(w.raised()); n != 1 {
			t.Errorf("%d were raised", n)
		}
		r, err := w.engine.Start(t.Context(), rotation.Order{Secret: "tok"}, ann)
		if err != nil || r.Facts.OldSeen.IsZero() {
			t.Errorf("a rotation starts with what was seen: %+v, %v", r.Facts, err)
		}
	})
}

func TestHundredsOfLooksAreNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := watchedRows
		for i := range 400 {
			rows += fmt.Sprintf("  - {name: plain%d, title: Nothing, owner: \"@team\", exempt: {reason: It is none., review: \"2027-05-22\"}, watch: [{kind: keys, user: many}]}\n", i)
		}
		w := keep(t)
		w.stop()
		book := book
		book.Actions = w.engine.Actions
		book.Watchers = w.engine.Watchers
		c, err := rotation.LoadCatalogue([]byte(rows), book)
		if err != nil {
			t.Fatal(err)
		}
		w.engine.Catalogue = c
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- w.engine.Watch(ctx) }()
		w.pass(time.Second)
		if n := w.world.count("many"); n == 0 || n > 30 {
			t.Errorf("%d looks in a second", n)
		}
		w.pass(time.Minute)
		if n := w.world.count("many"); n != 400 {
			t.Errorf("%d looks in a minute", n)
		}
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsNotWatchedAnyMoreIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.stop()
		w.seen.all["removed keys"] = rotation.Sighting{About: "removed", Kind: "keys", Finding: aKey}
		w.run()
		w.pass(time.Second)
		if s := w.seen.of("removed", "keys"); s.About != "" {
			t.Errorf("still there: %+v", s)
		}
	})
}
