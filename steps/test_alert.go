package steps

import (
	"context"
	"encoding/json"
	"fmt"

	"rekey/rotation"
)

// alert sends a test alert and resolves it. PagerDuty takes the same dedup_key
// once as long as the alert is open, so what got no answer is sent again.
// https://developer.pagerduty.com/docs/events-api-v2-overview
func (a CheckKeys) alert(ctx context.Context, t *rotation.Task, k integrationKey) error {
	again := func(context.Context, string, json.RawMessage) (rotation.Seen, any, error) {
		return rotation.SeenNothing, nil, nil
	}
	sent, err := t.Effect(ctx, rotation.Change{
		Purpose: "trigger " + k.name,
		Send: func(ctx context.Context, id string, _ json.RawMessage) (any, error) {
			summary := fmt.Sprintf("Test by Rekey, rotation %d: the new integration key of %s works. Nothing to do.", t.Rotation.ID, k.service())
			return id, a.PagerDuty.Trigger(ctx, k.value, id, summary)
		},
		Look: again,
	})
	if err != nil {
		return err
	}
	_, err = t.Effect(ctx, rotation.Change{
		Purpose: "resolve " + k.name,
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, a.PagerDuty.Resolve(ctx, k.value, sent.ID)
		},
		Look: again,
	})
	return err
}
