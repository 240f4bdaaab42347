package steps

import (
	"context"

	"rekey/rotation"
)

// ApproveKey waits for somebody else's approval to end an access key, and shows
// what AWS tells of that key's use meanwhile. Where the approval comes first it
// finds out which key that is. The engine counts the presses.
type ApproveKey struct {
	AWS interface {
		Labels
		AccessKeys
	}
}

// As says that it is the approval.
func (ApproveKey) As() string { return rotation.KindApprove }

// Check reads the parameters.
func (ApproveKey) Check(p rotation.Params) error { return checkKey(p) }

// By says that the approvers act.
func (ApproveKey) By(rotation.Params) rotation.Party { return rotation.Approvers }

// Do looks at the keys and at the secret that the new one was delivered into.
func (a ApproveKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p keyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	if _, err := bothThere(ctx, t, a.AWS, p.User); err != nil && (f.NewKey != "" || f.OldKey != "") {
		return rotation.Outcome{}, err
	}
	if f.New == "" && f.OldKey == "" {
		return a.which(ctx, t, p.User)
	}
	v, err := lookInto(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if at := v.At(rotation.Current); f.New != "" && at != f.New {
		return rotation.Outcome{}, &rotation.Error{
			What: "Somebody saved something else into " + t.Rotation.Plan.SecretID + ": AWSCURRENT is on version " + at + ", and the new key is in " + f.New + ".",
			Safe: "Both keys work, and Rekey changed neither.",
			Next: "Move AWSCURRENT back to " + f.New + ", then press Retry.",
		}
	}
	if f.OldKey == "" {
		return rotation.Wait(0, "There is no old key: this is the first one."), nil
	}
	keys, err := listKeys(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if _, there := find(keys, f.OldKey); !there {
		return rotation.Wait(0, "The old key "+f.OldKey+" is gone: somebody else deleted it."), nil
	}
	use, err := keyUse(ctx, t, a.AWS, p.User, f.OldKey)
	if err != nil {
		return rotation.Outcome{}, err
	}
	note := oldUse(t, f.OldKey, use)
	out := rotation.Wait(0, note).Knowing(func(f *rotation.Facts) { f.OldUse = note })
	if t.Rotation.Emergency() {
		out = rotation.Wait(0, "").Knowing(func(f *rotation.Facts) { f.OldUse = note }) // the card says it above
	}
	return out, nil
}

// which finds the key that is to be stopped, before anything is approved.
func (a ApproveKey) which(ctx context.Context, t *rotation.Task, user string) (rotation.Outcome, error) {
	keys, err := listKeys(ctx, t, a.AWS, user)
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case len(keys) == 0:
		return rotation.Outcome{}, &rotation.Error{
			What: user + " has no access key, so there is none that others could know.",
			Safe: t.Rotation.Safe(),
			Next: "Cancel this. If the user needs a key, start an ordinary rotation.",
		}
	}
	return theOldKey(ctx, t, a.AWS, user, keys)
}
