package steps

import (
	"context"
	"fmt"
	"strings"

	"rekey/rotation"
)

// What a saved value is, when the old one still works although the new one
// should have ended it.

// sameValue compares the new value with the old one, in memory and in constant
// time. readable is whether the new one may be read at all.
func (a Receive) sameValue(ctx context.Context, t *rotation.Task, v rotation.Versions, version string) (same, readable bool, err error) {
	saved, readable, err := read(ctx, t, a.AWS, v, version)
	if err != nil || !readable {
		return false, readable, err
	}
	old, ok, err := read(ctx, t, a.AWS, v, t.Rotation.Facts.OldVersion)
	if err != nil || !ok {
		return false, readable, err
	}
	return saved.Same(old), true, nil
}

func sameAgain(t *rotation.Task, arrived func(*rotation.Facts)) rotation.Outcome {
	noun := t.Rotation.Plan.Noun
	return rotation.Park(rotation.Problem{
		What:    "The " + noun + " that was saved is the old one: nothing changed.",
		Safe:    "The old " + noun + " is untouched and in use.",
		Next:    "Make the new " + noun + ", then press Ask again and save that one.",
		Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
		NoRetry: true,
	}).Knowing(arrived)
}

// stillAlive parks with what was seen: the token of another secret behind the
// same login, or a second token.
func (a Receive) stillAlive(ctx context.Context, t *rotation.Task, v rotation.Versions, version string, readable bool, arrived func(*rotation.Facts)) (rotation.Outcome, error) {
	noun := t.Rotation.Plan.Noun
	problem := rotation.Problem{
		What: "A new " + noun + " was saved, but the old one still works: probably a second " + noun + " was made instead of regenerating this one.",
		Safe: "Both work, and nothing has been switched.",
		Next: "Regenerate the " + noun + " of " + t.Rotation.Plan.Title + ", then press Ask again and save that one. Delete the second " + noun + ".",
		Choices: []rotation.Choice{
			{Verb: rotation.Again, Label: "Ask again"},
		},
	}
	accepted, err := a.accepted(ctx, t, v, version)
	if err != nil {
		return rotation.Outcome{}, err
	}
	sibling, err := a.deadSibling(ctx, t)
	if err != nil {
		return rotation.Outcome{}, err
	}
	switch {
	case sibling != nil: // whatever was saved: somebody's users are failing
		problem.What = "The old " + noun + " still works, but that of " + sibling.Name + " is refused: that one was regenerated instead."
		problem.Safe = t.Rotation.Plan.Title + " is untouched. Users of " + sibling.Name + " are failing now."
		problem.Next = "Rotate " + sibling.Name + " now: it needs its new " + noun + ". Then press Ask again here."
		problem.Choices = append(problem.Choices, rotation.Choice{Verb: rotation.StartOther, Label: "Rotate " + sibling.Name + " now", Value: sibling.Name})
	case !readable:
		problem.What = "A new version was saved, but the old " + noun + " still works, and Rekey may not read the new one to say what it is."
		problem.Safe = "The old " + noun + " works, and nothing has been switched."
	case !accepted:
		problem.What = "What was saved isn't a " + noun + " that " + t.Prover().Provider() + " accepts, and the old one still works: nothing was regenerated."
		problem.Safe = "The old " + noun + " is untouched and in use."
		problem.Next = "Regenerate the " + noun + " of " + t.Rotation.Plan.Title + ", then press Ask again and save that one."
	}
	if v.At(rotation.Current) == version {
		problem.Safe = "It was saved in the console, so it is current: whoever reads the secret now gets it. The old " + noun + " still works."
		if sibling != nil {
			problem.Safe += " Users of " + sibling.Name + " are failing now."
		}
	}
	return rotation.Park(problem).Knowing(func(f *rotation.Facts) { arrived(f); f.Old = rotation.OldAlive }), nil
}

// accepted reports whether the provider takes the value that was saved, if it may be
// read.
func (a Receive) accepted(ctx context.Context, t *rotation.Task, v rotation.Versions, version string) (bool, error) {
	saved, readable, err := read(ctx, t, a.AWS, v, version)
	if err != nil || !readable {
		return false, err
	}
	if _, err := try(ctx, t, saved); dead(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}

// toWait ends the note that asks to let a sibling go first.
const toWait = "finish that first."

// kept is the step's note, or that a sibling has no live value just now: two of
// the same user aren't broken at once. It keeps nobody from saving, and isn't
// said where the old value here is dead as well.
func (a Receive) kept(ctx context.Context, t *rotation.Task) (string, error) {
	kept := t.Step().Kept()
	if strings.HasSuffix(kept, toWait) {
		kept = ""
	}
	var p receiveParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return "", err
	}
	if t.Rotation.Plan.Overlap != rotation.None || !t.Rotation.Facts.OldDead.IsZero() || len(p.Siblings) == 0 {
		return kept, nil
	}
	var names []string
	for _, s := range p.Siblings {
		names = append(names, s.Name)
	}
	r, err := t.Failing(ctx, names...)
	if err != nil || r == nil {
		return kept, err
	}
	return fmt.Sprintf("%s is failing since %s (rotation %d): ", r.Plan.Secret, rotation.When(r.Facts.FailingSince), r.ID) + toWait, nil
}

// deadSibling tries the current value of each other secret behind the same
// login once, and returns the first that is refused.
func (a Receive) deadSibling(ctx context.Context, t *rotation.Task) (*rotation.Sibling, error) {
	var p receiveParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return nil, err
	}
	for _, s := range p.Siblings {
		v, err := a.AWS.Describe(ctx, s.Place())
		if _, definite := rotation.Definite(err); definite {
			continue // a sibling that can't be seen is no reason to stop
		} else if err != nil {
			return nil, err
		}
		value, err := a.AWS.Read(ctx, s.Place(), v.At(rotation.Current), rotation.Current, s.Field)
		if _, definite := rotation.Definite(err); definite {
			continue
		} else if err != nil {
			return nil, err
		}
		if _, err := try(ctx, t, value); dead(err) {
			return &s, nil
		} else if err != nil {
			return nil, err
		}
	}
	return nil, nil
}
