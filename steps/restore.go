package steps

import (
	"context"
	"time"

	"rekey/rotation"
)

// Restore makes the old value current again, if it still works. The new one
// becomes a debt until somebody revokes it.
type Restore struct {
	AWS interface {
		Labels
		Values
		Labeller
	}
	GitHub Copies
}

// Check reads the parameters.
func (Restore) Check(p rotation.Params) error { return rotation.Decode(p, &approveParams{}) }

// By says that nobody has to act.
func (Restore) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do proves the old value alive and moves AWSCURRENT back to it.
func (a Restore) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p approveParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	f, plan := t.Rotation.Facts, t.Rotation.Plan
	v, err := a.AWS.Describe(ctx, plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	if until := inFlight(t); t.Now.Before(until) {
		return rotation.Wait(until.Sub(t.Now), "waiting for what was sent before and got no answer, so that it can't land afterwards"), nil
	}
	old, readable, err := read(ctx, t, a.AWS, v, f.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if !readable || t.Prover() == nil {
		return rotation.Resume("It can't be rolled back: Rekey can't try the old " + plan.Noun + ", so it can't be proven alive."), nil
	}
	if _, err := try(ctx, t, old); dead(err) {
		return rotation.Resume("It can't be rolled back: the old " + plan.Noun + " is refused already.").Knowing(died(t.Now, t.Now)), nil
	} else if err != nil {
		return rotation.Outcome{}, err
	}
	before, err := switchTo(ctx, t, a.AWS, "restore", f.OldVersion, f.New, func(ctx context.Context) (map[string]time.Time, error) {
		return updated(ctx, a.GitHub, p.Copies)
	})
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done("the old " + plan.Noun + " works and is current again").Knowing(func(f *rotation.Facts) {
		f.Spared = spared(t.Rotation, before, p.Copies)
		f.CopiesBefore, f.Copied, f.RunCreated = before, time.Time{}, time.Time{}
		f.Used, f.UsedBy, f.Restored = time.Time{}, "", t.Now
	}).Owing(rotation.Debt{
		What: "The new " + plan.Noun + " of " + plan.Title + " (version " + f.New + ")", Why: "the rotation was rolled back; it works until somebody revokes it", Since: t.Now,
		Kind: ender(t.Rotation), Key: f.NewKey, Version: f.New, Quiet: f.NewKey != "",
	}), nil
}

// ender is the kind of step that would have ended the old value, and that can
// tell whether the new one is dead, where its provider has a name for it.
func ender(r *rotation.Rotation) string {
	for _, s := range r.Plan.Steps {
		if s.Is(rotation.KindRevoke) && r.Facts.NewKey != "" {
			return s.Kind
		}
	}
	return ""
}

// inFlight is until when a change of the steps so far may still land.
func inFlight(t *rotation.Task) (until time.Time) {
	for _, s := range t.Rotation.Steps[:t.Rotation.At] {
		for _, e := range s.Effects {
			if late := e.Deadline.Add(t.Waits().Settle); (e.State == rotation.Intended || e.State == rotation.Unsure) && late.After(until) {
				until = late
			}
		}
	}
	return until
}

// spared lists the copies that weren't written since the switch, so that they
// still hold the old value and nothing has to write them.
func spared(r *rotation.Rotation, now map[string]time.Time, copies []rotation.Copy) (out []string) {
	written := func(c rotation.Copy) bool {
		for _, s := range r.Steps {
			for _, e := range s.Effects {
				if e.Purpose == purposeOf(c) && e.State != rotation.Declined {
					return true
				}
			}
		}
		before, known := r.Facts.CopiesBefore[c.Key()]
		return !known || !now[c.Key()].Equal(before)
	}
	for _, c := range copies {
		if !written(c) {
			out = append(out, c.Key())
		}
	}
	return out
}
