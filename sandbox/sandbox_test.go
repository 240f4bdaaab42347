package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rekey/sandbox"
)

// asBot makes the test binary behave as a small bot, so that the sandbox has a
// real child. Its value says what kind.
const asBot = "REKEY_TEST_AS_BOT"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(asBot) == "":
		os.Exit(m.Run())
	case os.Args[1] == "put":
		value, _ := io.ReadAll(os.Stdin)
		fmt.Printf("put %s of %d bytes as %s, with the bot's token %q\n", strings.Join(os.Args[2:], " "), len(value), os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("SLACK_BOT_TOKEN"))
		if len(value) == 0 {
			os.Exit(2)
		}
	case os.Getenv(asBot) == "broken":
		fmt.Fprintln(os.Stderr, "can't serve: something is missing")
		os.Exit(2)
	default:
		serve()
	}
}

// serve connects to Slack until somebody ends it.
func serve() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	for _, name := range []string{"DATABASE_URL", "REKEY_CONFIG", "REKEY_LISTEN", "AWS_ENDPOINT_URL", "GITHUB_API_URL"} {
		if os.Getenv(name) == "" {
			fmt.Fprintln(os.Stderr, name+" is missing")
			os.Exit(2)
		}
	}
	if err := os.WriteFile(os.Getenv("DATABASE_URL"), []byte("state"), 0o600); err != nil {
		panic(err)
	}
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")), slack.OptionAPIURL(os.Getenv("SLACK_API_URL")))
	client := socketmode.New(api)
	go func() {
		for range client.Events {
			continue
		}
	}()
	_ = client.RunContext(ctx)
	if err := os.WriteFile(os.Getenv("DATABASE_URL"), []byte("ended in order"), 0o600); err != nil {
		panic(err)
	}
}

// start runs a sandbox with the small bot in data until the test calls end,
// which returns Run's error.
func start(t *testing.T, kind, data string) (address string, end func() error) {
	t.Helper()
	in, out := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		err := sandbox.Run(ctx, sandbox.Config{Executable: os.Args[0], Env: []string{asBot + "=" + kind}, Data: data, Out: out})
		_ = out.CloseWithError(io.EOF)
		done <- err
	}()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if a, ok := strings.CutPrefix(lines.Text(), "Rekey sandbox: "); ok {
			address = a
			go func() { _, _ = io.Copy(io.Discard, in) }()
			break
		}
	}
	t.Cleanup(stop)
	return address, func() error {
		stop()
		return <-done
	}
}

func TestASandboxFromStartToEnd(t *testing.T) {
	data := filepath.Join(t.TempDir(), "new")
	address, end := start(t, "good", data)
	if address == "" {
		t.Fatal(end())
	}
	see(t, address, "Bot: <span id=\"bot-status\">connected</span>")

	if _, err := sendForm(t, address, "kill-bot", ""); err != nil {
		t.Fatal(err)
	}
	see(t, address, "connected, started 2 times")

	if _, err := sendForm(t, address, "terminal", "line=rekey+put+x+--version+1"); err != nil {
		t.Fatal(err)
	}
	if _, err := sendForm(t, address, "terminal-value", "value=secret"); err != nil {
		t.Fatal(err)
	}
	see(t, address+"terminal", "put x --version 1 of 6 bytes as AKIASTARTER")
	see(t, address+"terminal", "the bot&#39;s token &#34;&#34;")

	_, err := listenElsewhere(t, data, "")
	if err == nil || !strings.Contains(err.Error(), "another sandbox uses "+data) {
		t.Errorf("a second sandbox in the same directory: %v", err)
	}
	if err := end(); err != nil {
		t.Errorf("ending: %v", err)
	}
	if state, err := os.ReadFile(filepath.Join(data, "rekey.db")); err != nil || string(state) != "ended in order" {
		t.Errorf("the bot left %q, %v", state, err)
	}
	_, again := start(t, "good", data)
	if err := again(); err != nil {
		t.Errorf("a sandbox in the same directory afterwards: %v", err)
	}
	if _, err := http.Get(address); err == nil { // it must not answer
		t.Error("the page still answers")
	}
}

func TestABotThatCannotServeSaysWhy(t *testing.T) {
	address, end := start(t, "broken", "")
	err := end()
	if address != "" || err == nil || !strings.Contains(err.Error(), "exit status 2") || !strings.Contains(err.Error(), "something is missing") {
		t.Errorf("%q, %v", address, err)
	}
}

func TestAnAddressThatCannotBeHadIsExplained(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for address, says := range map[string]string{
		taken.Addr().String(): "is in use, perhaps by another sandbox",
		"0.0.0.0:0":           "its page shows secret values",
		"example.com:80":      "its page shows secret values",
		"4000":                "is no address like 127.0.0.1:4000",
	} {
		if _, err := listenElsewhere(t, "", address); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", address, err, says)
		}
	}
}

// listenElsewhere runs a sandbox that isn't expected to start.
func listenElsewhere(t *testing.T, data, address string) (string, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var out strings.Builder
	err := sandbox.Run(ctx, sandbox.Config{Listen: address, Executable: os.Args[0], Env: []string{asBot + "=good"}, Data: data, Out: &out})
	return out.String(), err
}

// see waits until a page has a text, looking again at each of its events.
func see(t *testing.T, address, text string) {
	t.Helper()
	base := address[:strings.Index(address[len("http://"):], "/")+len("http://")]
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	events := request(t, ctx, base+"/events")
	defer func() { _ = events.Close() }()
	changes := bufio.NewScanner(events)
	for {
		page := request(t, ctx, address)
		body, err := io.ReadAll(page)
		_ = page.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), text) {
			return
		}
		if !changes.Scan() {
			t.Fatalf("%s doesn't show %q:\n%s", address, text, body)
		}
	}
}

func request(t *testing.T, ctx context.Context, address string) io.ReadCloser {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Body
}

func sendForm(t *testing.T, address, action, form string) (string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"do/"+action, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", strings.TrimSuffix(address, "/"))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return string(body), err
}
