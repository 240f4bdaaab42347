package steps

import (
	"context"
	"slices"

	"rekey/rotation"
)

// What becomes of a client secret that Rekey added, and that isn't to be used.

func rejected(f rotation.Facts, version string) bool { return slices.Contains(f.Rejected, version) }

// takenBack removes one that was rejected. Another is added only when somebody
// asks for it, since it would probably be rejected as well.
func (a AddClientSecret) takenBack(ctx context.Context, t *rotation.Task, m mint, staged string) (rotation.Outcome, error) {
	if err := a.drop(ctx, t, m, staged); err != nil {
		return rotation.Outcome{}, err
	}
	why := t.Step().Asked
	if why == "" {
		why = "The client secret that Rekey added isn't to be used."
	}
	return rotation.Park(rotation.Problem{
		What: why,
		Safe: "Rekey removed it again. The old client secret is untouched and in use.",
		Next: "Mend the cause. Retry adds another.",
	}).Knowing(func(f *rotation.Facts) { f.NewKey = "" }), nil
}

// saved deals with a version that somebody saved in the console meanwhile: the
// one or the other is used, and people say which.
func (a AddClientSecret) saved(ctx context.Context, t *rotation.Task, m mint, saved, staged string) (rotation.Outcome, error) {
	f := t.Rotation.Facts
	if f.Chosen != saved {
		choices := []rotation.Choice{{Verb: rotation.Choose, Label: "Use " + saved[:8], Value: saved}}
		return rotation.Park(rotation.Problem{
			What:    "Somebody saved version " + saved + " in the console while Rekey was to add a client secret.",
			Safe:    "It is current: whoever reads the secret now gets it. Rekey changed nothing.",
			Next:    "Use it if it holds the new client secret. Else put AWSCURRENT back and press Retry.",
			Choices: choices,
		}), nil
	}
	if err := a.drop(ctx, t, m, staged); err != nil {
		return rotation.Outcome{}, err
	}
	created, err := a.AWS.Created(ctx, t.Rotation.Plan.Place(), saved)
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done("saved in the console " + rotation.When(created)).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created, f.NewKey = saved, rotation.ByConsole, created, ""
	}), nil
}

// drop takes AWSPENDING off what Rekey staged and removes what it added.
func (a AddClientSecret) drop(ctx context.Context, t *rotation.Task, m mint, staged string) error {
	if staged != "" && staged != t.Rotation.Facts.OldVersion {
		if err := takeOff(ctx, t, a.AWS, staged); err != nil {
			return err
		}
	}
	if t.Rotation.Facts.NewKey == "" {
		return nil
	}
	return refusedByGraph(t, m.remove(ctx, t, t.Rotation.Facts.NewKey))
}
