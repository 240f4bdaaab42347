// Package fakeentra is the sandbox's Microsoft Entra ID: the authority that
// signs applications in and Microsoft Graph, on one port, as far as replacing
// a client secret needs them. App registrations have client secrets, of which
// any number may be alive at once, and what was changed takes a while to be
// noticed everywhere.
//
// See https://learn.microsoft.com/graph/api/resources/application and
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
// It keeps everything in memory.
package fakeentra

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"rekey/sandbox/world"
)

const provider = "entra"

// What the journal calls each operation. The resource is the name of the app
// registration that it is about.
const (
	Token           = "POST token"
	ReadApplication = "GET application"
	AddPassword     = "POST addPassword"
	RemovePassword  = "POST removePassword"
	Unknown         = "unknown"
)

// A Fake answers the calls of one tenant. It is safe for use by several
// goroutines. Make one with New.
type Fake struct {
	w      *world.World
	tenant string

	mu     sync.Mutex
	apps   []*app
	issued map[string]ticket // access tokens by their value
	lag    time.Duration
}

// New returns an Entra ID with one tenant, by its id, and nothing in it.
func New(w *world.World, tenant string) *Fake {
	return &Fake{w: w, tenant: tenant, issued: map[string]ticket{}}
}

// Tenant is the id of the directory.
func (f *Fake) Tenant() string { return f.tenant }

// SetLag is how long what is changed from now on takes to be noticed, on the
// world's clock: until then a new client secret is neither listed nor accepted,
// and a removed one still is.
func (f *Fake) SetLag(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lag = d
}

// Lag is what SetLag has set.
func (f *Fake) Lag() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lag
}

type object = map[string]any

// A request is one call on its way to the answer. It is used under the fake's
// lock.
type request struct {
	*http.Request
	call   *world.Call
	body   []byte
	tenant string // in the address of a sign-in
	app    *app   // what the call is about; nil if there is no such thing
	caller ticket // whose access token it carries
}

var (
	tokenPath = regexp.MustCompile(`^/([^/]+)/oauth2/v2\.0/token$`)
	appPath   = regexp.MustCompile(`^/v1\.0/applications(?:/([^/()]+)|\(appId='([^'/]*)'\))(?:/(addPassword|removePassword))?$`)
)

// ServeHTTP answers one call and records it in the world's journal.
func (f *Fake) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		http.Error(rw, "reading the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	q := &request{Request: r, body: body, call: &world.Call{Provider: provider}}
	f.mu.Lock()
	answer := f.route(q)
	f.mu.Unlock()
	f.w.Serve(rw, r, q.call, func(rw http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		status, out, err := answer(q)
		f.mu.Unlock()
		if err != nil {
			status, out = f.refuse(err)
		}
		if out == nil {
			rw.WriteHeader(status)
			return
		}
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.WriteHeader(status)
		_ = json.NewEncoder(rw).Encode(out)
	})
}

// route finds out what a call is and whom it is about, for the journal, and
// returns what answers it.
func (f *Fake) route(q *request) func(*request) (int, any, error) {
	if m := tokenPath.FindStringSubmatch(q.URL.Path); m != nil && q.Method == http.MethodPost {
		q.call.Method, q.tenant = Token, m[1]
		return f.signIn
	}
	q.caller = f.issued[bearer(q.Request)]
	if q.caller.app != nil {
		q.call.Caller = q.caller.app.Name
	}
	m := appPath.FindStringSubmatch(q.URL.Path)
	if m == nil {
		q.call.Method = Unknown
		return func(*request) (int, any, error) { return 0, nil, noSegment(q.URL.Path) }
	}
	for _, a := range f.apps {
		if a.ObjectID == m[1] || a.ID == m[2] {
			q.app, q.call.Resource = a, a.Name
		}
	}
	switch q.Method + " " + m[3] {
	case "GET ":
		q.call.Method = ReadApplication
		return f.allowed(readers, f.readApplication)
	case "POST addPassword":
		q.call.Method = AddPassword
		return f.allowed(writers, f.addPassword)
	case "POST removePassword":
		q.call.Method = RemovePassword
		return f.allowed(writers, f.removePassword)
	}
	q.call.Method = Unknown
	return func(*request) (int, any, error) { return 0, nil, noSegment(q.URL.Path) }
}

func bearer(r *http.Request) string {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

func at(t time.Time) string { return t.UTC().Format(time.RFC3339) }
