package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/script"
	"rekey/sandbox/stage"
)

// Conversations are text files that read like a channel. They run through the
// real wiring: sockets, SQLite on disk, the SDKs, the fakes on loopback. Those
// that kill the bot run it as a process of its own.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			play(t, file, text)
		})
	}
}

// play sets a town up for a conversation and plays it.
func play(t *testing.T, file string, text []byte) {
	t.Helper()
	kills := bytes.Contains(text, []byte("--- kill -9"))
	o := stage.Options{}
	if bytes.Contains(text, []byte("Secrets this week")) {
		o.Digest = "#modernisation-platform" // the others don't want to come across it
	}
	o.Listing = bytes.Contains(text, []byte("doesn't name"))
	o.Tags = bytes.Contains(text, []byte("is tagged"))
	o.Calm = !bytes.Contains(text, []byte(`"Reminder`))
	o.Issues = script.SpeaksOfIssues(text)
	newTownWith(t, o, kills, embedded(t)).play(file, text)
}

// play plays a conversation and then searches everything that the bot wrote or
// sent for the values of this world.
func (w *town) play(file string, text []byte) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	err := script.Play(ctx, filepath.Base(file), text, script.Cast{
		Stage: w.stage, Put: w.put, Take: w.take, Kill: w.restart, Patience: time.Minute,
		Catalogue: func(text []byte) error {
			w.catalogue = text
			return w.restart()
		},
		Catalogues: catalogues(w.t),
	})
	if err != nil {
		w.t.Fatalf("%v\n\nlog of the bot:\n%s", err, tail(w.logs.Bytes(), 6000))
	}
	w.noLeaks()
}

// catalogues are variants of the embedded one, each a few lines different.
func catalogues(t *testing.T) map[string][]byte {
	t.Helper()
	text := string(embedded(t))
	change := func(text string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("the embedded catalogue doesn't say %q any more", pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		return text
	}
	beside := change(text, "overlap: none", "overlap: side-by-side")
	out := map[string]string{
		"embedded":                 text,
		"side-by-side":             change(beside, "soak: 1h", "soak: 1s"),
		"side-by-side-soak":        beside,
		"side-by-side-changed":     change(beside, "soak: 1h", "soak: 2s", "expect_within: 8d", "expect_within: 9d"),
		"revoke-first":             change(text, "overlap: none", "overlap: none\n    compromised: revoke-first"),
		"only-pending-is-read":     change(text, "read: [pending, current, previous]", "read: [pending]"),
		"changed":                  change(text, "expect_within: 8d", "expect_within: 9d"),
		"quorum-of-two":            change(text, "approvers: \"@mp-approvers\"", "approvers: \"@mp-approvers\"\n    quorum: 2"),
		"entra-by-hand":            change(text, "runbook: entra_client_secret", "runbook: entra_by_hand"),
		"entra-unread":             change(text, "read: [pending, current, previous]\n    users: [signing in to AWS]", "read: [pending]\n    users: [signing in to AWS]", "secret_name: aws-sso-entraid-integration", "secret_name: sign-in"),
		"entra-other-field":        change(text, "client_id_field: client_id\n", "client_id_field: domain\n"),
		"entra-known":              change(text, "known_secrets: []", "known_secrets: [test]"),
		"entra-account":            change(text, "    field: client_secret\n", "    field: client_secret\n    account: \"999988887777\"\n"),
		"password-without-field":   change(text, "    field: password\n", ""),
		"integration-keys-retired": change(text, "- name: pagerduty_integration_keys\n", "- name: pagerduty_integration_keys\n    exempt: {reason: PagerDuty is given up., review: \"2027-05-22\"}\n"),
		"console-entry":            change(beside, "entry: cli", "entry: console"),
	}
	bytes := map[string][]byte{}
	for name, text := range out {
		bytes[name] = []byte(text)
	}
	return bytes
}

// noLeaks searches everything that the bot wrote or sent for the values of
// this world.
func (w *town) noLeaks() {
	w.t.Helper()
	if hits := w.stage.Leaks(w.sinks()); len(hits) > 0 {
		w.t.Errorf("values got out:\n%s", strings.Join(hits, "\n"))
	}
}

// sinks are the files that the bot wrote, its log, and what Slack was sent.
func (w *town) sinks() map[string][]byte {
	out := map[string][]byte{"log": w.logs.Bytes(), "slack": w.stage.Slack.Transcript()}
	files, err := filepath.Glob(filepath.Join(w.dir, "rekey.db*"))
	if err != nil || len(files) == 0 {
		w.t.Fatal("no database", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			w.t.Fatal(err)
		}
		out[filepath.Base(f)] = text
	}
	return out
}

func tail(text []byte, n int) []byte {
	if len(text) > n {
		return text[len(text)-n:]
	}
	return text
}
