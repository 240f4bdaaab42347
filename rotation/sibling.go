package rotation

import (
	"context"
	"slices"
	"time"
)

// A Sibling is another secret behind the same login.
type Sibling struct {
	Name     string `json:"name"`
	SecretID string `json:"secret_id"`
	Region   string `json:"region"`
	Role     string `json:"role,omitempty"`
	Field    string `json:"field,omitempty"`
}

// Place is where it is kept.
func (s Sibling) Place() Place { return Place{ID: s.SecretID, Region: s.Region, Role: s.Role} }

func (c *Catalogue) siblings(s *Secret) []Sibling {
	out := []Sibling{}
	login, ok := s.Values["login"]
	if !ok {
		return out
	}
	for _, other := range c.Secrets {
		if other.Name != s.Name && other.Runbook == s.Runbook && other.Values["login"] == login && slices.Contains(other.Read, "current") {
			out = append(out, Sibling{Name: other.Name, SecretID: other.SecretID, Region: other.Region, Role: other.Role, Field: other.Field})
		}
	}
	return out
}

// A Next is a sibling whose turn it is, once a rotation is complete.
type Next struct {
	Name  string    `json:"name"`
	Title string    `json:"title"`
	On    time.Time `json:"on"` // when it has to be replaced
}

// soon is how long before it is due a sibling is offered: whoever has just
// signed in as their user can go on with it.
const soon = 31 * 24 * time.Hour

// after returns the siblings that are due after a rotation whose last step this
// is, the most urgent first: one is rotated after the other, so that they are
// never all without a live value at once. What can't be read is left out, since
// it is an offer only.
func (e *Engine) after(ctx context.Context, r *Rotation) []Next {
	if r.At < len(r.Steps)-1 || r.Ending != Complete || e.Memory == nil || e.Catalogue == nil {
		return nil
	}
	s, err := e.Catalogue.Secret(r.Plan.Secret)
	if err != nil {
		return nil
	}
	siblings := e.Catalogue.siblings(s)
	if len(siblings) == 0 {
		return nil
	}
	seen, err := e.Memory.Sightings(ctx)
	if err != nil {
		e.Log.Warn("can't read what was seen, so no other secret is offered", "rotation", r.ID, "error", err)
		return nil
	}
	var out []Next
	for _, other := range siblings {
		row, err := e.Catalogue.Secret(other.Name)
		if err != nil {
			continue
		}
		newest, err := e.Store.Latest(ctx, other.Name)
		if err != nil && !Is(err, Unknown) || err == nil && newest.State == Running {
			continue
		}
		due := Stand(*row, newest, Sort(seen)).Clocks.Due()
		if !due.On.IsZero() && due.On.Before(e.Now().Add(soon)) {
			out = append(out, Next{Name: row.Name, Title: row.Title, On: due.On})
		}
	}
	slices.SortStableFunc(out, func(a, b Next) int { return a.On.Compare(b.On) })
	return out
}

// Failing returns the running rotation of one of the named secrets whose old
// value is dead while the new one isn't in use yet, or nil.
func (t *Task) Failing(ctx context.Context, names ...string) (*Rotation, error) {
	running, err := t.engine.Store.Running(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range running {
		if r.ID != t.Rotation.ID && slices.Contains(names, r.Plan.Secret) && !r.Facts.FailingSince.IsZero() && r.Facts.Used.IsZero() {
			return r, nil
		}
	}
	return nil, nil
}

// offer keeps what is due next, once the rotation is complete.
func (r *Rotation) offer(next []Next) {
	if r.State == Complete && len(next) > 0 {
		r.Next = next
	}
}
