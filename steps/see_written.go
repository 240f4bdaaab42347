package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// SeeWritten sees the new version that whatever owns the secret wrote, such as
// Terraform. Rekey never writes it.
type SeeWritten struct{ AWS Labels }

const kindWritten = "see_written"

type writtenParams struct {
	Owner string `json:"owner"` // what writes it: "Terraform"
}

// Check reads the parameters.
func (SeeWritten) Check(p rotation.Params) error {
	var w writtenParams
	if err := rotation.Decode(p, &w); err != nil {
		return err
	}
	if w.Owner == "" {
		return errors.New("owner: is needed: what writes the secret")
	}
	return nil
}

// By says that nobody has to act.
func (SeeWritten) By(rotation.Params) rotation.Party { return rotation.Rekey }

// As says that this is how the new value comes in.
func (SeeWritten) As() string { return rotation.KindReceive }

// Do looks whether another version is current by now.
func (a SeeWritten) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var w writtenParams
	if err := rotation.Decode(t.Step().With, &w); err != nil {
		return rotation.Outcome{}, err
	}
	plan, f := t.Rotation.Plan, t.Rotation.Facts
	v, err := a.AWS.Describe(ctx, plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	current := v.At(rotation.Current)
	if current == "" || current == f.OldVersion {
		if t.Now.Sub(t.Step().Opened) < t.Waits().Copies {
			return rotation.Wait(0, "no new version of "+plan.SecretID+" yet"), nil
		}
		return rotation.Park(rotation.Problem{
			What: "The run succeeded, and " + w.Owner + " wrote no new version: probably nothing was replaced.",
			Safe: t.Rotation.Safe(),
			Next: "Look at the run's plan. Merge the change that replaces what was chosen, let it be applied, then press Retry: it looks again.",
		}), nil
	}
	created, err := a.AWS.Created(ctx, plan.Place(), current)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done("by " + w.Owner + " " + rotation.When(created)).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created, f.Promoted = current, rotation.ByOwner, created, created
		f.FailingSince = created
	}), nil
}
