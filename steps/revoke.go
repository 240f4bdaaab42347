package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rekey/rotation"
)

// Revoke ends the old credential, last of all, after a time in which people
// can still roll back, and proves its death. With the right to read the
// previous version the bot does it; otherwise a person does.
type Revoke struct {
	AWS interface {
		Labels
		Values
	}
	Slack Messages
}

type revokeParams struct {
	By      rotation.Party  `json:"by"`      // "rekey" or "holder"
	Owner   string          `json:"owner"`   // who ends it, if that is another team: "Operations Engineering"
	Channel rotation.Handle `json:"channel"` // where they are asked to; empty: the holder asks
	Ask     string          `json:"ask"`     // what for: sentences
	soaking
}

// soaking is how long an old credential is kept after the new one is in use.
type soaking struct {
	Soak        string `json:"soak"`
	Compromised string `json:"compromised_soak"` // the same in an emergency; empty: not at all
}

// soak is how long it is kept in a rotation of this kind.
func (s soaking) soak(emergency bool) (time.Duration, error) {
	text := s.Soak
	if emergency {
		text = s.Compromised
		if text == "" {
			return 0, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("soak: %q is not a duration like 1h", text)
	}
	return d, nil
}

// check reads both.
func (s soaking) check() error {
	_, err := s.soak(false)
	_, again := s.soak(true)
	return errors.Join(err, again)
}

// Check reads the parameters.
func (Revoke) Check(p rotation.Params) error {
	var params revokeParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.By != rotation.Rekey && params.By != rotation.Holder {
		return errors.New("by: must be rekey or holder")
	}
	if (params.Channel.Name == "") != (params.Ask == "") || params.Ask != "" && (params.Owner == "" || params.By != rotation.Holder) {
		return errors.New("a request needs owner, channel and ask, and by: holder")
	}
	return params.check()
}

// By says who ends the old credential. Even a person's turn begins only after
// the soak.
func (Revoke) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Then says who ends it after the soak.
func (Revoke) Then(p rotation.Params) rotation.Party {
	var params revokeParams
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Rekey
	}
	return params.By
}

// Do waits, ends the old credential, and proves it dead.
func (a Revoke) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p revokeParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	soak, err := p.soak(t.Rotation.Emergency())
	if err != nil {
		return rotation.Outcome{}, err
	}
	f, plan := t.Rotation.Facts, t.Rotation.Plan
	if f.Old == rotation.OldRefused && !f.OldDead.IsZero() {
		return rotation.Done("the old " + plan.Noun + " is refused" + by(t) + " " + rotation.When(f.OldDead)), nil
	}
	if until := t.Step().Opened.Add(soak); t.Now.Before(until) && t.Step().Round == 1 {
		return rotation.Wait(until.Sub(t.Now), "The old "+plan.Noun+" is ended "+rotation.When(until)+", unless somebody rolls back before."), nil
	}
	v, err := a.AWS.Describe(ctx, plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	old, readable, err := read(ctx, t, a.AWS, v, f.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	switch {
	case !readable || t.Prover() == nil:
		return a.unproven(t), nil
	}
	ender, ends := t.Prover().(rotation.Ender)
	if p.By == rotation.Holder || !ends {
		return a.byHand(ctx, t, p, old)
	}
	if why, err := t.StillApproved(ctx, "revoke"); err != nil {
		return rotation.Outcome{}, err
	} else if why != "" {
		return rotation.Reapprove(why), nil
	}
	_, err = t.Effect(ctx, rotation.Change{
		Purpose: "revoke",
		Settles: true,
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, ender.End(ctx, old)
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			_, err := try(ctx, t, old)
			if dead(err) {
				return rotation.SeenLanded, nil, nil
			}
			return rotation.SeenNothing, nil, err
		},
	})
	if err != nil {
		return rotation.Outcome{}, err
	}
	return a.proveDead(ctx, t, old, "", t.Prover().Provider()+" accepted the revocation and still answers the old "+plan.Noun+"; Rekey tries it again in a minute.")
}

// byHand waits for a person to delete it; Check now tries it. It may be left
// as a debt of whoever has to delete it.
func (a Revoke) byHand(ctx context.Context, t *rotation.Task, p revokeParams, old rotation.Value) (rotation.Outcome, error) {
	plan, f := t.Rotation.Plan, t.Rotation.Facts
	note := "Delete the old " + plan.Noun + ", then press Check now: Rekey proves that it is refused."
	owner := p.Owner
	switch {
	case p.Channel.Name != "":
		if why, err := t.StillApproved(ctx, "request"); err != nil {
			return rotation.Outcome{}, err
		} else if why != "" {
			return rotation.Reapprove(why), nil
		}
		at, err := postOnce(ctx, t, a.Slack, "request", p.Channel, addressed(t, p.Owner, p.Ask))
		if err != nil {
			return rotation.Outcome{}, err
		}
		note = p.Owner + " was asked in " + p.Channel.Name + " " + rotation.When(at) + " to delete it. When they have, press Check now: Rekey proves that it is refused."
	case owner == "" && f.OldIdentity != "":
		owner = rotation.Clean(f.OldIdentity)
		note = "Delete the old " + plan.Noun + ", which belongs to " + owner + ", then press Check now: Rekey proves that it is refused."
	}
	debt := rotation.Debt{What: "The old " + plan.Noun + " of " + plan.Title, Why: "it works until somebody deletes it", Owner: owner, Version: f.OldVersion}
	if !t.Asked {
		if kept := t.Step().Kept(); strings.HasSuffix(kept, note) {
			note = kept // what the last try showed
		}
		return rotation.Wait(0, note).Needing(rotation.Holder).Owable(debt), nil
	}
	out, err := a.proveDead(ctx, t, old, " "+note, "The old "+plan.Noun+" still works. "+note)
	return out.Needing(rotation.Holder).Owable(debt), err
}

// proveDead tries the old value. The note says what to do, and alive what it
// means that it still works.
func (a Revoke) proveDead(ctx context.Context, t *rotation.Task, old rotation.Value, note, alive string) (rotation.Outcome, error) {
	allowed, err := t.MayProbe(ctx)
	if err != nil || !allowed {
		return rotation.Wait(time.Minute, "The old "+t.Rotation.Plan.Noun+" was tried a moment ago; Rekey tries it at most once a minute."+note), err
	}
	_, err = try(ctx, t, old)
	switch {
	case dead(err):
		return rotation.Done("the old " + t.Rotation.Plan.Noun + " is refused" + by(t) + " " + rotation.When(t.Now)).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, t.Now, t.Now
			if f.Used.IsZero() {
				f.FailingSince = t.Now // it was ended before the new one was there
			}
		}), nil
	case err != nil:
		return rotation.Outcome{}, err
	}
	return rotation.Wait(time.Minute, alive), nil
}

// unproven leaves it to the holder's word, and keeps the debt.
func (a Revoke) unproven(t *rotation.Task) rotation.Outcome {
	noun := t.Rotation.Plan.Noun
	return rotation.Wait(0, "Delete the old "+noun+". Rekey can't prove that it is gone: press Attest… when it is.").
		Needing(rotation.Holder).Attestable().
		Owing(rotation.Debt{What: "The old " + noun + " of " + t.Rotation.Plan.Title, Why: whyUnproven(t), Since: t.Step().Opened, Version: t.Rotation.Facts.OldVersion})
}
