package pagerduty

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	pd "github.com/PagerDuty/go-pagerduty"

	"rekey/rotation"
)

// User tries a user's API access key: the login is the owner's mail address. A
// dead key is a definite refusal with Dead set, and a key of the account, which
// has no user, a definite refusal without.
// See https://developer.pagerduty.com/api-reference/11e1cb5a4c6e4-get-the-current-user.
func (c *Client) User(ctx context.Context, token rotation.Value) (rotation.Credential, error) {
	const op = "asking whose the token is"
	client, h := c.with(token)
	user, err := client.GetCurrentUserWithContext(ctx, pd.GetCurrentUserOptions{})
	if err != nil || user.Email == "" {
		return rotation.Credential{}, refused(op, "to read its own user", h)
	}
	return rotation.Credential{Login: user.Email, Name: user.Name}, nil
}

// Account tries an API access key with a read that needs no user: the login is
// the subdomain of the account that the key opens, or empty if the answer
// doesn't show it. A user's key passes as well: then the name is that user's,
// and empty for a key of the account. A dead key is a definite refusal with
// Dead set.
// See https://developer.pagerduty.com/api-reference/c96e889522dd6-list-users.
func (c *Client) Account(ctx context.Context, token rotation.Value) (rotation.Credential, error) {
	const op = "asking whose account the token opens"
	client, h := c.with(token)
	users, err := client.ListUsersWithContext(ctx, pd.ListUsersOptions{Limit: 1})
	if err != nil || users.Users == nil {
		return rotation.Credential{}, refused(op, "users.read", h)
	}
	var found rotation.Credential
	for _, u := range users.Users {
		if found.Login == "" {
			found.Login = subdomain(u.HTMLURL)
		}
	}
	owner, err := c.User(ctx, token)
	if nobodys(err) {
		return found, nil
	}
	if err != nil {
		return rotation.Credential{}, err
	}
	found.Name = cmp.Or(owner.Name, owner.Login)
	return found, nil
}

// nobodys tells whether a key was refused for having no user behind it.
func nobodys(err error) bool {
	p, definite := rotation.Definite(err)
	return definite && strings.HasSuffix(p.Code, needsUser)
}

// subdomain is "moj-digital-tools" of https://moj-digital-tools.pagerduty.com/…,
// also in PagerDuty's European region.
func subdomain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name, ours := strings.CutSuffix(u.Hostname(), ".pagerduty.com")
	if !ours {
		return ""
	}
	return strings.TrimSuffix(name, ".eu")
}
