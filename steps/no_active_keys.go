package steps

import (
	"context"
	"errors"
	"strings"

	"rekey/rotation"
)

// NoActiveKeys looks whether a user has an access key that works, where there
// has to be none: a break-glass user's, for one.
type NoActiveKeys struct{ AWS AccessKeys }

type keysOf struct {
	User   string `json:"user"` // the IAM user's name
	Region string `json:"region"`
	Role   string `json:"role_arn"`
}

func (k keysOf) account() rotation.Account { return rotation.Account{Region: k.Region, Role: k.Role} }

func readKeysOf(p rotation.Params) (keysOf, error) {
	var k keysOf
	if err := rotation.Decode(p, &k); err != nil {
		return k, err
	}
	if k.User == "" {
		return k, errors.New("user: is needed, the IAM user's name")
	}
	return k, nil
}

// Provider says who is asked.
func (NoActiveKeys) Provider() string { return "AWS" }

// Check reads the parameters.
func (NoActiveKeys) Check(p rotation.Params) error {
	_, err := readKeysOf(p)
	return err
}

// Look lists the user's keys. One that works is an alarm.
func (w NoActiveKeys) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	k, err := readKeysOf(p)
	if err != nil {
		return rotation.Finding{}, err
	}
	keys, err := w.AWS.Keys(ctx, k.account(), k.User)
	if err != nil {
		return rotation.Finding{}, err
	}
	out := rotation.Finding{Words: "The user has no access key."}
	var active []string
	for _, key := range keys {
		if !key.Active {
			out.Words = "The user has no active access key, only one that is switched off."
			continue
		}
		said := rotation.Clean(key.ID) + ", made " + rotation.When(key.Created) + ", " + w.used(ctx, k, key.ID)
		active = append(active, said)
		out.Names = append(out.Names, key.ID)
	}
	if len(active) > 0 {
		out.Alarm = true
		out.Words = "The user has an active access key: " + strings.Join(active, "; and ") + "."
	}
	return out, nil
}

// used says when a key was last used, as far as AWS tells. That it doesn't is
// no reason to be silent about the key.
func (w NoActiveKeys) used(ctx context.Context, k keysOf, key string) string {
	use, err := w.AWS.KeyUse(ctx, k.account(), key)
	switch {
	case err != nil:
		return "its last use is not known, since AWS didn't tell"
	case use.At.IsZero():
		return "never used as far as AWS has noticed"
	}
	return "last used " + rotation.When(use.At) + " for " + rotation.Clean(use.Service)
}
