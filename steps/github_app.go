package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// GitHubApp tries private keys of one GitHub App, by signing in as the App. It
// has as many as people generate, and each lives until somebody deletes it.
type GitHubApp struct{ GitHub Apps }

type githubApp struct {
	AppID int64  `json:"app_id"`
	Slug  string `json:"slug"` // the App's name in addresses
}

// Provider is GitHub.
func (GitHubApp) Provider() string { return "GitHub" }

// Check reads the parameters.
func (GitHubApp) Check(p rotation.Params) error {
	var params githubApp
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.AppID <= 0 || params.Slug == "" {
		return errors.New("app_id: and slug: are needed: of which GitHub App the private key must be")
	}
	return nil
}

// Try signs in with the key. What isn't a private key at all is as dead as one
// that GitHub refuses.
func (g GitHubApp) Try(ctx context.Context, v rotation.Value, p rotation.Params) (rotation.Credential, error) {
	var params githubApp
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Credential{}, err
	}
	c, err := g.GitHub.AppKey(ctx, params.AppID, v)
	if refused, definite := rotation.Definite(err); definite && refused.Code == "not a private key" {
		shapeless := *refused
		shapeless.Dead = true
		return c, &shapeless
	}
	return c, err
}

// Prove compares the App's name. A private key has no end of its own.
func (GitHubApp) Prove(_ context.Context, _ rotation.Value, c rotation.Credential, p rotation.Params) (rotation.Proof, error) {
	var params githubApp
	if err := rotation.Decode(p, &params); err != nil {
		return rotation.Proof{}, err
	}
	if c.Login != params.Slug {
		return rotation.Proof{Wrong: "is of the App " + rotation.Clean(c.Login) + ", and " + params.Slug + " is needed"}, nil
	}
	return rotation.Proof{Evidence: []string{"signs in as the App " + c.Login}, Lasting: true}, nil
}
