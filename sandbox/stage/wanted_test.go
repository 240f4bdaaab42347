package stage

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakegithub"
)

func TestWhatACatalogueNamesIsMade(t *testing.T) {
	copied := fakegithub.Copy{Secret: "their_pat", Repo: PlatformRepo, Name: "THEIR_PAT"}
	s, err := New(Options{Wanted: Wanted{
		Groups: []string{"@theirs", "@theirs", "@mp-approvers"}, Channels: []string{"#alerts"}, People: []string{"@approver", "@stranger"},
		Secrets: []WantedSecret{
			{ID: "their_pat", Region: fakeaws.Region, Token: true, Login: CIUser, Copies: []fakegithub.Copy{copied},
				Workflows: []WantedWorkflow{{PlatformRepo, "theirs.yml", "use"}, {"elsewhere/repo", "gone.yml", ""}}},
			{ID: "their_field", Region: fakeaws.Region, Field: "password", Role: "arn:aws:iam::111122223333:role/theirs"},
			{ID: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:far-AbCdEf", Region: fakeaws.Region},
			{ID: "other_region", Region: "us-east-1"},
			{ID: UserPAT, Region: fakeaws.Region, Token: true, Login: CIUser},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	got := strings.Join(s.Made(), "\n")
	want := strings.Join([]string{
		"@theirs is a group with everybody of the team in it",
		"#alerts is a channel",
		"@approver is played by Ada (approves)",
		"@stranger is played by Sam (member of the team)",
		"their_pat is a secret with a token of " + CIUser + " that ends in 30 days",
		"theirs.yml is a workflow of " + PlatformRepo,
		"gone.yml can't be imitated: there is no repository elsewhere/repo here",
		"arn:aws:iam::111122223333:role/theirs is a role that the bot may assume",
		"their_field is a secret with a harmless value",
		"arn:aws:secretsmanager:eu-west-2:111122223333:secret:far-AbCdEf can't be imitated: there is one account here, " + fakeaws.Account + " in " + fakeaws.Region + ", and its secrets are found by name",
		"other_region can't be imitated: there is one account here, " + fakeaws.Account + " in " + fakeaws.Region + ", and its secrets are found by name",
	}, "\n")
	if got != want {
		t.Errorf("it made\n%s\nnot\n%s", got, want)
	}
	if token, ok := s.Token("their_pat"); !ok || token.Name != "their_pat" {
		t.Errorf("the token is %+v, %v", token, ok)
	}
	text, _ := s.AWS.Current("their_field")
	var fields map[string]string
	if err := json.Unmarshal([]byte(text), &fields); err != nil || !strings.HasPrefix(fields["password"], "harmless-") {
		t.Errorf("the secret with a field doesn't have it: %v", err)
	}
	if repo, ok := s.RepoOf("theirs.yml"); repo != PlatformRepo || !ok || !slices.Contains(s.WorkflowFiles(), "theirs.yml") {
		t.Error("the workflow isn't found")
	}
	for _, handle := range []string{`"@theirs": "S0THEIRS0"`, `"#alerts": "C0ALERTS0"`, `"@approver": "U0APPROVER"`, `"@stranger": "U0STARTER"`} {
		if !strings.Contains(string(s.Settings()), handle) {
			t.Errorf("the settings don't say %s", handle)
		}
	}
}
