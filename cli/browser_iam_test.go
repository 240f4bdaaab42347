package cli

import (
	"regexp"
	"testing"

	"rekey/sandbox/page/browser"
)

// A collaborator's access key, as a newcomer rotates it: Rekey makes and
// delivers it, its user fetches it in the terminal and gives it to what runs,
// somebody approves, and two jumps of the clock end the old one.
func TestAnAccessKeyInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "iam")
	b.Open(runSandbox(t))
	b.Type("Message or command to modernisation-platform", "/rotate aws_user_keys sam.collaborator")
	b.Click("button", "Send")
	b.See("It is in use…")
	shot("1-delivered")

	b.Click("button", "How to fetch it")
	b.See("As a profile for the AWS CLI")
	shot("2-how-to-fetch-it")
	lines := browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`)
	line := regexp.MustCompile(`(?m)rekey take \S.* --as raw`).FindString(lines)
	if line == "" {
		t.Fatalf("no self-contained line to copy in:\n%s", lines)
	}
	b.Click("button", "Close")
	b.Gone("As a profile for the AWS CLI")
	b.Click("link", "Terminal")
	b.Type("Command line", line)
	b.Click("button", "Run")
	b.See("AWS_SECRET_ACCESS_KEY")
	b.See("Taken from")
	shot("3-taken")

	b.Click("link", "IAM")
	b.Click("link", "sam.collaborator")
	b.See("a new key is there")
	b.Click("button", "Use the delivered key")
	b.Gone("a new key is there")
	b.Click("button", "Run now")
	b.See("AWS saw the new key used")
	shot("4-used")
	b.Click("button", "It is in use…")
	b.Type("What did you see, and where?", "the job and my laptop have it")
	b.Click("button", "Attest")
	b.See("Approve the plan")

	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("if AWS sees nothing use it until then")
	b.Click("button", "Kill the bot")
	b.See("started 2 times")
	for range 2 {
		b.Click("button", "One day later")
	}
	b.See("press Roll back")
	shot("5-kept-for-a-week")
	b.Click("button", "One week later")
	b.See("rotated")
	shot("6-done")
	b.Size(390, 844)
	shot("7-phone")
}
