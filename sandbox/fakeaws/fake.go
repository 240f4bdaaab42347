// Package fakeaws is the sandbox's AWS: Secrets Manager, IAM's users and access
// keys, and STS on one port, as aws-sdk-go-v2 calls them when AWS_ENDPOINT_URL
// points here. It keeps AWS's rules for staging labels, ClientRequestTokens,
// deletion, keys, roles and permissions, and its own memory only.
//
// The access key id that signed a request says who calls. The signature is
// verified where the fake has minted the key: an IAM user's, a session's. See
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/ and
// https://docs.aws.amazon.com/IAM/latest/APIReference/.
package fakeaws

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"rekey/sandbox/world"
)

// The account and region of every ARN that the fake makes.
const (
	Account = "111122223333"
	Region  = "eu-west-2"
)

const provider = "aws"

// A Fake answers AWS's calls. It is safe for use by several goroutines. Make
// one with New.
type Fake struct {
	w *world.World

	mu         sync.Mutex
	secrets    []*secret // in the order of their creation, which is how ListSecrets shows them
	identities map[string]Identity
	denied     map[denial]bool
	stale      time.Duration

	users       []*user // in the order of their creation
	roles       map[string]Role
	sessions    map[string]session // by access key id
	lag, useLag time.Duration
}

// New returns an AWS without secrets and without anybody who may sign in.
func New(w *world.World) *Fake {
	return &Fake{
		w: w, identities: map[string]Identity{}, denied: map[denial]bool{}, roles: map[string]Role{}, sessions: map[string]session{},
	}
}

// SetStale makes reads answer with what was true d ago, as AWS may do for a
// moment after a write. It is real time, not the world's.
func (f *Fake) SetStale(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = d
}

// Stale is what SetStale has set.
func (f *Fake) Stale() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stale
}

// ServeHTTP answers one call and records it in the world's journal under the
// operation's name.
func (f *Fake) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		http.Error(rw, "reading the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	id, _, _ := signer(r)
	call := world.Call{Provider: provider, Caller: id}
	target, isJSON := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.")
	if !isJSON {
		f.serveQuery(rw, r, &call, body)
		return
	}
	f.serveSecrets(rw, r, &call, target, body)
}
