package steps_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"rekey/rotation"
	"rekey/steps"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testdata/plans.txt shows what a change to a runbook makes of every plan.
func TestEveryPlanOfTheCatalogue(t *testing.T) {
	known := steps.Book(steps.Providers{})
	var out strings.Builder
	for _, variant := range [][]string{nil, sideBySide, {"overlap: none", "overlap: side-by-side", "entry: cli", "entry: console"}} {
		book := catalogue(t, known, variant...)
		names := book.Names()
		if variant != nil {
			names = names[:1] // only the first was edited
		}
		for _, n := range names {
			s, err := book.Secret(n)
			if err != nil {
				t.Fatal(err)
			}
			if s.Exempt != nil {
				_, err = book.Plan(rotation.Order{Secret: n})
				fmt.Fprintf(&out, "%s: %v\n\n", n, err)
				if s.Runbook == "" {
					continue
				}
			}
			p, err := book.Plan(rotation.Order{Secret: n, Walk: s.Exempt != nil})
			if err != nil {
				t.Fatal(err)
			}
			show(&out, p)
			if s.Compromised == rotation.RevokeFirst {
				if p, err = book.Plan(rotation.Order{Secret: n, Compromised: true}); err != nil {
					t.Fatal(err)
				}
				out.WriteString("compromised: ")
				show(&out, p)
			}
		}
	}
	const file = "testdata/plans.txt"
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the plans differ from %s; see what changed with: go test ./steps -run EveryPlan -update && git diff\n%s", file, out.String())
	}
}

func show(out *strings.Builder, p rotation.Plan) {
	fmt.Fprintf(out, "%s: %s, %s %s in %s, overlap %s, entry %s, read %s\n", p.Secret, p.Title, p.Noun, p.SecretID, p.Region, p.Overlap, p.Entry, strings.Join(p.Read, " "))
	fmt.Fprintf(out, "  every %d days, owner %s, channel %s, %d of %s, users %s\n", p.Every, p.Owner.Name, p.Channel.Name, p.Quorum, p.Approvers.Name, strings.Join(p.Users, ", "))
	if p.Prover != "" {
		fmt.Fprintf(out, "  proven by %s: %s\n", p.Prover, p.Proof)
	}
	for i, steps := range [][]rotation.Step{p.Steps, p.RollBack, p.Withdraw} {
		for j, s := range steps {
			back := []string{"", "roll back ", "cancel "}[i]
			fmt.Fprintf(out, "  %s%d. %s (%s by %s): %s → %s\n", back, j+1, s.ID, s.Kind, s.By, s.Title, s.Done)
			for _, line := range []string{s.Text, s.Warning} {
				if line != "" {
					fmt.Fprintf(out, "       %s\n", line)
				}
			}
			for _, l := range s.Links {
				fmt.Fprintf(out, "       [%s](%s)\n", l.Title, l.URL)
			}
			fmt.Fprintf(out, "       %s\n", s.With)
		}
	}
	fmt.Fprintln(out)
}

func TestStepsRefuseParametersThatTheyCantUse(t *testing.T) {
	actions := steps.All(steps.Providers{})
	for name, c := range map[string]struct{ kind, with, want string }{
		"a test message to nowhere":       {"test_message", `{"app": "Alerts"}`, "channel: is needed"},
		"a password of nothing":           {"generate", `{"policy": {"exclude_lowercase": true, "exclude_uppercase": true, "exclude_numbers": true, "exclude_punctuation": true}}`, "nothing is left"},
		"an unknown key, approve":         {"approve", `{"copy": []}`, `unknown field "copy"`},
		"an unknown key, receive":         {"receive", `{"logon": "x"}`, `unknown field "logon"`},
		"an unknown key, withdraw":        {"withdraw", `{"logon": "x"}`, `unknown field "logon"`},
		"an unknown key, restore":         {"restore", `{"x": 1}`, `unknown field "x"`},
		"an unknown key, check":           {"check", `{"login": "ci"}`, `unknown field "login"`},
		"a copy without a name":           {"confirm_copies", `{"copies": [{"repo": "a/b"}]}`, "each needs a repo"},
		"a copy without a repo":           {"replace_copies", `{"copies": [{"name": "T"}]}`, "each needs a repo"},
		"a workflow without a repo":       {"run_workflow", `{"file": "a.yml", "title": "A", "ref": "main"}`, "a workflow needs repo"},
		"a workflow without a branch":     {"run_workflow", `{"repo": "a/b", "file": "a.yml", "title": "A"}`, "a workflow needs repo"},
		"a consumer without a job":        {"see_used", `{"consumers": [{"repo": "a/b", "workflow": "w.yml", "expect_within": "8d"}]}`, "each needs repo"},
		"a consumer that is expected now": {"see_used", `{"consumers": [{"repo": "a/b", "workflow": "w.yml", "job": "j", "expect_within": "0d"}]}`, "not a number of days"},
		"a consumer without an end":       {"see_used", `{"consumers": [{"repo": "a/b", "workflow": "w.yml", "job": "j"}]}`, "each needs repo"},
		"a soak that isn't a time":        {"revoke", `{"by": "rekey", "soak": "long"}`, `"long" is not a duration like 1h`},
		"a soak before the start":         {"revoke", `{"by": "rekey", "soak": "-1h"}`, `"-1h" is not a duration`},
		"no application":                  {"add_client_secret", `{"name": "n", "lifetime": "180d"}`, "client_id: and name: are needed"},
		"a client secret without a name":  {"remove_client_secret", `{"client_id": "c", "soak": "1h"}`, "client_id: and name: are needed"},
		"a client secret without an end":  {"add_client_secret", `{"client_id": "c", "name": "n"}`, "lifetime: is needed"},
		"a removal that waits for ever":   {"remove_client_secret", `{"client_id": "c", "name": "n", "soak": "long"}`, "is not a duration"},
		"nothing to take back":            {"withdraw_client_secret", `{}`, "client_id: and name: are needed"},
		"a button without a form":         {"confirm_use", `{"button": "Yes"}`, "must end in …"},
		"a revocation by nobody":          {"revoke", `{"by": "team", "soak": "1h"}`, "by: must be rekey or holder"},
	} {
		if err := actions[c.kind].Check(rotation.Params(c.with)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for kind, with := range map[string]string{
		"see_used": `{"consumers": [{"repo": "a/b", "workflow": "w.yml", "job": "j", "expect_within": "12h"}]}`, "revoke": `{"by": "holder", "soak": "0s"}`,
	} {
		if err := actions[kind].Check(rotation.Params(with)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestProversRefuseParametersThatTheyCantUse(t *testing.T) {
	provers := steps.Provers(steps.Providers{})
	for name, c := range map[string]struct{ by, with, want string }{
		"no tenant":                   {"entra", `{"client_id": "c"}`, "tenant: and client_id: are needed"},
		"no client":                   {"entra", `{"tenant": "t"}`, "tenant: and client_id: are needed"},
		"no App":                      {"github_app", `{"slug": "s"}`, "app_id: and slug: are needed"},
		"an App without a name":       {"github_app", `{"app_id": 7}`, "app_id: and slug: are needed"},
		"no login":                    {"github", `{}`, "login: is needed"},
		"a permission without a name": {"github", `{"login": "ci", "permissions": [{"probe": "/x"}]}`, "each needs a name"},
		"a probe that isn't a path":   {"github", `{"login": "ci", "permissions": [{"name": "Issues: write", "probe": "https://x"}]}`, "the probe of Issues: write must be an API path"},
	} {
		if err := provers[c.by].Check(rotation.Params(c.with)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestStepsThatNobodyNeedsAreLeftOut(t *testing.T) {
	book := catalogue(t, steps.Book(steps.Providers{}))
	p, err := book.Plan(rotation.Order{Secret: "github_ci_user_environments_repo_pat"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.Kind == "replace_copies" {
			t.Error("no workflow signs in with a copy of this token")
		}
	}
}
