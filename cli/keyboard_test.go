package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"rekey/sandbox/page/browser"
)

// A whole rotation by somebody who has no mouse: Tab, Enter, Escape, arrows and
// letters, and nothing else.
func TestAWholeRotationByKeyboard(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	address := runSandbox(t)
	press := func(name string) {
		t.Helper()
		b.Reach(name)
		b.Key(kb.Enter)
	}
	become := func(name string) {
		t.Helper()
		b.Reach("You are")
		b.Key(name)
		b.See("You are " + name)
	}
	b.Open(address)
	b.Reach("Message or command to modernisation-platform")
	b.Key("/rotate github_ci_user_pat")
	b.Key(kb.Enter)
	b.See("Approve the plan")
	press("Approve")
	b.See("You started this rotation, so somebody else has to approve it.")
	b.OnKeyboard("Approve")
	become("Ada")
	press("Approve")
	b.See("your turn")
	become("Sam")

	press("How to save it")
	b.See("The same, where the catalogue is at hand")
	line := putLine(t, browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`))
	b.Key(kb.Escape)
	b.Gone("The same, where the catalogue is at hand")
	b.OnKeyboard("How to save it")

	press("Open GitHub")
	b.See("Fine-grained personal access tokens")
	press("terraform-github")
	b.See("New value expires in")
	b.Reach("New value expires in")
	b.Key(kb.ArrowDown)
	press("Regenerate token")
	b.See("It is shown this once")
	value := b.TextOf("#token-value")

	press("Terminal")
	b.See("Terminal of")
	b.OnKeyboard("Command line")
	b.Key(line)
	b.Key(kb.Enter)
	b.See("New value (hidden):")
	b.OnKeyboard("New value (hidden):")
	b.Key(value)
	b.Key(kb.Enter)
	b.See("Saved as AWSPENDING")
	press("Actions")
	b.See("Waiting for a run")
	press("Run consumers now")
	b.See("rotated")
	if dir := os.Getenv("REKEY_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, "keyboard.png"))
	}
}
