package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rekey/rotation"
)

// GitHubToken tries personal access tokens of one user, and ends them.
type GitHubToken struct {
	GitHub interface {
		Tokens
		OrgTokens(ctx context.Context, org string) ([]rotation.OrgToken, error)
	}
}

type githubToken struct {
	Login       string       `json:"login"` // whom the token must belong to
	Permissions []permission `json:"permissions"`

	// Where Rekey is a GitHub App that may list an organisation's tokens, the
	// list says more than the token itself: which, and what it is called there.
	Organisation string `json:"organisation"`
	TokenName    string `json:"token_name"`
}

// A permission is named as GitHub's settings page names it. Probe is an API
// path whose GET needs it, on public repositories too; a permission without
// one can't be proven without writing.
type permission struct {
	Name  string `json:"name"`
	Probe string `json:"probe,omitempty"`
}

// Provider is GitHub.
func (GitHubToken) Provider() string { return "GitHub" }

// Check reads the parameters.
func (GitHubToken) Check(p rotation.Params) error {
	var params githubToken
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Login == "" {
		return errors.New("login: is needed: whom the token must belong to")
	}
	for _, perm := range params.Permissions {
		if perm.Name == "" {
			return errors.New("permissions: each needs a name")
		}
		if perm.Probe != "" && !strings.HasPrefix(perm.Probe, "/") {
			return fmt.Errorf("permissions: the probe of %s must be an API path like /repos/owner/name/keys", perm.Name)
		}
	}
	return nil
}

// Try asks whose the token is.
func (g GitHubToken) Try(ctx context.Context, v rotation.Value, _ rotation.Params) (rotation.Credential, error) {
	return g.GitHub.Owner(ctx, v)
}

// End revokes the token at GitHub, for good.
func (g GitHubToken) End(ctx context.Context, v rotation.Value) error { return g.GitHub.Revoke(ctx, v) }

// Prove compares the login, and tries each permission that has a probe.
func (g GitHubToken) Prove(ctx context.Context, v rotation.Value, c rotation.Credential, p rotation.Params) (rotation.Proof, error) {
	var params githubToken
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Proof{}, err
	}
	if !strings.EqualFold(c.Login, params.Login) {
		return rotation.Proof{Wrong: "belongs to " + rotation.Clean(c.Login) + ", and " + params.Login + " is needed"}, nil
	}
	out := rotation.Proof{Evidence: []string{"belongs to " + c.Login}}
	for _, perm := range params.Permissions {
		if perm.Probe == "" {
			out.Unproven = append(out.Unproven, perm.Name)
			continue
		}
		status, err := g.GitHub.Try(ctx, v, perm.Probe)
		switch {
		case err != nil:
			return rotation.Proof{}, err
		case status < http.StatusMultipleChoices:
			out.Proven = append(out.Proven, perm.Name)
		default:
			out.Missing = append(out.Missing, perm.Name)
		}
	}
	return g.listed(ctx, c, params, out)
}
