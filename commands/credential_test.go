package commands_test

import (
	"strings"
	"testing"

	"rekey/commands"
)

func TestWhatLooksLikeACredentialIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"ghp_" + strings.Repeat("a1", 18):                             "GitHub token",
		"it was github_pat_11ABCDEFG0" + strings.Repeat("x", 40):      "GitHub token",
		"AKIA" + strings.Repeat("A", 16) + " leaked":                  "AWS access key",
		"xoxb-123456789012-abcdefghijkl":                              "Slack token",
		"https://hooks.slack.com/services/T000/B000/abc":              "Slack webhook",
		"-----BEGIN RSA PRIVATE KEY-----":                             "private key",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2ln":       "JSON web token",
		"github_ci_user_pat":                                          "",
		"because of https://github.com/ministryofjustice/x/pull/1234": "",
		"see 6f1c4b0e-52a0-5c3e-9d53-0f6a2b1c7d11":                    "",
		"commit 4a90719c3f2b8d1e5a6b7c8d9e0f1a2b3c4d5e6f broke it":    "",
		"the AKIA key of collaborators is another matter":             "",
	} {
		if got := commands.Credential(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestWhatMerelyLooksRandomIsDoubted(t *testing.T) {
	for text, want := range map[string]bool{
		"it was kR8$vQ2!mZ7@pL4x":                                       true,
		"Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRg":                                true,
		"there is a release today":                                      false,
		"github_ci_user_environments_repo_pat":                          false,
		"6f1c4b0e-52a0-5c3e-9d53-0f6a2b1c7d11":                          false,
		"4a90719c3f2b8d1e5a6b7c8d9e0f1a2b3c4d5e6f":                      false,
		"https://github.com/ministryofjustice/x/actions/runs/12AbC?a=B": false,
		"#modernisation-platform-notifications":                         false,
		"MODERNISATION_PLATFORM_CI_USER_ENVIRONMENTS_REPO_PAT":          false,
	} {
		if got := commands.Random(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
