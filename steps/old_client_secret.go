package steps

import (
	"context"
	"fmt"
	"slices"

	"rekey/rotation"
)

// noneOfThese is what the holder chooses if the old client secret isn't listed.
const noneOfThese = "none"

// identify finds out which of the application's client secrets is the old one,
// before anything is added: by what Entra ID shows of its value, else by its
// name, else it is asked for.
func (a AddClientSecret) identify(ctx context.Context, t *rotation.Task, p addParams, v rotation.Versions) (rotation.Outcome, error) {
	all, err := a.Entra.Secrets(ctx, p.ClientID)
	if err != nil {
		return rotation.Outcome{}, refusedByGraph(t, err)
	}
	old, readable, err := read(ctx, t, a.AWS, v, t.Rotation.Facts.OldVersion)
	if err != nil {
		return rotation.Outcome{}, err
	}
	var hinted, named []rotation.ClientSecret
	for _, one := range all {
		if p.named(one) {
			named = append(named, one)
		}
		if readable && one.Hint != "" && old.Begins(one.Hint) {
			hinted = append(hinted, one)
		}
	}
	if len(hinted) > 1 {
		hinted = slices.DeleteFunc(hinted, func(one rotation.ClientSecret) bool { return !p.named(one) })
	}
	switch {
	case len(hinted) == 1:
		return known(hinted[0]), nil
	case len(hinted) == 0 && len(named) == 1:
		return known(named[0]), nil
	}
	if picked := t.Rotation.Facts.Picked; len(picked) == 1 {
		if picked[0] == noneOfThese {
			return known(rotation.ClientSecret{ID: noneOfThese}), nil
		}
		if i := slices.IndexFunc(all, func(one rotation.ClientSecret) bool { return one.ID == picked[0] }); i >= 0 {
			return known(all[i]), nil
		}
	}
	return ask(t, all), nil
}

func known(old rotation.ClientSecret) rotation.Outcome {
	return rotation.Wait(rotation.AtOnce, "").Needing(rotation.Rekey).Knowing(func(f *rotation.Facts) {
		f.OldKey, f.OldExpires = old.ID, old.End
	})
}

// ask lets the holder say which one it is.
func ask(t *rotation.Task, all []rotation.ClientSecret) rotation.Outcome {
	options := []rotation.Option{{Value: noneOfThese, Text: "None of these: it is gone already"}}
	for _, one := range all {
		options = append(options, rotation.Option{Value: one.ID, Text: fmt.Sprintf("%s, from %s to %s", rotation.Clean(one.Name), t.Day(one.Start), t.Day(one.End))})
	}
	note := ""
	if len(t.Rotation.Facts.Picked) > 1 {
		note = "Choose one only. "
	}
	return rotation.Wait(0, note+"Rekey can't tell which of the application's client secrets is the old one. Choose the one that is in use now: it is removed at the end. Nothing has been added yet.").
		Needing(rotation.Holder).Offering(options...)
}
