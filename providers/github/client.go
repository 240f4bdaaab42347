// Package github is a thin client of GitHub's REST API: whom a token belongs
// to, workflow runs, and Actions secrets. It makes one call for each method,
// sends it once, and decides nothing. Redirects are not followed, so no token
// reaches another host.
//
// Every failed call is a *rotation.ProviderError. After a rate limit, calls
// fail without being sent until the time that GitHub named.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"rekey/providers/wire"
	"rekey/rotation"
)

// How long a call may take, and how much of an answer is read: a page of a
// hundred runs has more than a megabyte.
const (
	headerTimeout = 10 * time.Second
	callTimeout   = 30 * time.Second
	maxAnswer     = 8 << 20
)

// Config says where GitHub is and as whom the bot calls it: with a token, or
// as the installation of an App.
type Config struct {
	URL string // GITHUB_API_URL; https://api.github.com if empty

	Token rotation.Value

	AppID, InstallationID int64
	PrivateKey            rotation.Value // the App's, in PEM
}

// A Client calls GitHub. It is safe for use by several goroutines. Make one
// with New.
type Client struct {
	base  *url.URL
	plain *http.Client // signs nothing
	own   *gh.Client   // the bot's own
	app   *gh.Client   // the App itself, for its name; nil with a token
}

// New checks the configuration and calls nobody.
func New(config Config) (*Client, error) {
	base, ok := wire.Base(config.URL, "api.github.com")
	if !ok {
		return nil, errors.New("GitHub's API address isn't an http or https URL") // not shown: it may hold a password
	}
	base.Path += "/"
	c := &Client{base: base, plain: caller(wire.Transport(headerTimeout, maxAnswer))}
	switch {
	case !config.Token.Empty() && config.AppID != 0:
		return nil, errors.New("GitHub takes a token or an App, and both are set")
	case !config.Token.Empty():
		c.own = c.with(config.Token)
		return c, nil
	case config.AppID == 0 || config.InstallationID == 0 || config.PrivateKey.Empty():
		return nil, errors.New("GitHub takes a token, or an App's id, installation and private key")
	}
	signer, err := newAppTransport(config, base, c.plain.Transport)
	if err != nil {
		return nil, err
	}
	c.own, c.app = c.client(caller(signer)), c.client(caller(signer.app))
	return c, nil
}

// client returns a go-github client with its own memory of rate limits, which
// GitHub counts for each token.
func (c *Client) client(h *http.Client) *gh.Client {
	client := gh.NewClient(h)
	client.BaseURL, client.UserAgent = c.base, "rekey"
	return client
}

func (c *Client) with(token rotation.Value) *gh.Client {
	return c.client(c.plain).WithAuthToken(token.Reveal())
}

func caller(t http.RoundTripper) *http.Client { return wire.Client(t, callTimeout) }

var fullName = regexp.MustCompile(`^[A-Za-z0-9_-]+/[A-Za-z0-9_.-]+$`)

// split takes "owner/name" apart. What isn't a repository's name would end up
// at another address.
func split(repo string) (owner, name string, err error) {
	owner, name, _ = strings.Cut(repo, "/")
	if !fullName.MatchString(repo) || strings.Trim(name, ".") == "" {
		return "", "", fmt.Errorf("%q is not a repository's owner/name", repo)
	}
	return owner, name, nil
}

// Login is the bot's own identity, which runs that it started show as their
// actor: a user's login, or an App's "slug[bot]".
// See https://docs.github.com/rest/apps/apps#get-the-authenticated-app.
func (c *Client) Login(ctx context.Context) (string, error) {
	const op = "asking who the bot is"
	if c.app == nil {
		user, resp, err := c.own.Users.Get(ctx, "")
		if err == nil && user.GetLogin() == "" {
			resp, err = nil, wire.ErrUnreadable
		}
		if err != nil {
			return "", failed(op, "", resp, err)
		}
		return user.GetLogin(), nil
	}
	app, resp, err := c.app.Apps.Get(ctx, "")
	if err == nil && app.GetSlug() == "" {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		return "", failed(op, "", resp, err)
	}
	return app.GetSlug() + "[bot]", nil
}
