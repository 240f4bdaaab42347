package fakeslack_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

const alerts = "A0ALERTS"

// hooked is a workspace with an app that has one webhook.
func hooked(t *testing.T, cfg fakeslack.Config) (*world.World, *fakeslack.Slack, fakeslack.Webhook) {
	t.Helper()
	w := world.New()
	cfg.OtherApps = []fakeslack.OtherApp{{ID: alerts, Name: "Alerts", BotUserID: "U0ALERTS"}}
	s := fakeslack.New(w, cfg)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.ReachedAt(server.URL)
	h, err := s.AddWebhook(alerts, "U0STARTER1", "C0PLATFORM")
	if err != nil {
		t.Fatal(err)
	}
	return w, s, h
}

func postTo(t *testing.T, url, body string) (int, string, http.Header) {
	t.Helper()
	answer, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

func TestAWebhookPostsAsItsApp(t *testing.T) {
	w, s, h := hooked(t, fakeslack.Config{})
	if status, word, _ := postTo(t, h.URL, `{"text":"An alarm."}`); status != 200 || word != "ok" {
		t.Errorf("%d %s", status, word)
	}
	said := s.Messages("C0PLATFORM")
	if len(said) != 1 || said[0].Text != "An alarm." || said[0].User != "U0ALERTS" || s.NameOf("U0ALERTS") != "Alerts" {
		t.Errorf("%+v", said)
	}
	calls := w.Journal.Calls()
	if n := w.Journal.Applied("slack", "webhook"); n != 1 || calls[0].Resource != "C0PLATFORM" || calls[0].Caller != alerts {
		t.Errorf("%d posts: %+v", n, calls)
	}
	for _, v := range w.Values.All() {
		if bytes.Contains(s.Transcript(), []byte(v.Value)) {
			t.Errorf("the transcript has the %s", v.Name)
		}
	}
	if len(w.Values.All()) != 2 {
		t.Errorf("%d values were minted", len(w.Values.All()))
	}
}

func TestWhatAWebhookRefuses(t *testing.T) {
	w, s, h := hooked(t, fakeslack.Config{})
	says := func(url, body string, status int, word string) {
		t.Helper()
		if gotStatus, got, _ := postTo(t, url, body); gotStatus != status || got != word {
			t.Errorf("%s: %d %s, want %d %s", body, gotStatus, got, status, word)
		}
	}
	answers := func(word string) {
		t.Helper()
		if err := s.WebhooksAnswer(word); err != nil {
			t.Fatal(err)
		}
	}
	const hello = `{"text":"hello"}`
	says(h.URL, `{"text":""}`, 400, "no_text")
	says(h.URL, `text`, 400, "invalid_payload")
	says(h.URL, ``, 400, "invalid_payload")
	says(h.URL+"x", hello, 404, "no_service")
	answers("missing_text_or_fallback_or_attachments")
	says(h.URL, `{"text":""}`, 400, "missing_text_or_fallback_or_attachments")
	answers("action_prohibited")
	says(h.URL, hello, 403, "action_prohibited")
	answers("ok")
	s.ArchiveChannel("C0PLATFORM")
	says(h.URL, `{"text":""}`, 400, "no_text")
	says(h.URL, hello, 410, "channel_is_archived")
	if err := s.RemoveWebhook(h.ID); err != nil {
		t.Fatal(err)
	}
	says(h.URL, `{"text":""}`, 404, "no_service")
	answers("invalid_token")
	says(h.URL, hello, 403, "invalid_token")
	if n := w.Journal.Applied("slack", "webhook"); n != 0 {
		t.Errorf("%d posts were applied", n)
	}
	for what, err := range map[string]error{
		"a webhook removed twice":          s.RemoveWebhook(h.ID),
		"a word that Slack hasn't":         s.WebhooksAnswer("sorry"),
		"a webhook in an archived channel": func() error { _, err := s.AddWebhook(alerts, "U0STARTER1", "C0PLATFORM"); return err }(),
		"a webhook of no app":              func() error { _, err := s.AddWebhook("A0NONE", "U0STARTER1", "C0PLATFORM"); return err }(),
	} {
		if err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	if len(s.Webhooks(alerts)) != 0 {
		t.Error("the removed webhook is still listed")
	}
}

func TestAWebhookHasItsOwnRate(t *testing.T) {
	_, _, h := hooked(t, fakeslack.Config{RateLimits: true})
	for range 20 {
		status, word, header := postTo(t, h.URL, `{"text":"again"}`)
		if status == http.StatusTooManyRequests && word == "rate_limited" && header.Get("Retry-After") == "1" {
			return
		}
	}
	t.Error("twenty posts in a moment were all accepted")
}
