package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/pflag"

	"rekey/sandbox/stage"
)

// asRekey makes the test binary behave as the rekey command, so that a child
// process is the real thing.
const asRekey = "REKEY_TEST_AS_COMMAND"

// together is how many tests run at once: more than there are processors, since
// conversations wait more than they work.
var together = "20"

func TestMain(m *testing.M) {
	if data := os.Getenv(asSandbox); data != "" {
		keepSandbox(data)
	}
	if os.Getenv(asRekey) != "" {
		text, err := os.ReadFile(os.Getenv(asRekey))
		if err != nil {
			panic(err)
		}
		os.Exit(Main(Process{Args: os.Args[1:], Catalogue: text, In: os.Stdin, Out: os.Stdout, Errors: os.Stderr}))
	}
	flag.Parse()
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A town is one stage with one bot in it: in this process, or as a child that
// can be killed.
type town struct {
	t         *testing.T
	stage     *stage.Stage
	dir       string
	child     bool
	catalogue []byte
	besides   []string // of the environment, when the bot is started next

	mu   sync.Mutex
	logs *lockedBuffer
	stop func() error
}

// lockedBuffer is a log that is read while it grows.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

var quick = map[string]string{
	"send": "2s", "settle": "1s", "poll": "100ms", "poll_slow": "200ms", "poll_late": "300ms", "answer": "100ms", "members": "300ms",
	"cards": "100ms", "slack_settle": "200ms", "copies": "1s", "run": "4s", "tickets": "100ms",
}

// newTown starts a stage and a bot with quick waits.
func newTown(t *testing.T, child bool, catalogue []byte) *town {
	t.Helper()
	return newTownWith(t, stage.Options{Calm: true}, child, catalogue)
}

func newTownWith(t *testing.T, o stage.Options, child bool, catalogue []byte) *town {
	t.Helper()
	o.RunDuration, o.AckWait = 150*time.Millisecond, 30*time.Second
	if o.Digest == "" {
		o.Digest = "#ask-modernisation-platform"
	}
	s, err := stage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.SetWaits(quick)
	town := &town{t: t, stage: s, dir: t.TempDir(), child: child, catalogue: catalogue, logs: &lockedBuffer{}}
	town.start()
	t.Cleanup(func() { _ = town.end() })
	return town
}

func embedded(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../catalogue.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w *town) file(name string, text []byte) string {
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *town) env() []string {
	return append(append(w.stage.Env(),
		"DATABASE_URL="+filepath.Join(w.dir, "rekey.db"), "REKEY_CONFIG="+w.file("settings.yaml", w.stage.Settings()),
		"REKEY_CATALOGUE="+w.file("catalogue.yaml", w.catalogue), "REKEY_LISTEN=127.0.0.1:0"), w.besides...)
}

// start starts the bot and waits until presses reach it.
func (w *town) start() {
	w.t.Helper()
	if w.child {
		w.startChild()
	} else {
		w.startHere()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.stage.Slack.Wait(ctx, func() bool { return w.stage.Slack.Sockets() == 2 }); err != nil {
		w.t.Fatalf("the bot didn't connect: %v\n%s", err, w.logs.Bytes())
	}
}

func (w *town) startHere() {
	values := map[string]string{}
	for _, pair := range w.env() {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	service, err := NewService(noFlags(), func(name string) string { return values[name] }, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	service.Errors, service.Now = w.logs, w.stage.World.Now
	service.aws = []func(*config.LoadOptions) error{ // many bots in one process, each with its own identity
		config.WithRegion(values["AWS_REGION"]),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"], "")),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- service.Serve(ctx) }()
	w.stop = func() error {
		cancel()
		return <-done
	}
}

func noFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	addFlags(flags)
	return flags
}

func (w *town) startChild() {
	cmd := w.command(context.Background(), append(w.env(), "TMPDIR="+w.dir), "serve", "--clock-from-stdin")
	cmd.Stdout, cmd.Stderr = w.logs, w.logs
	clock, err := cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	gone := make(chan struct{})
	go w.stage.World.TellAhead(clock, gone)
	w.stop = func() error {
		_ = cmd.Process.Kill()
		close(gone)
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) && !exit.Exited() {
			return nil // killed, as was asked
		}
		return err
	}
}

// command is rekey as a child process.
func (w *town) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = append(env, asRekey+"="+w.file("embedded.yaml", embedded(w.t)), "PATH="+os.Getenv("PATH"), "HOME="+w.dir)
	return cmd
}

// end stops the bot: in order here, by SIGKILL as a child.
func (w *town) end() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stop == nil {
		return nil
	}
	stop := w.stop
	w.stop = nil
	err := stop()
	// What Slack sends to a socket whose other end is gone is lost, as at
	// Slack; people would press again.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return errors.Join(err, w.stage.Slack.Wait(ctx, func() bool { return w.stage.Slack.Sockets() == 0 }))
}

// restart ends the bot and starts it on what it left.
func (w *town) restart() error {
	if err := w.end(); err != nil {
		return fmt.Errorf("ending the bot: %w\n%s", err, w.logs.Bytes())
	}
	w.start()
	return nil
}

// take runs `rekey take` as a person.
func (w *town) take(ctx context.Context, person string, args []string) (string, error) {
	cmd := w.command(ctx, w.stage.PersonEnv(person), append([]string{"take"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, said.Bytes())
	}
	return string(out), nil
}

// put runs `rekey put` as a person.
func (w *town) put(ctx context.Context, person string, args []string, stdin string) (string, error) {
	cmd := w.command(ctx, w.stage.PersonEnv(person), append([]string{"put"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%w: %s", err, out)
	}
	return string(out), nil
}
