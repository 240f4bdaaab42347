package steps

import (
	"context"
	"strings"
	"time"

	"rekey/rotation"
)

// RestoreKey activates the old access key again and makes what was delivered
// before it current. The new key becomes a debt until somebody deletes it.
type RestoreKey struct {
	AWS interface {
		Labels
		Labeller
		AccessKeys
	}
}

// As says that the old value becomes current again here.
func (RestoreKey) As() string { return rotation.KindRestore }

// Check reads the parameters.
func (RestoreKey) Check(p rotation.Params) error { return checkKey(p) }

// By says that nobody has to act.
func (RestoreKey) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do makes sure that the old key is there, activates it and moves the label
// back.
func (a RestoreKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p keyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	if until := inFlight(t); t.Now.Before(until) {
		return rotation.Wait(until.Sub(t.Now), "waiting for what was sent before and got no answer, so that it can't land afterwards"), nil
	}
	f := t.Rotation.Facts
	keys, err := listKeys(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	old, there := find(keys, f.OldKey)
	if !there {
		return rotation.Resume("It can't be rolled back: the old access key " + f.OldKey + " doesn't exist any more."), nil
	}
	if !old.Active || len(t.Step().Effects) > 0 {
		if err := setKey(ctx, t, a.AWS, p.User, f.OldKey, true); err != nil {
			return rotation.Outcome{}, err
		}
	}
	evidence := []string{f.OldKey + " is active"}
	back, err := deliveredBefore(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if back != "" {
		evidence = append(evidence, back)
	}
	return rotation.Done(evidence...).Knowing(func(f *rotation.Facts) {
		f.Used, f.UsedBy, f.Restored = time.Time{}, "", t.Now
	}).Owing(rotation.Debt{
		What: "The new access key " + f.NewKey + " of " + p.User, Why: "the rotation was rolled back; it works until somebody deletes it in IAM",
		Key: f.NewKey, Quiet: true, Since: t.Now,
	}), nil
}

// Dead looks whether the key is gone.
func (a RestoreKey) Dead(ctx context.Context, t *rotation.Task, d rotation.Debt) (string, bool, error) {
	var p keyParams
	if err := rotation.Decode(t.Rotation.Plan.With("create_key"), &p); err != nil {
		return "", false, err
	}
	keys, err := keysLeft(ctx, t, a.AWS, p.User)
	if err != nil {
		return "", false, err
	}
	k, there := find(keys, d.Key)
	if !there {
		return "IAM lists it no more " + rotation.When(t.Now), true, nil
	}
	seen, err := described(ctx, t, a.AWS, p.User, []rotation.AccessKey{k})
	return strings.TrimSpace("there is " + seen), false, err
}

// deliveredBefore moves AWSCURRENT from what this rotation delivered back to
// what was there before. It says what it did.
func deliveredBefore(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Labeller
}) (string, error) {
	f := t.Rotation.Facts
	v, err := aws.Describe(ctx, t.Rotation.Plan.Place())
	if p, definite := rotation.Definite(err); definite && strings.Contains(p.Code, "NotFound") || definite && strings.Contains(p.Code, "marked for deletion") {
		return t.Rotation.Plan.SecretID + " is gone, so nothing is delivered by it any more", nil
	}
	if err != nil {
		return "", err
	}
	current := v.At(rotation.Current)
	moving := len(t.Step().Effects) > 0 && current == f.OldVersion
	switch {
	case f.OldVersion == noVersion && attempted(t.Rotation, current):
		return "nothing was in " + t.Rotation.Plan.SecretID + " before, so it holds the new key still", nil
	case !attempted(t.Rotation, current) && !moving:
		return "", nil
	}
	from := f.New
	if attempted(t.Rotation, current) {
		from = current
	}
	_, err = switchTo(ctx, t, aws, "restore", f.OldVersion, from, func(context.Context) (map[string]time.Time, error) { return map[string]time.Time{}, nil })
	if err != nil {
		return "", err
	}
	return "AWSCURRENT is on the old key's version again", nil
}
