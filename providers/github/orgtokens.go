package github

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rekey/rotation"
)

// An orgToken is a fine-grained token as GitHub lists it for an organisation.
// go-github leaves out the token's own id and its name.
type orgToken struct {
	ID          int64  `json:"token_id"`
	Name        string `json:"token_name"`
	Owner       struct{ Login string }
	Expired     bool       `json:"token_expired"`
	Expires     *time.Time `json:"token_expires_at"`
	LastUsed    *time.Time `json:"token_last_used_at"`
	Permissions struct{ Organization, Repository, Other map[string]string }
}

// OrgTokens lists the fine-grained tokens that members of an organisation use
// on it, those that have expired too. Only an App may ask, with the
// organisation's permission "Personal access tokens: read".
// See https://docs.github.com/rest/orgs/personal-access-tokens#list-fine-grained-personal-access-tokens-with-access-to-organization-resources.
func (c *Client) OrgTokens(ctx context.Context, org string) ([]rotation.OrgToken, error) {
	const op = "listing the organisation's fine-grained tokens"
	if !fullName.MatchString(org + "/x") {
		return nil, fmt.Errorf("%q is not an organisation's name", org)
	}
	var out []rotation.OrgToken
	for page := 1; page != 0; {
		req, err := c.own.NewRequest(http.MethodGet, fmt.Sprintf("orgs/%s/personal-access-tokens?per_page=100&page=%d", url.PathEscape(org), page), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: making the request failed", op)
		}
		var tokens []orgToken
		resp, err := c.own.Do(ctx, req, &tokens)
		if err != nil {
			return nil, c.failed(op, "Personal access tokens: read on "+org, resp, err)
		}
		for _, t := range tokens {
			out = append(out, t.told())
		}
		page = resp.NextPage
	}
	return out, nil
}

// told puts the permissions into one map, where those for the organisation say
// so by their name.
func (t orgToken) told() rotation.OrgToken {
	permissions := map[string]string{}
	maps.Copy(permissions, t.Permissions.Other)
	for name, level := range t.Permissions.Organization {
		permissions["organization_"+strings.TrimPrefix(name, "organization_")] = level
	}
	maps.Copy(permissions, t.Permissions.Repository)
	return rotation.OrgToken{
		ID: t.ID, Owner: t.Owner.Login, Name: t.Name, Permissions: permissions, Expired: t.Expired,
		Expires: orZero(t.Expires), LastUsed: orZero(t.LastUsed),
	}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
