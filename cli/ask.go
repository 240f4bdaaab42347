package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"rekey/rotation"
)

// maxValue is the largest value that Secrets Manager takes, in bytes.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const maxValue = 65536

// maxLine is the longest line that every terminal passes on whole, in bytes:
// macOS's limit, which is the smaller one.
const maxLine = 1024

var tooLong = fmt.Sprintf("the value is longer than the %d bytes that Secrets Manager takes; nothing was written", maxValue)

// ask reads the value: without echo from a terminal, else all of standard
// input without one line end. It gives up when ctx ends.
func (p *put) ask(ctx context.Context) (rotation.Value, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(bufio.NewReader(p.in), maxValue+3)) }
	f, ok := p.in.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	if terminal {
		before, err := term.GetState(int(f.Fd()))
		if err != nil {
			return rotation.Value{}, fmt.Errorf("setting up the terminal: %w", err)
		}
		defer func() { _ = term.Restore(int(f.Fd()), before) }() // reading may be cut short
		_, _ = fmt.Fprintf(p.errs, "New value for %s (it isn't shown): ", p.secretID)
		defer func() { _, _ = fmt.Fprintln(p.errs) }()
		read = func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) }
	}
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := read()
		answers <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return rotation.Value{}, errors.New("stopped; nothing was written")
	case a := <-answers:
		if a.err != nil && !errors.Is(a.err, io.EOF) {
			return rotation.Value{}, fmt.Errorf("reading the value: %w", a.err)
		}
		return checked(string(a.text), terminal)
	}
}

// checked takes one line end off a value and refuses what can only be a slip.
func checked(text string, terminal bool) (rotation.Value, error) {
	value := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	why := ""
	switch {
	case strings.TrimSpace(value) == "":
		why = "the value is empty; nothing was written"
	case terminal && len(value) >= maxLine:
		why = "the value is longer than what a terminal passes on in one line, so its end may be missing; nothing was written. Give it on standard input instead"
	case len(value) > maxValue:
		why = tooLong
	case !utf8.ValidString(value):
		why = "the value isn't text in UTF-8; nothing was written"
	case strings.TrimSpace(value) != value && !strings.Contains(value, "\n"):
		why = "the value begins or ends with a blank; nothing was written. Copy it again"
	}
	if why != "" {
		return rotation.Value{}, errors.New(why)
	}
	return rotation.NewValue(value), nil
}
