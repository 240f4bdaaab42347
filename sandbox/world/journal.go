package world

import (
	"slices"
	"sync"
	"time"
)

// A Call is one request that reached a fake: what was asked of which thing,
// under which idempotency token, and how it ended. It never holds a value.
type Call struct {
	Seq      int
	At       time.Time
	Provider string // "aws", "github", "slack", "pagerduty", …
	Method   string // the provider's name for it: "PutSecretValue", "POST /repos/{owner}/{repo}/…/dispatches", "chat.postMessage"
	Resource string // what it was about: a secret's name, an IAM user, owner/repo/workflow, a channel
	Token    string // ClientRequestToken, block_id, the id of the access key that it was about, or empty
	Caller   string // who signed in: an AWS access key id, a GitHub login, a Slack app
	Status   int    // what the fake decided, also when the answer was lost on purpose
	Applied  bool   // whether the request changed anything
	Fault    string // the fault word applied to it, or empty
}

// A Journal is an append-only list of calls. The zero Journal is ready to use.
type Journal struct {
	mu    sync.Mutex
	calls []Call
}

// Record appends c and numbers it.
func (j *Journal) Record(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	c.Seq = len(j.calls) + 1
	j.calls = append(j.calls, c)
}

// Sandbox is the provider of what people did to the world itself.
const Sandbox = "sandbox"

// Happened records what somebody did to the world itself: it moved on, a
// provider went down, the bot was killed.
func (w *World) Happened(what, who string) {
	w.Journal.Record(Call{At: w.Now(), Provider: Sandbox, Method: what, Caller: who})
	w.Changed()
}

// Calls returns a copy of all calls so far, oldest first.
func (j *Journal) Calls() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls)
}

// Applied counts the calls of one method that changed something.
func (j *Journal) Applied(provider, method string) int {
	n := 0
	for _, c := range j.Calls() {
		if c.Provider == provider && c.Method == method && c.Applied {
			n++
		}
	}
	return n
}

// Values remembers every secret value that the world has minted or stored, by
// a name that a report may show. The zero Values is ready to use.
type Values struct {
	mu   sync.Mutex
	list []Value
}

// A Value is one secret value and what it is called in a report.
type Value struct{ Name, Value string }

// Add remembers a value; one that is known already is not added again.
func (v *Values) Add(name, value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, known := range v.list {
		if known.Value == value {
			return
		}
	}
	v.list = append(v.list, Value{name, value})
}

// All returns a copy of the values, oldest first.
func (v *Values) All() []Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.list)
}
