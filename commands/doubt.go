package commands

import (
	"math"
	"strings"
	"sync"
	"time"
	"unicode"

	"rekey/rotation"
)

// doubtFor is how long somebody has to submit the same form again.
const doubtFor = 10 * time.Minute

// doubts remembers whose text was refused because it looked random, in memory
// and without the text: a second try is believed.
type doubts struct {
	mu    sync.Mutex
	since map[rotation.Person]time.Time
}

// again reports whether p was refused a moment ago, and forgets it; else it
// remembers p.
func (d *doubts) again(p rotation.Person, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, refused := d.since[p]
	if refused && now.Sub(at) < doubtFor {
		delete(d.since, p)
		return true
	}
	if d.since == nil {
		d.since = map[rotation.Person]time.Time{}
	}
	d.since[p] = now
	return false
}

// Random reports whether a word of the text may be a password or a token: long,
// of several kinds of characters, and hard to guess. UUIDs, commits, names and
// links are not.
func Random(text string) bool {
	for _, word := range strings.Fields(text) {
		word = strings.Trim(word, ".,;:!?()[]\"'`*")
		if !strings.Contains(word, "://") && len(word) >= 16 && kinds(word) >= 3 && bits(word) > 3.3 {
			return true
		}
	}
	return false
}

// kinds counts small letters, capitals, digits, and other characters than those
// that names are written with.
func kinds(word string) int {
	var small, capital, digit, other int
	for _, c := range word {
		switch {
		case unicode.IsLower(c):
			small = 1
		case unicode.IsUpper(c):
			capital = 1
		case unicode.IsDigit(c):
			digit = 1
		case !strings.ContainsRune("_-./@#:", c):
			other = 1
		}
	}
	return small + capital + digit + other
}

// bits is the Shannon entropy of a word's characters, in bits a character.
func bits(word string) float64 {
	counts, n := map[rune]float64{}, 0.0
	for _, c := range word {
		counts[c]++
		n++
	}
	sum := 0.0
	for _, k := range counts {
		sum -= k / n * math.Log2(k/n)
	}
	return sum
}
