package steps

import (
	"context"
	"fmt"
	"strings"

	"rekey/rotation"
)

// WithdrawClientSecret takes a cancelled rotation back: AWSPENDING is taken off
// what it staged, and what it added at Entra ID is removed. The old client
// secret is never touched.
type WithdrawClientSecret struct {
	AWS interface {
		Labels
		Labeller
	}
	Entra Entra
}

// As says that it takes a rotation back.
func (WithdrawClientSecret) As() string { return rotation.KindWithdraw }

// Check reads the parameters.
func (WithdrawClientSecret) Check(p rotation.Params) error {
	var c clientSecrets
	if err := rotation.Decode(p, &c); err != nil {
		return err
	}
	return c.check()
}

// By says that nobody has to act.
func (WithdrawClientSecret) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do waits for whatever may still land, and takes it all back.
func (a WithdrawClientSecret) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var c clientSecrets
	if err := rotation.Decode(t.Step().With, &c); err != nil {
		return rotation.Outcome{}, err
	}
	if until := inFlight(t); t.Now.Before(until) {
		return rotation.Wait(until.Sub(t.Now), "waiting for what was sent before and got no answer, so that it can't land afterwards"), nil
	}
	r := t.Rotation
	v, err := a.AWS.Describe(ctx, r.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	if r.Facts.OldVersion != "" && v.At(rotation.Current) != r.Facts.OldVersion {
		return rotation.Resume("It can't be cancelled: a new client secret was saved and is current already."), nil
	}
	var evidence []string
	if p := v.At(rotation.Pending); p != "" && ours(r, p) && p != r.Facts.OldVersion {
		if err := takeOff(ctx, t, a.AWS, p); err != nil {
			return rotation.Outcome{}, err
		}
		evidence = append(evidence, "AWSPENDING taken off our version")
	}
	all, err := a.added(ctx, t, c)
	if err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	if a.unlisted(t, all) {
		return rotation.Wait(lookAgain, "Entra ID doesn't list yet what Rekey added. It is removed as soon as it does."), nil
	}
	if err := c.orphans(ctx, t, c.mint(a.Entra, nil, "", t.Now), all, ""); err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	if n := removals(t); n > 0 {
		evidence = append(evidence, fmt.Sprintf("removed at Entra ID: %d", n))
	}
	if len(evidence) == 0 {
		evidence = append(evidence, "nothing had been added")
	}
	return rotation.Done(evidence...), nil
}

// added lists the application's client secrets, if this rotation tried to add
// one.
func (a WithdrawClientSecret) added(ctx context.Context, t *rotation.Task, c clientSecrets) ([]rotation.ClientSecret, error) {
	receive := t.Rotation.Find(rotation.KindReceive)
	if receive == nil || len(receive.Effects) == 0 {
		return nil, nil
	}
	return a.Entra.Secrets(ctx, c.ClientID)
}

// removals counts what this step removed, also in an earlier attempt.
func removals(t *rotation.Task) int {
	n := 0
	for _, e := range t.Step().Effects {
		if e.State == rotation.Landed && strings.HasPrefix(e.Purpose, "remove ") {
			n++
		}
	}
	return n
}

// unlisted reports whether what was just added isn't listed yet, so that it
// couldn't be removed.
func (a WithdrawClientSecret) unlisted(t *rotation.Task, all []rotation.ClientSecret) bool {
	f := t.Rotation.Facts
	return f.NewKey != "" && !listed(all, f.NewKey) && !begun(t, "remove client secret "+f.NewKey) && t.Now.Before(f.Created.Add(entraLag))
}
