package steps

import (
	"context"

	"rekey/rotation"
)

// CompareKeys makes sure that a cancelled rotation of integration keys leaves
// nothing destroyed: what was chosen is still in PagerDuty's list, with the
// keys of the secret. Otherwise the rotation goes on.
type CompareKeys struct {
	AWS interface {
		Labels
		Values
	}
	PagerDuty Integrations
}

// Check makes sure that there are no parameters.
func (CompareKeys) Check(p rotation.Params) error { return rotation.Decode(p, &struct{}{}) }

// By says that nobody has to act.
func (CompareKeys) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do compares.
func (a CompareKeys) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	v, err := a.AWS.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	keys, _, err := integrationKeys(ctx, t, a.AWS, a.PagerDuty, v)
	if err != nil {
		return rotation.Outcome{}, err
	}
	var gone []string
	for _, name := range t.Rotation.Facts.Picked {
		before := t.Rotation.Facts.Integrations[name]
		if now, _ := keyNamed(keys, name); before.ID != "" && now.opens.ID != before.ID {
			gone = append(gone, integrationKey{name: name, opens: before}.service())
		}
	}
	if len(gone) > 0 {
		return rotation.Resume("It can't be cancelled: PagerDuty no longer lists the old key of " + someOf(gone, 4) + ".").
			Knowing(func(f *rotation.Facts) {
				f.NoReturn = t.Now
				if f.FailingSince.IsZero() {
					f.FailingSince = t.Now
				}
			}), nil
	}
	return rotation.Done("PagerDuty still lists every key that was chosen"), nil
}
