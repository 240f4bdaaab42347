package rotation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Watcher looks at something outside now and then, without changing it:
// whether a break-glass user has got an access key, for one.
type Watcher interface {
	// Check reads the parameters when the catalogue is loaded.
	Check(p Params) error

	// Look asks the provider. An error means that it didn't tell.
	Look(ctx context.Context, p Params) (Finding, error)
}

// A Finding is what a look showed.
type Finding struct {
	Words    string   `json:"words"`              // a sentence
	Alarm    bool     `json:"alarm,omitempty"`    // it isn't as it has to be
	Since    int64    `json:"since,omitempty"`    // since when it isn't, as far as was seen: Unix seconds, set by the engine
	Names    []string `json:"names,omitempty"`    // what was found, by name: the IAM users under a path
	Dates    []Dated  `json:"dates,omitempty"`    // since when each of them is used, for due dates
	Ends     int64    `json:"ends,omitempty"`     // until when the value in use lives, as its provider says: Unix seconds
	Unlisted []Listed `json:"unlisted,omitempty"` // secrets that the catalogue doesn't name
	Unread   bool     `json:"unread,omitempty"`   // the provider names an end that can't be true
	Outside  *Foreign `json:"outside,omitempty"`  // the version that is current was made so by somebody else: set by the engine
}

// A Dated is one thing found, and when its present value was made.
type Dated struct {
	Name    string `json:"name"`
	Created int64  `json:"created"` // Unix seconds; zero in what a Watcher returns: not told, so since it was first seen
}

// When is when the value was made.
func (d Dated) When() time.Time { return time.Unix(d.Created, 0).UTC() }

// A Sighting is a finding, when it was made, and whether anything newer could
// be had since.
type Sighting struct {
	About   string // a row's or a secret's name
	Kind    string
	Finding Finding
	Seen    time.Time // when it was seen; zero: never
	Looked  time.Time // when somebody last looked
	Failed  string    // why that look showed nothing; empty: it did
	Failing time.Time // since when looks have shown nothing; zero: the last one did
}

// A Watch is one thing to look at for one row of the catalogue.
type Watch struct {
	Row   string // the row's name, or a secret's
	Kind  string // the Watcher's name
	With  Params
	Every time.Duration // how often; zero: Waits.Watch
}

// Watches returns all that is to be looked at: what the rows say, then the
// present version of every secret that is rotated.
func (c *Catalogue) Watches() []Watch {
	var out []Watch
	for i := range c.Rows {
		some, _ := c.watches(&c.Rows[i]) // the catalogue was loaded, so there are no problems
		out = append(out, some...)
	}
	for i := range c.Secrets {
		s := &c.Secrets[i]
		if s.Exempt != nil || s.Region == "" {
			continue
		}
		place := renderer{}
		out = append(out, Watch{Row: s.Name, Kind: KindVersion, With: place.marshal(KindVersion, map[string]string{"id": s.SecretID, "region": s.Region, "role_arn": s.Role})})
	}
	return append(append(out, c.own()...), c.listings()...)
}

// watches renders what is to be looked at for a row.
func (c *Catalogue) watches(s *Secret) ([]Watch, []string) {
	r := renderer{c: c, scope: c.scope(s)}
	var out []Watch
	for _, text := range s.Watch {
		with, _ := r.with("watch", text).(map[string]any)
		kind, _ := with["kind"].(string)
		watcher, ok := c.book.Watchers[kind]
		if !ok {
			r.problems = append(r.problems, fmt.Sprintf("watch: there is no kind %q; there are %s", kind, strings.Join(slices.Sorted(maps.Keys(c.book.Watchers)), ", ")))
			continue
		}
		delete(with, "kind")
		if name, ok := with["team"].(string); ok { // a handle, as channel: is in a step
			with["team"] = r.handle(name, '@')
		}
		w := Watch{Row: s.Name, Kind: kind, With: r.marshal("watch", with)}
		if err := watcher.Check(w.With); err != nil {
			r.problems = append(r.problems, fmt.Sprintf("watch: %v", err))
		}
		out = append(out, w)
	}
	return out, r.problems
}
