package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// PagerDutyAccount tries API access keys of a PagerDuty account.
type PagerDutyAccount struct{ PagerDuty PagerDutyTokens }

type pagerDutyAccount struct {
	Subdomain string `json:"subdomain"` // the account's: "moj-digital-tools"
}

// fullAccess is what only a write could show of a key.
const fullAccess = "Full access, not read only"

// Provider is PagerDuty.
func (PagerDutyAccount) Provider() string { return "PagerDuty" }

// Check reads the parameters.
func (PagerDutyAccount) Check(p rotation.Params) error {
	var params pagerDutyAccount
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Subdomain == "" {
		return errors.New("subdomain: is needed: whose key it must be")
	}
	return nil
}

// Try asks whose account the key opens.
func (a PagerDutyAccount) Try(ctx context.Context, v rotation.Value, _ rotation.Params) (rotation.Credential, error) {
	return a.PagerDuty.Account(ctx, v)
}

// Prove tells a key of the account from a user's, and from another account's.
func (a PagerDutyAccount) Prove(_ context.Context, _ rotation.Value, c rotation.Credential, p rotation.Params) (rotation.Proof, error) {
	var params pagerDutyAccount
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Proof{}, err
	}
	switch {
	case c.Login != params.Subdomain:
		return rotation.Proof{Wrong: otherAccount(c.Login, params.Subdomain)}, nil
	case c.Name != "":
		return rotation.Proof{Wrong: "is a key of " + rotation.Clean(c.Name) + "'s own, and one of the account is needed"}, nil
	}
	return rotation.Proof{Evidence: []string{"a key of the account " + c.Login}, Unproven: []string{fullAccess}}, nil
}

// otherAccount says that a key opens another account than it has to, or one
// that PagerDuty doesn't tell.
func otherAccount(found, wanted string) string {
	if found == "" {
		return "doesn't show whose account it opens, and " + wanted + " is needed"
	}
	return "opens the account " + rotation.Clean(found) + ", and " + wanted + " is needed"
}
