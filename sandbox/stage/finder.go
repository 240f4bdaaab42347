package stage

import (
	"bytes"
	"encoding/binary"

	"rekey/sandbox/world"
)

// A finder looks for many texts at once, in one pass: it goes on from a place
// in the data only if a text may begin there.
type finder struct {
	values  int // that are looked for
	needles []needle
	begins  [1 << 16]bool            // by a hash of the first four bytes
	heads   map[[shortest]byte][]int // needles by their first bytes
}

// A needle is one spelling of one value.
type needle struct {
	value     int // which one
	name, how string
	text      []byte
}

func newFinder(values []world.Value) *finder {
	f := &finder{heads: map[[shortest]byte][]int{}}
	for i, v := range values {
		if len(v.Value) < shortest {
			continue
		}
		f.values++
		for _, sp := range spellings(v.Value) {
			head := [shortest]byte([]byte(sp.text))
			f.begins[hash(head[:])] = true
			f.heads[head] = append(f.heads[head], len(f.needles))
			f.needles = append(f.needles, needle{i, v.Name, sp.how, []byte(sp.text)})
		}
	}
	return f
}

// hash spreads the first four bytes.
func hash(b []byte) uint32 { return binary.LittleEndian.Uint32(b) * 0x9e3779b1 >> 16 }

// mark marks the needles that are in data.
func (f *finder) mark(data []byte, seen []bool) {
	for i := 0; i+shortest <= len(data); i++ {
		if !f.begins[hash(data[i:])] {
			continue
		}
		for _, n := range f.heads[[shortest]byte(data[i:])] {
			seen[n] = seen[n] || bytes.HasPrefix(data[i:], f.needles[n].text)
		}
	}
}
