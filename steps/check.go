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
	GitHub Tokens
}

// Check reads the parameters.
func (Check) Check(p rotation.Params) error { return checkProof(p) }

// By says that nobody has to act.
func (Check) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do proves the value.
func (a Check) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p proofParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	proof, rejected, err := prove(ctx, t, a.AWS, a.GitHub, v, p)
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case rejected != nil:
		return *rejected, nil
	case len(proof.missing) > 0:
		return lacking(t, proof), nil
	}
	return rotation.Done(proof.evidence...).Knowing(proof.learn), nil
}

func checkProof(p rotation.Params) error {
	var params proofParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	return params.check()
}
