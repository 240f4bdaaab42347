// Package fakeslack is a Slack workspace in a process: the Web API, Socket
// Mode and response URLs towards a bot, and plain methods towards the people,
// who may be a test or a page. It is strict where Slack is strict, and a
// mistake that Slack would forgive for a while is kept in Problems.
//
// It knows nothing of Rekey.
package fakeslack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"rekey/sandbox/world"
)

// Slack is one workspace with one app installed. It serves the app over HTTP
// and is safe for use by several goroutines. Make one with New.
type Slack struct {
	w   *world.World
	cfg Config

	mu         sync.Mutex
	base       string // where the app reaches us, as its last request had it
	people     []*Person
	channels   []*Channel
	groups     []*Group
	messages   []*Message
	stacks     map[string][]*View // open modals by user, the lowest first
	homes      map[string]*View
	triggers   map[string]*trigger
	responses  map[string]*responseURL
	uploads    map[string]*upload // by the address that takes them
	refusals   []*refusal
	hooks      hooks
	buckets    map[string]*bucket
	sockets    []*socket
	tickets    map[string]bool
	turn       int
	socketsOff bool
	duplicates int
	deliveries []*delivery
	problems   []string
	transcript strings.Builder
	lastTS     int64
}

// Config says who is in the workspace and what the app may do. The zero Config
// is a small workspace with one channel and three people, one of them not in
// the approvers' group.
type Config struct {
	TeamID, TeamDomain string
	EnterpriseID       string // empty: the workspace is in no organisation
	AppID              string
	BotToken, AppToken string
	BotUserID, BotID   string
	BotName            string
	Scopes             []string // nil grants DefaultScopes
	People             []Person
	Channels           []Channel
	Groups             []Group
	OtherApps          []OtherApp
	RateLimits         bool          // answer 429 as Slack's tiers do
	AckWait            time.Duration // how long people wait for an acknowledgement; 0 means Slack's 3 s
	TriggerLife        time.Duration // how long a trigger id lives; 0 means Slack's 3 s
	Ping               time.Duration // between pings on a socket; 0 means 5 s
	RefreshWarning     time.Duration // from a disconnect "warning" to the close; 0 means Slack's 10 s
}

// DefaultScopes are granted when Config.Scopes is nil: all that the fake knows
// but chat:write.public, which lets a bot post where it isn't a member.
var DefaultScopes = []string{
	"chat:write", "commands", "usergroups:read", "users:read", "users:read.email", "channels:read", "groups:read", "im:read",
	"im:write", "channels:history", "groups:history", "im:history", "files:write",
}

// New returns a workspace in w.
func New(w *world.World, cfg Config) *Slack {
	s := &Slack{
		w: w, cfg: withDefaults(cfg), base: "http://127.0.0.1",
		stacks: map[string][]*View{}, homes: map[string]*View{}, triggers: map[string]*trigger{},
		responses: map[string]*responseURL{}, buckets: map[string]*bucket{}, tickets: map[string]bool{}, uploads: map[string]*upload{},
	}
	for _, p := range s.cfg.People {
		s.people = append(s.people, &p)
	}
	for _, c := range s.cfg.Channels {
		s.channels = append(s.channels, &c)
	}
	for _, g := range s.cfg.Groups {
		s.groups = append(s.groups, &g)
	}
	for _, a := range s.cfg.OtherApps {
		s.people = append(s.people, &Person{ID: a.BotUserID, Name: a.Name, RealName: a.Name, Bot: true})
	}
	return s
}

func withDefaults(c Config) Config {
	text := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	text(&c.TeamID, "T0SANDBOX1")
	text(&c.TeamDomain, "sandbox")
	text(&c.AppID, "A0SANDBOX1")
	text(&c.BotToken, "xoxb-sandbox")
	text(&c.AppToken, "xapp-sandbox")
	text(&c.BotUserID, "U0SANDBOXB")
	text(&c.BotID, "B0SANDBOX1")
	text(&c.BotName, "rekey")
	wait := func(field *time.Duration, value time.Duration) {
		if *field == 0 {
			*field = value
		}
	}
	wait(&c.AckWait, 3*time.Second)
	wait(&c.TriggerLife, 3*time.Second)
	wait(&c.Ping, 5*time.Second)
	wait(&c.RefreshWarning, 10*time.Second)
	if c.Scopes == nil {
		c.Scopes = DefaultScopes
	}
	if c.People == nil {
		c.People = []Person{
			{ID: "U0STARTER1", Name: "starter", RealName: "Sam Starter"},
			{ID: "U0APPROVE1", Name: "approver", RealName: "Ada Approver"},
			{ID: "U0OUTSIDE1", Name: "outsider", RealName: "Oli Outsider"},
		}
	}
	if c.Channels == nil {
		c.Channels = []Channel{{ID: "C0PLATFORM", Name: "modernisation-platform"}}
	}
	if c.Groups == nil {
		c.Groups = []Group{{ID: "S0APPROVER", Handle: "mp-approvers", Members: []string{"U0STARTER1", "U0APPROVE1"}}}
	}
	return c
}

// maxBody bounds what the app may send at once, well above Slack's own limits.
const maxBody = 4 << 20

// ServeHTTP serves the app: /api/METHOD, the sockets under /link/, response URLs
// under /commands/ and /actions/, uploads, and incoming webhooks under /services/.
func (s *Slack) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		http.Error(rw, "reading the body: "+err.Error(), http.StatusBadRequest)
		return
	}
	s.recordRequest(r, body)
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		s.serveAPI(rw, r, body)
	case r.URL.Path == "/link/":
		s.serveSocket(rw, r)
	case strings.HasPrefix(r.URL.Path, "/commands/"), strings.HasPrefix(r.URL.Path, "/actions/"):
		s.serveResponseURL(rw, r, body)
	case strings.HasPrefix(r.URL.Path, uploadPath):
		s.serveUpload(rw, r, body)
	case strings.HasPrefix(r.URL.Path, webhookPath):
		s.serveWebhook(rw, r, body)
	default:
		s.problem("%s %s: there is nothing here", r.Method, r.URL.Path)
		http.NotFound(rw, r)
	}
}

// Problems lists what the app did that no correct client does: an unknown
// method, blocks beyond Slack's limits, an acknowledgement of nothing. A test
// of the app fails if there is any.
func (s *Slack) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.problems...)
}

func (s *Slack) problem(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(format, a...)
}

// note is problem for those who hold the lock.
func (s *Slack) note(format string, a ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, a...))
	s.w.Changed()
}

// Wait blocks until cond holds, and looks again after each change in the world.
// It returns the context's error when that ends first.
func (s *Slack) Wait(ctx context.Context, cond func() bool) error {
	changed, stop := s.w.Subscribe()
	defer stop()
	for !cond() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the workspace to change: %w", context.Cause(ctx))
		case <-changed:
		}
	}
	return nil
}

// Close cuts all sockets. The workspace can still be read.
func (s *Slack) Close() { s.DropSockets() }
