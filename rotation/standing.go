package rotation

import (
	"slices"
	"strings"
	"time"
)

// KindVersion is the Watcher that looks at which version of a secret is
// current. Every secret that is kept in Secrets Manager is looked at so,
// without a word in its row.
const KindVersion = "version"

// A Standing is what is known of one secret: from its rotations, and from what
// providers showed.
type Standing struct {
	Secret   Secret
	Whole    bool       // it is a row with members, and each of those has a Standing of its own
	Running  *Rotation  // nil: none
	Last     *Rotation  // the newest that ended, if none is running; nil: none
	Clocks   Clocks     // what makes it due
	Seen     time.Time  // when a provider last showed something of it; zero: never
	Outside  time.Time  // when somebody changed it outside Rekey; zero: nobody did
	Proven   string     // what that value showed when it was tried: ", and it works"
	Alarms   []Sighting // what isn't as it has to be
	Unlisted *Sighting  // secrets that the catalogue doesn't name; the rest but Whole and Blind is empty then
	Blind    *Sighting  // a look that last showed nothing; nil: all did
	Snooze   *Snooze    // the latest, whether it still holds or not; nil: there was none
}

// Sights are the latest sightings by what they are about.
type Sights map[string][]Sighting

// Sort makes Sights of sightings.
func Sort(all []Sighting) Sights {
	out := Sights{}
	for _, s := range all {
		out[s.About] = append(out[s.About], s)
	}
	return out
}

// Of returns the sighting of one kind about a row or a secret, or nil.
func (s Sights) Of(about, kind string) *Sighting {
	i := slices.IndexFunc(s[about], func(x Sighting) bool { return x.Kind == kind })
	if i < 0 {
		return nil
	}
	return &s[about][i]
}

// Stand puts together what is known of a secret: its newest rotation, or nil,
// and what was seen.
func Stand(s Secret, newest *Rotation, seen Sights) Standing {
	out := Standing{Secret: s}
	for i, x := range seen[s.Name] {
		if x.Failed != "" && out.Blind == nil {
			out.Blind = &seen[s.Name][i]
		}
		if x.Seen.After(out.Seen) {
			out.Seen = x.Seen
		}
	}
	switch {
	case newest == nil:
	case newest.State == Running:
		out.Running = newest
	default:
		out.Last = newest
	}
	for _, x := range seen[s.Name] {
		if x.Finding.Alarm && !out.overtaken(x) {
			out.Alarms = append(out.Alarms, x)
		}
	}
	if s.Exempt != nil {
		out.Clocks.Review = s.Exempt.Due()
		return out
	}
	out.Clocks.Every = s.Every
	version := ""
	if out.Last != nil {
		version, out.Clocks.Current, out.Clocks.Expires = out.Last.left()
		out.Clocks.Unread = out.Last.State == Complete && out.Last.Facts.Unread
	}
	out.look(seen.Of(s.Name, KindVersion), version)
	out.look(seen.Of(s.Name, KindOwn), version)
	out.keys(seen[s.Of])
	out.ends(seen[s.Name])
	return out
}

// ends takes the provider's word for until when the value lives, where no
// rotation has learned it.
func (s *Standing) ends(seen []Sighting) {
	for _, x := range seen {
		if s.overtaken(x) {
			continue
		}
		s.Clocks.Unread = s.Clocks.Unread || x.Finding.Unread
		if x.Finding.Ends != 0 && s.Clocks.Expires.IsZero() {
			s.Clocks.Expires = time.Unix(x.Finding.Ends, 0).UTC()
		}
	}
}

// look takes what was seen of the version that is current. What the last
// rotation left is believed until somebody has looked after it.
func (s *Standing) look(v *Sighting, left string) {
	if v == nil || v.Seen.IsZero() || len(v.Finding.Dates) == 0 {
		return
	}
	version, created := v.Finding.Dates[0].Name, v.Finding.Dates[0].When()
	if v.Finding.Outside != nil && !s.overtaken(*v) {
		s.Outside, s.Proven = created, v.Finding.Outside.Said
	}
	switch {
	case s.Last == nil, version == left:
		s.Clocks.Current = created
	case left != "" && v.Seen.After(s.Last.Ended):
		s.Clocks.Current, s.Clocks.Expires, s.Clocks.Unread, s.Outside = created, time.Time{}, false, created
	case left == "":
		s.Clocks.Current = created
	}
}

// keys takes what was seen of a member's access keys: the oldest counts.
func (s *Standing) keys(seen []Sighting) {
	if s.Secret.Of == "" {
		return
	}
	member := strings.TrimPrefix(s.Secret.Name, s.Secret.Of+" ")
	for _, x := range seen {
		for _, d := range x.Finding.Dates {
			if d.Name == member && (s.Clocks.Key.IsZero() || d.When().Before(s.Clocks.Key)) {
				s.Clocks.Key = d.When()
			}
		}
	}
}

// left is the version that an ended rotation left current, since when, and
// until when its value lives; zero for what it didn't learn.
func (r *Rotation) left() (version string, current, expires time.Time) {
	f := r.Facts
	switch {
	case r.State != Complete:
		return f.OldVersion, f.OldCreated, f.OldExpires
	case f.Promoted.IsZero():
		return "", time.Time{}, time.Time{}
	}
	return f.New, f.Promoted, f.Expires
}

// Standings puts together what is known of everything in the catalogue: of
// each secret, and of each row with members what was seen about none of them.
// Snoozes are by the secret's name.
func (c *Catalogue) Standings(newest []*Rotation, sightings []Sighting, snoozes map[string]Snooze) []Standing {
	by := map[string]*Rotation{}
	for _, r := range newest {
		by[r.Plan.Secret] = r
	}
	seen := Sort(sightings)
	var out []Standing
	for _, s := range c.Secrets {
		if s.Own != nil && by[s.Name] == nil && len(seen[s.Name]) == 0 {
			continue // Rekey isn't given it, or hasn't begun to look
		}
		one := Stand(s, by[s.Name], seen)
		if z, ever := snoozes[s.Name]; ever {
			one.Snooze = &z
		}
		out = append(out, one)
	}
	for _, s := range c.Rows {
		if s.Members != nil && len(seen[s.Name]) > 0 {
			whole := Stand(s, nil, seen)
			whole.Whole = true
			out = append(out, whole)
		}
	}
	return append(out, seen.listed()...)
}
