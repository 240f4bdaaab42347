package cli

import (
	"testing"

	"rekey/sandbox/page/browser"
)

// Integration keys that Terraform owns, as a newcomer rotates them: chosen in a
// form, approved knowing who isn't alerted, replaced by a change that is merged
// on the page, and applied by the consumers.
func TestIntegrationKeysInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "pagerduty")
	b.Open(runSandbox(t))
	b.Type("Message or command to modernisation-platform", "/rotate pagerduty_integration_keys")
	b.Click("button", "Send")
	b.See("6 keys in the secret, each of them in PagerDuty's list.")
	shot("1-to-choose")
	b.Click("button", "Choose…")
	b.Click("checkbox", "cooker_cloudwatch: Cooker")
	b.Click("checkbox", "sprinkler_cloudwatch: Sprinkler")
	shot("2-chosen")
	b.Click("button", "Choose")
	b.See("No alerts until the new keys are in use")
	b.See("Test alerts of the new keys will go to")
	shot("3-to-approve")
	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("your turn")
	b.Choose("You are", "Sam")
	b.See("You are Sam")
	shot("4-to-replace")

	b.Click("link", "Open the Terraform")
	b.Click("checkbox", "cooker_cloudwatch")
	b.Click("checkbox", "sprinkler_cloudwatch")
	b.Click("button", "Merge this change")
	shot("5-merged")
	b.Click("button", "Merged…")
	b.Type("What did you see, and where?", "Both pull requests are merged")
	b.Click("button", "Attest")
	b.See("Waiting for sprinkler.yml")
	shot("6-applying")
	b.Click("link", "Actions")
	b.Click("link", "modernisation-platform-environments")
	b.Click("link", "sprinkler.yml")
	b.Click("button", "Run workflow")
	b.See("rotated")
	shot("7-done")
	b.Size(390, 844)
	shot("8-phone")
}
