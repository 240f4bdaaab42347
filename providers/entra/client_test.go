package entra_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/entra"
	"rekey/providers/wire/wiretest"
	"rekey/rotation"
)

const (
	canary = "can8Q~4b1d9fCANARY"
	tenant = "5a0c3c4e-6d1f-4b7a-9c55-0d1e2f3a4b5c"
	bot    = "11111111-1111-4111-8111-111111111111"
	app    = "22222222-2222-4222-8222-222222222222"
	key    = "33333333-3333-4333-8333-333333333333"
)

// serve answers every call but the bot's own signing in with one handler, and
// returns a client for it and the number of those calls so far.
func serve(t *testing.T, handler http.HandlerFunc) (*entra.Client, *atomic.Int32) {
	t.Helper()
	calls := &atomic.Int32{}
	url, _ := wiretest.Serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("client_id") == bot {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, `{"access_token":"`+canary+`","token_type":"Bearer","expires_in":3599}`)
			return
		}
		calls.Add(1)
		handler(rw, r)
	}))
	return clientFor(t, url), calls
}

var place = wiretest.Place[*entra.Client]{Serve: serve, At: clientFor}

func clientFor(t *testing.T, url string) *entra.Client {
	t.Helper()
	client, err := entra.New(entra.Config{GraphURL: url, AuthorityURL: url, Tenant: tenant, ClientID: bot, Secret: rotation.NewValue(canary)})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func secrets(c *entra.Client) error {
	_, err := c.Secrets(context.Background(), app)
	return err
}

func add(c *entra.Client) error {
	_, _, err := c.AddSecret(context.Background(), app, "new", time.Now().Add(time.Hour))
	return err
}

func remove(c *entra.Client) error { return c.RemoveSecret(context.Background(), app, key) }

func signIn(c *entra.Client) error {
	_, err := c.SignIn(context.Background(), "", app, rotation.NewValue(canary))
	return err
}

// says is a handler that always says the same, in Graph's form, with the
// canary in every place from which it could leak.
func says(status int, code, message string, header ...string) http.HandlerFunc {
	return raw(status, fmt.Sprintf(`{"error":{"code":%q,"message":%q,"innerError":{"request-id":%q}}}`, code, message+" "+canary, canary), header...)
}

// refuses is says in the authority's form.
func refuses(status, number int, header ...string) http.HandlerFunc {
	return raw(status, fmt.Sprintf(`{"error":"invalid_client","error_description":"AADSTS%d: %s","error_codes":[%d]}`, number, canary, number), header...)
}

func raw(status int, body string, header ...string) http.HandlerFunc {
	return wiretest.Says(status, body, append([]string{"Content-Type", "application/json"}, header...)...)
}

// wrong returns the ProviderError in err, having made sure that no way to
// print err shows a value or an address.
func wrong(t *testing.T, err error) rotation.ProviderError {
	t.Helper()
	return wiretest.Failure(t, err, canary, "eyJ")
}

func TestRefusalsAreTold(t *testing.T) {
	const reading, adding, removing, signing = "reading the client secrets", "adding a client secret", "removing the client secret", "signing in with the client secret"
	const owner = "Application.ReadWrite.OwnedBy, as an owner of the application"
	type want = rotation.ProviderError
	for name, c := range map[string]struct {
		call   func(*entra.Client) error
		answer http.HandlerFunc
		want   want
	}{
		"a dead secret":         {signIn, refuses(401, 7000215), want{Op: signing, Code: "AADSTS7000215: the client secret isn't valid", Definite: true, Dead: true}},
		"an expired one":        {signIn, refuses(401, 7000222), want{Op: signing, Code: "AADSTS7000222: the client secret has expired", Definite: true, Dead: true}},
		"an unknown client":     {signIn, refuses(400, 700016), want{Op: signing, Code: "AADSTS700016: the tenant has no such application", Definite: true}},
		"another cause":         {signIn, refuses(400, 53003), want{Op: signing, Code: "AADSTS53003", Definite: true}},
		"the authority is down": {signIn, refuses(503, 90033, "Retry-After", "9"), want{Op: signing, Code: "503", RetryAfter: 9 * time.Second}},
		"too many sign-ins":     {signIn, refuses(429, 50196, "Retry-After", "9"), want{Op: signing, Code: "429", RetryAfter: 9 * time.Second}},
		"no JSON":               {signIn, raw(401, "<html>"+canary), want{Op: signing, Code: "401", Definite: true}},
		"a yes without a token": {signIn, raw(200, `{"x":"`+canary+`"}`), want{Op: signing, Code: "an answer that can't be read"}},
		"a yes that is none":    {signIn, raw(200, `<`+canary), want{Op: signing, Code: "an answer that can't be read"}},
		"a yes with an error":   {signIn, raw(200, `{"error":"`+canary+`"}`), want{Op: signing, Code: "an answer that can't be read"}},

		"no such application":    {secrets, says(404, "Request_ResourceNotFound", "Resource"), want{Op: reading, Code: "404: the tenant has no such application", Definite: true}},
		"no such secret":         {remove, says(400, "Request_BadRequest", "No credentials found to be removed."), want{Op: removing, Code: "404", Definite: true}},
		"another bad request":    {remove, says(400, "Request_BadRequest", "Something."), want{Op: removing, Code: "400", Definite: true}},
		"a right is missing":     {add, says(403, "Authorization_RequestDenied", "Insufficient privileges"), want{Op: adding, Code: "403", Definite: true, Missing: owner}},
		"a policy of the tenant": {add, says(403, "CredentialTypeNotAllowedAsPerAppPolicy", "x"), want{Op: adding, Code: "403: the tenant's policy allows no client secrets", Definite: true}},
		"a token that ended":     {add, says(401, "InvalidAuthenticationToken", "Lifetime validation failed"), want{Op: adding, Code: "401", RetryAfter: time.Second}},
		"throttled":              {add, says(429, "TooManyRequests", "x", "Retry-After", "7"), want{Op: adding, Code: "429", RetryAfter: 7 * time.Second}},
		"throttled for long":     {add, says(429, "TooManyRequests", "x", "Retry-After", "86400"), want{Op: adding, Code: "429", RetryAfter: 15 * time.Minute}},
		"throttled for a while":  {secrets, says(429, "TooManyRequests", "x"), want{Op: reading, Code: "429", RetryAfter: time.Minute}},
		"broken":                 {add, says(500, "generalException", "x"), want{Op: adding, Code: "500"}},
		"moved":                  {add, says(302, "x", "x", "Location", "https://example.org/"+canary), want{Op: adding, Code: "302: moved elsewhere", Definite: true}},
		"moved sign-in":          {signIn, raw(307, "", "Location", "https://example.org/"+canary), want{Op: signing, Code: "307: moved elsewhere", Definite: true}},
		"nothing in it":          {secrets, raw(200, `{}`), want{Op: reading, Code: "an answer that can't be read"}},
		"added without a value":  {add, raw(200, `{"keyId":"`+key+`"}`), want{Op: adding, Code: "an answer that can't be read"}},
		"not JSON":               {add, raw(200, `{"secretText":"`+canary), want{Op: adding, Code: "an answer that can't be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, calls := serve(t, c.answer)
			c.want.Provider = "Entra ID"
			if diff := cmp.Diff(c.want, wrong(t, c.call(client))); diff != "" {
				t.Error(diff)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestNoAnswerIsNotARefusal(t *testing.T) {
	place.Silences(t, func(name, code string, client *entra.Client, ctx context.Context) {
		_, err := client.SignIn(ctx, "", app, rotation.NewValue(canary))
		if p := wrong(t, err); p.Code != code || p.Definite || p.Dead {
			t.Errorf("signing in, %s: %+v", name, p)
		}
		if p := wrong(t, client.RemoveSecret(ctx, app, key)); p.Code != code || p.Definite {
			t.Errorf("removing, %s: %+v", name, p)
		}
	})
}

func TestNoSecretReachesAnotherHost(t *testing.T) {
	place.Redirects(t, func(client *entra.Client, _ int) {
		for _, call := range []func(*entra.Client) error{secrets, add, remove, signIn} {
			wrong(t, call(client))
		}
	})
}

func TestTheBotsOwnSecretIsNotTheOneThatWasTried(t *testing.T) {
	server := httptest.NewServer(refuses(401, 7000222))
	t.Cleanup(server.Close)
	p := wrong(t, remove(clientFor(t, server.URL)))
	if p.Dead || !p.Definite || p.Op != "signing in as the bot" || p.Code != "AADSTS7000222: the client secret has expired" {
		t.Errorf("%+v", p)
	}
}

func TestWithoutAnAppOfItsOwn(t *testing.T) {
	server := httptest.NewServer(raw(200, `{"access_token":"x","expires_in":3599}`))
	t.Cleanup(server.Close)
	client, err := entra.New(entra.Config{GraphURL: server.URL, AuthorityURL: server.URL})
	if err != nil || client.Enabled() {
		t.Fatalf("%v, enabled: %t", err, client.Enabled())
	}
	for _, call := range []func(*entra.Client) error{secrets, add, remove} {
		var told *rotation.Error
		if err := call(client); !errors.As(err, &told) || !strings.Contains(told.Next, "AZURE_CLIENT_SECRET") {
			t.Errorf("got %v", err)
		}
	}
	who, err := client.SignIn(t.Context(), tenant, app, rotation.NewValue(canary))
	if err != nil || who.Login != app {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestNothingElseBecomesAnAddress(t *testing.T) {
	client, calls := serve(t, raw(200, `{}`))
	ctx, v := t.Context(), rotation.NewValue(canary)
	for _, bad := range []string{"", "x')/owners(appId='y", "../users", app + "?a", app + "\n"} {
		_, err := client.Secrets(ctx, bad)
		_, _, adding := client.AddSecret(ctx, bad, "x", time.Now())
		_, signing := client.SignIn(ctx, tenant, bad, v)
		if err == nil || adding == nil || signing == nil || client.RemoveSecret(ctx, bad, key) == nil {
			t.Errorf("%q was taken for an application", bad)
		}
	}
	for _, bad := range []string{"../x", "a/b", "a?b", "a b", "."} {
		if _, err := client.SignIn(ctx, bad, app, v); err == nil {
			t.Errorf("%q was taken for a tenant", bad)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

func TestTheConfigurationIsChecked(t *testing.T) {
	v := rotation.NewValue(canary)
	for name, c := range map[string]entra.Config{
		"Graph's address":       {GraphURL: "ftp://x"},
		"the authority's":       {AuthorityURL: "https://%zz" + canary},
		"no tenant":             {ClientID: bot, Secret: v},
		"no secret":             {Tenant: tenant, ClientID: bot},
		"no client":             {Tenant: tenant, Secret: v},
		"a client that is none": {Tenant: tenant, ClientID: "x", Secret: v},
		"a tenant that is none": {Tenant: "a/b"},
	} {
		if _, err := entra.New(c); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if client, err := entra.New(entra.Config{}); err != nil || client.Enabled() {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestReadingSignsInAnewWhenTheBotsTokenHasEnded(t *testing.T) {
	answers := []http.HandlerFunc{says(401, "InvalidAuthenticationToken", "Lifetime validation failed"), raw(200, `{"appId":"`+app+`"}`)}
	var n atomic.Int32
	client, calls := serve(t, func(rw http.ResponseWriter, r *http.Request) { answers[min(int(n.Add(1)), 2)-1](rw, r) })
	if err := secrets(client); err != nil || calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	client, calls = serve(t, answers[0])
	if p := wrong(t, secrets(client)); p.Code != "401" || p.Definite || calls.Load() != 2 {
		t.Errorf("%+v after %d calls", p, calls.Load())
	}
}
