package steps

import (
	"context"

	"rekey/rotation"
)

// PagerDutyUser tries API access keys that somebody made for themselves.
type PagerDutyUser struct{ PagerDuty PagerDutyTokens }

// Provider is PagerDuty.
func (PagerDutyUser) Provider() string { return "PagerDuty" }

// Check reads the parameters.
func (PagerDutyUser) Check(p rotation.Params) error { return PagerDutyAccount{}.Check(p) }

// Try asks whose key it is: the login is their mail address. A key of the
// account works and has none.
func (u PagerDutyUser) Try(ctx context.Context, v rotation.Value, _ rotation.Params) (rotation.Credential, error) {
	owner, err := u.PagerDuty.User(ctx, v)
	if _, definite := rotation.Definite(err); !definite || dead(err) {
		return owner, err
	}
	if account, lost := u.PagerDuty.Account(ctx, v); lost != nil || account.Name != "" {
		return owner, err
	}
	return rotation.Credential{}, nil
}

// Prove says whose the key is, and compares the account.
func (u PagerDutyUser) Prove(ctx context.Context, v rotation.Value, c rotation.Credential, p rotation.Params) (rotation.Proof, error) {
	var params pagerDutyAccount
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Proof{}, err
	}
	if c.Login == "" {
		return rotation.Proof{Wrong: "is a key of the account, and one of a person is needed"}, nil
	}
	account, err := u.PagerDuty.Account(ctx, v)
	switch {
	case err != nil:
		return rotation.Proof{}, err
	case account.Login != params.Subdomain:
		return rotation.Proof{Wrong: otherAccount(account.Login, params.Subdomain)}, nil
	}
	return rotation.Proof{Evidence: []string{"belongs to " + whose(c)}}, nil
}

// whose names somebody by name and mail address.
func whose(c rotation.Credential) string {
	if c.Name == "" {
		return rotation.Clean(c.Login)
	}
	return rotation.Clean(c.Name) + " (" + rotation.Clean(c.Login) + ")"
}
