package fakepagerduty

import (
	"fmt"
	"strconv"
	"time"

	"rekey/sandbox/world"
)

// A TokenView is an API access key as the console shows it: all but the value.
type TokenView struct {
	ID       string
	Name     string
	Owner    string // the user's mail address; empty for a key of the account
	MadeBy   string // the user who made it
	ReadOnly bool
	Created  time.Time
	LastUsed time.Time // zero if never
	Revoked  bool      // deleted
}

type token struct {
	id, name, owner, madeBy string
	value                   string
	readOnly, revoked       bool
	foreign                 string // the subdomain of the other account that it opens; empty: this one
	created, lastUsed       time.Time
}

// AddUserToken gives a user an API key of their own and returns its id and its
// value, which can't be seen again. The user is there already.
func (f *Fake) AddUserToken(email, name string) (id, value string) {
	return f.addToken(&token{name: name, owner: email, madeBy: email}, "u+")
}

// AddAccountToken gives the account an API key, as one of its administrators
// does, and returns its id and its value, which can't be seen again.
func (f *Fake) AddAccountToken(madeBy, name string, readOnly bool) (id, value string) {
	return f.addToken(&token{name: name, madeBy: madeBy, readOnly: readOnly}, "y_")
}

func (f *Fake) addToken(t *token, prefix string) (id, value string) {
	t.id, t.created = newID(), f.now()
	t.value = prefix + world.Random(18, world.Alphanumeric+"-_")
	f.w.Values.Add("PagerDuty token "+strconv.Quote(t.name)+" of "+t.caller(), t.value)
	f.mu.Lock()
	f.tokens = append(f.tokens, t)
	f.mu.Unlock()
	f.w.Changed()
	return t.id, t.value
}

// Tokens returns the keys of one user, or with an empty address those of the
// account, in the order of their creation, with the dead ones.
func (f *Fake) Tokens(owner string) []TokenView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []TokenView
	for _, t := range f.tokens {
		if t.owner == owner {
			out = append(out, TokenView{t.id, t.name, t.owner, t.madeBy, t.readOnly, t.created, t.lastUsed, t.revoked})
		}
	}
	return out
}

// Revoke deletes a key: its value is dead.
func (f *Fake) Revoke(id string) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	for _, t := range f.tokens {
		if t.id == id && !t.revoked {
			t.revoked = true
			return nil
		}
	}
	return fmt.Errorf("there is no live key %s", id)
}

// Backdate makes a key older by age, as if it had been made that much earlier.
func (f *Fake) Backdate(id string, age time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tokens {
		if t.id == id {
			t.created = t.created.Add(-age)
		}
	}
}

// Alive tells whether a value is a key that the REST API accepts now. Asking
// doesn't count as a use.
func (f *Fake) Alive(value string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.known(value)
	return t != nil && !t.revoked && t.foreign == ""
}

func (f *Fake) known(value string) *token {
	for _, t := range f.tokens {
		if value != "" && t.value == value {
			return t
		}
	}
	return nil
}

// AddForeignToken adds an API key of another account, by its subdomain, and
// returns its value. That account has one user, and nothing else to see.
func (f *Fake) AddForeignToken(subdomain, name string) string {
	_, value := f.addToken(&token{name: name, foreign: subdomain}, "y_")
	return value
}

// caller is the journal's name for whoever signs in with the key.
func (t *token) caller() string {
	if t.owner != "" {
		return t.owner
	}
	return "the account, key " + strconv.Quote(t.name)
}
