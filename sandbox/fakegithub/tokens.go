package fakegithub

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"rekey/sandbox/world"
)

// A TokenView is a fine-grained personal access token as its owner sees it in
// the settings: all but the value.
type TokenView struct {
	ID          int64
	Name        string
	Owner       string
	Expires     time.Time // zero if never
	LastUsed    time.Time // zero if never
	Revoked     bool      // deleted by its owner or through the API
	Permissions map[string]string
	Repos       []string
}

// token is a personal access token or an App's installation token.
type token struct {
	id          int64
	name, owner string
	value       string
	minted      int
	expires     time.Time
	lastUsed    time.Time
	created     time.Time
	revoked     bool
	permissions map[string]string
	repos       []string
	app         *App
}

func (t *token) login() string {
	if t.app != nil {
		return t.app.login()
	}
	return t.owner
}

// AddToken gives a user a fine-grained token and returns its id and its value.
// A zero expiry means never. Permissions are GitHub's names (metadata,
// contents, actions, secrets, …) with "read", "write" or "admin"; repos are
// "owner/name". The owner is added if there is no such user yet.
func (f *Fake) AddToken(owner, name string, expires time.Time, permissions map[string]string, repos []string) (int64, string) {
	f.AddUser(owner)
	f.mu.Lock()
	t := &token{id: f.nextID(), name: name, owner: owner, created: f.now(), expires: expires, permissions: maps.Clone(permissions), repos: slices.Clone(repos)}
	f.tokens = append(f.tokens, t)
	value := f.mint(t)
	f.mu.Unlock()
	f.w.Changed()
	return t.id, value
}

// Tokens returns the tokens of one user in the order of their creation, with
// the dead ones.
func (f *Fake) Tokens(login string) []TokenView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []TokenView
	for _, t := range f.tokens {
		if t.owner == login && t.app == nil {
			out = append(out, TokenView{t.id, t.name, t.owner, t.expires, t.lastUsed, t.revoked, maps.Clone(t.permissions), slices.Clone(t.repos)})
		}
	}
	return out
}

// Regenerate is GitHub's button: the token gets a new value and expiry and
// keeps its permissions. The old value is dead from that moment. A token that
// was revoked can't be regenerated.
func (f *Fake) Regenerate(id int64, expires time.Time) (string, error) {
	var value string
	err := f.editToken(id, func(t *token) {
		t.expires = expires
		value = f.mint(t)
	})
	return value, err
}

// SetPermissions replaces what a token may do, as its owner can at any time.
func (f *Fake) SetPermissions(id int64, permissions map[string]string) error {
	return f.editToken(id, func(t *token) { t.permissions = maps.Clone(permissions) })
}

// DeleteToken is what its owner does in the settings: the value is dead.
func (f *Fake) DeleteToken(id int64) error {
	return f.editToken(id, func(t *token) { t.revoked = true })
}

// Alive tells whether a value is a token that GitHub accepts now. Asking
// doesn't count as a use.
func (f *Fake) Alive(value string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.live(value) != nil
}

func (f *Fake) editToken(id int64, edit func(*token)) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	for _, t := range f.tokens {
		if t.id == id && !t.revoked {
			edit(t)
			return nil
		}
	}
	return fmt.Errorf("there is no live token %d", id)
}

// mint gives t a new value, which replaces the one that it had.
func (f *Fake) mint(t *token) string {
	t.minted++
	if t.app != nil {
		t.value = "ghs_" + world.Random(36, world.Alphanumeric)
	} else {
		t.value = "github_pat_" + world.Random(22, world.Alphanumeric) + "_" + world.Random(59, world.Alphanumeric)
	}
	f.w.Values.Add("GitHub token "+strconv.Quote(t.name)+" of "+t.login()+", value "+strconv.Itoa(t.minted), t.value)
	return t.value
}

func (f *Fake) known(value string) *token {
	for _, t := range f.tokens {
		if value != "" && t.value == value {
			return t
		}
	}
	return nil
}

func (f *Fake) live(value string) *token {
	t := f.known(value)
	if t == nil || t.revoked || !t.expires.IsZero() && !f.w.Now().Before(t.expires) {
		return nil
	}
	return t
}

// revokeCredentials ends every personal access token that it is given. It needs
// no sign-in, says 202 whether or not it knows them, and can't be undone:
// https://docs.github.com/rest/credentials/revoke.
func (f *Fake) revokeCredentials(q *request) (int, any, error) {
	var in struct{ Credentials []string }
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if n := len(in.Credentials); n < 1 || n > 1000 {
		return 0, nil, unprocessable("Between 1 and 1000 credentials have to be given.")
	}
	for _, value := range in.Credentials {
		if t := f.known(value); t != nil && t.app == nil && !t.revoked {
			t.revoked = true
			q.call.Applied = true
		}
	}
	return http.StatusAccepted, object{}, nil
}
