package github

import (
	"context"
	"strings"

	"github.com/bradleyfalzon/ghinstallation/v2"

	"rekey/providers/wire"
	"rekey/rotation"
)

// NotAPrivateKey is the code for a value that isn't a private key in PEM.
// Nothing was sent to GitHub.
const NotAPrivateKey = "not a private key"

// AppKey tries a private key of a GitHub App: it signs in with it and returns
// the App's slug as the login. A key that GitHub refuses is a definite error
// with Dead set. A sign-in that GitHub refuses for its time says nothing about
// the key, and is an error that isn't definite.
// See https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app.
func (c *Client) AppKey(ctx context.Context, appID int64, pem rotation.Value) (rotation.Credential, error) {
	const op = "trying the App's private key"
	signer, err := ghinstallation.NewAppsTransport(c.plain.Transport, appID, []byte(pem.Reveal()))
	if err != nil {
		return rotation.Credential{}, &rotation.ProviderError{Provider: provider, Op: op, Code: NotAPrivateKey, Definite: true}
	}
	signer.BaseURL = strings.TrimRight(c.base.String(), "/")
	app, resp, err := c.client(caller(signer)).Apps.Get(ctx, "")
	if err == nil && (app.GetSlug() == "" || app.GetID() != appID) {
		resp, err = nil, wire.ErrUnreadable
	}
	if err == nil {
		return rotation.Credential{Login: app.GetSlug(), Name: app.GetName()}, nil
	}
	p := failed(op, "", resp, err)
	switch {
	case p.Code != "401":
	case strings.Contains(words(err), "claim"):
		p.Definite, p.Code = false, "401: the clocks of GitHub and of this machine differ"
	default:
		p.Dead = true
	}
	return rotation.Credential{}, p
}
