package cli

import (
	"regexp"
	"strings"
	"testing"

	"rekey/rotation"
	"rekey/sandbox/stage"
	"rekey/steps"
)

// What a secret's row may say otherwise, and what becomes of a rotation then.
func TestVariantsOfASecret(t *testing.T) {
	t.Parallel()
	const approved = `
starter> /rotate github_ci_user_pat
#platform | [Approve]
approver> [Approve]
#platform | your turn, @starter
github> starter regenerates github_ci_user_pat
aws> starter puts github_ci_user_pat
`
	const byHand = `
#platform | Replace the copy · your turn, @starter · Set the Actions secret TERRAFORM_GITHUB_TOKEN
thread | Replace the copy
github> starter sets TERRAFORM_GITHUB_TOKEN in modernisation-platform
#platform | Waiting for a run
github> new-environment.yml runs
`
	for _, v := range []struct {
		name   string
		change []string // old, new: in the first secret's row
		before func(*stage.Stage) error
		says   string
	}{
		{"no value may be read", []string{"read: [pending, current, previous]", "read: []"}, nil, approved + `
#platform | old token: not proven dead · not read: the proof comes from its users` + byHand + `
#platform | GitHub MP CI User PAT rotated · The old token of GitHub MP CI User PAT
thread | still owed
journal> aws "GetSecretValue" on github_ci_user_pat called 0
`},
		{"only the staged value may be read", []string{"read: [pending, current, previous]", "read: [pending]"}, nil, approved + `
#platform | not proven dead · belongs to modernisation-platform-ci · 3 permissions proven` + byHand + `
#platform | GitHub MP CI User PAT rotated
thread | still owed
`},
		{"the bot may see the copies and not write them", nil, func(s *stage.Stage) error {
			return s.Grant(s.BotToken(), "secrets", "read")
		}, approved + byHand + `
#platform | GitHub MP CI User PAT rotated
journal> github "PUT secret" applied 0
`},
		{"there are no copies", []string{`(?s)copies:\n.*?consumers:`, "copies: []\n      consumers:"}, nil, approved + `
#platform | "Terraform: GitHub resources" failed · [Retry]
github> starter sets TERRAFORM_GITHUB_TOKEN in modernisation-platform
starter> [Retry]
#platform | made current · succeeded · Waiting for a run
#platform ! Copies
github> new-environment.yml runs
#platform | GitHub MP CI User PAT rotated
`},
		{"there are no consumers", []string{`(?s)consumers:\n.*?\n\n`, "consumers: []\n\n"}, nil, approved + `
#platform | GitHub MP CI User PAT rotated · current since
journal> github "POST dispatch" applied 1
`},
		{"there is neither copy nor consumer", []string{`(?s)copies:\n.*?\n\n`, "copies: []\n      consumers: []\n\n"}, nil, approved + `
#platform | "Terraform: GitHub resources" failed · [Retry]
github> starter sets TERRAFORM_GITHUB_TOKEN in modernisation-platform
starter> [Retry]
#platform | PAT rotated
journal> github "PUT secret" applied 0
`},
		{"side by side, no value may be read", []string{"read: [pending, current, previous]", "read: []", "overlap: none", "overlap: side-by-side", "soak: 1h", "soak: 1s"}, nil, `
starter> /rotate github_ci_user_pat
#platform | your turn, @starter
github> starter makes a second token for github_ci_user_pat
aws> starter puts github_ci_user_pat
#platform | not read · [Approve]
approver> [Approve]
` + byHand + `
#platform | Delete the old token · can't prove that it is gone · [Attest
starter> [Attest…] because deleted it just now
#platform | GitHub MP CI User PAT rotated · Still owed
thread | still owed
journal> github "POST revoke" applied 0
journal> aws "GetSecretValue" on github_ci_user_pat called 0
`},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			text := string(embedded(t))
			for i := 0; i < len(v.change); i += 2 {
				old := regexp.MustCompile(regexp.QuoteMeta(v.change[i]))
				if strings.HasPrefix(v.change[i], "(?s)") {
					old = regexp.MustCompile(v.change[i])
				}
				at := old.FindStringIndex(text)
				if at == nil {
					t.Fatalf("the embedded catalogue doesn't say %q any more", v.change[i])
				}
				text = text[:at[0]] + v.change[i+1] + text[at[1]:]
			}
			w := newTown(t, false, []byte(text))
			if v.before != nil {
				if err := v.before(w.stage); err != nil {
					t.Fatal(err)
				}
			}
			w.play(v.name, []byte(v.says))
		})
	}
}

// The old value is ended only after the new one was seen in use, so somebody
// has to be named who uses it.
func TestSideBySideNeedsAConsumer(t *testing.T) {
	text := strings.Replace(string(embedded(t)), "overlap: none", "overlap: side-by-side", 1)
	text = regexp.MustCompile(`(?s)consumers:\n.*?\n\n`).ReplaceAllString(text, "consumers: []\n\n")
	_, err := rotation.LoadCatalogue([]byte(text), rotation.Book{Actions: steps.All(steps.Providers{}), Provers: steps.Provers(steps.Providers{}), Watchers: steps.Watchers(steps.Providers{}), ID: func(handle string) (string, bool) { return "X" + handle, true }})
	if err == nil || !strings.Contains(err.Error(), "github_ci_user_pat: the old token would be revoked before the new one was seen in use") {
		t.Errorf("got %v", err)
	}
}
