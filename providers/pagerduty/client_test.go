package pagerduty_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/pagerduty"
	"rekey/providers/wire/wiretest"
	"rekey/rotation"
)

const canary = "u+canary4b1d9f0aXyz9"

// serve answers every call with one handler and returns a client for it and
// the number of calls so far.
func serve(t *testing.T, handler http.HandlerFunc) (*pagerduty.Client, *atomic.Int32) {
	t.Helper()
	url, calls := wiretest.Serve(t, handler)
	return clientFor(t, url), calls
}

var place = wiretest.Place[*pagerduty.Client]{Serve: serve, At: clientFor}

func clientFor(t *testing.T, url string) *pagerduty.Client {
	t.Helper()
	client, err := pagerduty.New(pagerduty.Config{URL: url, EventsURL: url + "/", Token: rotation.NewValue(canary)})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer is a handler that always says the same, with the canary in every
// place from which it could leak.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return wiretest.Says(status, strings.ReplaceAll(body, "CANARY", canary), append([]string{"Content-Type", "application/json"}, header...)...)
}

// The calls, as a table of tests wants them.
var (
	user = func(c *pagerduty.Client) error {
		_, err := c.User(context.Background(), rotation.NewValue(canary))
		return err
	}
	account = func(c *pagerduty.Client) error {
		_, err := c.Account(context.Background(), rotation.NewValue(canary))
		return err
	}
	keys   = func(c *pagerduty.Client) error { _, err := c.IntegrationKeys(context.Background()); return err }
	onCall = func(c *pagerduty.Client) error {
		_, err := c.OnCall(context.Background(), []string{"PSVC"})
		return err
	}
	accepts = func(c *pagerduty.Client) error {
		return c.Accepts(context.Background(), rotation.NewValue(canary), "dedup")
	}
	trigger = func(c *pagerduty.Client) error {
		return c.Trigger(context.Background(), rotation.NewValue(canary), "dedup", "A test")
	}
	resolve = func(c *pagerduty.Client) error {
		return c.Resolve(context.Background(), rotation.NewValue(canary), "dedup")
	}
)

// wrong returns the ProviderError in err, having made sure that no way to
// print err shows a value or an address.
func wrong(t *testing.T, err error) rotation.ProviderError {
	t.Helper()
	return wiretest.Failure(t, err, canary)
}

func TestRefusalsAreTold(t *testing.T) {
	const (
		dead    = `{"error":{"message":"Authentication failed CANARY","code":2006}}`
		denied  = `{"error":{"message":"Access Denied","code":2010}}`
		nobody  = `{"error":{"message":"User Required","code":2014,"errors":["CANARY"]}}`
		asText  = `{"error":{"message":"User Required","code":2014,"errors":"CANARY"}}`
		invalid = `{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key CANARY"]}`
		tooFast = `{"status":"throttle exceeded","message":"Requests for this service are arriving too quickly."}`
		shape   = `{"status":"invalid event","message":"Event object is invalid","errors":["'payload' is missing"]}`
	)
	mine, account_, services := "asking whose the token is", "asking whose account the token opens", "reading the services"
	trying, sending := "trying an integration key", "sending a test alert"
	type want = rotation.ProviderError
	for name, c := range map[string]struct {
		call   func(*pagerduty.Client) error
		answer http.HandlerFunc
		want   want
	}{
		"a dead user's token":       {user, answer(401, dead), want{Op: mine, Code: "401", Definite: true, Dead: true}},
		"a dead account's token":    {account, answer(401, dead), want{Op: account_, Code: "401", Definite: true, Dead: true}},
		"a 401 without a word":      {user, answer(401, "CANARY", "Content-Type", "text/html"), want{Op: mine, Code: "401", Definite: true, Dead: true}},
		"the bot's own is dead":     {keys, answer(401, dead), want{Op: services, Code: "401", Definite: true}},
		"the bot may not":           {keys, answer(403, denied), want{Op: services, Code: "403", Definite: true, Missing: "services.read"}},
		"the token may not":         {account, answer(403, denied), want{Op: account_, Code: "403", Definite: true, Missing: "users.read"}},
		"an account's for a user's": {user, answer(400, nobody), want{Op: mine, Code: "400: the key is the account's, and no user's", Definite: true}},
		"errors as a text":          {user, answer(400, asText), want{Op: mine, Code: "400: the key is the account's, and no user's", Definite: true}},
		"no such service":           {onCall, answer(404, `{"error":{"message":"Not Found","code":2100}}`), want{Op: "reading the service PSVC", Code: "404", Definite: true}},
		"a dead key":                {accepts, answer(400, invalid), want{Op: trying, Code: "400: no such integration key", Definite: true, Dead: true}},
		"a key of another form": {accepts, answer(400, `{"status":"invalid event","errors":["Length of 'routing_key' is incorrect"]}`),
			want{Op: trying, Code: "400: no such integration key", Definite: true, Dead: true}},
		"a dead key, in plain words": {accepts, answer(400, "Invalid routing key", "Content-Type", "text/plain"),
			want{Op: trying, Code: "400: no such integration key", Definite: true, Dead: true}},
		"somebody in between":     {accepts, answer(400, "<html>"+strings.Repeat(" ", 200)+"routing_key CANARY"), want{Op: trying, Code: "400", Definite: true}},
		"a dead key for an alert": {trigger, answer(400, invalid), want{Op: sending, Code: "400: no such integration key", Definite: true, Dead: true}},
		"our own mistake":         {accepts, answer(400, shape), want{Op: trying, Code: "400", Definite: true}},
		"too many events":         {trigger, answer(429, tooFast), want{Op: sending, Code: "429", RetryAfter: time.Minute}},
		"too many calls": {keys, answer(429, `{"error":{"message":"Rate Limit Exceeded","code":2020}}`, "ratelimit-reset", "17"),
			want{Op: services, Code: "429", RetryAfter: 17 * time.Second}},
		"a limit in another header":       {user, answer(429, "", "Retry-After", "0"), want{Op: mine, Code: "429", RetryAfter: time.Second}},
		"broken":                          {resolve, answer(500, "CANARY"), want{Op: "resolving a test alert", Code: "500"}},
		"unavailable":                     {user, answer(503, "", "Retry-After", "20"), want{Op: mine, Code: "503", RetryAfter: 20 * time.Second}},
		"too slow a request":              {trigger, answer(408, ""), want{Op: sending, Code: "408"}},
		"moved":                           {user, answer(301, "", "Location", "/CANARY"), want{Op: mine, Code: "301: moved elsewhere", Definite: true}},
		"a page that isn't JSON":          {account, answer(200, "<html>CANARY"), want{Op: account_, Code: "an answer that can't be read"}},
		"an empty user":                   {user, answer(200, `{"user":{}}`), want{Op: mine, Code: "an answer that can't be read"}},
		"no list":                         {account, answer(200, `{}`), want{Op: account_, Code: "an answer that can't be read"}},
		"an accepted event without sense": {accepts, answer(202, "CANARY"), want{Op: trying, Code: "an answer that can't be read"}},
		"a list without an end":           {keys, answer(200, `{"services":[],"more":true}`), want{Op: services, Code: "an answer that can't be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, c.answer)
			c.want.Provider = "PagerDuty"
			if diff := cmp.Diff(c.want, wrong(t, c.call(client))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryCallIsSentOnce(t *testing.T) {
	for name, call := range map[string]func(*pagerduty.Client) error{"user": user, "account": account, "keys": keys, "accepts": accepts, "trigger": trigger, "resolve": resolve} {
		for fault, handler := range map[string]http.HandlerFunc{
			"500": answer(500, ""), "429": answer(429, "", "ratelimit-reset", "1"),
			"reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		} {
			client, calls := serve(t, handler)
			if p := wrong(t, call(client)); p.Definite || calls.Load() != 1 {
				t.Errorf("%s on %s: sent %d times, %+v", name, fault, calls.Load(), p)
			}
		}
	}
}

func TestNoAnswerIsNeverDefinite(t *testing.T) {
	check := func(name, code string, client *pagerduty.Client, ctx context.Context) {
		err := client.Trigger(ctx, rotation.NewValue(canary), "dedup", "A test")
		if p := wrong(t, err); p.Code != code || p.Definite || p.Dead {
			t.Errorf("%s: %+v", name, p)
		}
		_, err = client.User(ctx, rotation.NewValue(canary))
		wrong(t, err)
	}
	place.Silences(t, check)
	half, _ := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "100")
		_, _ = rw.Write([]byte(`{"user":`))
	})
	check("half an answer", "an answer that can't be read", half, t.Context())
}

func TestNoTokenReachesAnotherHost(t *testing.T) {
	place.Redirects(t, func(client *pagerduty.Client, _ int) {
		for _, call := range []func(*pagerduty.Client) error{user, account, keys, onCall, accepts, trigger, resolve} {
			wrong(t, call(client))
		}
	})
	client, calls := serve(t, answer(200, "{}"))
	for _, id := range []string{"", "../users", "P1?x=y", "P1/integrations"} {
		if _, err := client.OnCall(t.Context(), []string{id}); err == nil {
			t.Errorf("%q is a service", id)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls reached another address", n)
	}
}

func TestAnEventCarriesNoTokenOfTheBots(t *testing.T) {
	client, _ := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.URL.Path != "/v2/enqueue" {
			t.Errorf("%s with %q", r.URL.Path, r.Header.Get("Authorization"))
		}
		answer(202, `{"status":"success","message":"Event processed","dedup_key":"dedup"}`)(rw, r)
	})
	for _, call := range []func(*pagerduty.Client) error{accepts, trigger, resolve} {
		if err := call(client); err != nil {
			t.Error(err)
		}
	}
}

func TestWithoutATokenOfItsOwnTheBotSaysWhichItNeeds(t *testing.T) {
	server := httptest.NewServer(answer(401, ""))
	defer server.Close()
	client, err := pagerduty.New(pagerduty.Config{URL: server.URL, EventsURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []func(*pagerduty.Client) error{keys, onCall} {
		var told *rotation.Error
		if err := call(client); !errors.As(err, &told) || !strings.Contains(told.Next, "PAGERDUTY_TOKEN") {
			t.Errorf("%v", err)
		}
	}
	if p := wrong(t, user(client)); !p.Dead {
		t.Errorf("a token that is tried needs no other: %+v", p)
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	for name, c := range map[string]pagerduty.Config{
		"an address": {URL: "ftp://" + canary},
		"no address": {EventsURL: "::" + canary},
	} {
		if _, err := pagerduty.New(c); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pagerduty.New(pagerduty.Config{}); err != nil {
		t.Errorf("PagerDuty itself: %v", err)
	}
	c := pagerduty.Config{Token: rotation.NewValue(canary)}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), canary) {
		t.Error("the configuration prints its token")
	}
}
