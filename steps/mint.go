package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

const (
	mintings = 3           // how often one round has a credential made whose value then gets lost
	mintSkew = time.Minute // by which a provider's clock may differ
)

// A mint has a provider make a credential and saves its value, as one unit:
// between the two it is in memory only. Each attempt saves under a token of its
// own, the id of its effect. A credential whose value didn't reach Secrets
// Manager is of use to nobody: it is ended, and another made.
type mint struct {
	AWS interface {
		Labels
		Writer
	}

	What string // what is made, in the audit log: "client secret"

	// Ready says why none may be made now. Nil: one may.
	Ready func(ctx context.Context) error

	// Seen lists the ids of the credentials that may be of an attempt, by its
	// token; of all with an empty one.
	Seen func(ctx context.Context, attempt string) ([]string, error)

	// Make makes one, once, and returns its id and value.
	Make func(ctx context.Context, attempt string) (id string, v rotation.Value, err error)

	// Fill puts the value into the whole value that is current. Nil: it is all
	// that is saved, and nothing is read.
	Fill func(whole, made rotation.Value) (rotation.Value, error)

	// Save writes the value under a token, once. Nil: as AWSPENDING.
	Save func(ctx context.Context, token, id string, v rotation.Value) error

	// Foreign says why one that turned up can't be of an attempt that began
	// then, or "". Nil: it always can.
	Foreign func(ctx context.Context, id string, since time.Time) (why string, err error)

	// Stop makes one unusable before it is removed. Nil: it is only removed.
	Stop func(ctx context.Context, id string) error

	// Remove ends one. That it is gone already is no error.
	Remove func(ctx context.Context, id string) error
}

// minted is how an attempt ended.
type minted struct {
	Version string                  `json:"version,omitempty"` // under which it was saved; empty: its value is lost
	Key     string                  `json:"key,omitempty"`     // what its provider calls it
	Refused *rotation.ProviderError `json:"refused,omitempty"` // AWS refused to take it
}

// mintBaseline is what there was before an attempt, and when that was.
type mintBaseline struct {
	Known []string  `json:"known"`
	At    time.Time `json:"at"`
}

// do makes and saves one, or says why it can't.
func (m mint) do(ctx context.Context, t *rotation.Task) (minted, error) {
	if err := m.clear(ctx, t); err != nil {
		return minted{}, err
	}
	for n := 1; n <= mintings; n++ {
		got, err := m.attempt(ctx, t, n)
		if err != nil || got.Version != "" {
			return got, err
		}
		if err := m.remove(ctx, t, got.Key); err != nil {
			return minted{}, err
		}
		if got.Refused != nil {
			return minted{}, got.Refused
		}
	}
	return minted{}, &rotation.Error{
		What: fmt.Sprintf("A new %s was asked for %d times, and each time the answer was lost before its value was saved.", m.What, mintings),
		Safe: "What had been made was removed again. " + t.Rotation.Safe(),
		Next: "Look whether AWS and the provider are well, then press Retry.",
	}
}

// clear removes what attempts of earlier rounds left, since a Retry begins a
// new round.
func (m mint) clear(ctx context.Context, t *rotation.Task) error {
	for _, e := range t.Step().Effects {
		var got minted
		if e.State != rotation.Landed || !strings.HasPrefix(e.Purpose, "make "+m.What) || e.Round == t.Step().Round {
			continue
		}
		if err := json.Unmarshal(e.After, &got); err != nil {
			return fmt.Errorf("reading back an earlier %s: %w", m.What, err)
		}
		if got.Version == "" {
			if err := m.remove(ctx, t, got.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// attempt is one change at two providers: whatever got no answer is told by
// the version that was saved, and by what the provider lists beside what was
// there before.
func (m mint) attempt(ctx context.Context, t *rotation.Task, n int) (minted, error) {
	var whole rotation.Value
	e, err := t.Effect(ctx, rotation.Change{
		Purpose: fmt.Sprintf("make %s %d", m.What, n),
		Settles: true,
		Looks:   3,
		Before: func(ctx context.Context) (any, error) {
			if m.Ready != nil {
				if err := m.Ready(ctx); err != nil {
					return nil, err
				}
			}
			var err error
			if whole, err = m.whole(ctx, t); err != nil {
				return nil, err
			}
			known, err := m.Seen(ctx, "")
			return mintBaseline{Known: known, At: t.Now}, err
		},
		Send: func(ctx context.Context, id string, _ json.RawMessage) (any, error) {
			if whole.Empty() { // sent again, after a look
				var err error
				if whole, err = m.whole(ctx, t); err != nil {
					return nil, err
				}
			}
			key, value, err := m.Make(ctx, id)
			if err != nil {
				return nil, err
			}
			err = m.save(ctx, t, id, key, whole, value)
			if refused, definite := rotation.Definite(err); definite {
				return minted{Key: key, Refused: refused}, nil
			}
			return minted{Version: id, Key: key}, err
		},
		Look: func(ctx context.Context, id string, before json.RawMessage) (rotation.Seen, any, error) {
			got, err := m.became(ctx, t, id, before)
			if err != nil || got.Key == "" {
				return rotation.SeenNothing, nil, err
			}
			return rotation.SeenLanded, got, nil
		},
	})
	if err != nil {
		return minted{}, err
	}
	var got minted
	if err := json.Unmarshal(e.After, &got); err != nil {
		return minted{}, fmt.Errorf("reading back the new %s: %w", m.What, err)
	}
	return got, nil
}

// whole is the value that the new one is filled into. One of a shape that takes
// no value is an error, so that nothing is made in vain.
func (m mint) whole(ctx context.Context, t *rotation.Task) (rotation.Value, error) {
	if m.Fill == nil {
		return rotation.Value{}, nil
	}
	whole, err := m.AWS.Raw(ctx, t.Rotation.Plan.Place(), t.Rotation.Facts.OldVersion, rotation.Current)
	if err != nil {
		return whole, err
	}
	_, err = m.Fill(whole, rotation.NewValue("a trial"))
	return whole, err
}

func (m mint) save(ctx context.Context, t *rotation.Task, token, key string, whole, v rotation.Value) error {
	if m.Fill != nil {
		var err error
		if v, err = m.Fill(whole, v); err != nil {
			return err
		}
	}
	if m.Save != nil {
		return m.Save(ctx, token, key, v)
	}
	return m.AWS.Stage(ctx, t.Rotation.Plan.Place(), token, v)
}

// attempted reports whether a version was saved by an attempt to make one.
func attempted(r *rotation.Rotation, version string) bool {
	s := r.Find(rotation.KindReceive)
	return s != nil && slices.ContainsFunc(s.Effects, func(e rotation.Effect) bool { return e.ID == version })
}
