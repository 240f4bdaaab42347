package rotation

import (
	"strings"
	"time"
)

// A Bulletin is a message that Rekey posts by itself, exactly once, whatever
// happens in between: restarts, downtimes, answers that are lost. Its key says
// which one it is: "digest:2026-W48", "reminder:2026-11-30:C0PLATFORM".
type Bulletin struct {
	Key       string
	Due       time.Time // when it was to be posted
	Channel   string
	TS        string    // the message; empty: not posted yet, or nothing had to be
	Posted    time.Time // zero: not posted yet
	Posting   string    // block_id of a post that was sent and not confirmed; empty: none
	PostingAt time.Time // when it was sent
	Tells     []Told    // what people are told by it, which counts once it is posted
}

// Series is what the bulletins of one kind have in common: "digest".
func (b Bulletin) Series() string {
	series, _, _ := strings.Cut(b.Key, ":")
	return series
}

// Told is what a series of bulletins has told people about one secret and due
// date.
type Told struct {
	Secret string
	Due    string    // the day, YYYY-MM-DD
	Rung   int       // days before that day; below zero: after it. Of several, the last
	Times  int       // how often
	Last   time.Time // when last
}
