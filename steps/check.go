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
	gone, err := a.oldGone(ctx, t, v)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if !gone {
		return rotation.Done(proof.Evidence...).Knowing(proof.learn), nil
	}
	noun := t.Rotation.Plan.Noun
	return rotation.Done(append(proof.Evidence, "the old "+noun+" is refused already"+by(t)+" "+rotation.When(t.Now))...).Knowing(func(f *rotation.Facts) {
		proof.learn(f)
		died(t.Now, t.Now)(f)
	}), nil
}

// oldGone tries the old value once: one that somebody ended too early has users
// that fail, and nobody can go back to it.
func (a Check) oldGone(ctx context.Context, t *rotation.Task, v rotation.Versions) (bool, error) {
	if t.Prover() == nil || t.Rotation.Facts.Old == rotation.OldRefused {
		return false, nil
	}
	old, readable, err := read(ctx, t, a.AWS, v, t.Rotation.Facts.OldVersion)
	if err != nil || !readable {
		return false, err
	}
	_, err = try(ctx, t, old)
	if dead(err) {
		return true, nil
	}
	return false, err
}
