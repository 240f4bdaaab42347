package rotation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// KindUnlisted is the Watcher that compares the catalogue with what Secrets
// Manager has. It looks once a day, if listing is enabled.
const KindUnlisted = "unlisted"

// A Listed is a secret as Secrets Manager lists it, without its value.
type Listed struct {
	Name    string            `json:"name"`
	ARN     string            `json:"arn"`
	Created int64             `json:"created,omitempty"` // Unix seconds; zero: not told
	Changed int64             `json:"changed,omitempty"` // when anything of it was edited, which need not be the value
	Tags    map[string]string `json:"tags,omitempty"`
}

// Is reports whether a catalogue means this secret by an id: its name, its ARN,
// or its ARN without the six characters that AWS adds.
func (l Listed) Is(id string) bool {
	return id == l.Name || id == l.ARN || len(l.ARN) > 7 && id == l.ARN[:len(l.ARN)-7]
}

// An Ignored is a pattern of names that belong to others: a whole name, or the
// beginning of names with a * at its end.
type Ignored string

// check says what is wrong with a pattern, or is empty.
func (i Ignored) check() string {
	name := strings.TrimSuffix(string(i), "*")
	if len(name) < 3 || strings.ContainsAny(name, "* \t\n") {
		return fmt.Sprintf("ignore: %q must be a name, or at least three characters of its beginning with a * at the end", string(i))
	}
	return ""
}

// Covers reports whether the pattern is about the name.
func (i Ignored) Covers(name string) bool {
	if beginning, more := strings.CutSuffix(string(i), "*"); more {
		return strings.HasPrefix(name, beginning)
	}
	return name == string(i)
}

// A place that is listed is named by its region, and by the role that looks.
func placeName(region, role string) string {
	if role != "" {
		return region + " as " + role[strings.LastIndexByte(role, ':')+1:]
	}
	return region
}

// listings are the looks at which secrets there are: one for each region and
// role of the catalogue's secrets.
func (c *Catalogue) listings() []Watch {
	if !c.book.Listing {
		return nil
	}
	var known []string
	for _, s := range slices.Concat(c.Rows, c.Secrets) {
		if s.SecretID != "" && !slices.Contains(known, s.SecretID) {
			known = append(known, s.SecretID)
		}
	}
	var out []Watch
	for i := range c.Secrets {
		s := &c.Secrets[i]
		if s.Exempt != nil || s.Region == "" {
			continue
		}
		about := "Secrets Manager in " + placeName(s.Region, s.Role)
		if slices.ContainsFunc(out, func(w Watch) bool { return w.Row == about }) {
			continue
		}
		with := renderer{}
		out = append(out, Watch{Row: about, Kind: KindUnlisted, Every: 24 * time.Hour, With: with.marshal(KindUnlisted, map[string]any{
			"region": s.Region, "role_arn": s.Role, "known": known, "ignore": c.Ignore,
		})})
	}
	return out
}

// listed are the comparisons with Secrets Manager that somebody has to know of.
func (s Sights) listed() []Standing {
	var out []Standing
	for about := range s {
		if x := s.Of(about, KindUnlisted); x != nil && (len(x.Finding.Unlisted) > 0 || x.Failed != "") {
			one := Standing{Secret: Secret{Name: about, Title: "Not in the catalogue"}, Whole: true, Unlisted: x}
			if x.Failed != "" {
				one.Blind = x
			}
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b Standing) int { return cmp.Compare(a.Secret.Name, b.Secret.Name) })
	return out
}

// unlisted says which secrets the catalogue doesn't name, as far as was seen.
func (e Item) unlisted() string {
	var names []string
	for _, l := range e.Unlisted.Finding.Unlisted {
		names = append(names, Clean(l.Name))
	}
	n := len(names)
	if n == 0 {
		return "not known which secrets exist: " + Clean(e.Blind.Failed) + ", since " + e.day(e.Blind.Failing)
	}
	said := fmt.Sprintf("%d secrets that the catalogue doesn't name", n)
	if n == 1 {
		said = "1 secret that the catalogue doesn't name"
	}
	said += e.AsOf() + ": " + strings.Join(names[:min(n, 3)], ", ")
	if n > 3 {
		said += fmt.Sprintf(" and %d more", n-3)
	}
	return said
}
