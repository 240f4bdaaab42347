package slackhook_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/slackhook"
	"rekey/providers/wire/wiretest"
	"rekey/rotation"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

const (
	canary = "canary4b1d9fcanary4b1d9f"
	path   = "/services/T0TEAM/B0HOOK/" + canary
)

// serve answers every call alike and returns the address of a webhook there, a
// client that accepts it, and the number of calls.
func serve(t *testing.T, handler http.HandlerFunc) (*slackhook.Client, rotation.Value, *atomic.Int32) {
	t.Helper()
	url, calls := wiretest.Serve(t, handler)
	return slackhook.New(url + "/api/"), rotation.NewValue(url + path), calls
}

func answer(status int, word string, header ...string) http.HandlerFunc {
	return wiretest.Says(status, word, header...)
}

// wrong returns the ProviderError in err, having made sure that no way to
// print it shows the webhook or an address.
func wrong(t *testing.T, err error) rotation.ProviderError {
	t.Helper()
	return wiretest.Failure(t, err, canary, "/services/", "B0HOOK")
}

func TestAProbeTellsAliveFromDeadFromUnknown(t *testing.T) {
	type want struct {
		word, code     string
		alive, dead    bool
		retryAfterSecs int
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   want
	}{
		"alive":                      {answer(400, "no_text"), want{word: "no_text", alive: true}},
		"alive, in other words":      {answer(400, "missing_text_or_fallback_or_attachments"), want{word: "missing_text_or_fallback_or_attachments", alive: true}},
		"alive, in fewer words":      {answer(400, "missing_text\n"), want{word: "missing_text", alive: true}},
		"removed":                    {answer(404, "no_service"), want{word: "no_service", code: "404 no_service", dead: true}},
		"its token taken away":       {answer(403, "invalid_token"), want{word: "invalid_token", code: "403 invalid_token", dead: true}},
		"forbidden without a word":   {answer(403, ""), want{code: "403", dead: true}},
		"not let in":                 {answer(401, "invalid_auth"), want{word: "invalid_auth", code: "401 invalid_auth", dead: true}},
		"posting is restricted":      {answer(403, "action_prohibited"), want{word: "action_prohibited", code: "403 action_prohibited"}},
		"a gateway's page":           {answer(403, "<html>Forbidden "+canary), want{code: "403"}},
		"a page that isn't there":    {answer(404, "<html>"), want{code: "404"}},
		"the channel isn't there":    {answer(404, "channel_not_found"), want{word: "channel_not_found", code: "404 channel_not_found"}},
		"the channel is archived":    {answer(410, "channel_is_archived"), want{word: "channel_is_archived", code: "410 channel_is_archived"}},
		"a payload not understood":   {answer(400, "invalid_payload"), want{word: "invalid_payload", code: "400 invalid_payload"}},
		"the empty message accepted": {answer(200, "ok"), want{word: "ok", code: "200 ok"}},
		"too many":                   {answer(429, "rate_limited", "Retry-After", "30"), want{word: "rate_limited", code: "429 rate_limited", retryAfterSecs: 30}},
		"too many, without when":     {answer(429, "", "Retry-After", "soon"), want{code: "429", retryAfterSecs: 1}},
		"broken":                     {answer(500, "rollup_error"), want{word: "rollup_error", code: "500 rollup_error"}},
		"unavailable":                {answer(503, "later", "Retry-After", "100000"), want{word: "later", code: "503 later", retryAfterSecs: 900}},
		"moved":                      {answer(302, "", "Location", "http://127.0.0.1:1/"), want{code: "302"}},
		"a word too long":            {answer(404, strings.Repeat("a", 61)), want{code: "404"}},
		"no answer":                  {func(rw http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, want{code: "no answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, hook, calls := serve(t, func(rw http.ResponseWriter, r *http.Request) {
				body := new(bytes.Buffer)
				if _, err := body.ReadFrom(r.Body); err != nil || body.String() != `{"text":""}` || r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("sent %q: %v", body, err)
				}
				c.answer(rw, r)
			})
			word, alive, err := client.Probe(t.Context(), hook)
			got := want{word: word, alive: alive}
			if err != nil {
				p := wrong(t, err)
				if p.Definite != p.Dead || p.Op != "trying the webhook" || p.Provider != "Slack" {
					t.Errorf("%+v", p)
				}
				got.code, got.dead, got.retryAfterSecs = p.Code, p.Dead, int(p.RetryAfter/time.Second)
			}
			if got != c.want || calls.Load() != 1 {
				t.Errorf("got %+v after %d calls, want %+v", got, calls.Load(), c.want)
			}
		})
	}
}

func TestAPostIsSentOnce(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   rotation.ProviderError
	}{
		"removed":               {answer(404, "no_service"), rotation.ProviderError{Code: "404 no_service", Definite: true, Dead: true}},
		"archived":              {answer(410, "channel_is_archived"), rotation.ProviderError{Code: "410 channel_is_archived", Definite: true}},
		"moved":                 {answer(307, "", "Location", "http://127.0.0.1:1/"), rotation.ProviderError{Code: "307", Definite: true}},
		"too many":              {answer(429, "", "Retry-After", "2"), rotation.ProviderError{Code: "429", RetryAfter: 2 * time.Second}},
		"broken":                {answer(500, "rollup_error"), rotation.ProviderError{Code: "500 rollup_error"}},
		"accepted, oddly":       {answer(200, "<html>"), rotation.ProviderError{Code: "200"}},
		"done, the answer lost": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, rotation.ProviderError{Code: "no answer"}},
	} {
		client, hook, calls := serve(t, c.answer)
		c.want.Provider, c.want.Op = "Slack", "posting to the webhook"
		if diff := cmp.Diff(c.want, wrong(t, client.Post(t.Context(), hook, "hello"))); diff != "" || calls.Load() != 1 {
			t.Errorf("%s: %d calls\n%s", name, calls.Load(), diff)
		}
	}
	client, hook, calls := serve(t, answer(200, "ok"))
	if err := client.Post(t.Context(), hook, "hello"); err != nil || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if p := wrong(t, client.Post(ended, hook, "hello")); p.Definite || calls.Load() != 1 {
		t.Errorf("after its context ended: %+v", p)
	}
}

func TestTheFakeIsProbedAndPostedTo(t *testing.T) {
	w := world.New()
	s := fakeslack.New(w, fakeslack.Config{OtherApps: []fakeslack.OtherApp{{ID: "A0ALERTS", Name: "Alerts", BotUserID: "U0ALERTS"}}})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.ReachedAt(server.URL)
	hook, err := s.AddWebhook("A0ALERTS", "U0STARTER1", "C0PLATFORM")
	if err != nil {
		t.Fatal(err)
	}
	client, url := slackhook.New(server.URL+"/api/"), rotation.NewValue(hook.URL)
	if word, alive, err := client.Probe(t.Context(), url); word != "no_text" || !alive || err != nil {
		t.Errorf("%s, %v, %v", word, alive, err)
	}
	if err := client.Post(t.Context(), url, "Rekey tries <this> & that."); err != nil {
		t.Error(err)
	}
	if said := s.Messages("C0PLATFORM"); len(said) != 1 || said[0].Text != "Rekey tries <this> & that." {
		t.Errorf("%+v", said)
	}
	if err := s.RemoveWebhook(hook.ID); err != nil {
		t.Fatal(err)
	}
	if word, alive, err := client.Probe(t.Context(), url); word != "no_service" || alive || !wrong(t, err).Dead {
		t.Errorf("%s, %v, %v", word, alive, err)
	}
}
