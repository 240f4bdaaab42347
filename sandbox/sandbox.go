// Package sandbox runs a workspace to try Rekey in, and to rehearse in: the
// fakes of Slack, AWS and GitHub, a page where people do the human steps for
// real, and the bot as a child process that knows only its environment. The
// child is the real program with real SDKs, so that killing it is a real kill.
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// Config says how a sandbox is run.
type Config struct {
	// Listen is the page's address, on loopback; 127.0.0.1:0 if empty, which
	// takes a free port.
	Listen string

	// Executable is the program: `Executable Args…` is the bot, and
	// `Executable put …` saves a value. If empty it is the one that runs now,
	// and Args is {"serve", "--until-eof", "--clock-from-stdin"} if nil: the bot's standard input is
	// closed when we are gone, however that happens.
	Executable string
	Args       []string

	// Env is added to the environment of every child.
	Env []string

	// Data is the directory of the world, and of the bot's database, settings
	// and log; it is made if it isn't there. Run goes on with the world that it
	// finds in it; Rehearse refuses one in which a bot lived before, since each
	// conversation has a new world. Empty: a temporary one, removed at the end.
	Data string

	// Prologue has the team play two rotations of the last days while the page
	// is opened, in a new world.
	Prologue bool

	keep bool // Data has the world in it

	// App makes the bot a GitHub App that may list the organisation's tokens,
	// and not a user with a token.
	App bool

	// Catalogue is what the bot reads; nil: its own. Wanted is what it names,
	// to be made where the world hasn't got it.
	Catalogue []byte
	Wanted    Wanted

	// Try is the secret whose rotation is suggested; github_ci_user_pat if
	// empty.
	Try string

	// Waits replaces the bot's waits by name; see docs/operations.md.
	Waits map[string]string

	// Out is told the page's address once the bot is connected.
	Out io.Writer

	// Open is called with the page's address then; nil: nothing is.
	Open func(address string) error
}

const (
	runDuration    = 5 * time.Second // of a workflow's run
	consumersEvery = 2 * time.Minute
	patience       = 30 * time.Second // until the bot must be connected
	grace          = 10 * time.Second // for the bot to end in order
)

// Run runs a sandbox until ctx ends, and returns nil then. It returns an error
// if the page's address or the data directory is in use, or if the bot ends by
// itself before it was ever connected; the error has what the bot said last.
func Run(ctx context.Context, c Config) error {
	listener, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server closes it too
	web := "http://" + listener.Addr().String()
	c.keep = true
	h, err := open(ctx, c, stage.Options{Web: web, RunDuration: runDuration, App: c.App, Issues: true, Listing: true, Tags: true, Wanted: c.Wanted})
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.run(ctx, c, listener); err != nil || h.keeper == nil {
		return err
	}
	return h.keeper.write()
}

// run serves the page and keeps the bot alive until ctx ends or either fails.
func (h *house) run(ctx context.Context, c Config, listener net.Listener) error {
	s, b, leaks := h.stage, h.bot, h.stage.NewLeakMonitor(h.written)
	group, ctx := errgroup.WithContext(ctx)
	parts := page.Parts{
		Stage: s, BotStatus: b.status, KillBot: b.kill, Leaks: leaks.Report, DiskFull: b.diskFull, Playing: h.prologue.said,
		Put: func(ctx context.Context, person string, args []string, stdin string) (string, error) {
			return b.program.run(ctx, "put", s.PersonEnv(person), args, stdin)
		},
		Take: func(ctx context.Context, person string, args []string) (string, error) {
			return b.program.run(ctx, "take", s.PersonEnv(person), args, "")
		},
	}
	if limitFiles != nil {
		parts.FillDisk = b.fill
	}
	server := &http.Server{
		Handler:           page.New(parts),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving the page: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	group.Go(func() error { return b.run(ctx) })
	group.Go(func() error {
		leaks.Run(ctx)
		return nil
	})
	group.Go(func() error {
		s.GitHub.Tick(ctx, consumersEvery)
		return nil
	})
	group.Go(func() error {
		s.TickJobs(ctx, consumersEvery)
		return nil
	})
	if h.keeper != nil {
		group.Go(func() error { return h.keeper.run(ctx) })
	}
	if c.Prologue && !h.recalled {
		h.prologue.playing.Store(true)
		group.Go(func() error { return h.prelude(ctx) })
	}
	group.Go(func() error { return h.greet(ctx, c, listener.Addr().String()) })
	return group.Wait()
}

// greet says where the page is as soon as somebody answers there.
func (h *house) greet(ctx context.Context, c Config, address string) error {
	waiting, stop := context.WithTimeoutCause(ctx, patience, errors.New("the bot didn't connect in time"))
	defer stop()
	s := h.stage
	if err := s.Slack.Wait(waiting, func() bool { return s.Slack.Sockets() > 0 }); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("%w; the last lines of its log:\n%s", context.Cause(waiting), h.bot.lastWords())
	}
	h.bot.connected()
	next := "Open it, and type below the channel: /rotate " + cmp.Or(c.Try, stage.UserPAT)
	if h.recalled {
		next = "It goes on where it ended in " + h.data + "."
	}
	_, err := fmt.Fprintf(c.Out, "%sRekey sandbox: http://%s/\n\n%s\nThe bot's log is %s. Press Ctrl-C to end.\n", told(s), address, next, h.bot.log)
	if err != nil || c.Open == nil {
		return err
	}
	if err := c.Open("http://" + address + "/"); err != nil {
		_, err = fmt.Fprintf(c.Out, "No browser could be opened (%v); open the address yourself.\n", err)
		return err
	}
	return nil
}

// listen opens the page's address, which has to be on this machine: whoever
// reaches the page reads the values in it.
func listen(address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address like 127.0.0.1:4000", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("the sandbox listens on 127.0.0.1 only, not on %q: its page shows secret values", host)
	}
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use, perhaps by another sandbox: choose another port, or 0 for a free one", address)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the page's address: %w", err)
	}
	return l, nil
}
