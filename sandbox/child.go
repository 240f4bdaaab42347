package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"rekey/sandbox/stage"
)

// A program is the executable and what all its runs have in their environment.
type program struct {
	path string
	env  []string
}

// childEnv is what a child gets of our own environment. Its home is the data
// directory, so that it finds nobody's real accounts.
func childEnv(data string) []string {
	env := []string{"HOME=" + data}
	for _, name := range []string{"PATH", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// run runs one of rekey's commands as a person and returns all that it printed.
func (p program) run(ctx context.Context, command string, person, args []string, stdin string) (string, error) {
	cmd := exec.CommandContext(ctx, p.path, append([]string{command}, args...)...) // our own program
	cmd.Env = append(append([]string{}, p.env...), person...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// taken runs `rekey take` as a person and returns what it printed on standard
// output. Its error has the rest.
func (p program) taken(ctx context.Context, person, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, p.path, append([]string{"take"}, args...)...) // our own program
	cmd.Env = append(append([]string{}, p.env...), person...)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, said.Bytes())
	}
	return string(out), nil
}

// A bot is the child process that serves, started again whenever it ends.
type bot struct {
	program
	args  []string
	stage *stage.Stage
	log   string // the file that its standard error goes to
	env   []string
	lock  *os.File // is held while it lives

	mu      sync.Mutex
	disk    disk
	process *os.Process // nil while none runs
	starts  int
	proven  bool // it was connected once
	killed  bool // by us, so that it needn't pause before it starts again
}

// The pauses before the bot is started again: the first, and the longest. A
// bot that lived for long, or was killed on purpose, starts again after the
// first.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
	longLife   = 10 * time.Second
)

// run keeps the bot alive until ctx ends, and ends it in order then. It gives
// up if the bot ends by itself without ever having been connected.
func (b *bot) run(ctx context.Context) error {
	log, err := os.OpenFile(b.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the bot's log: %w", err)
	}
	defer func() { _ = log.Close() }() // the child has written it
	for pause := firstPause; ; {
		began := time.Now()
		err := b.once(ctx, log)
		if ctx.Err() != nil {
			return nil
		}
		var exit *exec.ExitError
		if !b.isProven() && (!errors.As(err, &exit) || exit.Exited()) {
			return fmt.Errorf("the bot ended (%w); the last lines of its log:\n%s", err, b.lastWords())
		}
		if time.Since(began) > longLife || b.wasKilled() {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

// once starts the bot and waits until it has ended. Its error is never nil.
func (b *bot) once(ctx context.Context, log *os.File) error {
	cmd := exec.CommandContext(ctx, b.path, b.args...) // our own program
	cmd.Env = append(append([]string{}, b.program.env...), b.env...)
	// By a pipe, so that it can still say what is wrong when its disk is full.
	out := struct{ io.Writer }{log}
	cmd.Stdout, cmd.Stderr = out, out
	// It ends when our own process does, and says how far the clock is ahead.
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("opening the bot's standard input: %w", err)
	}
	defer func() { _ = lifeline.Close() }() // the child has ended
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = grace
	if b.lock != nil {
		cmd.ExtraFiles = []*os.File{b.lock}
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", b.path, err)
	}
	b.set(cmd.Process)
	gone := make(chan struct{})
	go b.stage.World.TellAhead(lifeline, gone)
	err = cmd.Wait()
	close(gone)
	// Until Slack has noticed, the page would call the next one connected.
	noticed, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	_ = b.stage.Slack.Wait(noticed, func() bool { return b.stage.Slack.Sockets() == 0 })
	b.set(nil)
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (b *bot) set(p *os.Process) {
	b.mu.Lock()
	b.process = p
	if p != nil {
		b.starts++
	}
	if p != nil && b.disk.full {
		_ = b.disk.limit(p.Pid, true) // it may have ended
	}
	b.mu.Unlock()
	b.stage.World.Changed()
}

// started counts how often it was.
func (b *bot) started() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.starts
}

func (b *bot) connected() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.proven = true
}

func (b *bot) isProven() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.proven
}

// kill ends the bot as a crash would: it can do nothing about it.
func (b *bot) kill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return errors.New("the bot isn't running at this moment")
	}
	if err := b.process.Kill(); err != nil {
		return fmt.Errorf("killing the bot: %w", err)
	}
	b.killed = true
	return nil
}

// wasKilled says whether kill has been asked for since the last call.
func (b *bot) wasKilled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.killed
	b.killed = false
	return was
}

// status says how the bot is: "connected, started 2 times".
func (b *bot) status() string {
	sockets := b.stage.Slack.Sockets()
	b.mu.Lock()
	defer b.mu.Unlock()
	state := "starting"
	switch {
	case b.process == nil:
		state = "down"
	case sockets > 0:
		state = "connected"
	case b.proven:
		state = "not connected"
	}
	if b.starts > 1 {
		state += fmt.Sprintf(", started %d times", b.starts)
	}
	return state
}

// lastWords are the end of the bot's log.
func (b *bot) lastWords() string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-10):], []byte("\n")))
}
