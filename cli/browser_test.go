package cli

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rekey/sandbox"
	"rekey/sandbox/page/browser"
)

// A whole rotation, done as a newcomer does it: by clicking and typing on the
// sandbox's page, in a real browser. The bot is killed on the way.
func TestAWholeRotationInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "rotation")
	address := runSandbox(t)
	b.Open(address)
	b.Type("Message or command to modernisation-platform", "/rotate github_ci_user_pat")
	b.Click("button", "Send")
	b.See("Approve the plan")
	b.Click("button", "Approve")
	b.See("You started this rotation, so somebody else has to approve it.")
	shot("1-approval-wanted")

	b.Choose("You are", "Ada")
	b.See("You are Ada")
	b.Click("button", "Approve")
	b.See("your turn")
	b.Choose("You are", "Sam")
	b.See("You are Sam")
	shot("2-your-turn")

	b.Click("button", "How to save it")
	b.See("The same, where the catalogue is at hand")
	shot("3-how-to-save-it")
	line := putLine(t, browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`))
	b.Click("button", "Close")
	b.Gone("The same, where the catalogue is at hand")

	b.Click("link", "Open GitHub")
	b.Click("link", "terraform-github")
	b.Click("button", "Regenerate token")
	b.See("It is shown this once")
	value := b.TextOf("#token-value")
	shot("4-regenerated")

	b.Click("link", "Terminal")
	b.Type("Command line", line)
	b.Click("button", "Run")
	b.Type("New value (hidden):", value)
	b.Click("button", "Enter")
	b.See("Saved as AWSPENDING")
	shot("5-saved")

	b.Click("link", "Actions")
	b.See("Terraform: GitHub resources #1")
	b.See("Waiting for a run")
	shot("6-waiting")
	b.Click("button", "Kill the bot")
	b.See("started 2 times")
	b.Click("button", "Run consumers now")
	b.See("rotated")
	shot("7-done")

	b.Size(390, 844)
	b.Open(address)
	shot("8-phone")
}

// runSandbox runs a sandbox whose children are this test binary, and returns
// the page's address.
func runSandbox(t *testing.T) string {
	t.Helper()
	address, end := startSandbox(t)
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return address
}

// startSandbox is runSandbox, to be ended by the caller.
func startSandbox(t testing.TB) (address string, end func() error) {
	t.Helper()
	data := t.TempDir()
	catalogue := filepath.Join(data, "embedded.yaml")
	if err := os.WriteFile(catalogue, embedded(t), 0o600); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := sandbox.Run(ctx, sandbox.Config{Executable: exe, Env: []string{asRekey + "=" + catalogue}, Data: data, Out: out})
		_ = out.CloseWithError(io.EOF)
		done <- err
	}()
	end = func() error {
		stop()
		return <-done
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Rekey sandbox: "); ok {
			go func() { _, _ = io.Copy(io.Discard, in) }()
			return address, end
		}
	}
	t.Fatal("the sandbox didn't say where it is: ", end())
	return "", nil
}

func putLine(t *testing.T, text string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^rekey put --secret-id \S+ --region \S+ --version \S+$`).FindString(text)
	if line == "" {
		t.Fatalf("no self-contained line to copy in:\n%s", text)
	}
	return line
}

// shots keeps pictures of what a browser shows in the directory REKEY_SHOTS, if
// that is set.
func shots(b *browser.Browser, of string) func(name string) {
	return func(name string) {
		if dir := os.Getenv("REKEY_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, of+"-"+name+".png"))
		}
	}
}
