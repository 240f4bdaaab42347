package github_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/github"
	"rekey/providers/wire/wiretest"
	"rekey/rotation"
)

const (
	canary = "github_pat_canary4b1d9f"
	repo   = "ministryofjustice/modernisation-platform"
	file   = "terraform-github.yml"
)

// serve answers every call with one handler and returns a client for it and
// the number of calls so far.
func serve(t *testing.T, handler http.HandlerFunc) (*github.Client, *atomic.Int32) {
	t.Helper()
	url, calls := wiretest.Serve(t, handler)
	return clientFor(t, url), calls
}

var place = wiretest.Place[*github.Client]{Serve: serve, At: clientFor}

func clientFor(t *testing.T, url string) *github.Client {
	t.Helper()
	client, err := github.New(github.Config{URL: url, Token: rotation.NewValue(canary)})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer is a handler that always says the same, with the canary in every
// place from which it could leak.
func answer(status int, message string, header ...string) http.HandlerFunc {
	return wiretest.Says(status, fmt.Sprintf(`{"message":%q,"documentation_url":"https://docs.github.com/rest"}`, message+" "+canary), header...)
}

func workflow(c *github.Client) error {
	_, err := c.Workflow(context.Background(), repo, file)
	return err
}

func dispatch(c *github.Client) error {
	_, err := c.Dispatch(context.Background(), repo, file, "main")
	return err
}

func owner(c *github.Client) error {
	_, err := c.Owner(context.Background(), rotation.NewValue(canary))
	return err
}

func revoke(c *github.Client) error {
	return c.Revoke(context.Background(), rotation.NewValue(canary))
}

func copied(c *github.Client) error {
	_, err := c.CopyUpdated(context.Background(), repo, "TOKEN")
	return err
}

// wrong returns the ProviderError in err, having made sure that no way to
// print err shows a value or an address.
func wrong(t *testing.T, err error) rotation.ProviderError {
	t.Helper()
	return wiretest.Failure(t, err, canary, "BEGIN", "ghs_")
}

const limit = "API rate limit exceeded for user ID 1."

func TestRefusalsAreTold(t *testing.T) {
	soon := strconv.FormatInt(time.Now().Add(10*time.Hour).Unix(), 10)
	reading, starting := "reading the workflow "+file, "starting the workflow "+file
	type want = rotation.ProviderError
	for name, c := range map[string]struct {
		call   func(*github.Client) error
		answer http.HandlerFunc
		want   want
	}{
		"a dead token":       {owner, answer(401, "Bad credentials"), want{Op: "asking whose the token is", Code: "401", Definite: true, Dead: true}},
		"the bot's own dead": {workflow, answer(401, "Bad credentials"), want{Op: reading, Code: "401", Definite: true}},
		"not there":          {workflow, answer(404, "Not Found"), want{Op: reading, Code: "404", Definite: true}},
		"no copy, or no right to see it": {copied, answer(404, "Not Found"),
			want{Op: "reading when TOKEN was updated", Code: "404", Definite: true}},
		"a right that we know": {workflow, answer(403, "Resource not accessible by integration"),
			want{Op: reading, Code: "403", Definite: true, Missing: "Actions: read on " + repo}},
		"a right that GitHub names": {dispatch, answer(403, "Resource not accessible by personal access token", "X-Accepted-GitHub-Permissions", "actions=write"),
			want{Op: starting, Code: "403", Definite: true, Missing: "Actions: write on " + repo}},
		"a choice of rights": {dispatch, answer(403, "Resource not accessible by integration", "X-Accepted-GitHub-Permissions", "pull_requests=write,contents=read; issues=read"),
			want{Op: starting, Code: "403", Definite: true, Missing: "Pull requests: write and Contents: read or Issues: read on " + repo}},
		"a right in strange words": {dispatch, answer(403, "Resource not accessible by integration", "X-Accepted-GitHub-Permissions", "<"+canary+">"),
			want{Op: starting, Code: "403", Definite: true, Missing: "Actions: write on " + repo}},
		"forbidden for another reason": {workflow, answer(403, "Must have admin rights"), want{Op: reading, Code: "403", Definite: true}},
		"single sign-on": {workflow, answer(403, "Resource protected by organization SAML enforcement."),
			want{Op: reading, Code: "403", Definite: true, Missing: "of single sign-on: its token isn't authorised for the organisation"}},
		"no trigger": {dispatch, answer(422, "Workflow does not have 'workflow_dispatch' trigger"),
			want{Op: starting, Code: "422: the workflow can't be started by hand", Definite: true}},
		"no such branch": {dispatch, answer(422, "No ref found for: main"), want{Op: starting, Code: "422: there is no such branch", Definite: true}},
		"a server without details": {dispatch, answer(422, "Invalid request.\n\n\"return_run_details\" is not a permitted key."),
			want{Op: starting, Code: "422: return_run_details", Definite: true}},
		"an older server without details": {dispatch, answer(400, "\"return_run_details\" is not a permitted key."),
			want{Op: starting, Code: "400: return_run_details", Definite: true}},
		"revoking too much": {revoke, answer(422, "Validation failed"), want{Op: "revoking the token", Code: "422", Definite: true}},

		"the hour's calls used up": {dispatch, answer(403, limit, "X-RateLimit-Remaining", "0", "X-RateLimit-Limit", "60", "X-RateLimit-Reset", soon),
			want{Op: starting, Code: "403", RetryAfter: 15 * time.Minute}},
		"a limit without a word when":    {dispatch, answer(403, limit), want{Op: starting, Code: "403", RetryAfter: time.Minute}},
		"a limit for somebody's token":   {owner, answer(403, limit, "X-RateLimit-Remaining", "0"), want{Op: "asking whose the token is", Code: "403", RetryAfter: time.Minute}},
		"a secondary limit":              {dispatch, answer(403, "You have exceeded a secondary rate limit.", "Retry-After", "30"), want{Op: starting, Code: "403", RetryAfter: 30 * time.Second}},
		"a secondary limit without when": {dispatch, answer(403, "You have exceeded a secondary rate limit."), want{Op: starting, Code: "403", RetryAfter: time.Minute}},
		"429":                            {dispatch, answer(429, "slow down", "Retry-After", "0"), want{Op: starting, Code: "429", RetryAfter: time.Second}},
		"429 without a word when":        {dispatch, answer(429, "slow down"), want{Op: starting, Code: "429", RetryAfter: time.Minute}},
		"broken":                         {dispatch, answer(500, "Server Error"), want{Op: starting, Code: "500"}},
		"unavailable":                    {dispatch, answer(503, "Unavailable", "Retry-After", "20"), want{Op: starting, Code: "503", RetryAfter: 20 * time.Second}},
		"too slow a request":             {dispatch, answer(408, "Timeout"), want{Op: starting, Code: "408"}},
		"moved":                          {workflow, answer(301, "Moved Permanently", "Location", "/elsewhere"), want{Op: reading, Code: "301: moved elsewhere", Definite: true}},
		"a page that isn't JSON": {workflow, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>" + canary)) },
			want{Op: reading, Code: "an answer that can't be read"}},
		"an empty account": {owner, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("{}")) },
			want{Op: "asking whose the token is", Code: "an answer that can't be read"}},
		"a copy without a date": {copied, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("{}")) },
			want{Op: "reading when TOKEN was updated", Code: "an answer that can't be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, c.answer)
			c.want.Provider = "GitHub"
			if diff := cmp.Diff(c.want, wrong(t, c.call(client))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryCallIsSentOnce(t *testing.T) {
	put := func(c *github.Client) error {
		return c.PutSealed(context.Background(), repo, "TOKEN", github.SealingKey{}, rotation.NewValue(canary))
	}
	for name, call := range map[string]func(*github.Client) error{"dispatch": dispatch, "put": put, "revoke": revoke, "owner": owner} {
		for fault, handler := range map[string]http.HandlerFunc{
			"500": answer(500, "Server Error"), "429": answer(429, "slow down", "Retry-After", "1"),
			"reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		} {
			client, calls := serve(t, handler)
			if p := wrong(t, call(client)); p.Definite || calls.Load() != 1 {
				t.Errorf("%s on %s: sent %d times, %+v", name, fault, calls.Load(), p)
			}
		}
	}
}

func TestNothingIsSentDuringARateLimit(t *testing.T) {
	reset := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
	client, calls := serve(t, answer(403, limit, "X-RateLimit-Remaining", "0", "X-RateLimit-Limit", "60", "X-RateLimit-Reset", reset))
	for range 3 {
		if p := wrong(t, workflow(client)); p.Definite || p.RetryAfter != 15*time.Minute {
			t.Errorf("%+v", p)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("sent %d times", calls.Load())
	}
}

func TestNoAnswerIsNeverDefinite(t *testing.T) {
	place.Silences(t, func(name, code string, client *github.Client, ctx context.Context) {
		_, err := client.Dispatch(ctx, repo, file, "main")
		if p := wrong(t, err); p.Code != code || p.Definite {
			t.Errorf("%s: %+v", name, p)
		}
		_, err = client.Owner(ctx, rotation.NewValue(canary))
		wrong(t, err)
	})
}

func TestNoTokenReachesAnotherHost(t *testing.T) {
	place.Redirects(t, func(client *github.Client, _ int) {
		for _, call := range []func(*github.Client) error{workflow, dispatch, owner, revoke, copied} {
			wrong(t, call(client))
		}
		_, err := client.Try(t.Context(), rotation.NewValue(canary), "/repos/"+repo)
		wrong(t, err)
	})
	client, calls := serve(t, answer(200, "ok"))
	elsewhere, stolen := wiretest.Serve(t, answer(200, "ok"))
	for _, path := range []string{elsewhere, "https://elsewhere.example/user", strings.TrimPrefix(elsewhere, "http:"), "/" + elsewhere, "mailto:x"} {
		if _, err := client.Try(t.Context(), rotation.NewValue(canary), path); err == nil {
			t.Errorf("%q is a path", path)
		}
	}
	for _, name := range []string{"", "x", "../..", "a/..", "a/b/c", "a/b?c", "https://x/y"} {
		if _, err := client.Workflow(t.Context(), name, file); err == nil {
			t.Errorf("%q is a repository", name)
		}
	}
	if stolen.Load() != 0 || calls.Load() != 0 {
		t.Errorf("%d calls reached the other host, and %d another address", stolen.Load(), calls.Load())
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	token := rotation.NewValue(canary)
	for name, c := range map[string]github.Config{
		"nothing":             {},
		"both":                {Token: token, AppID: 1, InstallationID: 2, PrivateKey: token},
		"an App without more": {AppID: 1},
		"a key that isn't":    {AppID: 1, InstallationID: 2, PrivateKey: token},
		"an address":          {URL: "ftp://" + canary, Token: token},
		"no address":          {URL: "::" + canary, Token: token},
	} {
		if _, err := github.New(c); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c.Token), canary) && c.URL == "" {
			t.Errorf("%s: the configuration prints its secrets", name)
		}
	}
}
