package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// WithdrawKey takes a cancelled rotation back: a new key that was never used is
// deactivated and deleted, and what was delivered before it is current again.
// The old key is never touched.
type WithdrawKey struct {
	AWS interface {
		Labels
		Labeller
		AccessKeys
	}
}

// As says that a cancelled rotation is taken back here.
func (WithdrawKey) As() string { return rotation.KindWithdraw }

// Check reads the parameters.
func (WithdrawKey) Check(p rotation.Params) error { return checkKey(p) }

// By says that nobody has to act.
func (WithdrawKey) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do looks what was made, and ends it unless somebody uses it.
func (a WithdrawKey) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p keyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	if until := inFlight(t).Add(t.Waits().Settle); t.Now.Before(until) { // lists lag behind
		return rotation.Wait(until.Sub(t.Now), "waiting for what was sent before and got no answer, so that it can't land afterwards"), nil
	}
	keys, err := keysLeft(ctx, t, a.AWS, p.User)
	if err != nil {
		return rotation.Outcome{}, err
	}
	ours, err := a.made(t, keys)
	if err != nil {
		return rotation.Outcome{}, err
	}
	for _, k := range ours {
		if why, err := a.taken(ctx, t, p.User, k); err != nil {
			return rotation.Outcome{}, err
		} else if why != "" {
			return rotation.Resume("It can't be taken back: " + why + ". Let its user go back to the old key and delete the new one in IAM, then cancel again; or go on."), nil
		}
	}
	var evidence []string
	if len(t.Rotation.Find(rotation.KindReceive).Effects) == 0 {
		return rotation.Done("no key had been made"), nil
	}
	back, err := deliveredBefore(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	for _, k := range ours {
		if err := setKey(ctx, t, a.AWS, p.User, k.ID, false); err != nil {
			return rotation.Outcome{}, err
		}
		if err := deleteKey(ctx, t, a.AWS, p.User, k.ID); err != nil {
			return rotation.Outcome{}, err
		}
	}
	for _, e := range t.Step().Effects {
		if id, was := strings.CutPrefix(e.Purpose, "delete "); was {
			evidence = append(evidence, id+" deleted, never used")
		}
	}
	if back != "" {
		evidence = append(evidence, back)
	}
	if len(evidence) == 0 {
		evidence = []string{"no key had been made"}
	}
	return rotation.Done(evidence...), nil
}

// made are those of the user's keys that this rotation made, by its record.
func (a WithdrawKey) made(t *rotation.Task, keys []rotation.AccessKey) ([]rotation.AccessKey, error) {
	var ids []string
	for _, e := range t.Rotation.Find(rotation.KindReceive).Effects {
		if !strings.HasPrefix(e.Purpose, "make ") {
			continue
		}
		switch e.State {
		case rotation.Landed:
			var got minted
			if err := json.Unmarshal(e.After, &got); err != nil {
				return nil, fmt.Errorf("reading back the new key: %w", err)
			}
			ids = append(ids, got.Key)
		case rotation.Intended, rotation.Unsure, rotation.Unclear:
			var base mintBaseline
			if err := json.Unmarshal(e.Before, &base); err != nil {
				return nil, fmt.Errorf("reading back what was there before: %w", err)
			}
			for _, k := range keys {
				if !slices.Contains(base.Known, k.ID) && !k.Created.Before(base.At.Add(-mintSkew)) {
					ids = append(ids, k.ID)
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k rotation.AccessKey) bool { return !slices.Contains(ids, k.ID) }), nil
}

// taken says why a key can't be ended any more, or "".
func (a WithdrawKey) taken(ctx context.Context, t *rotation.Task, user string, k rotation.AccessKey) (string, error) {
	use, err := keyUse(ctx, t, a.AWS, user, k.ID)
	if err != nil {
		return "", err
	}
	if !use.At.IsZero() {
		return "the new access key " + k.ID + " is in use already, " + used(t, use), nil
	}
	if s := t.Rotation.Find(rotation.KindUsed); s != nil && s.Attested != "" && k.ID == t.Rotation.Facts.NewKey {
		return rotation.Mention(s.Attested) + " said that the new access key " + k.ID + " is in use", nil
	}
	return "", nil
}
