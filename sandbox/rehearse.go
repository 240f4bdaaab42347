package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rekey/sandbox/script"
	"rekey/sandbox/stage"
)

// quick are waits of the bot with which a conversation takes seconds. Those of
// days stay as they are: a conversation moves the clock.
var quick = map[string]string{
	"send": "2s", "settle": "1s", "poll": "100ms", "poll_slow": "200ms", "answer": "100ms", "members": "300ms",
	"cards": "100ms", "slack_settle": "200ms", "copies": "1s", "run": "4s", "tickets": "100ms",
}

// What a rehearsal takes its time for. People are given more of it than Slack
// does, since a busy machine isn't what is rehearsed.
const (
	rehearsedRun = 150 * time.Millisecond
	rehearsedAck = 10 * time.Second
)

// ErrFailed is what Rehearse returns when a conversation didn't go as written.
var ErrFailed = errors.New("the rehearsal failed")

// Rehearse plays conversations without a page, one after the other, each in a
// new world with a bot that is a child process. It prints each line as it is
// played, and after the last whether any value of that world got out. All are
// played, whatever becomes of one; the error is ErrFailed with their names.
func Rehearse(ctx context.Context, c Config, all []Conversation) error {
	var failed []string
	for _, one := range all {
		err := rehearse(ctx, c, one)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			failed = append(failed, one.Name)
			_, _ = fmt.Fprintf(c.Out, "%v\n%s: failed\n\n", err, one.Name) // nobody listens any more
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%w: %d of %d, %s", ErrFailed, len(failed), len(all), strings.Join(failed, ", "))
	}
	return nil
}

func rehearse(ctx context.Context, c Config, one Conversation) error {
	if c.Waits == nil {
		c.Waits = quick
	}
	if c.Data != "" { // one for each of them
		c.Data = filepath.Join(c.Data, strings.TrimSuffix(filepath.Base(one.Name), filepath.Ext(one.Name)))
	}
	h, err := open(ctx, c, stage.Options{RunDuration: rehearsedRun, AckWait: rehearsedAck, App: c.App, Issues: script.SpeaksOfIssues(one.Text), Wanted: c.Wanted})
	if err != nil {
		return err
	}
	defer h.close()
	began := time.Now()
	if _, err := fmt.Fprint(c.Out, told(h.stage)); err != nil {
		return fmt.Errorf("saying what was made: %w", err)
	}
	if err := h.play(ctx, c, one); err != nil {
		return err
	}
	monitor := h.stage.NewLeakMonitor(h.written)
	monitor.Search()
	found := monitor.Report()
	switch {
	case found.Problem != "":
		return errors.New(found.Problem)
	case found.Leaked > 0:
		return fmt.Errorf("values got out:\n    %s", strings.Join(found.Found, "\n    "))
	}
	_, err = fmt.Fprintf(c.Out, "%s: fine, in %.1f s; 0 of %d values found in %s that the bot wrote and sent\n\n",
		one.Name, time.Since(began).Seconds(), found.Values, found.Size())
	return err
}

// play runs the bot for as long as the conversation takes.
func (h *house) play(ctx context.Context, c Config, one Conversation) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() {
		err := h.bot.run(ctx)
		if err != nil {
			stop(err)
		}
		ended <- err
	}()
	var fill func(bool) error
	if limitFiles != nil {
		fill = h.bot.fill
	}
	err := h.connected(ctx, 1)
	if err == nil {
		h.bot.connected()
		err = script.Play(ctx, one.Name, one.Text, script.Cast{
			Stage: h.stage, Trace: c.Out, Patience: patience, Catalogues: one.Catalogues,
			Put: func(ctx context.Context, person string, args []string, stdin string) (string, error) {
				out, err := h.bot.program.run(ctx, "put", h.stage.PersonEnv(person), args, stdin)
				if err != nil {
					return out, fmt.Errorf("%w: %s", err, out)
				}
				return out, nil
			},
			Take: func(ctx context.Context, person string, args []string) (string, error) {
				return h.bot.program.taken(ctx, h.stage.PersonEnv(person), args)
			},
			FillDisk:  fill,
			Kill:      func() error { return h.restart(ctx) },
			Catalogue: func(text []byte) error { return h.recatalogue(ctx, text) },
		})
	}
	stop(nil)
	return errors.Join(err, <-ended)
}

// restart kills the bot and waits until its successor takes what people do.
func (h *house) restart(ctx context.Context) error {
	starts := h.bot.started()
	if err := h.bot.kill(); err != nil {
		return err
	}
	return h.connected(ctx, starts+1)
}

// recatalogue lets the bot start again on another catalogue.
func (h *house) recatalogue(ctx context.Context, text []byte) error {
	if err := os.WriteFile(filepath.Join(h.data, "catalogue.yaml"), text, 0o600); err != nil {
		return fmt.Errorf("writing the catalogue: %w", err)
	}
	return h.restart(ctx)
}

// connected waits until the bot that was started as the nth holds both of its
// sockets.
func (h *house) connected(ctx context.Context, nth int) error {
	ctx, stop := context.WithTimeoutCause(ctx, patience, errors.New("the bot didn't connect in time"))
	defer stop()
	err := h.stage.Slack.Wait(ctx, func() bool { return h.bot.started() >= nth && h.stage.Slack.Sockets() == 2 })
	if err != nil {
		return fmt.Errorf("%w; the last lines of its log:\n%s", context.Cause(ctx), h.bot.lastWords())
	}
	return nil
}
