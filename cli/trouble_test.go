package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rekey/sandbox/page/browser"
)

// shot takes a picture for REKEY_SHOTS, if somebody wants to look at it.
func shot(b *browser.Browser, name string) {
	if dir := os.Getenv("REKEY_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

// AWS goes down by a click on the panel, the card says so, and the rotation
// goes on by itself once all is well. Then a week passes by a click.
func TestTroubleFromThePanelAndTheRecovery(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	address := runSandbox(t)
	b.Open(address)
	b.Type("Message or command to modernisation-platform", "/rotate github_ci_user_pat")
	b.Click("button", "Send")
	b.See("Approve the plan")
	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("your turn")

	b.Click("link", "Trouble")
	b.See("Nothing. All is well.")
	shot(b, "trouble-1-nothing")
	b.Click("radio", "AWS")
	b.Click("button", "Down")
	b.See("AWS is down: connections are reset")
	b.Click("button", "Check now")
	b.See("AWS didn't answer")
	shot(b, "trouble-2-down")
	b.Click("link", "Journal")
	b.See("not done, connection reset")
	b.See("by the bot")
	b.See("values found in")
	shot(b, "trouble-3-journal")
	b.Click("link", "Trouble")
	b.Click("button", "All is well again")
	b.See("Nothing. All is well.")
	b.Gone("AWS didn't answer")
	shot(b, "trouble-4-well")
	if runtime.GOOS == "linux" {
		b.Click("button", "Fill its disk")
		b.See("until there is room again")
		b.Click("button", "Check now")
		b.See("the app did not respond")
		shot(b, "trouble-5-disk")
		b.Click("button", "Make room on the disk")
		b.See("Nothing. All is well.")
		b.Click("button", "Check now")
		b.Gone("the app did not respond")
	}
	b.Click("button", "One week later")
	b.See("Overdue since ")
	b.See("(GitHub MP CI User PAT) waits since") // whose turn it is is reminded
	for _, path := range []string{"trouble", "journal", ""} {
		b.Size(390, 844)
		b.Open(address + path)
		browser.Eval[any](b, "document.querySelector('#consoles').scrollIntoView({behavior: 'instant'})")
		shot(b, "trouble-phone-"+path)
	}
}
