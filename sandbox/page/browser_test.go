package page_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

// shots is where the screenshots go: a directory of the environment's choice,
// to be looked at, or nowhere in particular.
func shots(t *testing.T) func(*browser.Browser, string) {
	dir := os.Getenv("REKEY_SHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	return func(b *browser.Browser, name string) { b.Screenshot(filepath.Join(dir, name+".png")) }
}

func TestThePageInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	var put []string
	s, address := site(t, page.Parts{
		BotStatus: func() string { return "connected" },
		KillBot:   func() error { return nil },
		Put: func(_ context.Context, person string, args []string, stdin string) (string, error) {
			put = append([]string{person, stdin}, args...)
			return "The token belongs to modernisation-platform-ci.\nSaved as version 6f1c2c0e, AWSPENDING.\n", nil
		},
	})
	a := connect(t, s)
	card := a.post(t, "", strings.Replace(cardJSON, "LINK", address+"/github/settings/personal-access-tokens", 1))
	a.post(t, card, `[{"type":"section","text":{"type":"mrkdwn","text":"<@U0STARTER> 42 was approved by <@U0APPROVER>. Your turn: Regenerate the token and save it. <https://mojdt.slack.com/archives/C0PLATFORM/p1|→ card>"}}]`)
	b.Open(address)
	b.See("GitHub MP CI User PAT")
	shot(b, "card")
	if logs := b.Names("log"); len(logs) != 1 || logs[0] != "Messages" {
		t.Errorf("new messages are announced by %v, not by the log of messages alone", logs)
	}

	// A command is answered privately, and what is typed survives a redraw.
	b.Type("Message or command to modernisation-platform", "/rotate list")
	b.Key(kb.Enter)
	b.See("Only visible to you")
	b.See("You said list.")
	b.Type("Message or command to modernisation-platform", "half a sent")
	a.post(t, "", everythingJSON)
	b.See("a diagram")
	if got := browser.Eval[string](b, "document.querySelector('#line').value + document.activeElement.id"); got != "half a sentline" {
		t.Errorf("after a redraw the box and the focus are %q", got)
	}
	shot(b, "blocks")

	// A press arrives, and a modal opens over everything.
	b.Click("button", "How to save it")
	b.See("It asks for the token without showing it")
	shot(b, "modal")
	b.Type("Reason", "abc")
	b.Click("button", "Send")
	b.See("Add at least 5 characters.")
	b.Type("Reason", "defgh")
	b.Click("radio", "Very")
	b.Click("button", "Send")
	b.Gone("It asks for the token")
	a.mu.Lock()
	form := a.forms[0]
	a.mu.Unlock()
	if form["reason"]["text"].Value != "abcdefgh" || form["how"]["sure"].SelectedOption.Value != "very" {
		t.Errorf("the form arrived as %+v", form)
	}

	// A menu, a select, a question before a press.
	b.Click("DisclosureTriangle", "More actions")
	shot(b, "menu")
	b.Click("button", "Take over")
	a.pressed(t, "more")
	b.Choose("Filter by state", "Due")
	a.pressed(t, "filter")
	b.Click("button", "Delete it")
	b.See("Nobody can bring it back.")
	shot(b, "confirm")
	b.Click("button", "Delete")
	a.pressed(t, "danger")

	// The card's link leads to the console beside it.
	b.Click("link", "Open GitHub")
	b.See("Fine-grained personal access tokens")
	a.pressed(t, "link")
	shot(b, "tokens")
	b.Click("link", "terraform-github")
	old, _ := s.Newest(stage.UserPAT)
	b.Click("button", "Regenerate token")
	b.See("It is shown this once.")
	value := b.TextOf("#token-value")
	if !s.GitHub.Alive(value) || s.GitHub.Alive(old) {
		t.Error("the new token is not alive, or the old one still is")
	}
	shot(b, "token")
	b.Click("button", "I have copied it")
	b.Gone(value)

	b.Click("link", "Terminal")
	b.Type("Command line", "ls -l")
	b.Key(kb.Enter)
	b.See("this terminal runs `rekey put …` and `rekey take …` only")
	b.Type("Command line", "rekey put github_ci_user_pat --version 6f1c")
	b.Key(kb.Enter)
	b.Type("New value (hidden):", value)
	shot(b, "terminal-hidden")
	b.Key(kb.Enter)
	b.See("Saved as version 6f1c2c0e, AWSPENDING.")
	if got := strings.Join(put, " "); got != "starter "+value+" github_ci_user_pat --version 6f1c" {
		t.Errorf("rekey put was run with %q", strings.ReplaceAll(got, value, "<value>"))
	}
	shot(b, "terminal")

	b.Click("link", "Secrets Manager")
	b.Click("link", stage.UserPAT)
	b.Click("button", "Retrieve secret value")
	b.See("Hide")
	b.Type("New value", value)
	b.Click("button", "Save")
	b.See("AWSPREVIOUS")
	shot(b, "aws")
	if now, _ := s.AWS.Current(stage.UserPAT); now != value {
		t.Error("the saved value is not AWSCURRENT")
	}

	b.Click("link", "Actions")
	b.Click("link", stage.Resources)
	b.Click("button", "Run workflow")
	b.See("workflow_dispatch by starter")
	s.GitHub.FinishRuns()
	b.See("Re-run all jobs")
	shot(b, "run")
	b.Click("link", "modernisation-platform-environments")
	b.Click("button", "Run consumers now")
	b.See("AMI clean-up #1")
	shot(b, "runs")
	b.Click("link", "Actions secrets")
	b.See("MODERNISATION_PLATFORM_CI_USER_ENVIRONMENTS_REPO_PAT")
	shot(b, "secrets")

	// Somebody else sees neither the private answer nor the terminal.
	b.Choose("You are", "Oli")
	b.See("You are Oli")
	b.Gone("You said list.")

	for _, c := range []struct {
		name, path string
		dark       bool
	}{{"phone", "/", false}, {"phone-dark", "/github/settings/personal-access-tokens", true}, {"phone-aws", "/aws/secretsmanager/secret?name=" + stage.UserPAT, false}} {
		b.Size(390, 844)
		b.Dark(c.dark)
		b.Open(address + c.path)
		shot(b, c.name)
		if wide := browser.Eval[int](b, "document.documentElement.scrollWidth"); wide > 390 {
			t.Errorf("%s is %d px wide on a phone", c.path, wide)
		}
		browser.Eval[any](b, "document.querySelector('#consoles').scrollIntoView({behavior: 'instant'})")
		shot(b, c.name+"-console")
	}
	b.Size(1280, 800)
	b.Dark(true)
	b.Open(address + "/github/settings/personal-access-tokens")
	shot(b, "dark")
}
