package bot

import (
	"sync"
	"time"
)

// A gate says when the next socket may be opened. After a healthy end that is
// at once; after an unhealthy one it backs off, with at most five openings in
// a minute. One gate stands before all sockets, so that two don't do twice as
// much harm.
type gate struct {
	waits Waits

	mu       sync.Mutex
	opened   []time.Time // in the last minute
	failures int         // unhealthy ends in a row
	until    time.Time   // nothing is opened before
}

const (
	maxOpens  = 5                // a minute, while anything is wrong
	steady    = 30 * time.Second // a connection that lived so long was a good one
	shortLife = time.Second      // a refresh of anything younger isn't a healthy one
)

// pause is how long to wait before opening now; zero also takes the turn.
func (g *gate) pause(now time.Time, healthy bool) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if wait := g.until.Sub(now); wait > 0 {
		return wait
	}
	for len(g.opened) > 0 && now.Sub(g.opened[0]) >= time.Minute {
		g.opened = g.opened[1:]
	}
	if (!healthy || g.failures > 0) && len(g.opened) >= maxOpens {
		return g.opened[len(g.opened)-maxOpens].Add(time.Minute).Sub(now)
	}
	g.opened = append(g.opened, now)
	return 0
}

// ended takes note of how a connection went; lived is zero if it couldn't be
// opened at all. wait is what Slack itself asked for, or zero.
func (g *gate) ended(now time.Time, lived time.Duration, healthy bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if lived >= steady {
		g.failures = 0
	}
	if healthy {
		return
	}
	g.failures++
	if until := now.Add(max(wait, backOff(g.failures, g.waits))); until.After(g.until) {
		g.until = until
	}
}
