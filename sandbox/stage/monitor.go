package stage

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A LeakMonitor searches what a program has written and sent for the world's
// values, again and again while the world changes. It takes one part in twenty
// of a processor at most. Make one with NewLeakMonitor.
type LeakMonitor struct {
	stage *Stage
	sinks func() (map[string][]byte, error)

	mu     sync.Mutex
	report LeakReport
}

// A LeakReport is what one search has found.
type LeakReport struct {
	At        time.Time // on the world's clock; zero: nothing was searched yet
	Values    int       // how many were looked for
	Leaked    int       // how many of them were found
	Found     []string  // where, by the value's name and never by the value
	Bytes     int       // how much was searched
	Spellings int       // of all of them together
	Problem   string    // why the last search couldn't be made, if it couldn't
}

// Size is how much was searched, in words.
func (r LeakReport) Size() string {
	if r.Bytes < 100_000 {
		return fmt.Sprintf("%.1f kB", float64(r.Bytes)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(r.Bytes)/1_000_000)
}

// The pauses between two searches: the least, the most, and how much longer
// than a search one is.
const (
	leastPause = 2 * time.Second
	mostPause  = 15 * time.Second
	idleness   = 20
)

// NewLeakMonitor returns a monitor of what sinks reads, by a name that a report
// may show, and of what Slack was sent.
func (s *Stage) NewLeakMonitor(sinks func() (map[string][]byte, error)) *LeakMonitor {
	return &LeakMonitor{stage: s, sinks: sinks}
}

// Run searches until ctx ends, after each change in the world and from time to
// time.
func (m *LeakMonitor) Run(ctx context.Context) {
	changed, stop := m.stage.World.Subscribe()
	defer stop()
	for {
		began := time.Now()
		m.Search()
		for _, wait := range []struct {
			least time.Duration
			until <-chan struct{}
		}{{max(leastPause, idleness*time.Since(began)), nil}, {mostPause, changed}} {
			timer := time.NewTimer(wait.least)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-wait.until:
			case <-timer.C:
			}
			timer.Stop()
		}
	}
}

// Search searches once, now.
func (m *LeakMonitor) Search() {
	next := LeakReport{At: m.stage.World.Now()}
	sinks, err := m.sinks()
	if err != nil {
		next = m.Report()
		next.Problem = err.Error()
	} else {
		m.search(&next, sinks)
	}
	m.mu.Lock()
	last := m.report
	m.report = next
	m.mu.Unlock()
	if last.Bytes != next.Bytes || last.Values != next.Values || last.Problem != next.Problem || !slices.Equal(last.Found, next.Found) {
		m.stage.World.Changed()
	}
}

func (m *LeakMonitor) search(into *LeakReport, sinks map[string][]byte) {
	all := map[string][]byte{"what Slack was sent": m.stage.Slack.Transcript()}
	for name, data := range sinks {
		all[name] = data
	}
	for _, data := range all {
		into.Bytes += len(data)
	}
	f := newFinder(m.stage.World.Values.All())
	leaked := map[int]bool{}
	for _, h := range f.all(all) {
		leaked[h.value] = true
		into.Found = append(into.Found, h.String())
	}
	into.Values, into.Leaked, into.Spellings = f.values, len(leaked), len(f.needles)
}

// Report is what the last search has found.
func (m *LeakMonitor) Report() LeakReport {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.report
}
