package bot_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rekey/bot"
	"rekey/commands"
	"rekey/rotation"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
	"rekey/storage"
)

const (
	platform = "C0PLATFORM"
	starter  = "U0STARTER1"
	approver = "U0APPROVE1"
	outsider = "U0OUTSIDE1"
)

var approvers = rotation.Handle{Name: "@mp-approvers", ID: "S0APPROVER"}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A rig is a workspace, a database, and at most one bot at a time.
type rig struct {
	*fakeslack.Slack
	t      testing.TB
	world  *world.World
	db     *storage.DB
	cfg    bot.Config
	log    *safeBuffer
	handle handler

	bot  *bot.Bot
	stop func() error
	wait <-chan error
}

// A handler is a function as a bot.Handler.
type handler func(context.Context, commands.Request) commands.Answer

func (h handler) Handle(ctx context.Context, r commands.Request) commands.Answer { return h(ctx, r) }

// silent answers nothing, which is fine for a press.
func silent(context.Context, commands.Request) commands.Answer { return commands.Answer{} }

func newRig(t testing.TB, cfg fakeslack.Config, handle handler) *rig {
	t.Helper()
	w := world.New()
	s := fakeslack.New(w, cfg)
	server := httptest.NewServer(s)
	db, err := storage.Open(context.Background(), filepath.Join(t.TempDir(), "rekey.db"))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Slack: s, t: t, world: w, db: db, log: &safeBuffer{}, handle: handle}
	r.cfg = bot.Config{
		BotToken: "xoxb-sandbox", AppToken: "xapp-sandbox", APIURL: server.URL + "/api", AppID: "A0SANDBOX1", TeamID: "T0SANDBOX1",
		EnterpriseID: cfg.EnterpriseID, Channel: rotation.Handle{Name: "#modernisation-platform", ID: platform},
		Groups: []rotation.Handle{approvers}, History: true, Store: db, Log: slog.New(slog.NewJSONHandler(r.log, nil)),
		Waits: bot.Waits{Cards: 20 * time.Millisecond, Settle: 100 * time.Millisecond, Least: 20 * time.Millisecond, Drain: 200 * time.Millisecond},
	}
	t.Cleanup(func() {
		r.halt()
		s.Close()
		server.Close()
		_ = db.Close()
		for _, secret := range []string{"xoxb-", "xapp-", "ticket="} {
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("the log has %q in it:\n%s", secret, r.log)
			}
		}
	})
	return r
}

// run starts a bot and waits until it is ready.
func (r *rig) run() *rig {
	r.t.Helper()
	r.begin()
	r.until("the bot is ready", func() bool { return r.bot.Ready() == nil && r.Sockets() == max(r.cfg.Sockets, 2) })
	return r
}

// begin starts a bot.
func (r *rig) begin() {
	r.t.Helper()
	b, err := bot.New(r.cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	cards := make(chan struct{})
	go func() { ended <- b.Run(ctx, r.handle) }()
	go func() { defer close(cards); _ = b.Cards.Run(ctx) }()
	over := make(chan error, 1)
	result := sync.OnceValue(func() error { return <-ended })
	go func() { over <- result() }()
	r.bot, r.wait = b, over
	r.stop = sync.OnceValue(func() error {
		cancel()
		<-cards
		return result()
	})
}

// halt stops the bot, if one runs.
func (r *rig) halt() {
	r.t.Helper()
	if r.stop == nil {
		return
	}
	var fatal *bot.FatalError
	if err := r.stop(); err != nil && !errors.As(err, &fatal) {
		r.t.Errorf("the bot ended with %v", err)
	}
}

// until waits for a condition, and fails the test if it takes too long.
func (r *rig) until(what string, cond func() bool) {
	r.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !cond() {
		select {
		case <-tick.C:
		case <-late:
			r.t.Fatalf("it never happened that %s\n%s", what, r.log.tail())
		}
	}
}

// during fails the test if cond becomes false within d.
func (r *rig) during(d time.Duration, what string, cond func() bool) {
	r.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(d)
	for {
		if !cond() {
			r.t.Fatalf("it isn't so any more that %s\n%s", what, r.log.tail())
		}
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}

// press presses some button, with a value.
func (r *rig) press(user, value string) error {
	return r.PressRaw(user, platform, "1.000001", map[string]any{"action_id": "approve", "block_id": "b", "value": value}, nil)
}

// calls counts the calls of one Web API method.
func (r *rig) calls(method string) int {
	n := 0
	for _, c := range r.world.Journal.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

func (r *rig) clean() {
	r.t.Helper()
	for _, p := range r.Problems() {
		r.t.Errorf("Slack complains: %s", p)
	}
}

// rotation starts one in the database.
func (r *rig) rotation() *rotation.Rotation {
	r.t.Helper()
	return r.start("github_ci_user_pat")
}

func (r *rig) start(secret string) *rotation.Rotation {
	r.t.Helper()
	plan := rotation.Plan{
		Secret: secret, Title: "GitHub MP CI User PAT", Noun: "token", Overlap: rotation.None, Entry: rotation.EntryCLI, Quorum: 1, Every: 180,
		Owner: approvers, Approvers: approvers, Channel: rotation.Handle{Name: "#modernisation-platform", ID: platform},
		Steps: []rotation.Step{
			{ID: "approve", Kind: rotation.KindApprove, Title: "Approve the plan", Done: "Approved", By: rotation.Approvers},
			{ID: "receive", Kind: rotation.KindReceive, Title: "Regenerate the token", Done: "Regenerated", By: rotation.Holder},
		},
	}
	one, event := rotation.New(plan, starter, time.Now())
	if err := r.db.Create(context.Background(), one, event); err != nil {
		r.t.Fatal(err)
	}
	return one
}

// change makes the next version of a rotation, with a new turn if told so.
func (r *rig) change(id rotation.ID, turn bool) {
	r.t.Helper()
	_, err := r.db.Update(context.Background(), id, func(one *rotation.Rotation) ([]rotation.Event, error) {
		one.Steps[0].Note += "."
		if turn {
			one.Turn = rotation.Turn{N: one.Turn.N + 1, To: rotation.Team, Kind: rotation.TurnNudge, Since: time.Now(), Nudges: 2}
		}
		return []rotation.Event{{At: time.Now(), By: rotation.ByRekey, Kind: "noted", Text: "Noted."}}, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// posts lists the bot's messages in a channel that are still there.
func (r *rig) posts(channel string) (cards, turns []fakeslack.Message) {
	for _, m := range r.Messages(channel) {
		switch {
		case m.Deleted || m.Ephemeral:
		case bytes.Contains(m.Blocks, []byte(":card:")):
			cards = append(cards, m)
		case bytes.Contains(m.Blocks, []byte(":turn:")):
			turns = append(turns, m)
		}
	}
	return cards, turns
}

// shown reports whether Slack shows everything that the database has.
func (r *rig) shown() bool {
	ids, err := r.db.Stale(context.Background())
	return err == nil && len(ids) == 0
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// tail is the end of it, for a failure.
func (s *safeBuffer) tail() string {
	all := s.String()
	return all[max(0, len(all)-2000):]
}
