package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/need"
)

// A terminal is the end of a pseudo-terminal at which the person sits.
type terminal struct {
	t      *testing.T
	person *os.File
	screen *lockedBuffer // what the person sees
	cmd    *exec.Cmd
}

// atTerminal starts `rekey put` with a terminal as its input, its standard
// output apart, and waits until it asks and hides what is typed.
func atTerminal(t *testing.T, d *desk) (*terminal, *bytes.Buffer) {
	t.Helper()
	person, err := os.OpenFile(need.File(t, "terminals", "/dev/ptmx"), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	term := &terminal{t: t, person: person, screen: &lockedBuffer{}, cmd: d.command(byName...)}
	var out bytes.Buffer
	term.cmd.Stdin, term.cmd.Stderr, term.cmd.Stdout = program, program, &out
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := term.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // ends when both ends are closed
		buf := make([]byte, 4096)
		for {
			n, err := person.Read(buf)
			_, _ = term.screen.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	term.until("it asks without echo", func() bool {
		return bytes.Contains(term.screen.Bytes(), []byte("New value for "+pat+" (it isn't shown): ")) && !term.echoes()
	})
	return term, &out
}

func (w *terminal) echoes() bool {
	mode, err := unix.IoctlGetTermios(int(w.person.Fd()), unix.TCGETS)
	if err != nil {
		w.t.Fatal(err)
	}
	return mode.Lflag&unix.ECHO != 0
}

func (w *terminal) until(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !cond() {
		select {
		case <-ctx.Done():
			w.t.Fatalf("waited in vain until %s; on the screen:\n%s", what, w.screen.Bytes())
		case <-look.C:
		}
	}
}

func (w *terminal) types(text string) {
	w.t.Helper()
	if _, err := w.person.WriteString(text); err != nil {
		w.t.Fatal(err)
	}
}

// ends waits for the command's end, after which the terminal echoes again.
func (w *terminal) ends(code int, phrase string) {
	w.t.Helper()
	err := w.cmd.Wait()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		w.t.Fatal(err)
	}
	if got := w.cmd.ProcessState.ExitCode(); got != code {
		w.t.Errorf("exit code %d, not %d", got, code)
	}
	w.until("it says "+phrase, func() bool { return bytes.Contains(w.screen.Bytes(), []byte(phrase)) })
	if !w.echoes() {
		w.t.Error("the terminal was left without echo")
	}
	if bytes.Contains(w.screen.Bytes(), []byte("canary")) {
		w.t.Errorf("the value is on the screen:\n%s", w.screen.Bytes())
	}
}

func TestPutAsksWithoutEcho(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	term, out := atTerminal(t, d)
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", term.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	term.types(canary + "\n")
	term.ends(ExitOK, "Saved as AWSPENDING of "+pat)
	if bytes.Contains(args, []byte("canary")) || out.String() != shown+"\n" {
		t.Errorf("arguments %q, stdout %q", args, out)
	}
	d.staged(canary)
}

func TestPutAtATerminalRefusesASlip(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ typed, want string }{
		"nothing":                               {"\n", "the value is empty; nothing was written"},
		"a line that the terminal has cut off":  {strings.Repeat(canary, 200) + "\n", "its end may be missing; nothing was written. Give it on standard input"},
		"a line that some terminals don't pass": {strings.Repeat("a", maxLine) + "\n", "its end may be missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			term, _ := atTerminal(t, d)
			term.types(c.typed)
			term.ends(ExitUsage, c.want)
			d.untouched()
		})
	}
}

// A value isn't shown where it would stay in the scrollback, unless its owner
// says so.
func TestTakeIsNotShownOnATerminal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	person, err := os.OpenFile(need.File(t, "terminals", "/dev/ptmx"), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer person.Close()
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, c := range []struct {
		args []string
		code int
	}{{delivered, ExitUsage}, {append([]string{"--show"}, delivered...), ExitOK}} {
		cmd := d.running("take", c.args...)
		var errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = program, &errs
		err := cmd.Run()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		if got := cmd.ProcessState.ExitCode(); got != c.code || c.code == ExitUsage && !strings.Contains(errs.String(), "isn't shown on a terminal") {
			t.Errorf("%v: exit code %d, not %d: %s", c.args, got, c.code, errs.String())
		}
	}
	if d.stage.World.Journal.Applied("aws", "GetSecretValue") > 1 {
		t.Error("it was fetched although it couldn't be shown")
	}
}

// Ctrl-C at the prompt ends the command at once and leaves a terminal that
// works.
func TestPutIsStoppedAtThePrompt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	term, _ := atTerminal(t, d)
	term.types(canary + "\x03")
	term.ends(ExitUsage, "stopped; nothing was written")
	d.untouched()
}
