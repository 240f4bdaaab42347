package stage

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"slices"
)

const (
	shortest   = 6        // bytes; a shorter value would be found by chance
	maxNesting = 3        // gzip inside gzip
	maxInflate = 64 << 20 // bytes that are read of one gzip stream
)

// Leaks searches each sink (a database, a log, what Slack was sent) for every
// value of the world, as it is and in the encodings that programs put values
// into, also inside gzip, and names each hit by sink, value and encoding. It
// never quotes the value. One of fewer than six bytes is passed over, and so
// are the bot's Slack tokens, which its calls to Slack have to carry.
func (s *Stage) Leaks(sinks map[string][]byte) []string {
	var found []string
	for _, h := range newFinder(s.World.Values.All()).all(sinks) {
		found = append(found, h.String())
	}
	return found
}

// A hit is one value in one spelling that was found somewhere.
type hit struct {
	needle
	sink string
}

// String names the hit and doesn't quote it.
func (h hit) String() string { return fmt.Sprintf("%s: %s, %s", h.sink, h.name, h.how) }

// all searches every sink.
func (f *finder) all(sinks map[string][]byte) []hit {
	var found []hit
	for _, sink := range slices.Sorted(maps.Keys(sinks)) {
		found = append(found, f.search(sink, sinks[sink], maxNesting)...)
	}
	return found
}

// search looks into data as it is, with its lines joined, and into the gzip
// streams in it.
func (f *finder) search(sink string, data []byte, nesting int) []hit {
	seen := make([]bool, len(f.needles))
	f.mark(data, seen)
	f.mark(unfold(data), seen)
	var found []hit
	for i, n := range f.needles {
		if seen[i] {
			found = append(found, hit{n, sink})
		}
	}
	if nesting == 0 {
		return found
	}
	for i, inner := range inflated(data) {
		found = append(found, f.search(fmt.Sprintf("%s, gzip %d", sink, i+1), inner, nesting-1)...)
	}
	return found
}

// unfold joins lines, since base64 and hex are often broken into some; nil if
// there is only one.
func unfold(data []byte) []byte {
	if !bytes.ContainsAny(data, "\r\n") {
		return nil
	}
	return bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, data)
}

var gzipHead = []byte{0x1f, 0x8b, 0x08}

// inflated is what the gzip streams in data hold, as far as they can be read.
func inflated(data []byte) [][]byte {
	var out [][]byte
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], gzipHead)
		if i < 0 {
			return out
		}
		at += i
		z, err := gzip.NewReader(bytes.NewReader(data[at:]))
		if err != nil {
			continue
		}
		// What follows the stream isn't gzip, and a broken one gives what it has.
		z.Multistream(false)
		if inner, _ := io.ReadAll(io.LimitReader(z, maxInflate)); len(inner) > 0 {
			out = append(out, inner)
		}
	}
}
