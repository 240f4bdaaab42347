package cli

import (
	"testing"

	"rekey/sandbox/page/browser"
)

// The Slack webhook as a newcomer replaces it: a new one is added on the page of
// the app, tested with one message, approved, copied and seen in use, and the
// old one is removed by hand. The bot is killed on the way.
func TestAWebhookInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "webhook")
	b.Open(runSandbox(t))
	b.Type("Message or command to modernisation-platform", "/rotate slack_webhook_url")
	b.Click("button", "Send")
	b.See("Add a new webhook and save it")
	b.See("your turn")
	shot("1-your-turn")

	b.Click("button", "How to save it")
	b.See("The same, where the catalogue is at hand")
	line := putLine(t, browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`))
	b.Click("button", "Close")
	b.Gone("The same, where the catalogue is at hand")
	b.Click("link", "Open Slack's apps")
	b.Click("link", "Modernisation Platform Alerts")
	b.Click("button", "Add New Webhook to Workspace")
	b.See("Added. The last one is the new webhook")
	value := browser.Eval[string](b, `[...document.querySelectorAll('[data-testid=webhook-url]')].at(-1).textContent`)
	shot("2-added")
	b.Click("link", "Terminal")
	b.Type("Command line", line)
	b.Click("button", "Run")
	b.Type("New value (hidden):", value)
	b.Click("button", "Enter")
	b.See("Saved as AWSPENDING")
	b.See("a test message arrived in #modernisation-platform-notifications")
	shot("3-to-approve")

	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("Copies written")
	b.Click("button", "Kill the bot")
	b.See("started 2 times")
	b.Choose("You are", "Sam")
	b.See("You are Sam")
	b.See("Waiting for a run")
	b.Click("link", "Actions")
	b.Click("button", "Run consumers now")
	b.See("unless somebody rolls back before")
	shot("4-kept-for-an-hour")
	b.Click("button", "One hour later")
	b.Click("button", "One hour later")
	b.See("Delete the old webhook, then press Check now")
	b.Click("link", "Slack app")
	b.See("Each works until it is removed here.")
	b.Click("button", browser.Eval[string](b, `document.querySelector('[data-testid=remove-webhook]').getAttribute('aria-label')`))
	b.Click("button", "Remove")
	b.See("Removed. Its URL stopped working.")
	shot("5-removed")
	b.Click("button", "Check now")
	b.See("Slack Webhook URL rotated")
	shot("6-done")
	b.Size(390, 844)
	shot("7-phone")
}
