package steps

import (
	"context"
	"encoding/json"
	"slices"

	"rekey/rotation"
)

// Withdraw makes sure that a cancelled rotation leaves nothing behind: without
// overlap it tries the old value first, and it takes AWSPENDING off a version
// of ours. The old value is never touched.
type Withdraw struct {
	AWS interface {
		Labels
		Values
		Labeller
	}
}

// Check reads the parameters, which are those of the receive step.
func (Withdraw) Check(p rotation.Params) error { return rotation.Decode(p, &receiveParams{}) }

// By says that nobody has to act.
func (Withdraw) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do looks, tries the old value, and takes the label off.
func (a Withdraw) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	r, noun := t.Rotation, t.Rotation.Plan.Noun
	if until := inFlight(t); t.Now.Before(until) {
		return rotation.Wait(until.Sub(t.Now), "waiting for what was sent before and got no answer, so that it can't land afterwards"), nil
	}
	v, err := a.AWS.Describe(ctx, r.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	if r.Facts.OldVersion != "" && v.At(rotation.Current) != r.Facts.OldVersion {
		return rotation.Resume("It can't be cancelled: a new " + noun + " was saved and is current already."), nil
	}
	evidence, word := []string{}, rotation.Person("")
	if r.Plan.Overlap == rotation.None && r.Facts.OldVersion != "" {
		old, readable, err := read(ctx, t, a.AWS, v, r.Facts.OldVersion)
		if err != nil {
			return rotation.Outcome{}, err
		}
		if !readable || t.Prover() == nil {
			word = r.EndedBy
			evidence = append(evidence, "attested by "+rotation.Mention(word)+": "+untouched(r))
		} else if _, err := try(ctx, t, old); dead(err) {
			return rotation.Resume("It can't be cancelled: the old " + noun + " is refused already, so its users need the new one.").Knowing(died(t.Now, t.Now)), nil
		} else if err != nil {
			return rotation.Outcome{}, err
		} else {
			evidence = append(evidence, "the old "+noun+" still works")
		}
	}
	if p := v.At(rotation.Pending); p != "" && ours(r, p) && p != r.Facts.OldVersion {
		if err := takeOff(ctx, t, a.AWS, p); err != nil {
			return rotation.Outcome{}, err
		}
		evidence = append(evidence, "AWSPENDING taken off our version")
	}
	if len(evidence) == 0 {
		evidence = append(evidence, "nothing had been staged")
	}
	return rotation.Done(evidence...).AttestedBy(word), nil
}

// untouched is what somebody vouches for who cancels where nothing can be
// tried.
func untouched(r *rotation.Rotation) string {
	if r.Facts.Way == rotation.ByMint {
		return "nobody set the new " + r.Plan.Noun
	}
	return "nothing was regenerated"
}

// takeOff takes AWSPENDING off a version of ours.
func takeOff(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Labeller
}, version string) error {
	plan := t.Rotation.Plan
	_, err := t.Effect(ctx, rotation.Change{
		Purpose: "unstage " + version,
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, aws.Move(ctx, plan.Place(), rotation.Pending, "", version)
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			v, err := aws.Describe(ctx, plan.Place())
			if err != nil {
				return rotation.SeenUnclear, nil, err
			}
			if slices.Contains(v.Labels[version], rotation.Pending) {
				return rotation.SeenNothing, nil, nil
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	return err
}
