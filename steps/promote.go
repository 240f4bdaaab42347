package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rekey/rotation"
)

// Promote proves the new value and makes it current: AWSCURRENT moves, the old
// version keeps AWSPREVIOUS, AWSPENDING is taken off. A value saved in the
// console is current already and is only proven.
type Promote struct {
	AWS interface {
		Labels
		Values
		Labeller
	}
	GitHub Copies
}

// Check reads the parameters.
func (Promote) Check(p rotation.Params) error { return checkCopies(p) }

// By says that nobody has to act.
func (Promote) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do proves, asks again who approved, and moves the labels.
func (a Promote) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p copiesParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	if why, err := t.StillApproved(ctx, "promote"); err != nil {
		return rotation.Outcome{}, err
	} else if why != "" {
		return rotation.Reapprove(why), nil
	}
	f := t.Rotation.Facts
	v, err := a.AWS.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return rotation.Outcome{}, err
	}
	if saved := v.At(rotation.Current); undecided(t.Rotation, saved) {
		return which(saved, f.New), nil
	}
	proof, rejected, err := prove(ctx, t, a.AWS, v)
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case rejected != nil:
		return *rejected, nil
	case !accepted(f, proof.Missing):
		return lacking(t, proof), nil
	}
	before, err := a.move(ctx, t, v, p.Copies)
	if err != nil {
		return rotation.Outcome{}, err
	}
	promoted := t.Now
	if f.Way == rotation.ByConsole {
		promoted = f.Created
	}
	if f.Accepted != "" {
		proof.Evidence = slices.Insert(proof.Evidence, 1, "let pass by "+rotation.Mention(f.Accepted))
	}
	return rotation.Done(append(proof.Evidence, "current "+rotation.When(promoted))...).Knowing(func(f *rotation.Facts) {
		if proof.learn != nil {
			proof.learn(f)
		}
		f.Promoted, f.CopiesBefore = promoted, before
	}), nil
}

// accepted reports whether somebody let pass all that is missing. What has gone
// missing since isn't covered.
func accepted(f rotation.Facts, missing []string) bool {
	for _, name := range missing {
		if f.Accepted == "" || !slices.Contains(f.Missing, name) {
			return false
		}
	}
	return true
}

// undecided reports whether somebody saved a version in the console after
// another was staged and proven, and nobody has said yet which one it is.
// Where an approval is bound to the staged one, it isn't a question of choice.
func undecided(r *rotation.Rotation, saved string) bool {
	f := r.Facts
	return r.Plan.Overlap == rotation.None && f.Way == rotation.ByPut && f.Chosen != f.New &&
		saved != "" && saved != f.OldVersion && saved != f.New && !slices.Contains(f.Rejected, saved)
}

// move makes the new version current and takes AWSPENDING off it. It returns
// when the copies were last written before the switch.
func (a Promote) move(ctx context.Context, t *rotation.Task, v rotation.Versions, copies []rotation.Copy) (map[string]time.Time, error) {
	f, plan := t.Rotation.Facts, t.Rotation.Plan
	if f.Way == rotation.ByConsole {
		before, err := updated(ctx, a.GitHub, copies)
		if err != nil {
			return nil, err
		}
		return before, takeOffOurs(ctx, t, a.AWS, v)
	}
	from := f.OldVersion
	if at := v.At(rotation.Current); f.Chosen == f.New || slices.Contains(f.Rejected, at) {
		from = at // one that was saved in the console, and that proof or people decided against
	}
	before, err := switchTo(ctx, t, a.AWS, "promote", f.New, from, func(ctx context.Context) (map[string]time.Time, error) {
		return updated(ctx, a.GitHub, copies)
	})
	if err != nil {
		return nil, err
	}
	v, err = a.AWS.Describe(ctx, plan.Place())
	if err != nil {
		return nil, err
	}
	return before, takeOffOurs(ctx, t, a.AWS, v)
}

// takeOffOurs takes AWSPENDING off the new version, or off one of ours that
// people decided against.
func takeOffOurs(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Labeller
}, v rotation.Versions) error {
	staged := v.At(rotation.Pending)
	if staged == "" || staged == t.Rotation.Facts.OldVersion || !ours(t.Rotation, staged) {
		return nil
	}
	return takeOff(ctx, t, aws, staged)
}

// switchTo moves AWSCURRENT and keeps what the copies showed before. The label
// moves only from the version that was seen, so a third one is never replaced.
func switchTo(ctx context.Context, t *rotation.Task, aws interface {
	Labels
	Labeller
}, purpose, to, from string, copies func(context.Context) (map[string]time.Time, error)) (map[string]time.Time, error) {
	plan := t.Rotation.Plan
	e, err := t.Effect(ctx, rotation.Change{
		Purpose: purpose,
		Before: func(ctx context.Context) (any, error) {
			v, err := aws.Describe(ctx, plan.Place())
			if err != nil {
				return nil, err
			}
			if at := v.At(rotation.Current); at != from && at != to {
				return nil, third(t, at, to)
			}
			return copies(ctx)
		},
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			v, err := aws.Describe(ctx, plan.Place())
			if err != nil {
				return nil, err
			}
			if v.At(rotation.Current) == to {
				return nil, nil // an earlier round got that far; moving it again is an error at AWS
			}
			return nil, aws.Move(ctx, plan.Place(), rotation.Current, to, from)
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			v, err := aws.Describe(ctx, plan.Place())
			if err != nil {
				return rotation.SeenUnclear, nil, err
			}
			switch at := v.At(rotation.Current); at {
			case to:
				return rotation.SeenLanded, nil, nil
			case from:
				return rotation.SeenNothing, nil, nil
			default:
				return rotation.SeenUnclear, nil, third(t, at, to)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	before := map[string]time.Time{}
	if err := json.Unmarshal(e.Before, &before); err != nil {
		return nil, fmt.Errorf("reading back what the copies showed: %w", err)
	}
	return before, nil
}

func third(t *rotation.Task, at, to string) error {
	return &rotation.Error{
		What: "Somebody else changed the secret: AWSCURRENT is on version " + at + ", which this rotation doesn't know.",
		Safe: "Rekey moved nothing. The new " + t.Rotation.Plan.Noun + " is version " + to + ".",
		Next: "Find out what was saved and why. Put AWSCURRENT back or finish by hand, then press Retry.",
	}
}
