package github

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"rekey/providers/wire"
	"rekey/rotation"
)

// Owner tries a token: whose it is, and until when it lives, zero if GitHub
// doesn't say. A dead token is a definite refusal with the code "401", and Dead
// set.
// See https://docs.github.com/rest/users/users#get-the-authenticated-user.
func (c *Client) Owner(ctx context.Context, token rotation.Value) (rotation.Credential, error) {
	const op = "asking whose the token is"
	user, resp, err := c.with(token).Users.Get(ctx, "")
	if err == nil && user.GetLogin() == "" {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		p := failed(op, "", resp, err)
		p.Dead = p.Code == "401"
		return rotation.Credential{}, p
	}
	out := rotation.Credential{Login: user.GetLogin()}
	header := resp.Header.Get("GitHub-Authentication-Token-Expiration")
	out.Expires = expiry(header)
	out.Unread = header != "" && out.Expires.IsZero()
	return out, nil
}

// expiry reads "2027-05-22 09:41:00 UTC" and "2027-05-22 10:41:00 +0100". Other
// names of zones are ambiguous, and other centuries are a mistake, so they
// count as unknown.
func expiry(header string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, header); err == nil && rotation.Plausible(t) {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Try asks for one path of the API, "/repos/owner/name/actions/secrets", with a
// token, and returns the status that says whether the token may: 200, 204, 401,
// 403 or 404. Any other answer, a rate limit too, is an error. The answer itself
// isn't read.
func (c *Client) Try(ctx context.Context, token rotation.Value, path string) (status int, err error) {
	const op = "trying what the token may do"
	client := c.with(token)
	where, err := url.Parse(strings.TrimLeft(path, "/"))
	if err != nil || where.IsAbs() || where.Host != "" {
		return 0, errors.New("a path to try has to be one of GitHub's API") // another host would get the token
	}
	req, err := client.NewRequest(http.MethodGet, where.String(), nil)
	if err != nil {
		return 0, errors.New("a path to try has to be one of GitHub's API")
	}
	resp, err := client.Do(ctx, req, nil)
	if err == nil {
		return resp.StatusCode, nil
	}
	failure := failed(op, "", resp, err)
	if failure.Definite {
		switch resp.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
			return resp.StatusCode, nil
		}
	}
	return 0, failure
}

// Revoke ends a personal access token for good; its owner is told by mail. It
// needs no sign-in. GitHub accepts it also when it doesn't know the token, and
// does it a moment later: that the token is dead has to be proven by a 401.
// Sixty calls an hour are allowed.
// See https://docs.github.com/rest/credentials/revoke.
func (c *Client) Revoke(ctx context.Context, v rotation.Value) error {
	const op = "revoking the token"
	client := c.client(c.plain)
	req, err := client.NewRequest(http.MethodPost, "credentials/revoke", map[string][]string{"credentials": {v.Reveal()}})
	if err != nil {
		return errors.New("the token can't be sent to be revoked")
	}
	resp, err := client.Do(ctx, req, nil)
	var accepted *gh.AcceptedError
	if err == nil || errors.As(err, &accepted) {
		return nil
	}
	return failed(op, "", resp, err)
}
