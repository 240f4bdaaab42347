package steps

import (
	"context"
	"strings"

	"rekey/rotation"
)

// SeeNoKeys waits until a user has no access key that works: somebody has to
// end those that there are.
type SeeNoKeys struct{ AWS AccessKeys }

// Check reads the parameters.
func (SeeNoKeys) Check(p rotation.Params) error { return NoActiveKeys{}.Check(p) }

// By says that a person has to act.
func (SeeNoKeys) By(rotation.Params) rotation.Party { return rotation.Holder }

// Do takes the watch's own look.
func (s SeeNoKeys) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	seen, err := NoActiveKeys(s).Look(ctx, t.Step().With)
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case seen.Alarm:
		return rotation.Wait(0, seen.Words), nil
	}
	return rotation.Done("observed: "+strings.TrimSuffix(strings.Replace(seen.Words, "The", "the", 1), "."), rotation.When(t.Now)), nil
}
