package steps

import (
	"context"
	"time"

	"rekey/rotation"
)

// Approve waits for somebody else's approval. Meanwhile it looks at whatever
// would stop the rotation later, so that nobody breaks a token first and finds
// out then. The engine counts the presses.
type Approve struct {
	AWS interface {
		Labels
		Values
	}
	GitHub Copies
}

type approveParams struct {
	Copies []rotation.Copy `json:"copies"`
}

// Check reads the parameters.
func (Approve) Check(p rotation.Params) error { return rotation.Decode(p, &approveParams{}) }

// By says that the approvers act.
func (Approve) By(rotation.Params) rotation.Party { return rotation.Approvers }

// Do looks at the secret and the copies.
func (a Approve) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p approveParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	f := t.Rotation.Facts
	current := v.At(rotation.Current)
	if f.New != "" && current != f.OldVersion && current != f.New {
		return which(current, f.New), nil
	}
	if f.OldCreated.IsZero() {
		if _, err := updated(ctx, a.GitHub, p.Copies); err != nil {
			return rotation.Outcome{}, err
		}
		return begin(ctx, t, a.AWS, v)
	}
	if current != f.OldVersion && f.New == "" && t.Rotation.Find(rotation.KindReceive).Kind == kindWritten {
		return rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) { f.OldVersion, f.OldCreated = current, time.Time{} }), nil
	}
	if current != f.OldVersion && f.New == "" {
		note := "A new " + t.Rotation.Plan.Noun + " was saved in the console before the approval. It isn't undone: the approval covers what is left, and Rekey proves it next."
		return rotation.Wait(0, note).Knowing(func(f *rotation.Facts) { f.Early = true }), nil
	}
	return rotation.Wait(0, f.Foretold), nil
}

// which asks a person to choose between two new versions.
func which(a, b string) rotation.Outcome {
	return rotation.Park(rotation.Problem{
		What: "There are two new versions: " + a + " and " + b + ".",
		Safe: "Rekey changed nothing: it doesn't know which of the two is meant.",
		Next: "Choose the one that holds the new value. The other stays in Secrets Manager without a use.",
		Choices: []rotation.Choice{
			{Verb: rotation.Choose, Label: "Use " + a[:8], Value: a},
			{Verb: rotation.Choose, Label: "Use " + b[:8], Value: b},
		},
		NoRetry: true,
	})
}
