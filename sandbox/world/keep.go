package world

import (
	"encoding/json"
	"fmt"
	"time"
)

// KeepBy lets keep see to it that the world is kept: it is called before each
// answer of a fake, with what Edits counts then, and returns once a state that
// is as late as that lies where it outlives us. Nobody who got an answer knows
// more than what is kept. Call it before the first call is served.
func (w *World) KeepBy(keep func(edits int)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keep = keep
}

// Edits counts the changes of the world so far.
func (w *World) Edits() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.edits
}

// Kept waits until the world is kept as it is, if anybody keeps it.
func (w *World) Kept() {
	w.mu.Lock()
	keep, edits := w.keep, w.edits
	w.mu.Unlock()
	if keep != nil {
		keep(edits)
	}
}

// maxKept is how many calls of the journal are kept; the oldest are left out.
const maxKept = 5000

// kept is a world in JSON: all that its fakes share.
type kept struct {
	Ahead   time.Duration
	Journal []Call
	Faults  []Fault
	Values  []Value
}

// Memory returns the world's own state: clock, journal, faults and values. The
// fakes have theirs.
func (w *World) Memory() (json.RawMessage, error) {
	calls := w.Journal.Calls()
	text, err := json.Marshal(kept{w.Ahead(), calls[max(0, len(calls)-maxKept):], w.Faults.List(), w.Values.All()})
	if err != nil {
		return nil, fmt.Errorf("writing down the world: %w", err)
	}
	return text, nil
}

// Recall replaces the world's own state by one that Memory returned.
func (w *World) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading the world: %w", err)
	}
	w.Journal.mu.Lock()
	w.Journal.calls = k.Journal
	w.Journal.mu.Unlock()
	w.Values.mu.Lock()
	w.Values.list = k.Values
	w.Values.mu.Unlock()
	w.Faults.mu.Lock()
	w.Faults.list, w.Faults.last = nil, 0
	for _, f := range k.Faults {
		w.Faults.list = append(w.Faults.list, &f)
		w.Faults.last = max(w.Faults.last, f.ID)
	}
	w.Faults.mu.Unlock()
	w.mu.Lock()
	w.offset = k.Ahead
	w.mu.Unlock()
	w.Changed()
	return nil
}
