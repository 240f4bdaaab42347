// Package world is what the sandbox's fakes share: one clock, one journal of
// every call that reached a fake, the faults that somebody has ordered, and
// the values that were minted, so that a leak search knows what to look for.
//
// The fakes import nothing of Rekey: they are the outside world.
package world

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"
)

// A World is shared by all the fakes of one sandbox. It is safe for use by
// several goroutines. Make one with New.
type World struct {
	Journal Journal
	Faults  Faults
	Values  Values

	mu      sync.Mutex
	offset  time.Duration
	changed map[int]chan struct{}
	next    int
	edits   int
	keep    func(edits int)
}

// New returns a world whose clock shows the real time.
func New() *World { return &World{changed: map[int]chan struct{}{}} }

// Now is the world's time in UTC: the real one plus all that Advance added.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.offset).UTC()
}

// Ahead is how far the world's clock is ahead of the real one.
func (w *World) Ahead() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.offset
}

// TellAhead writes how far the clock is ahead, a duration a line: now, and
// whenever that changes, until gone is closed or nobody reads any more.
func (w *World) TellAhead(to io.Writer, gone <-chan struct{}) {
	changed, stop := w.Subscribe()
	defer stop()
	for told := time.Duration(-1); ; {
		if ahead := w.Ahead(); ahead != told {
			if _, err := fmt.Fprintln(to, ahead); err != nil {
				return
			}
			told = ahead
		}
		select {
		case <-gone:
			return
		case <-changed:
		}
	}
}

// Advance moves the world's clock forward by d.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	w.offset += d
	w.mu.Unlock()
	w.Changed()
}

// Changed tells everybody who subscribed that something in the world is
// different: a page redraws, a waiting test looks again.
func (w *World) Changed() {
	w.mu.Lock()
	w.edits++
	w.mu.Unlock()
	w.tell()
}

// tell is Changed for what is only to be seen, and needn't be kept.
func (w *World) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.changed {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Subscribe returns a channel that receives after each change, with changes
// that follow closely folded into one, and a function that ends it.
func (w *World) Subscribe() (<-chan struct{}, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	id, ch := w.next, make(chan struct{}, 1)
	w.changed[id] = ch
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.changed, id)
	}
}

// Random returns n characters drawn from alphabet, for tokens and passwords
// that a fake mints.
func Random(n int, alphabet string) string {
	out := make([]byte, n)
	size := big.NewInt(int64(len(alphabet)))
	for i := range out {
		k, err := rand.Int(rand.Reader, size)
		if err != nil {
			panic("world: no randomness: " + err.Error())
		}
		out[i] = alphabet[k.Int64()]
	}
	return string(out)
}

// Alphanumeric is the alphabet of most providers' tokens.
const Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
