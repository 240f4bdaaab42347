package github

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/bradleyfalzon/ghinstallation/v2"
)

// appTransport signs calls as an App's installation. The token for it is minted
// when needed, lives for an hour, and is in memory only.
// See https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation.
type appTransport struct {
	app          *ghinstallation.AppsTransport
	installation int64

	mu      sync.Mutex
	current *ghinstallation.Transport
}

func newAppTransport(config Config, base *url.URL, next http.RoundTripper) (*appTransport, error) {
	app, err := ghinstallation.NewAppsTransport(next, config.AppID, []byte(config.PrivateKey.Reveal()))
	if err != nil {
		return nil, errors.New("the GitHub App's private key isn't an RSA key in PEM")
	}
	app.BaseURL = strings.TrimRight(base.String(), "/")
	t := &appTransport{app: app, installation: config.InstallationID}
	t.current = t.fresh()
	return t, nil
}

// fresh signs in anew at its first call. It has an App transport of its own,
// since it changes that one while it signs in.
func (t *appTransport) fresh() *ghinstallation.Transport {
	app := *t.app
	return ghinstallation.NewFromAppsTransport(&app, t.installation)
}

// RoundTrip sends one call. When GitHub doesn't know the token any more,
// although its hour isn't over, the next call mints another.
func (t *appTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	signer := t.current
	t.mu.Unlock()
	resp, err := signer.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		t.mu.Lock()
		if t.current == signer {
			t.current = t.fresh()
		}
		t.mu.Unlock()
	}
	return resp, err
}
