// Package fakepagerduty is the sandbox's PagerDuty: the REST API and the Events
// API v2 on one port, as far as rotating its tokens and integration keys needs
// them. Users and the account have API access keys, services and event
// orchestrations have integrations whose keys let events in, and an event that
// triggers makes an incident, so that a dead key shows where it hurts: nobody
// is called.
//
// Its answers have the shapes that PagerDuty's own Go client expects; see
// https://developer.pagerduty.com/api-reference. It keeps everything in memory.
package fakepagerduty

import (
	"net/http"
	"sync"
	"time"

	"rekey/sandbox/world"
)

// What the journal calls each operation. The resource is the name of the
// service or orchestration, followed by the integration's where there is one;
// the token is an event's dedup_key.
const (
	ReadMe             = "GET users/me"
	ListUsers          = "GET users"
	ListAbilities      = "GET abilities"
	ListServices       = "GET services"
	ReadService        = "GET service"
	ReadIntegration    = "GET integration"
	ListOrchestrations = "GET event_orchestrations"
	ReadOrchestration  = "GET event_orchestration"
	ListOnCalls        = "GET oncalls"
	Enqueue            = "POST enqueue" // followed by the event's action, unless it has none that is known
	EnqueueTrigger     = Enqueue + " trigger"
	EnqueueResolve     = Enqueue + " resolve"
	Unknown            = "unknown"
)

const provider = "pagerduty"

// Config says what the fake can't know by itself.
type Config struct {
	// Subdomain is the account's; addresses for people begin with it.
	Subdomain string

	// PerMinute is how many calls of the REST API a token has in a minute of
	// the world; 900 if zero.
	PerMinute int
}

// A Fake answers PagerDuty's calls. It is safe for use by several goroutines.
// Make one with New.
type Fake struct {
	w      *world.World
	config Config
	mux    *http.ServeMux

	mu        sync.Mutex
	users     []*user
	tokens    []*token
	owners    []*owner
	incidents []*incident // oldest first
	limits    map[*token]*allowance
}

// New returns a PagerDuty with one account and nothing in it.
func New(w *world.World, config Config) *Fake {
	if config.PerMinute == 0 {
		config.PerMinute = 900
	}
	f := &Fake{w: w, config: config, limits: map[*token]*allowance{}}
	f.mux = f.routes()
	return f
}

// ServeHTTP answers one call and records it in the world's journal.
func (f *Fake) ServeHTTP(rw http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(rw, r) }

func (f *Fake) now() time.Time { return f.w.Now().Truncate(time.Second) }

func at(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// web is an address for people.
func (f *Fake) web(path string) string {
	return "https://" + f.config.Subdomain + ".pagerduty.com" + path
}

// newID has the form of PagerDuty's own.
func newID() string { return "P" + world.Random(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") }
