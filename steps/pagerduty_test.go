package steps_test

import (
	"context"
	"strings"
	"testing"

	"rekey/rotation"
	"rekey/steps"
)

// A pager is PagerDuty as far as whose a token is.
type pager struct {
	user, account       rotation.Credential
	userErr, accountErr error
}

func (p pager) User(context.Context, rotation.Value) (rotation.Credential, error) {
	return p.user, p.userErr
}

func (p pager) Account(context.Context, rotation.Value) (rotation.Credential, error) {
	return p.account, p.accountErr
}

func TestPagerDutysTokensAreToldApart(t *testing.T) {
	nobodys := refused("PagerDuty", "asking whose the token is", "400: the key is the account's, and no user's", "")
	ours, mina := rotation.Credential{Login: "moj-digital-tools"}, rotation.Credential{Login: "mina@example.gov.uk", Name: "Mina"}
	minas := rotation.Credential{Login: "moj-digital-tools", Name: "Mina"}
	for name, c := range map[string]struct {
		by    string
		pager pager
		wrong string // or empty
		shows string
	}{
		"the account's, which is asked for":        {"pagerduty_account", pager{account: ours, userErr: nobodys}, "", "a key of the account moj-digital-tools"},
		"a user's, where the account's is needed":  {"pagerduty_account", pager{account: minas, user: mina}, "is a key of Mina's own, and one of the account is needed", ""},
		"of another account":                       {"pagerduty_account", pager{account: rotation.Credential{Login: "other"}}, "opens the account other, and moj-digital-tools is needed", ""},
		"of an account that isn't shown":           {"pagerduty_account", pager{}, "doesn't show whose account it opens, and moj-digital-tools is needed", ""},
		"a user's, which is asked for":             {"pagerduty_user", pager{account: minas, user: mina}, "", "belongs to Mina (mina@example.gov.uk)"},
		"the account's, where a user's is needed":  {"pagerduty_user", pager{account: ours, userErr: nobodys}, "is a key of the account, and one of a person is needed", ""},
		"of a user of another account":             {"pagerduty_user", pager{account: rotation.Credential{Login: "other", Name: "Mina"}, user: mina}, "opens the account other, and moj-digital-tools is needed", ""},
		"of a user without a name that is visible": {"pagerduty_user", pager{account: minas, user: rotation.Credential{Login: "x@example.gov.uk"}}, "", "belongs to x@example.gov.uk"},
	} {
		prover := map[string]rotation.Prover{"pagerduty_account": steps.PagerDutyAccount{PagerDuty: c.pager}, "pagerduty_user": steps.PagerDutyUser{PagerDuty: c.pager}}[c.by]
		with := rotation.Params(`{"subdomain": "moj-digital-tools"}`)
		found, err := prover.Try(t.Context(), rotation.NewValue("x"), with)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		proof, err := prover.Prove(t.Context(), rotation.NewValue("x"), found, with)
		if err != nil || proof.Wrong != c.wrong || strings.Join(proof.Evidence, " · ") != c.shows {
			t.Errorf("%s: %+v, %v", name, proof, err)
		}
	}
}

func TestARefusedOrSilentTokenIsNotTakenForTheAccounts(t *testing.T) {
	dead := refused("PagerDuty", "asking whose the token is", "401", "")
	denied := refused("PagerDuty", "asking whose the token is", "403", "to read its own user")
	for name, p := range map[string]pager{
		"dead":                    {userErr: dead, accountErr: dead},
		"silent":                  {userErr: noAnswer("PagerDuty", "asking whose the token is")},
		"a user's without rights": {userErr: denied, accountErr: denied},
	} {
		if _, err := (steps.PagerDutyUser{PagerDuty: p}).Try(t.Context(), rotation.NewValue("x"), nil); err != p.userErr {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePartsOfPagerDutysFlowsRefuseWhatTheyCantUse(t *testing.T) {
	actions, provers := steps.All(steps.Providers{}), steps.Provers(steps.Providers{})
	const channel = `"channel": {"name": "#ops", "id": "C0OPS"}`
	for name, c := range map[string]struct{ kind, with, want string }{
		"a request to nobody":                {"request", `{"ask": "x", ` + channel + `}`, "a request needs to, channel and ask"},
		"a request for nothing":              {"request", `{"to": "Ops", ` + channel + `}`, "a request needs to, channel and ask"},
		"a request to nowhere":               {"request", `{"to": "Ops", "ask": "x"}`, "a request needs to, channel and ask"},
		"a reminder before the request":      {"request", `{"to": "Ops", "ask": "x", "remind": "-1h", ` + channel + `}`, "remind: must be a time like 3d"},
		"a reminder that isn't a time":       {"request", `{"to": "Ops", "ask": "x", "remind": "soon", ` + channel + `}`, "reading the step's parameters"},
		"a deletion asked of nobody":         {"revoke", `{"by": "holder", "soak": "1h", "ask": "x", ` + channel + `}`, "a request needs owner, channel and ask"},
		"a deletion asked for by the bot":    {"revoke", `{"by": "rekey", "soak": "1h", "owner": "Ops", "ask": "x", ` + channel + `}`, "by: holder"},
		"a deletion asked for without words": {"revoke", `{"by": "holder", "soak": "1h", "owner": "Ops", ` + channel + `}`, "a request needs owner, channel and ask"},
		"a workflow without a title":         {"use_workflow", `{"repo": "a/b", "file": "a.yml", "ref": "main"}`, "a workflow needs repo"},
		"a service without a name":           {"choose_services", `{"services": [{"test_event": true}]}`, "each needs a name"},
		"a test of no service":               {"check_keys", `{"services": [{"test_event": true}]}`, "each needs a name"},
		"a secret that nobody writes":        {"see_written", `{}`, "owner: is needed"},
		"nobody who has to apply it":         {"reapply", `{}`, "consumers: name those"},
		"an applier without a job":           {"reapply", `{"consumers": [{"repo": "a/b", "workflow": "w.yml", "expect_within": "8d", "keys": ["x"]}]}`, "each needs repo"},
		"a comparison with something":        {"compare_keys", `{"services": []}`, "unknown field"},
	} {
		if err := actions[c.kind].Check(rotation.Params(c.with)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for _, by := range []string{"pagerduty_account", "pagerduty_user"} {
		if err := provers[by].Check(rotation.Params(`{}`)); err == nil || !strings.Contains(err.Error(), "subdomain: is needed") {
			t.Errorf("%s: %v", by, err)
		}
	}
}
