package steps

import (
	"context"

	"rekey/rotation"
)

// ConfirmKey is done when whoever the key is for says that they use it, and AWS
// has seen it used. Neither alone is enough: they know what else may still use
// the old one, and AWS knows that the new one works.
type ConfirmKey struct{ AWS AccessKeys }

// As says that the new value is seen in use here.
func (ConfirmKey) As() string { return rotation.KindUsed }

// Check reads the parameters.
func (ConfirmKey) Check(p rotation.Params) error { return checkKey(p) }

// By says that whoever it is for acts.
func (ConfirmKey) By(rotation.Params) rotation.Party { return rotation.User }

// Do waits for both.
func (a ConfirmKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p keyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	f, s := t.Rotation.Facts, t.Step()
	listed, err := bothThere(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	var use rotation.KeyUse
	if listed {
		if use, err = keyUse(ctx, t, a.AWS, p.User, f.NewKey); err != nil {
			return rotation.Outcome{}, err
		}
	}
	who := rotation.Mention(rotation.Person(t.Rotation.Plan.User.ID))
	switch {
	case s.Attested == "" && use.At.IsZero():
		return rotation.Wait(0, "").Saying("It is in use…").Beside(), nil
	case s.Attested == "":
		note := "AWS saw the new key used " + rotation.When(use.At) + " for " + servedBy(use) + ". " + who + " has yet to say that nothing uses the old one."
		return rotation.Wait(0, note).Saying("It is in use…").Beside(), nil
	case use.At.IsZero():
		note := who + " says: " + rotation.Clean(s.Word) + ". AWS hasn't seen the new key used yet, which it may notice hours later."
		return rotation.Wait(0, note).Needing(rotation.Rekey), nil
	}
	seen := servedBy(use)
	return rotation.Done("used for "+seen+" "+rotation.When(use.At), "confirmed by "+who+": "+rotation.Clean(s.Word)).AttestedBy(s.Attested).Knowing(func(f *rotation.Facts) {
		f.Used, f.UsedBy, f.Unused = use.At, seen, t.Now
	}), nil
}

// bothThere is an error unless there are only the keys that the rotation knows,
// and the new one is active. listed is false while IAM may not list it yet.
func bothThere(ctx context.Context, t *rotation.Task, aws AccessKeys, user string) (listed bool, err error) {
	keys, err := listKeys(ctx, t, aws, user)
	if err != nil {
		return false, err
	}
	if err := unknownKeys(ctx, t, aws, user, keys); err != nil {
		return false, err
	}
	f := t.Rotation.Facts
	k, there := find(keys, f.NewKey)
	if there && k.Active || f.NewKey == "" || !there && t.Now.Sub(f.Created) < iamLag {
		return there, nil
	}
	return false, &rotation.Error{
		What: "The new access key " + f.NewKey + " is gone or inactive: somebody deleted or deactivated it.",
		Safe: "The old key " + f.OldKey + " is untouched.",
		Next: "Activate it again in IAM and press Retry, or cancel this and start anew.",
	}
}
