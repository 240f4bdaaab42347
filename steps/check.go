package steps

import (
	"context"

	"rekey/rotation"
)

// Check proves a staged value while the old one is still in use, so that the
// approvers see what they approve.
type Check struct {
	AWS interface {
		Labels
		Values
	}
}

// Check makes sure that there are no parameters.
func (Check) Check(p rotation.Params) error { return rotation.Decode(p, &struct{}{}) }

// By says that nobody has to act.
func (Check) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do proves the value.
func (a Check) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	proof, rejected, err := prove(ctx, t, a.AWS, v)
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case rejected != nil:
		return *rejected, nil
	case len(proof.Missing) > 0:
		return lacking(t, proof), nil
	}
	return rotation.Done(proof.Evidence...).Knowing(proof.learn), nil
}
