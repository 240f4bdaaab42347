package steps

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// What the steps about an IAM user's access keys share. A user may have two, so
// the old and the new one live side by side.

// keyParams say whose keys they are.
type keyParams struct {
	User string `json:"user"` // the IAM user's name
}

func (p keyParams) check() error {
	if p.User == "" {
		return errors.New("user: is needed: the IAM user's name")
	}
	return nil
}

// checkKey reads the parameters of a step that has no others.
func checkKey(p rotation.Params) error {
	var params keyParams
	return errors.Join(rotation.Decode(p, &params), params.check())
}

// iamLag is how long IAM may take to list a key that it has made.
const iamLag = 2 * time.Minute

// noVersion is the baseline of a secret that nothing was delivered into yet.
const noVersion = "no version"

// account is where the user is.
func account(t *rotation.Task) rotation.Account {
	return rotation.Account{Region: t.Rotation.Plan.Region, Role: t.Rotation.Plan.Role}
}

// notThere reports whether AWS knows no such user or key.
func notThere(err error) bool {
	p, definite := rotation.Definite(err)
	return definite && p.Code == "NoSuchEntity"
}

// listKeys lists a user's keys. That the user is gone is an error for a person.
func listKeys(ctx context.Context, t *rotation.Task, aws AccessKeys, user string) ([]rotation.AccessKey, error) {
	keys, err := aws.Keys(ctx, account(t), user)
	if notThere(err) {
		return nil, &rotation.Error{
			What: "There is no IAM user " + user + ".",
			Safe: t.Rotation.Safe(),
			Next: "If the user was deleted on purpose, cancel this and take the user out of the catalogue. Else put the name right, or make the user again, then press Retry.",
		}
	}
	return keys, err
}

// keysLeft lists a user's keys, none of a user who is gone.
func keysLeft(ctx context.Context, t *rotation.Task, aws AccessKeys, user string) ([]rotation.AccessKey, error) {
	keys, err := aws.Keys(ctx, account(t), user)
	if notThere(err) {
		return nil, nil
	}
	return keys, err
}

func find(keys []rotation.AccessKey, id string) (rotation.AccessKey, bool) {
	i := slices.IndexFunc(keys, func(k rotation.AccessKey) bool { return k.ID == id })
	if i < 0 {
		return rotation.AccessKey{}, false
	}
	return keys[i], true
}

// unknownKeys is an error if there are others than the old and the new one.
func unknownKeys(ctx context.Context, t *rotation.Task, aws AccessKeys, user string, keys []rotation.AccessKey) error {
	f := t.Rotation.Facts
	others := slices.DeleteFunc(slices.Clone(keys), func(k rotation.AccessKey) bool { return k.ID == f.OldKey || k.ID == f.NewKey })
	if len(others) == 0 {
		return nil
	}
	seen, err := described(ctx, t, aws, user, others)
	if err != nil {
		return err
	}
	return &rotation.Error{
		What: "There is an access key that this rotation doesn't know: " + seen + ".",
		Safe: "Rekey touches none of the keys while it is there.",
		Next: "Find out who made it and what for. Delete it once nothing uses it, then press Retry.",
	}
}

// described says of each key whether it is active, how old it is, and when it
// was last used.
func described(ctx context.Context, t *rotation.Task, aws AccessKeys, user string, keys []rotation.AccessKey) (string, error) {
	var out []string
	for _, k := range keys {
		use, err := keyUse(ctx, t, aws, user, k.ID)
		if err != nil {
			return "", err
		}
		state := "active"
		if !k.Active {
			state = "inactive"
		}
		out = append(out, k.ID+" ("+state+", made "+t.Day(k.Created)+", "+used(t, use)+")")
	}
	return strings.Join(out, " and "), nil
}

// keyUse asks when a listed key was last used. AWS answers AccessDenied about a
// key that was deleted meanwhile: then it is looked at anew.
func keyUse(ctx context.Context, t *rotation.Task, aws AccessKeys, user, id string) (rotation.KeyUse, error) {
	use, err := aws.KeyUse(ctx, account(t), id)
	if p, definite := rotation.Definite(err); !definite || p.Code != "AccessDenied" {
		return use, err
	}
	keys, again := keysLeft(ctx, t, aws, user)
	if _, there := find(keys, id); again == nil && !there {
		return use, &rotation.ProviderError{Provider: "AWS", Op: "GetAccessKeyLastUsed", Code: id + " was deleted meanwhile"}
	}
	return use, err
}

// used says when a key was last used, and for what.
func used(t *rotation.Task, use rotation.KeyUse) string {
	if use.At.IsZero() {
		return "never seen used"
	}
	at := rotation.When(use.At)
	if t.Now.Sub(use.At) > 20*time.Hour {
		at = t.Day(use.At)
	}
	return "last used " + at + " for " + servedBy(use)
}

// servedBy is what a key was used for: "sts in eu-west-2".
func servedBy(use rotation.KeyUse) string {
	out := rotation.Clean(use.Service)
	if use.Region != "" && use.Region != "N/A" {
		out += " in " + rotation.Clean(use.Region)
	}
	return out
}

// setKey activates or deactivates a key.
func setKey(ctx context.Context, t *rotation.Task, aws AccessKeys, user, id string, active bool) error {
	purpose := "deactivate "
	if active {
		purpose = "activate "
	}
	_, err := t.Effect(ctx, rotation.Change{
		Purpose: purpose + id,
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return nil, aws.SetKey(ctx, account(t), user, id, active)
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			keys, err := keysLeft(ctx, t, aws, user)
			if err != nil {
				return rotation.SeenUnclear, nil, err
			}
			if k, there := find(keys, id); there && k.Active != active {
				return rotation.SeenNothing, nil, nil // it sets a state, so it may be sent again
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	return err
}

// deleteKey deletes a key for good. That it is gone when it is sent again is
// what the first sending did.
func deleteKey(ctx context.Context, t *rotation.Task, aws AccessKeys, user, id string) error {
	purpose := "delete " + id
	_, err := t.Effect(ctx, rotation.Change{
		Purpose: purpose,
		Send: func(ctx context.Context, effect string, _ json.RawMessage) (any, error) {
			err := aws.DeleteKey(ctx, account(t), user, id)
			again := slices.ContainsFunc(t.Step().Effects, func(e rotation.Effect) bool { return e.ID == effect && e.Sent > 1 })
			if notThere(err) && again {
				return nil, nil
			}
			return nil, err
		},
		Look: func(ctx context.Context, _ string, _ json.RawMessage) (rotation.Seen, any, error) {
			keys, err := keysLeft(ctx, t, aws, user)
			if err != nil {
				return rotation.SeenUnclear, nil, err
			}
			if _, there := find(keys, id); there {
				return rotation.SeenNothing, nil, nil
			}
			return rotation.SeenLanded, nil, nil
		},
	})
	return err
}
