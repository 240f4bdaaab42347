package rotation

import (
	"cmp"
	"slices"
	"time"
)

// A Source is a Watcher that says which provider it asks.
type Source interface{ Provider() string }

// Freshness is when a provider last showed something, of all that is looked at
// there.
type Freshness struct {
	Provider string
	Seen     time.Time // zero: never
	Looks    int       // things that are looked at there
	Blind    int       // of these, the ones whose last look showed nothing
	Failed   string    // why, of one of them
}

// Freshness says of each provider when it was last seen, by name. Sightings of
// a watcher that doesn't name its provider are left out.
func (e *Engine) Freshness(seen []Sighting) []Freshness {
	by := map[string]*Freshness{}
	for _, s := range seen {
		source, ok := e.Watchers[s.Kind].(Source)
		if !ok {
			continue
		}
		f := by[source.Provider()]
		if f == nil {
			f = &Freshness{Provider: source.Provider()}
			by[f.Provider] = f
		}
		f.Looks++
		if s.Seen.After(f.Seen) {
			f.Seen = s.Seen
		}
		if s.Failed != "" {
			f.Blind++
			f.Failed = s.Failed
		}
	}
	var out []Freshness
	for _, f := range by {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Freshness) int { return cmp.Compare(a.Provider, b.Provider) })
	return out
}
