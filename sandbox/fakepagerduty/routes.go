package fakepagerduty

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rekey/sandbox/world"
)

// A route is one operation: where it is, what it is called in the journal,
// whether a stakeholder may ask, and how it is answered.
type route struct {
	pattern string
	method  string
	open    bool
	answer  func(f *Fake, q *request) (int, any, error)
}

// A request is one call on its way to the answer. It is used under the fake's
// lock.
type request struct {
	*http.Request
	call   *world.Call
	header http.Header // of the answer
	token  *token
	base   string // of URLs in the answer, without a slash at the end
}

var routes = []route{
	{"GET /users/me", ReadMe, true, (*Fake).readMe},
	{"GET /users", ListUsers, true, (*Fake).listUsers},
	{"GET /abilities", ListAbilities, true, (*Fake).listAbilities},
	{"GET /services", ListServices, false, (*Fake).listServices},
	{"GET /services/{service}", ReadService, false, (*Fake).readService},
	{"GET /services/{service}/integrations/{integration}", ReadIntegration, false, (*Fake).readIntegration},
	{"GET /event_orchestrations", ListOrchestrations, false, (*Fake).listOrchestrations},
	{"GET /event_orchestrations/{orchestration}", ReadOrchestration, false, (*Fake).readOrchestration},
	{"GET /oncalls", ListOnCalls, false, (*Fake).listOnCalls},
	{"/", Unknown, true, func(*Fake, *request) (int, any, error) { return 0, nil, notFound }},
}

func (f *Fake) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/enqueue", f.enqueue)
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(rw http.ResponseWriter, r *http.Request) {
			f.mu.Lock()
			call := &world.Call{Provider: provider, Method: rt.method, Resource: f.resource(r)}
			if t := f.known(credential(r)); t != nil {
				call.Caller = t.caller()
			}
			f.mu.Unlock()
			f.serve(rw, r, &request{Request: r, call: call}, func(q *request) (int, any, error) {
				if err := f.enter(q, rt); err != nil {
					return 0, nil, err
				}
				return rt.answer(f, q)
			})
		})
	}
	return mux
}

// serve answers one call by decide, which is called under the fake's lock.
func (f *Fake) serve(rw http.ResponseWriter, r *http.Request, q *request, decide func(*request) (int, any, error)) {
	q.base = "http://" + r.Host
	f.w.Serve(rw, r, q.call, func(rw http.ResponseWriter, _ *http.Request) {
		q.header = rw.Header()
		f.mu.Lock()
		status, answer, err := decide(q)
		f.mu.Unlock()
		if err != nil {
			status, answer = refuse(err)
		}
		q.header.Set("Content-Type", "application/json; charset=utf-8")
		rw.WriteHeader(status)
		_ = json.NewEncoder(rw).Encode(answer)
	})
}

// enter goes through the gates: the version, the key, the minute's calls, and
// what the key may do.
func (f *Fake) enter(q *request, rt route) error {
	if q.Header.Get("Accept") != "application/vnd.pagerduty+json;version=2" {
		return oldVersion
	}
	q.token = f.known(credential(q.Request))
	if q.token == nil || q.token.revoked {
		return noSignIn
	}
	if err := f.spend(q); err != nil {
		return err
	}
	q.token.lastUsed = f.now()
	if q.token.foreign != "" && rt.method != ListUsers && rt.method != ReadMe {
		return notFound
	}
	u := f.userNamed(q.token.owner)
	if q.token.readOnly && q.Method != http.MethodGet || u != nil && u.role == Stakeholder && !rt.open {
		return accessDenied
	}
	return nil
}

func credential(r *http.Request) string {
	value, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Token token=")
	return value
}

// resource names what a call is about, for the journal.
func (f *Fake) resource(r *http.Request) string {
	for _, o := range f.owners {
		if o.id == r.PathValue("service") || o.id == r.PathValue("orchestration") {
			if i := o.integration(r.PathValue("integration")); i != nil {
				return o.name + "/" + i.name
			}
			return o.name
		}
	}
	return ""
}

// page cuts a list to what was asked for, by the classic pagination:
// https://developer.pagerduty.com/docs/pagination.
func (q *request) page(name string, all []object) object {
	limit, offset := 25, 0
	if n, err := strconv.Atoi(q.URL.Query().Get("limit")); err == nil && n > 0 {
		limit = min(n, 100)
	}
	if n, err := strconv.Atoi(q.URL.Query().Get("offset")); err == nil && n > 0 {
		offset = n
	}
	from := min(offset, len(all))
	to := min(from+limit, len(all))
	return object{name: all[from:to], "limit": limit, "offset": offset, "more": to < len(all), "total": nil}
}

// read is the request's body, or nil if it can't be read.
func read(rw http.ResponseWriter, r *http.Request) []byte {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		return nil
	}
	return body
}
