package rotation

import (
	"context"
	"slices"
	"time"
)

// A Debt is a credential that was not proven dead when its rotation was done
// with it. It stays until its death is seen, or somebody vouches for it.
type Debt struct {
	ID      string    `json:"id"` // within the rotation: "1"
	What    string    `json:"what"`
	Why     string    `json:"why"`
	Owner   string    `json:"owner"` // who has to see to it, in words
	Since   time.Time `json:"since"`
	Kind    string    `json:"kind,omitempty"`    // of the step that left it, whose Action can look
	Key     string    `json:"key,omitempty"`     // what its provider calls it
	Version string    `json:"version,omitempty"` // or the version that holds it
	Quiet   bool      `json:"quiet,omitempty"`   // looking needs no attempt to sign in, so it is done by itself

	Asked    bool      `json:"asked,omitempty"` // somebody pressed Check
	Looked   time.Time `json:"looked"`          // when it was last looked at
	Seen     string    `json:"seen,omitempty"`  // what was seen then
	Settled  time.Time `json:"settled"`         // when it was found dead
	Evidence string    `json:"evidence,omitempty"`
	By       Person    `json:"by,omitempty"` // who vouched for its death, if nobody saw it
}

// A Creditor is an Action that can look whether a debt of its kind is dead.
type Creditor interface {
	// Dead reports what was seen of the credential. An error says nothing
	// about it.
	Dead(ctx context.Context, t *Task, d Debt) (evidence string, dead bool, err error)
}

// Open reports whether the credential may still live.
func (d *Debt) Open() bool { return d.Settled.IsZero() }

// due reports whether it is time to look at the debt.
func (d *Debt) due(pace time.Duration, now time.Time) bool {
	return d.Open() && (d.Asked || d.Quiet && now.Sub(d.Looked) >= pace)
}

// nextLook is when the debts of an ended rotation are looked at next; zero:
// not by itself.
func (r *Rotation) nextLook(pace time.Duration, now time.Time) (next time.Time) {
	for _, d := range r.OpenDebts() {
		at := time.Time{}
		switch {
		case d.Asked:
			at = now
		case d.Quiet:
			at = d.Looked.Add(pace)
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// OpenDebts returns the debts that aren't settled.
func (r *Rotation) OpenDebts() []Debt {
	return slices.DeleteFunc(slices.Clone(r.Debts), func(d Debt) bool { return !d.Open() })
}

// owe adds a debt that step s leaves, unless it is there. It reports whether
// it is new.
func (r *Rotation) owe(d Debt, s *StepRun) bool {
	if slices.ContainsFunc(r.Debts, func(x Debt) bool { return x.What == d.What && x.Why == d.Why }) {
		return false
	}
	d.ID = itoa(ID(len(r.Debts) + 1))
	if d.Owner == "" {
		d.Owner = r.Plan.Owner.Name
	}
	if d.Kind == "" && s != nil {
		d.Kind = s.Kind
	}
	r.Debts = append(r.Debts, d)
	return true
}

// leaveOwing ends a step that would wait for a credential's death, and keeps
// the debt.
func (r *Rotation) leaveOwing(p Press, now time.Time) ([]Event, error) {
	s := r.Step()
	switch {
	case p.By != r.Holder:
		return nil, r.notHolder("leave it as a debt")
	case s.Owing == nil:
		return nil, refuse(NotNow, "There is nothing here to leave as a debt.")
	}
	d := *s.Owing
	d.Since = now
	r.owe(d, s)
	return r.tick(s, []string{"left as a debt by " + Mention(p.By) + ": " + p.Reason}, now), nil
}

// pressDebt looks at a debt now, or settles it on somebody's word. It works on
// a rotation that has ended.
func (r *Rotation) pressDebt(p Press, now time.Time) ([]Event, error) {
	i := slices.IndexFunc(r.Debts, func(d Debt) bool { return d.ID == p.Value })
	if i < 0 {
		return nil, refuse(Stale, "Rotation %d owes no such thing.", r.ID)
	}
	d := &r.Debts[i]
	switch {
	case !d.Open():
		return nil, refuse(NotNow, "That is settled since %s: %s.", When(d.Settled), d.Evidence)
	case r.State == Running:
		return nil, refuse(NotNow, "The rotation still runs, and looks at it by itself. Settle what is left of it afterwards.")
	case p.Verb == CheckDebt:
		d.Asked = true
		return []Event{r.event(now, p.By, "check", "Asked to look whether it is dead: "+d.What+".")}, nil
	}
	d.By = p.By
	return []Event{r.settleDebt(d, "attested by "+Mention(p.By)+": "+p.Reason, now)}, nil
}

func (r *Rotation) settleDebt(d *Debt, evidence string, now time.Time) Event {
	d.Settled, d.Evidence, d.Asked = now, evidence, false
	by := d.By
	if by == "" {
		by = ByRekey
	}
	return r.event(now, by, "debt settled", d.What+": "+evidence)
}

// LookedAt records what a look at a debt showed.
func (r *Rotation) LookedAt(id, seen string, dead bool, now time.Time) []Event {
	i := slices.IndexFunc(r.Debts, func(d Debt) bool { return d.ID == id })
	if i < 0 || !r.Debts[i].Open() {
		return nil
	}
	d := &r.Debts[i]
	if dead {
		return []Event{r.settleDebt(d, seen, now)}
	}
	asked, news := d.Asked, d.Seen != seen
	d.Looked, d.Seen, d.Asked = now, seen, false
	if !asked && !news {
		return nil
	}
	return []Event{r.event(now, ByRekey, "debt alive", d.What+": "+seen)}
}
