package steps

import (
	"context"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// What an organisation's list tells of a token, to a GitHub App that may see
// it: every permission, without a write, until when it lives, and its last use.

// listed adds to a proof what the list shows of the token.
func (g GitHubToken) listed(ctx context.Context, c rotation.Credential, params githubToken, out rotation.Proof) (rotation.Proof, error) {
	if params.Organisation == "" {
		return out, nil
	}
	all, err := g.GitHub.OrgTokens(ctx, params.Organisation)
	if p, definite := rotation.Definite(err); definite {
		out.Lacks = "GitHub doesn't list the tokens of " + params.Organisation + " to Rekey (" + p.Code + "), so only what a read shows is proven."
		return out, nil
	}
	if err != nil {
		return out, err
	}
	token := pickToken(all, c, params)
	if token == nil {
		out.Lacks = "GitHub's list of the tokens of " + params.Organisation + " doesn't show this one, so only what a read shows is proven."
		return out, nil
	}
	out.Expires = token.Expires
	for _, name := range out.Unproven {
		switch has, known := holds(token.Permissions, name); {
		case !known:
			continue
		case has:
			out.Proven = append(out.Proven, name)
		default:
			out.Missing = append(out.Missing, name)
		}
	}
	out.Unproven = slices.DeleteFunc(out.Unproven, func(name string) bool {
		return slices.Contains(out.Proven, name) || slices.Contains(out.Missing, name)
	})
	return out, nil
}

// LastUse is what the list tells of the token by its name. A token that is
// dead isn't listed any more.
func (g GitHubToken) LastUse(ctx context.Context, p rotation.Params) (time.Time, bool, error) {
	var params githubToken
	if err := rotation.Decode(p, &params); err != nil || params.Organisation == "" {
		return time.Time{}, false, err
	}
	all, err := g.GitHub.OrgTokens(ctx, params.Organisation)
	if err != nil {
		return time.Time{}, false, err
	}
	for _, t := range all {
		if strings.EqualFold(t.Owner, params.Login) && t.Name == params.TokenName {
			return t.LastUsed, true, nil
		}
	}
	return time.Time{}, false, nil
}

// pickToken finds a token in the list, which shows no values: it is of this
// user, expires when the token itself said, and is the only such one or the one
// of the right name.
func pickToken(all []rotation.OrgToken, c rotation.Credential, params githubToken) *rotation.OrgToken {
	var found []rotation.OrgToken
	for _, t := range all {
		apart := t.Expires.Sub(c.Expires).Abs()
		if strings.EqualFold(t.Owner, params.Login) && !t.Expired && (c.Expires.IsZero() || apart < 2*time.Second) {
			found = append(found, t)
		}
	}
	if i := slices.IndexFunc(found, func(t rotation.OrgToken) bool { return t.Name == params.TokenName }); i >= 0 {
		return &found[i]
	}
	if len(found) == 1 {
		return &found[0]
	}
	return nil
}

// spelt are GitHub's names of permissions in its API, where they aren't those
// of its pages in small letters.
// https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
var spelt = map[string]string{
	"commit_statuses": "statuses", "dependabot_alerts": "vulnerability_alerts", "code_scanning_alerts": "security_events",
	"secret_scanning_alerts": "secret_scanning_alerts", "variables": "actions_variables", "webhooks": "repository_hooks",
	"members": "organization_members",
}

// holds reports whether a token has a permission as the catalogue names it:
// "Pull requests: write", with whatever follows in brackets.
func holds(permissions map[string]string, name string) (has, known bool) {
	name, _, _ = strings.Cut(name, "(")
	what, level, ok := strings.Cut(name, ":")
	if !ok {
		return false, false
	}
	levels := []string{"read", "write", "admin"}
	wanted := slices.Index(levels, strings.TrimSpace(level))
	if wanted < 0 {
		return false, false
	}
	key := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(what)), " ", "_")
	if other := spelt[key]; other != "" {
		key = other
	}
	return slices.Index(levels, permissions[key]) >= wanted, true
}
