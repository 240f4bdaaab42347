package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// What became of credentials that were asked for, and the end of those whose
// value is lost.

// became says what became of an attempt that got no answer.
func (m mint) became(ctx context.Context, t *rotation.Task, id string, before json.RawMessage) (minted, error) {
	var base mintBaseline
	if err := json.Unmarshal(before, &base); err != nil {
		return minted{}, fmt.Errorf("reading back what was there before: %w", err)
	}
	v, err := m.AWS.Describe(ctx, t.Rotation.Plan.Place())
	if err != nil {
		return minted{}, err
	}
	seen, err := m.Seen(ctx, id)
	if err != nil {
		return minted{}, err
	}
	made := slices.DeleteFunc(seen, func(key string) bool { return slices.Contains(base.Known, key) })
	saved := len(v.Labels[id]) > 0
	switch {
	case len(made) > 1:
		return minted{}, m.unclear(t, fmt.Sprintf("now there are %d that weren't there before: %s", len(made), strings.Join(made, ", ")))
	case len(made) == 0 && saved:
		return minted{}, &rotation.ProviderError{Provider: "The provider", Op: "listing what is there", Code: "the new " + m.What + " isn't listed yet"}
	case len(made) == 0:
		return minted{}, nil
	case saved:
		return minted{Version: id, Key: made[0]}, nil
	case m.Foreign != nil:
		why, err := m.Foreign(ctx, made[0], base.At.Add(-mintSkew))
		if err != nil {
			return minted{}, err
		}
		if why != "" {
			return minted{}, m.unclear(t, made[0]+" is there, and it "+why)
		}
	}
	return minted{Key: made[0]}, nil
}

func (m mint) unclear(t *rotation.Task, seen string) error {
	return &rotation.Error{
		What: fmt.Sprintf("Rekey asked for a new %s and got no answer, and %s.", m.What, seen),
		Safe: "Rekey removed nothing, since it can't tell which is its own. " + t.Rotation.Safe(),
		Next: "Find out who made what Rekey doesn't know. Delete what nobody needs, then press Retry.",
	}
}

// remove ends one that Rekey made, unless that is done.
func (m mint) remove(ctx context.Context, t *rotation.Task, key string) error {
	gone := "remove " + m.What + " " + key
	if slices.ContainsFunc(t.Step().Effects, func(e rotation.Effect) bool { return e.Purpose == gone && e.State == rotation.Landed }) {
		return nil
	}
	if m.Stop != nil {
		_, err := t.Effect(ctx, rotation.Change{
			Purpose: "deactivate " + key,
			Send:    func(ctx context.Context, _ string, _ json.RawMessage) (any, error) { return nil, m.Stop(ctx, key) },
			Look: func(context.Context, string, json.RawMessage) (rotation.Seen, any, error) {
				return rotation.SeenNothing, nil, nil // it sets a state, so it may be sent again
			},
		})
		if err != nil {
			return err
		}
	}
	_, err := t.Effect(ctx, rotation.Change{
		Purpose: gone,
		Send:    func(ctx context.Context, _ string, _ json.RawMessage) (any, error) { return nil, m.Remove(ctx, key) },
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			seen, err := m.Seen(ctx, "")
			if err != nil || slices.Contains(seen, key) {
				return rotation.SeenNothing, nil, err
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	return err
}
