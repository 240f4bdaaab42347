package fakeslack_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/need"
	"rekey/sandbox/fakeslack"
)

// Slack's own Socket Mode client takes ws:// as well as wss://, so nothing but
// the address of the Web API tells it that this isn't Slack.
func TestSlacksNodeClientWorksWithTheFake(t *testing.T) {
	node := need.Tool(t, "node")
	dir := filepath.Join("testdata", "node")
	need.File(t, "npm", filepath.Join(dir, "node_modules", "@slack", "socket-mode"))

	w := open(t, fakeslack.Config{Ping: 100 * time.Millisecond})
	ctx := within(t, time.Minute)
	command := exec.CommandContext(ctx, node, "client.mjs")
	command.Dir = dir
	command.Env = append(os.Environ(), "SLACK_API_URL="+w.url+"/api/", "SLACK_BOT_TOKEN=xoxb-sandbox", "SLACK_APP_TOKEN=xapp-sandbox")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	expect := func(want string) {
		t.Helper()
		line, err := lines.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != want {
			_, _ = command.Process.Kill(), command.Wait()
			t.Fatalf("the client said %q (%v), want %q\n%s", line, err, want, &stderr)
		}
	}

	expect("connected")
	reply, err := w.Command(starter, platform, "/rotate github_ci_user_pat")
	if err != nil || reply.Text != "/rotate github_ci_user_pat has begun" || len(reply.Blocks) == 0 {
		t.Errorf("reply is %+v, %v", reply, err)
	}
	expect("command")
	// The post and the acknowledgement take two connections, in either order.
	card := w.Visible(approver, platform)[0]
	if err := w.Press(approver, platform, card.TS, "approve", ""); err != nil {
		t.Fatal(err)
	}
	expect("press")
	if m := w.Thread(platform, card.TS); m[0].Text != "pressed 42" || m[0].Edited != 1 {
		t.Errorf("the card is %+v", m[0])
	}
	if err := w.OpenHome(starter); err != nil {
		t.Fatal(err)
	}
	expect("home")
	w.Disconnect("refresh_requested")
	expect("connected")
	if _, err := w.Command(starter, platform, "/rotate again"); err != nil {
		t.Fatalf("after the refresh: %v", err)
	}
	expect("command")
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	expect("ok")
	rest, err := io.ReadAll(lines)
	if err := command.Wait(); err != nil || len(rest) > 0 {
		t.Errorf("the client ended with %v, %q\n%s", err, rest, &stderr)
	}
	if err != nil {
		t.Error(err)
	}
	w.clean(t)
}
