// Package fakegithub is the sandbox's GitHub: api.github.com at the root of one
// port, as far as rotating a token needs it. Users own fine-grained tokens with
// permissions and an expiry, repositories have Actions secrets, and workflow
// runs copy secrets and use them, so that a dead token shows where it hurts:
// in a failed run.
//
// Its answers follow GitHub's own OpenAPI description; see
// https://docs.github.com/rest. It keeps everything in memory.
package fakegithub

import (
	"net/http"
	"sync"
	"time"

	"rekey/sandbox/world"
)

// What the journal calls each operation. The resource is the owner and name of
// the repository, followed by the workflow's file, "runs/" and the run's id, the
// secret's name, or "issues/" and the issue's number where there is one.
const (
	ReadUser          = "GET /user"
	ReadRateLimit     = "GET /rate_limit"
	ReadApp           = "GET /app"
	CreateAccessToken = "POST access-token"
	RevokeCredentials = "POST revoke"
	ReadRepo          = "GET repo"
	ReadBranch        = "GET branch"
	ReadInstallation  = "GET installation"
	ListEnvironments  = "GET environments"
	ListDeployKeys    = "GET keys"
	ListIssues        = "GET issues"
	ReadIssue         = "GET issue"
	CreateIssue       = "POST issue"
	UpdateIssue       = "PATCH issue"
	ListComments      = "GET comments"
	CreateComment     = "POST comment"
	ListWorkflows     = "GET workflows"
	ReadWorkflow      = "GET workflow"
	Dispatch          = "POST dispatch"
	ListRuns          = "GET runs"
	ReadRun           = "GET run"
	ReadAttempt       = "GET attempt"
	ListJobs          = "GET jobs"
	RerunRun          = "POST rerun"
	CancelRun         = "POST cancel"
	ListSecrets       = "GET secrets"
	ReadSecret        = "GET secret"
	ReadPublicKey     = "GET public-key"
	PutSecret         = "PUT secret"
	DeleteSecret      = "DELETE secret"
	ListOrgTokens     = "GET org tokens"
	Unknown           = "unknown"
)

// Config says what the fake can't know by itself.
type Config struct {
	// Org is the organisation that owns the repositories.
	Org string

	// WebURL is where people look at runs and tokens; https://github.com if empty.
	WebURL string

	// ReadSecret reads AWSCURRENT of a secret by its name in Secrets Manager,
	// for runs that fill Actions secrets. It is called under the fake's lock
	// and may not call the fake. Nil knows no secret.
	ReadSecret func(name string) (string, bool)

	// RunDuration is how long a run takes, in real time, when its workflow
	// doesn't say; five seconds if zero. A run is queued for the first fifth.
	RunDuration time.Duration

	// ListLag is how long, in real time, a new run is missing from lists of
	// runs. It can be read by its id at once.
	ListLag time.Duration

	// HourlyLimit is how many calls a token has in an hour; 5,000 if zero.
	HourlyLimit int
}

// A Fake answers GitHub's calls. It is safe for use by several goroutines. Make
// one with New and end it with Close.
type Fake struct {
	w      *world.World
	config Config
	mux    *http.ServeMux

	mu     sync.Mutex
	lastID int64
	users  []*user
	repos  []*repo
	tokens []*token
	apps   []*App
	runs   []*run // oldest first
	limits map[string]*allowance
	hidden int // lists of issues that show nothing
	closed bool
}

// New returns a GitHub with one organisation and nothing in it.
func New(w *world.World, config Config) *Fake {
	if config.WebURL == "" {
		config.WebURL = "https://github.com"
	}
	if config.RunDuration == 0 {
		config.RunDuration = 5 * time.Second
	}
	if config.HourlyLimit == 0 {
		config.HourlyLimit = 5000
	}
	if config.ReadSecret == nil {
		config.ReadSecret = func(string) (string, bool) { return "", false }
	}
	f := &Fake{w: w, config: config, lastID: 1_000_000, limits: map[string]*allowance{}}
	f.users = append(f.users, &user{id: f.nextID(), login: config.Org, kind: "Organization", created: w.Now()})
	f.mux = f.routes()
	return f
}

// Close stops the clocks of all runs; they stay as they are. Runs that are
// started afterwards never begin.
func (f *Fake) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, run := range f.runs {
		run.latest().stop()
	}
}

// ServeHTTP answers one call and records it in the world's journal.
func (f *Fake) ServeHTTP(rw http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(rw, r) }

func (f *Fake) nextID() int64 {
	f.lastID++
	return f.lastID
}

func (f *Fake) now() time.Time { return f.w.Now().Truncate(time.Second) }

func at(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return at(t)
}
