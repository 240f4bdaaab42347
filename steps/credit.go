package steps

import (
	"context"

	"rekey/rotation"
)

// Debts of values: whether the value of a version is dead by now. The steps
// that leave such debts are Creditors by way of owed.

// Dead tries the old value.
func (a Receive) Dead(ctx context.Context, t *rotation.Task, d rotation.Debt) (string, bool, error) {
	return owed(ctx, t, a.AWS, d)
}

// Dead tries the old value.
func (a Revoke) Dead(ctx context.Context, t *rotation.Task, d rotation.Debt) (string, bool, error) {
	return owed(ctx, t, a.AWS, d)
}

// Dead tries the new value, which was rolled back.
func (a Restore) Dead(ctx context.Context, t *rotation.Task, d rotation.Debt) (string, bool, error) {
	return owed(ctx, t, a.AWS, d)
}

// owed tries the value of the debt's version, as long as it can be read: a
// version that has lost its label can't.
func owed(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Values
}, d rotation.Debt) (evidence string, dead bool, err error) {
	switch {
	case t.Prover() == nil:
		return "no API can try it", false, nil
	case d.Version == "":
		return "Rekey doesn't know which version holds it", false, nil
	}
	v, err := aws.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return "", false, err
	}
	value, readable, err := read(ctx, t, aws, v, d.Version)
	switch {
	case err != nil:
		return "", false, err
	case !readable && len(v.Labels[d.Version]) == 0:
		return "its version has lost its label, so Rekey can't read it", false, nil
	case !readable:
		return "Rekey may not read it", false, nil
	}
	allowed, err := t.MayProbe(ctx)
	if err != nil {
		return "", false, err
	}
	if !allowed {
		return "it was tried a moment ago; Rekey tries it at most once a minute", false, nil
	}
	return tried(ctx, t, value)
}

// tried says whether the provider still accepts a value.
func tried(ctx context.Context, t *rotation.Task, value rotation.Value) (evidence string, gone bool, err error) {
	_, err = try(ctx, t, value)
	switch {
	case dead(err):
		return "refused" + by(t), true, nil
	case err != nil:
		return "", false, err
	}
	return t.Prover().Provider() + " still accepts it", false, nil
}
