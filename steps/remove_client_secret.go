package steps

import (
	"context"
	"encoding/json"
	"slices"

	"rekey/rotation"
)

// RemoveClientSecret removes the old client secret, last of all and after a
// time in which people can still roll back, and proves its death by Entra ID's
// list and by its refusal.
type RemoveClientSecret struct {
	AWS interface {
		Labels
		Values
	}
	Entra Entra
}

type removeParams struct {
	clientSecrets
	soaking
}

// As says that it ends the old value.
func (RemoveClientSecret) As() string { return rotation.KindRevoke }

// Check reads the parameters.
func (RemoveClientSecret) Check(p rotation.Params) error {
	var r removeParams
	if err := rotation.Decode(p, &r); err != nil {
		return err
	}
	if err := r.soaking.check(); err != nil {
		return err
	}
	return r.clientSecrets.check()
}

// By says that nobody has to act.
func (RemoveClientSecret) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do waits, asks again who approved, removes it and proves it dead.
func (a RemoveClientSecret) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p removeParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	soak, err := p.soak(t.Rotation.Emergency())
	if err != nil {
		return rotation.Outcome{}, err
	}
	refused := t.Rotation.Facts.Old == rotation.OldRefused // it has expired, so nobody can go back to it
	if until := t.Step().Opened.Add(soak); t.Now.Before(until) && t.Step().Round == 1 && !refused {
		return rotation.Wait(until.Sub(t.Now), "The old client secret is removed "+rotation.When(until)+", unless somebody rolls back before."), nil
	}
	if why, err := t.StillApproved(ctx, "remove client secret "+t.Rotation.Facts.OldKey); err != nil {
		return rotation.Outcome{}, err
	} else if why != "" {
		return rotation.Reapprove(why), nil
	}
	all, err := a.Entra.Secrets(ctx, p.ClientID)
	if err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	m := p.mint(a.Entra, nil, "", t.Now)
	if err := p.orphans(ctx, t, m, all, t.Rotation.Facts.NewKey); err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	old := t.Rotation.Facts.OldKey
	if !listed(all, old) && !begun(t, "remove client secret "+old) {
		return a.proveDead(ctx, t, "somebody had removed it already")
	}
	if err := m.remove(ctx, t, old); err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	if all, err = a.Entra.Secrets(ctx, p.ClientID); err != nil {
		return rotation.Outcome{}, err
	}
	if listed(all, old) {
		return rotation.Wait(lookAgain, "Entra ID accepted the removal and still lists the old client secret; Rekey looks again by itself."), nil
	}
	return a.proveDead(ctx, t, "removed, and not listed any more")
}

// proveDead tries the old value, which has to be refused.
func (a RemoveClientSecret) proveDead(ctx context.Context, t *rotation.Task, seen string) (rotation.Outcome, error) {
	v, err := a.AWS.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	value, readable, err := read(ctx, t, a.AWS, v, t.Rotation.Facts.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	gone := func(evidence ...string) rotation.Outcome {
		return rotation.Done(evidence...).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, t.Now, t.Now
		})
	}
	if !readable || t.Prover() == nil {
		return gone(seen + " " + rotation.When(t.Now)), nil
	}
	allowed, err := t.MayProbe(ctx)
	if err != nil || !allowed {
		return rotation.Wait(lookAgain, t.Step().Kept()), err
	}
	_, err = try(ctx, t, value)
	switch {
	case dead(err):
		return gone(seen, "the old value is refused by Entra ID "+rotation.When(t.Now)), nil
	case err != nil:
		return rotation.Outcome{}, err
	}
	return rotation.Wait(lookAgain, "Entra ID doesn't list the old client secret any more and still accepts its value; Rekey tries it again in a minute.").Owable(rotation.Debt{
		What: "The old client secret of " + t.Rotation.Plan.Title, Why: "Entra ID doesn't list it and still accepts its value",
	}), nil
}

// Dead looks whether a client secret is still listed.
func (a RemoveClientSecret) Dead(ctx context.Context, t *rotation.Task, d rotation.Debt) (string, bool, error) {
	var p removeParams
	if err := json.Unmarshal(t.Rotation.Plan.With("remove_client_secret"), &p); err != nil {
		return "", false, err
	}
	all, err := a.Entra.Secrets(ctx, p.ClientID)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(all, func(one rotation.ClientSecret) bool { return one.ID == d.Key })
	if i < 0 {
		return "Entra ID doesn't list it any more", true, nil
	}
	return "Entra ID still lists it, until " + t.Day(all[i].End), false, nil
}

func listed(all []rotation.ClientSecret, id string) bool {
	return slices.ContainsFunc(all, func(one rotation.ClientSecret) bool { return one.ID == id })
}

// begun reports whether this step has an effect of that purpose.
func begun(t *rotation.Task, purpose string) bool {
	return slices.ContainsFunc(t.Step().Effects, func(e rotation.Effect) bool { return e.Purpose == purpose })
}
