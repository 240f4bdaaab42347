package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// validated says what `rekey validate` says of the embedded catalogue with a
// row more.
func validated(t *testing.T, row string, ignore ...string) string {
	t.Helper()
	text := string(embedded(t)) + row
	if len(ignore) > 0 {
		text += "\nignore: [" + strings.Join(ignore, ", ") + "]\n"
	}
	path := filepath.Join(t.TempDir(), "catalogue.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	Main(Process{Args: []string{"validate", path}, Catalogue: embedded(t), In: strings.NewReader(""), Out: &out, Errors: &out})
	return out.String()
}

// webhookValues are those that a row with the runbook slack_webhook needs.
func webhookValues(t *testing.T) string {
	t.Helper()
	_, row, _ := strings.Cut(string(embedded(t)), "  - name: slack_webhook_url\n")
	row, _, found := strings.Cut(row, "\n\n  - name:")
	_, values, there := strings.Cut(row, "    values:\n")
	if !found || !there {
		t.Fatal("the catalogue has no values of slack_webhook_url")
	}
	return "values:\n" + values
}

const fine = "The catalogue is fine."

// "Which secrets exist at all?": a secret that nobody listed becomes a row that
// is accepted once somebody has said what only people know, and not before.
func TestIncident42ASecretThatNobodyListedBecomesARow(t *testing.T) {
	found := rotation.Listed{
		Name: "forgotten/token", ARN: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:forgotten/token-AbCdEf",
		Tags: map[string]string{"owner": "somebody: \"x\"\n  - name: y"},
	}
	draft := "\n" + found.Draft(time.Now(), time.UTC)
	if said := validated(t, draft); strings.Contains(said, fine) || !strings.Contains(said, "forgotten/token") {
		t.Errorf("with nothing filled in:\n%s", said)
	}
	filled := strings.NewReplacer(
		`owner: ""`, `owner: "@modernisation-platform"`, `channel: ""`, `channel: "#modernisation-platform"`, `approvers: ""`, `approvers: "@mp-approvers"`,
		`runbook: ""`, "runbook: slack_webhook", `overlap: ""`, "overlap: side-by-side", "read: []", "read: [pending, current]",
		"values: {} # what the runbook asks for; rekey validate says what is missing", webhookValues(t),
	).Replace(draft)
	said := validated(t, filled)
	if !strings.Contains(said, fine) {
		t.Errorf("filled in:\n%s\n%s", said, filled)
	}
}

// Reminders came for lists of account ids, which are no secrets: a tag hints at
// that, and the draft asks for the reason.
func TestIncident38WhatATagCallsConfigIsDraftedAsExempt(t *testing.T) {
	found := rotation.Listed{Name: "more_account_ids", Tags: map[string]string{rotation.ClassTag: "config"}}
	draft := "\n" + found.Draft(time.Now(), time.UTC)
	if said := validated(t, draft); !strings.Contains(said, "exempt: needs a reason") || !strings.Contains(said, "an owner is needed") {
		t.Errorf("with nothing filled in:\n%s", said)
	}
	filled := strings.NewReplacer(`owner: ""`, `owner: "@modernisation-platform"`, `reason: ""`, `reason: It is a list of ids.`).Replace(draft)
	if said := validated(t, filled, `"others/*"`); !strings.Contains(said, fine) {
		t.Errorf("filled in:\n%s\n%s", said, filled)
	}
}

func TestAPatternThatHidesEverythingIsRefused(t *testing.T) {
	for _, wrong := range []string{`"*"`, `"ab*"`, `"a*b/c"`, `""`, "[x]", "{a: b}"} {
		if said := validated(t, "", wrong); strings.Contains(said, fine) {
			t.Errorf("ignore: [%s] is taken", wrong)
		}
	}
}
