package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rekey/rotation"
)

// ChooseServices lists the keys of the secret with what they open at PagerDuty,
// and lets the holder choose which are replaced. What is approved afterwards is
// the choice, with who isn't alerted meanwhile.
type ChooseServices struct {
	AWS interface {
		Labels
		Values
	}
	PagerDuty Integrations
}

// Check reads the parameters.
func (ChooseServices) Check(p rotation.Params) error {
	var s services
	if err := rotation.Decode(p, &s); err != nil {
		return err
	}
	for _, one := range s.Services {
		if one.Name == "" {
			return errors.New("services: each needs a name, of its key in the secret")
		}
	}
	return nil
}

// By says that the holder acts.
func (ChooseServices) By(rotation.Params) rotation.Party { return rotation.Holder }

// Do offers the keys, or says what the choice means.
func (a ChooseServices) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var s services
	if err := rotation.Decode(t.Step().With, &s); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if t.Rotation.Facts.OldCreated.IsZero() {
		return begin(ctx, t, a.AWS, v)
	}
	if len(t.Rotation.Facts.Picked) == 0 && len(t.Step().Options) > 0 && !t.Asked {
		return rotation.Wait(0, t.Step().Kept()).Offering(t.Step().Options...), nil
	}
	keys, besides, err := integrationKeys(ctx, t, a.AWS, a.PagerDuty, v)
	if err != nil {
		return rotation.Outcome{}, err
	}
	picked := t.Rotation.Facts.Picked
	there := func(name string) bool { _, ok := keyNamed(keys, name); return ok }
	if len(picked) > 0 && !slices.ContainsFunc(picked, func(name string) bool { return !there(name) }) {
		return a.chosen(ctx, t, s, keys, picked)
	}
	var options []rotation.Option
	var unknown []string
	for _, k := range keys {
		text := k.name + ": " + k.service()
		if k.opens.ID == "" {
			unknown = append(unknown, rotation.Clean(k.name))
			text = k.name + ": not in PagerDuty's list"
		}
		options = append(options, rotation.Option{Value: k.name, Text: text})
	}
	note := fmt.Sprintf("%d keys in the secret", len(keys))
	if len(unknown) > 0 {
		note += fmt.Sprintf("; PagerDuty doesn't list %d of them: %s", len(unknown), someOf(unknown, 3))
	} else {
		note += ", each of them in PagerDuty's list"
	}
	if besides > 0 {
		note += fmt.Sprintf("; %d more keys at PagerDuty aren't in the secret", besides)
	}
	return rotation.Wait(0, note+".").Offering(options...).Knowing(func(f *rotation.Facts) { f.Picked = nil }), nil
}

// chosen ticks the step with what was chosen, and learns who isn't alerted.
func (a ChooseServices) chosen(ctx context.Context, t *rotation.Task, s services, keys []integrationKey, picked []string) (rotation.Outcome, error) {
	before := map[string]rotation.Integration{}
	var reach, tested []string
	for _, name := range picked {
		k, _ := keyNamed(keys, name)
		who, err := onCall(ctx, a.PagerDuty, k.opens)
		if err != nil {
			return rotation.Outcome{}, err
		}
		before[name] = k.opens
		reach = append(reach, k.service()+" ("+who+")")
		if s.tested(name) {
			tested = append(tested, k.service()+" ("+who+")")
		}
	}
	meanwhile, foretold := "No alerts until the new keys are in use: "+someOf(reach, 4)+".", ""
	if len(tested) > 0 {
		foretold = "Test alerts of the new keys will go to " + someOf(tested, 3) + "."
	}
	return rotation.Done(fmt.Sprintf("%d of %d", len(picked), len(keys))).Knowing(func(f *rotation.Facts) {
		f.Integrations, f.Meanwhile, f.Foretold = before, meanwhile, foretold
	}), nil
}
