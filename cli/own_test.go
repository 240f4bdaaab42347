package cli

import "testing"

// Rekey's own API key for PagerDuty is replaced: last, seen by the restart, and
// the old one ended after somebody else approved.
func TestRekeysOwnCredentialIsReplacedLast(t *testing.T) {
	t.Parallel()
	w := newTown(t, true, embedded(t))
	w.play("own", []byte(`
starter> /rotate list until it says Rekey's PagerDuty API key rekey_pagerduty_token · due · policy, counted from the day on which Rekey first saw it
starter> /rotate list until it says Rekey's GitHub token rekey_github_token · due
starter> /rotate list until it says Rekey's Slack bot token · due
starter> /rotate github_ci_user_pat
#platform | [Approve]
starter> /rotate rekey_pagerduty_token
reply (starter) is replaced last, since Rekey needs it, and a rotation is in progress · --compromised
starter> [Cancel…] because it can wait
#platform | cancelled
starter> /rotate rekey_pagerduty_token
#platform | Rekey's PagerDuty API key · Make a new API key, put it into PAGERDUTY_TOKEN and restart Rekey · your turn, @starter
--- kill -9, restart ---
#platform | Make a new API key · your turn, @starter
settle> 500ms
#platform ! [Approve]
`))
	_, value := w.stage.PagerDuty.AddAccountToken("ops@digital.justice.gov.uk", "rekey", true)
	w.besides = []string{"PAGERDUTY_TOKEN=" + value}
	if err := w.restart(); err != nil {
		t.Fatal(err)
	}
	w.play("own", []byte(`
#platform | Replaced · observed: Rekey was restarted with another one, and PagerDuty takes it · [Approve]
approver> [Approve]
#platform | Approved · End the old API key · your turn, @starter
starter> [It is revoked…] because it is gone from PagerDuty's list
#platform | ✓ Rekey's PagerDuty API key
starter> /rotate list until it says rekey_pagerduty_token · due
`))
}
