// Package bot is Rekey in Slack: the sockets that people's commands and
// presses come in by, the cards that follow the database, the private answers,
// and who is in which group. It is the only package that talks to Slack's API.
//
// A Bot takes requests and never posts because of one. Cards compares Slack
// with the database and catches up, also after a crash.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"rekey/commands"
	"rekey/rotation"
)

// A Bot is one Slack app in one workspace. Make one with New.
type Bot struct {
	Metrics *Metrics
	Cards   *Cards
	Members *Members
	Roster  *Roster

	cfg     Config
	api     *api
	sockets *sockets

	mu   sync.Mutex
	self self
}

// self is what Slack says the bot token belongs to.
type self struct {
	user string // the bot's own user id
	base string // the workspace's address, ending in a slash
}

// Config says which app in which workspace the bot is, and what it is built
// on. BotToken, AppToken, TeamID, Store and Log are required.
type Config struct {
	BotToken     string // xoxb-
	AppToken     string // xapp-, with connections:write
	APIURL       string // empty: https://slack.com/api/
	AppID        string // empty: the app that the socket itself names
	TeamID       string
	EnterpriseID string            // empty: the workspace is in no organisation
	Channel      rotation.Handle   // the team's channel: cards go here when their own can't be written to
	Groups       []rotation.Handle // the owners' and approvers' groups, for the Roster
	History      bool              // a history scope is granted: a lost post is looked up, not repeated
	Mail         bool              // users:read.email is granted: people are found by their address
	Zone         *time.Location    // of the times in messages; nil: UTC
	Sockets      int               // how many to hold; 0: two
	Waits        Waits
	Store        Store
	Log          *slog.Logger
	Now          func() time.Time    // nil: time.Now
	AckTime      func(time.Duration) // told from frame to acknowledgement, for each; may be nil
}

// Store is what the bot keeps in the database. Each call is one transaction.
type Store interface {
	Rotation(ctx context.Context, id rotation.ID) (*rotation.Rotation, error)

	// Stale returns the rotations whose card is missing, shows an older
	// version, waits to be confirmed, or hasn't told the present turn.
	Stale(ctx context.Context) ([]rotation.ID, error)

	// Card returns a rotation's card; one that was never saved is empty.
	Card(ctx context.Context, id rotation.ID) (rotation.Card, error)
	SaveCard(ctx context.Context, c rotation.Card) error

	// Owed returns the events whose reply wasn't delivered, oldest first, and
	// Answered says that one was.
	Owed(ctx context.Context) ([]rotation.Event, error)
	Answered(ctx context.Context, seq int64, at time.Time) error
	Log(ctx context.Context, e rotation.Event) error

	// Hold remembers that Slack wants no call of a method until then.
	Hold(ctx context.Context, method string, until time.Time) error
	Holds(ctx context.Context) (map[string]time.Time, error)

	// Seen remembers a mark, and reports whether this is the first time.
	Seen(ctx context.Context, mark string, at time.Time) (first bool, err error)
}

// A Handler answers requests. It returns when what it did is on disk.
type Handler interface {
	Handle(ctx context.Context, r commands.Request) commands.Answer
}

// New returns a bot that isn't connected yet. Its error lists all that is
// missing in the Config.
func New(cfg Config) (*Bot, error) {
	var missing []error
	for name, there := range map[string]bool{
		"a bot token": cfg.BotToken != "", "an app-level token": cfg.AppToken != "",
		"a team id": cfg.TeamID != "", "a store": cfg.Store != nil, "a log": cfg.Log != nil,
	} {
		if !there {
			missing = append(missing, errors.New("the bot needs "+name))
		}
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	if cfg.Sockets == 0 {
		cfg.Sockets = 2
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.APIURL == "" {
		cfg.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(cfg.APIURL, "/") {
		cfg.APIURL += "/"
	}
	cfg.Waits = cfg.Waits.withDefaults()

	b := &Bot{cfg: cfg, Metrics: &Metrics{}}
	b.api = newAPI(cfg, b.Metrics)
	b.sockets = newSockets(cfg, b.api, b.Metrics)
	b.Cards = newCards(b)
	b.Members = &Members{api: b.api, cfg: cfg}
	b.Roster = newRoster(b.api, cfg)
	return b, nil
}

// Run checks that the tokens belong to the configured workspace, holds the
// sockets, and lets h answer what comes in, until ctx ends. It then finishes
// what is being answered. A FatalError means that trying again is of no use.
func (b *Bot) Run(ctx context.Context, h Handler) error {
	if err := b.api.recall(ctx); err != nil {
		return err
	}
	if err := b.identify(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	s := &server{cfg: b.cfg, api: b.api, metrics: b.Metrics, handler: h, answers: b.Cards.Wake}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Roster.run(ctx) })
	group.Go(func() error {
		b.Roster.firstAsked(ctx)
		return b.sockets.run(ctx, s.serve)
	})
	return group.Wait()
}

// Ready returns nil while people's presses reach the bot and it knows the
// groups, and else a *rotation.Error that says why not.
func (b *Bot) Ready() error {
	if b.me().user == "" {
		return &rotation.Error{Reason: rotation.NotNow, What: "Slack has not said yet who Rekey is there."}
	}
	if err := b.sockets.ready(); err != nil {
		return err
	}
	return b.Roster.ready()
}

// Link is the address of a card in Slack; empty before the card is posted or
// the bot has connected.
func (b *Bot) Link(card rotation.Card) string { return b.Permalink(card.Channel, card.TS) }

// Permalink is the address of a message in Slack, or empty.
func (b *Bot) Permalink(channel, ts string) string {
	base := b.me().base
	if base == "" || channel == "" || ts == "" {
		return ""
	}
	return base + "archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
}

func (b *Bot) me() self {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.self
}

// identify asks Slack whose token this is until it answers.
// https://docs.slack.dev/reference/methods/auth.test
func (b *Bot) identify(ctx context.Context) error {
	for try := 1; ; try++ {
		var who *slack.AuthTestResponse
		err := b.api.call(ctx, "auth.test", callWait, func(ctx context.Context, c *slack.Client) (err error) {
			who, err = c.AuthTestContext(ctx)
			return err
		})
		if err == nil {
			return b.accept(who)
		}
		if fatal := fatalToken(err, "bot token", "SLACK_BOT_TOKEN"); fatal != nil {
			return fatal
		}
		b.cfg.Log.Warn("Slack didn't say who Rekey is; asking again", "error", err)
		if err := sleep(ctx, backOff(try, b.cfg.Waits)); err != nil {
			return err
		}
	}
}

func (b *Bot) accept(who *slack.AuthTestResponse) error {
	if who.TeamID != b.cfg.TeamID {
		return &FatalError{WrongSettings, fmt.Sprintf("The bot token belongs to the Slack workspace %s, but the settings say %s. Use the token of that workspace, or correct the settings.", who.TeamID, b.cfg.TeamID)}
	}
	if who.EnterpriseID != b.cfg.EnterpriseID {
		return &FatalError{WrongSettings, fmt.Sprintf("The bot token belongs to the Slack organisation %q, but the settings say %q. Correct the enterprise id in the settings.", who.EnterpriseID, b.cfg.EnterpriseID)}
	}
	base := who.URL
	if u, err := url.Parse(base); err != nil || u.Scheme != "https" || !strings.HasSuffix(base, "/") {
		base = ""
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.self = self{user: who.UserID, base: base}
	return nil
}

// sleep waits for d, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
