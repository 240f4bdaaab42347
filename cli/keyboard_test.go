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
	if got := b.Focused(); got != "Approve" {
		t.Errorf("after the press the keyboard is on %q", got)
	}
	become("Ada")
	press("Approve")
	b.See("your turn")
	become("Sam")

	press("How to save it")
	b.See("The same, where the catalogue is at hand")
	line := putLine(t, browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`))
	b.Key(kb.Escape)
	b.Gone("The same, where the catalogue is at hand")
	if got := b.Focused(); got != "How to save it" {
		t.Errorf("after Escape the keyboard is on %q", got)
	}

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
	if got := b.Focused(); got != "Command line" {
		t.Errorf("in the terminal the keyboard is on %q", got)
	}
	b.Key(line)
	b.Key(kb.Enter)
	b.See("New value (hidden):")
	if got := b.Focused(); got != "New value (hidden):" {
		t.Errorf("where the value is asked for, the keyboard is on %q", got)
	}
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
