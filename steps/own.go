package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// An OwnCredential is one that Rekey itself signs in with.
type OwnCredential struct {
	Provider string // "GitHub"
	Mark     string // tells it from the one before, and nothing else about it
	SignIn   func(ctx context.Context) (rotation.Credential, error)
}

type ownParams struct {
	Own string `json:"own"` // the row's name
}

// checkOwn reads the parameters.
func checkOwn(p rotation.Params) error {
	var o ownParams
	if err := rotation.Decode(p, &o); err != nil {
		return err
	}
	if o.Own == "" {
		return errors.New("own: is needed, the name of one of Rekey's own credentials")
	}
	return nil
}

// ownOf finds the credential among those that Rekey was given.
func ownOf(p rotation.Params, all map[string]OwnCredential) (OwnCredential, error) {
	var o ownParams
	if err := rotation.Decode(p, &o); err != nil {
		return OwnCredential{}, err
	}
	own, ok := all[o.Own]
	if !ok {
		return OwnCredential{}, &rotation.Error{
			What: "Rekey isn't given " + o.Own + " any more.", Safe: "Nothing was changed.", Next: "Cancel the rotation if it isn't needed any more.",
		}
	}
	return own, nil
}

// Own looks whether a provider takes Rekey's own credential, and until when.
// Rekey signs in with it all the time, so a look is nothing special.
type Own struct{ All map[string]OwnCredential }

// Check reads the parameters.
func (Own) Check(p rotation.Params) error { return checkOwn(p) }

// Look signs in. How old the credential is no provider tells, so it is as old
// as the first look that showed it.
func (w Own) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	own, err := ownOf(p, w.All)
	if err != nil {
		return rotation.Finding{}, err
	}
	who, err := own.SignIn(ctx)
	if dead(err) {
		return rotation.Finding{Words: own.Provider + " refuses it.", Alarm: true}, nil
	}
	if err != nil {
		return rotation.Finding{}, err
	}
	out := rotation.Finding{Words: own.Provider + " takes it.", Dates: []rotation.Dated{{Name: own.Mark}}, Unread: who.Unread}
	if !who.Expires.IsZero() {
		out.Ends = who.Expires.Unix()
	}
	return out, nil
}

// ReplaceOwn waits until Rekey runs with another credential than at the start
// of the rotation, and its provider takes that.
type ReplaceOwn struct{ All map[string]OwnCredential }

// Check reads the parameters.
func (ReplaceOwn) Check(p rotation.Params) error { return checkOwn(p) }

// By says that a person has to act.
func (ReplaceOwn) By(rotation.Params) rotation.Party { return rotation.Holder }

// Do compares.
func (r ReplaceOwn) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	own, err := ownOf(t.Step().With, r.All)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if err := bindOwn(ctx, t, own); err != nil {
		return rotation.Outcome{}, err
	}
	if own.Mark == t.Rotation.Plan.Baseline {
		return rotation.Wait(0, ""), nil
	}
	_, err = own.SignIn(ctx)
	if dead(err) {
		return rotation.Park(rotation.Problem{
			What: own.Provider + " refuses what Rekey was restarted with.", Safe: "The old one wasn't ended.",
			Next: "Put the right one in its place, restart Rekey, then press Retry.",
		}), nil
	}
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done("observed: Rekey was restarted with another one, and "+own.Provider+" takes it", rotation.When(t.Now)).
		Knowing(func(f *rotation.Facts) { f.NewKey = own.Mark }), nil
}

// bindOwn binds the plan to what Rekey signs in with when it is first looked at.
func bindOwn(ctx context.Context, t *rotation.Task, own OwnCredential) error {
	if t.Rotation.Plan.Baseline != "" {
		return nil
	}
	return t.Bind(ctx, own.Mark, "")
}

// ApproveOwn waits for somebody else's approval to end what Rekey signed in
// with before. The engine counts the presses.
type ApproveOwn struct{ All map[string]OwnCredential }

// As says that it is the approval.
func (ApproveOwn) As() string { return rotation.KindApprove }

// Check reads the parameters.
func (ApproveOwn) Check(p rotation.Params) error { return checkOwn(p) }

// By says that the approvers act.
func (ApproveOwn) By(rotation.Params) rotation.Party { return rotation.Approvers }

// Do waits.
func (a ApproveOwn) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	own, err := ownOf(t.Step().With, a.All)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Wait(0, ""), bindOwn(ctx, t, own)
}
