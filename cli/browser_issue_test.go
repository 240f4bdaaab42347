package cli

import (
	"testing"

	"rekey/sandbox/page/browser"
)

// The issues of due rotations as a person finds them beside the workspace: what
// they say, that one follows its rotation, and that one which somebody closes
// stays closed. A step that is wrong becomes one.
func TestIssuesInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "issues")
	address := runSandbox(t)
	b.Open(address)
	b.Click("link", "Actions")
	b.Click("link", "Issues")
	b.See("Rotate aws_user_keys third.party Credential")
	b.See("Rotate pagerduty_integration_keys Credential")
	shot("1-list")
	b.Type("Message or command to modernisation-platform", "/rotate pagerduty_integration_keys")
	b.Click("button", "Send")
	b.See("your turn")
	b.Click("link", "Rotate pagerduty_integration_keys Credential")
	b.See("Held by: Sam (member of the team)")
	shot("2-issue")

	b.SeeAfter(func() {
		b.Click("DisclosureTriangle", "More actions")
		b.Click("button", "Details")
	}, "This step is wrong…")
	b.Click("button", "This step is wrong…")
	b.See("What is wrong with it?")
	shot("3-wrong")
	b.Type("What is wrong with it?", "The team is another one now, see @ministryofjustice/admins.")
	b.Click("button", "Send")
	b.Gone("What is wrong with it?")
	b.Click("button", "Close") // the details below it
	b.See("is written down, and went to")
	b.Click("link", "Issues")
	b.Click("link", `Runbook pagerduty_integration_keys, step "Choose whose keys are replaced": pagerduty_integration_keys`)
	b.See("The team is another one now, see @ministryofjustice/admins.")
	shot("4-wrong-issue")
	b.Click("link", "Issues")
	b.Click("link", "Rotate aws_user_keys third.party Credential")
	b.Click("button", "Close issue")
	b.See("closed as completed")
	b.Click("button", "One day later")
	b.See("closed as completed")
}
