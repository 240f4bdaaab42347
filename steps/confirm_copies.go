package steps

import (
	"context"

	"rekey/rotation"
)

// ConfirmCopies sees that every copy was written after the switch, by GitHub's
// own clock. Whose run wrote it doesn't matter.
type ConfirmCopies struct{ GitHub Copies }

// Check reads the parameters.
func (ConfirmCopies) Check(p rotation.Params) error { return checkCopies(p) }

// By says that nobody has to act.
func (ConfirmCopies) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Needed says whether there are copies.
func (ConfirmCopies) Needed(p rotation.Params) bool {
	var params copiesParams
	return rotation.Decode(p, &params) == nil && len(params.Copies) > 0
}

// Do compares each copy's updated_at with what it was before the switch.
func (a ConfirmCopies) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p copiesParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	seen, err := updated(ctx, a.GitHub, p.Copies)
	if err != nil {
		return rotation.Outcome{}, err
	}
	done, left, newest := moved(t.Rotation.Facts, seen, p.Copies)
	if len(left) == 0 && newest.IsZero() {
		return rotation.Done("no copy had the new " + t.Rotation.Plan.Noun), nil
	}
	if len(left) == 0 {
		return rotation.Done(names(done) + " " + rotation.When(newest)).Knowing(func(f *rotation.Facts) { f.Copied = newest }), nil
	}
	if t.Now.Sub(t.Step().Opened) < t.Waits().Copies {
		return rotation.Wait(0, "waiting for GitHub to show a new date on "+names(left)), nil
	}
	holds := "old"
	if t.Rotation.Ending == rotation.RolledBack {
		holds = "new"
	}
	return rotation.Park(rotation.Problem{
		What: "The run succeeded, but GitHub shows no new date on " + names(left) + ".",
		Safe: t.Rotation.Safe() + " That copy still holds the " + holds + " one.",
		Next: "See why the run didn't write it, or write it yourself, then press Retry: Retry looks again.",
	}), nil
}
