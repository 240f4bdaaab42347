package steps

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"rekey/rotation"
)

// ReplaceCopies writes the new value into the Actions secrets that a workflow
// signs in with, before that workflow can be run, or into all of them. Without
// the right to write them, a person does it and GitHub's updated_at shows it.
type ReplaceCopies struct {
	AWS interface {
		Labels
		Values
	}
	GitHub Copies
}

type copiesParams struct {
	Copies []rotation.Copy `json:"copies"`
}

type replaceParams struct {
	copiesParams
	All bool `json:"all"` // also those that no workflow signs in with
}

// Check reads the parameters.
func (ReplaceCopies) Check(p rotation.Params) error {
	var params replaceParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	return params.check()
}

func checkCopies(p rotation.Params) error {
	var params copiesParams
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	return params.check()
}

// check says what a list of copies lacks.
func (p copiesParams) check() error {
	for _, c := range p.Copies {
		if c.Repo == "" || c.Name == "" {
			return errors.New("copies: each needs a repo (owner/name) and a name")
		}
	}
	return nil
}

// By says that nobody has to act, as long as the bot has the right.
func (ReplaceCopies) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Needed says whether there is a copy to replace first.
func (ReplaceCopies) Needed(p rotation.Params) bool {
	return len(neededCopies(p)) > 0
}

func neededCopies(p rotation.Params) []rotation.Copy {
	var params replaceParams
	if err := rotation.Decode(p, &params); err != nil {
		return nil
	}
	return slices.DeleteFunc(params.Copies, func(c rotation.Copy) bool { return !c.Needed && !params.All })
}

// Do writes each copy that hasn't moved since the switch.
func (a ReplaceCopies) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	copies := neededCopies(t.Step().With)
	seen, err := updated(ctx, a.GitHub, copies)
	if err != nil {
		return rotation.Outcome{}, err
	}
	done, left, _ := moved(t.Rotation.Facts, seen, copies)
	for _, c := range left {
		o, err := a.replace(ctx, t, c, seen[c.Key()])
		if err != nil {
			return rotation.Outcome{}, err
		}
		if o != nil {
			return *o, nil
		}
		done = append(done, c)
	}
	return rotation.Done(names(done)), nil
}

func (a ReplaceCopies) replace(ctx context.Context, t *rotation.Task, c rotation.Copy, before time.Time) (*rotation.Outcome, error) {
	plan := t.Rotation.Plan
	v, err := a.AWS.Describe(ctx, plan.Place())
	if err != nil {
		return nil, err
	}
	value, readable, err := read(ctx, t, a.AWS, v, target(t.Rotation))
	if err != nil {
		return nil, err
	}
	if !readable {
		o := byHand(c, "Rekey may not read the value")
		return &o, nil
	}
	purpose := purposeOf(c)
	if t.Declined(purpose) && !t.Asked {
		o := byHand(c, "GitHub doesn't let Rekey write it")
		return &o, nil
	}
	_, err = t.Effect(ctx, rotation.Change{
		Purpose: purpose,
		Settles: true,
		Before:  func(context.Context) (any, error) { return before, nil },
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, a.GitHub.PutCopy(ctx, c.Repo, c.Name, value)
		},
		Look: func(ctx context.Context, _ string, was json.RawMessage) (rotation.Seen, any, error) {
			var then time.Time
			if err := json.Unmarshal(was, &then); err != nil {
				return rotation.SeenUnclear, nil, err
			}
			now, err := a.GitHub.CopyUpdated(ctx, c.Repo, c.Name)
			if err != nil {
				return rotation.SeenUnclear, nil, err
			}
			if now.After(then) {
				return rotation.SeenLanded, nil, nil
			}
			return rotation.SeenNothing, nil, nil
		},
	})
	if p, definite := rotation.Definite(err); definite && (p.Code == "403" || p.Code == "404") {
		o := byHand(c, "GitHub doesn't let Rekey write it ("+p.Code+")")
		return &o, nil
	}
	return nil, err
}

// purposeOf names the effect of writing a copy.
func purposeOf(c rotation.Copy) string { return "copy " + c.Key() }

// byHand asks the holder to replace a copy; GitHub's metadata ticks it.
func byHand(c rotation.Copy, why string) rotation.Outcome {
	return rotation.Wait(0, why+". Set the Actions secret "+c.Name+" of "+c.Repo+" to the new value yourself; this ticks when GitHub shows that it was written.").Needing(rotation.Holder)
}
