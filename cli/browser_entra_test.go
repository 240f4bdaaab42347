package cli

import (
	"testing"

	"rekey/sandbox/page/browser"
)

// The client secret with which people sign in to AWS, as a newcomer rotates it:
// Rekey adds it and removes the old one, and people approve it, sign in, and
// look at the consoles.
func TestAClientSecretInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "entra")
	b.Open(runSandbox(t))
	b.Type("Message or command to modernisation-platform", "/rotate azure_entraid_oidc")
	b.Click("button", "Send")
	b.See("Added and staged")
	b.See("Entra ID signs the application in with it")
	shot("1-to-approve")

	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("See that people can sign in to AWS")
	b.Choose("You are", "Sam")
	b.See("You are Sam")
	b.See("It works…")
	shot("2-to-be-confirmed")

	b.Click("link", "Try it")
	b.See("People can sign in to AWS.")
	shot("3-sign-in")
	b.Click("link", "App registrations")
	b.Click("link", "justicedigital-panda-awsidentitycenter")
	b.See("aws-sso-entraid-integration")
	shot("4-three-client-secrets")

	b.Click("button", "It works…")
	b.Type("What did you see, and where?", "I signed in and opened two accounts")
	b.Click("button", "Attest")
	b.See("unless somebody rolls back before")
	shot("5-kept-for-a-day")
	b.Click("button", "Kill the bot")
	b.See("started 2 times")
	for range 2 {
		b.Click("button", "One day later")
	}
	b.See("rotated")
	shot("6-done")
	b.Size(390, 844)
	shot("7-phone")
}
