package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// A Cast is who and what a conversation is played with. Stage is needed; a
// line that needs another part which is nil fails.
type Cast struct {
	Stage *stage.Stage

	// Put runs `rekey put` with args, which are what follows these two words,
	// as a person with their own AWS identity (Stage.PersonEnv), with stdin as
	// its standard input. It returns all that the command wrote, and an error
	// unless it ended well.
	Put func(ctx context.Context, person string, args []string, stdin string) (output string, err error)

	// Take runs `rekey take` in the same way, and returns what it wrote to
	// standard output; its error has the rest.
	Take func(ctx context.Context, person string, args []string) (output string, err error)

	// Kill ends the bot as kill -9 does, starts it again and returns once it
	// works.
	Kill func() error

	// Catalogue starts the bot again with another catalogue and returns once
	// it works. Catalogues are what a conversation may ask for, by name.
	Catalogue  func(text []byte) error
	Catalogues map[string][]byte

	// FillDisk makes the bot unable to write another byte to a file, or able to
	// again.
	FillDisk func(full bool) error

	// Trace gets each line as it is played, with the time since the start.
	Trace io.Writer

	// Patience is how long an expectation waits, in real time; twenty seconds
	// if zero.
	Patience time.Duration
}

// Play plays a conversation from its first line to its last and stops at the
// first that fails. file names it in errors. The error says which line it was,
// what was expected and what was there to be seen: card, thread, private
// messages, modals, the latest calls. A conversation that can't be read is
// refused before anything is played, and one during which the bot made a
// mistake towards Slack (fakeslack.Slack.Problems) fails at its end.
func Play(ctx context.Context, file string, text []byte, cast Cast) error {
	lines, err := parse(file, text, cast.Stage.RepoOf)
	if err != nil {
		return err
	}
	if cast.Patience == 0 {
		cast.Patience = 20 * time.Second
	}
	if cast.Trace == nil {
		cast.Trace = io.Discard
	}
	p := &player{
		Cast: cast, ctx: ctx, slack: cast.Stage.Slack, started: time.Now(), heard: map[string]bool{},
		replies: map[string]fakeslack.Reply{}, told: map[string]int{}, taken: map[string]string{},
	}
	for i, l := range lines {
		p.next = ""
		if i+1 < len(lines) {
			p.next = lines[i+1].text
		}
		_, _ = fmt.Fprintf(cast.Trace, "%7.2fs %s:%d  %s\n", time.Since(p.started).Seconds(), file, l.number, l.text)
		p.remember()
		if err := l.do(p); err != nil {
			return &failure{err, fmt.Sprintf("%s:%d: %s\n%s\n%s", file, l.number, l.text, indent("✗ "+err.Error()), indent(p.seen()))}
		}
	}
	if problems := p.slack.Problems(); len(problems) > 0 {
		return fmt.Errorf("%s: all lines were played, but the bot made mistakes towards Slack:\n%s", file, indent(strings.Join(problems, "\n")))
	}
	return nil
}

// A failure is a line that failed, and what was seen then.
type failure struct {
	error
	told string
}

func (f *failure) Error() string { return f.told }
func (f *failure) Unwrap() error { return f.error }

// A player is one conversation while it is played.
type player struct {
	Cast
	ctx     context.Context
	slack   *fakeslack.Slack
	started time.Time
	next    string // the line after this one

	heard   map[string]bool            // private messages that an expectation has used up
	replies map[string]fakeslack.Reply // to the last command, by person
	told    map[string]int             // how far each thread has been read, by its card's ts
	copies  []copied                   // of each card, as it was seen
	taken   map[string]string          // permissions that tokens had before they were withdrawn
	put     *put                       // the last one
}

// never is what no waiting can mend.
type never struct{ error }

// until looks at the world, and again after each change in it, until look is
// content, says never, or patience is over. It returns what look said last.
func (p *player) until(look func() error) error {
	changed, stop := p.Stage.World.Subscribe()
	defer stop()
	patience := time.NewTimer(p.Patience)
	defer patience.Stop()
	again := time.NewTicker(100 * time.Millisecond) // for what only time changes
	defer again.Stop()
	for {
		p.remember()
		err := look()
		if err == nil || errors.As(err, &never{}) {
			return err
		}
		select {
		case <-changed:
		case <-again.C:
		case <-patience.C:
			return fmt.Errorf("%w (waited %v)", err, p.Patience)
		case <-p.ctx.Done():
			return fmt.Errorf("%w (%w)", err, context.Cause(p.ctx))
		}
	}
}

// reach does what needs the bot to be connected, again while it isn't: the bot
// never saw what failed for that.
func (p *player) reach(do func() error) error {
	deadline := time.Now().Add(p.Patience)
	for {
		if err := p.until(func() error {
			if p.slack.Sockets() == 0 {
				return fakeslack.ErrNotConnected
			}
			return nil
		}); err != nil {
			return err
		}
		err := do()
		if !errors.Is(err, fakeslack.ErrNotConnected) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-p.ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond): // people take a moment, too
		}
	}
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }
