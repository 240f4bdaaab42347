package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rekey/rotation"
)

// Tagger reads and writes the tags of a secret.
type Tagger interface {
	Tags(ctx context.Context, p rotation.Place) (map[string]string, error)
	// Tag writes one tag and leaves the others alone.
	Tag(ctx context.Context, p rotation.Place, key, value string) error
}

// TagExpiry writes the day by which the new value has to be replaced as a tag
// of its secret, for whoever looks there. It is a convenience: a refusal is
// said, and ends the step.
type TagExpiry struct{ AWS Tagger }

// expiryTag is the tag, and its value is a day: "2027-05-22".
const expiryTag = "expiry-date"

// Check takes no parameters.
func (TagExpiry) Check(p rotation.Params) error { return rotation.Decode(p, &struct{}{}) }

// By says that nobody has to act.
func (TagExpiry) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do writes the tag.
func (a TagExpiry) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	plan, f := t.Rotation.Plan, t.Rotation.Facts
	clocks := rotation.Clocks{Every: rotation.Days(plan.Every), Current: f.Promoted, Expires: f.Expires}.In(t.Zone())
	due := clocks.Due().On
	if f.Promoted.IsZero() || due.IsZero() {
		return rotation.Done("no tag written, since it isn't known when the next rotation is due"), nil
	}
	day := due.In(t.Zone()).Format(time.DateOnly)
	_, err := t.Effect(ctx, rotation.Change{
		Purpose: "tag", Settles: true,
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, a.AWS.Tag(ctx, plan.Place(), expiryTag, day)
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			tags, err := a.AWS.Tags(ctx, plan.Place())
			if err != nil || tags[expiryTag] != day {
				return rotation.SeenNothing, nil, err // sending it once more does no harm
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	if p, definite := rotation.Definite(err); definite {
		why := fmt.Sprintf("AWS refused (%s: %s)", p.Op, p.Code)
		if p.Missing != "" {
			why += "; Rekey lacks " + p.Missing
		}
		return rotation.Done("the tag " + expiryTag + " wasn't written: " + why), nil
	}
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done(expiryTag + " is " + day), nil
}
