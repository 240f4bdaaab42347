package steps

import (
	"context"
	"encoding/json"

	"rekey/rotation"
)

// Generate has Secrets Manager make a random value and stages it as AWSPENDING,
// so that the new value comes in without a person. It is in memory only between
// the two calls. Of a JSON object one field is replaced.
//
// Nobody else takes such a value before it is staged, so one whose answer got
// lost costs nothing: another is made under the same version id, and where the
// first was saved after all, AWS keeps that and refuses the second.
type Generate struct {
	AWS interface {
		Labels
		Values
		Writer
	}
}

type generateParams struct {
	Policy rotation.PasswordPolicy `json:"policy"`
}

// As says that it receives the new value.
func (Generate) As() string { return rotation.KindReceive }

// Check reads the parameters.
func (Generate) Check(p rotation.Params) error {
	var g generateParams
	if err := rotation.Decode(p, &g); err != nil {
		return err
	}
	return g.Policy.Check()
}

// By says that nobody has to act.
func (Generate) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do makes the value and stages it, unless somebody saved one in the console.
func (a Generate) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var g generateParams
	if err := rotation.Decode(t.Step().With, &g); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if t.Rotation.Facts.OldCreated.IsZero() {
		return begin(ctx, t, a.AWS, v)
	}
	version, way, seen := v.At(rotation.Current), rotation.ByConsole, "saved in the console "
	if version == t.Rotation.Facts.OldVersion {
		if version, err = a.make(ctx, t, g.Policy); err != nil {
			return rotation.Outcome{}, err
		}
		way, seen = rotation.ByMint, "made by Secrets Manager and staged "
	}
	created, err := a.AWS.Created(ctx, t.Rotation.Plan.Place(), version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done(seen + rotation.When(created)).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created = version, way, created
	}), nil
}

// make returns the version id of the value that it made and staged.
func (a Generate) make(ctx context.Context, t *rotation.Task, policy rotation.PasswordPolicy) (string, error) {
	place := t.Rotation.Plan.Place()
	e, err := t.Effect(ctx, rotation.Change{
		Purpose: "generate",
		Before: func(ctx context.Context) (any, error) { // before anything is made in vain
			_, err := a.whole(ctx, t)
			return nil, err
		},
		Send: func(ctx context.Context, id string, _ json.RawMessage) (any, error) {
			whole, err := a.whole(ctx, t)
			if err != nil {
				return nil, err
			}
			made, err := a.AWS.Password(ctx, place, policy)
			if err != nil {
				return nil, err
			}
			if field := t.Rotation.Plan.Field; field != "" {
				if made, err = a.AWS.Merge(whole, field, made); err != nil {
					return nil, err
				}
			}
			err = a.AWS.Stage(ctx, place, id, made)
			if p, definite := rotation.Definite(err); definite && p.Code == "ResourceExistsException" {
				return nil, nil // the first, whose answer got lost, was saved after the look
			}
			return nil, err
		},
		Look: func(ctx context.Context, id string, _ json.RawMessage) (rotation.Seen, any, error) {
			v, err := a.AWS.Describe(ctx, place)
			if err != nil || len(v.Labels[id]) == 0 {
				return rotation.SeenNothing, nil, err
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	return e.ID, err
}

// whole is the value that is current. One of another shape than the catalogue
// says is an error: a password must not replace an object, nor an object a
// password.
func (a Generate) whole(ctx context.Context, t *rotation.Task) (rotation.Value, error) {
	plan := t.Rotation.Plan
	whole, err := a.AWS.Raw(ctx, plan.Place(), t.Rotation.Facts.OldVersion, rotation.Current)
	if err != nil {
		return whole, err
	}
	wrong := ""
	switch {
	case plan.Field == "" && whole.Object():
		wrong = "The secret is a JSON object, and the catalogue doesn't say which field of it holds the " + plan.Noun + "."
	case plan.Field != "" && !whole.Object():
		wrong = "The secret isn't a JSON object, and the catalogue says that its field " + rotation.Clean(plan.Field) + " holds the " + plan.Noun + "."
	case plan.Field != "":
		_, err = a.AWS.Merge(whole, plan.Field, rotation.NewValue("a trial"))
		return whole, err
	default:
		return whole, nil
	}
	return whole, &rotation.Error{
		What: wrong, Safe: "Nothing was made, and nothing has been changed.",
		Next: "Look at the secret in Secrets Manager and correct field: in the catalogue, then cancel this rotation and start a new one.",
	}
}
