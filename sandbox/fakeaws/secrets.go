package fakeaws

import (
	"slices"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// A SecretView is a secret as the sandbox's page and tests see it. It has no
// value in it; Current reads one.
type SecretView struct {
	ARN         string
	Name        string
	Versions    []VersionView // newest first, with those that have no label
	Tags        []string      // "expiry-date=2027-05-22", sorted
	DeletedDate time.Time     // when it will be deleted; zero unless that is scheduled
}

// A VersionView is one version of a secret and its staging labels.
type VersionView struct {
	ID      string
	Stages  []string
	Created time.Time
}

type secret struct {
	name, arn   string
	created     time.Time
	accessed    time.Time // a day, as AWS tells it
	states      []*state  // oldest first; the last is the truth
	kmsDenied   bool
	kmsDisabled bool
}

func (s *secret) now() *state { return s.states[len(s.states)-1] }

// seen is the state as of stale ago.
func (s *secret) seen(stale time.Duration) *state {
	horizon := time.Now().Add(-stale)
	for _, st := range slices.Backward(s.states) {
		if !st.since.After(horizon) {
			return st
		}
	}
	return s.states[0]
}

// change makes the state that edit leaves the truth, and forgets the states
// that no lagging read can reach any more.
func (f *Fake) change(s *secret, edit func(*state)) {
	next := s.now().clone()
	next.since, next.changed = time.Now(), f.w.Now()
	edit(next)
	next.prune()
	s.states = append(s.states, next)
	if oldest := slices.Index(s.states, s.seen(f.stale)); oldest > 0 {
		s.states = slices.Delete(s.states, 0, oldest)
	}
}

// AddSecret creates a secret with one version, AWSCURRENT, and returns its
// ARN. An empty value makes a secret without a version; a name that exists
// already is left as it is.
func (f *Fake) AddSecret(name, value string) string {
	f.mu.Lock()
	s := f.byName(name)
	if s == nil {
		s = f.create(name)
		if value != "" {
			f.addVersion(s, &input{SecretString: &value}, newUUID(), []string{current})
		}
	}
	f.mu.Unlock()
	f.w.Changed()
	return s.arn
}

// Secret returns what is known about a secret now, and false if there is none
// of that name.
func (f *Fake) Secret(name string) (SecretView, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.byName(name)
	if s == nil {
		return SecretView{}, false
	}
	return s.view(), true
}

// Secrets returns all secrets in the order of their creation.
func (f *Fake) Secrets() []SecretView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []SecretView
	for _, s := range f.secrets {
		out = append(out, s.view())
	}
	return out
}

// Current returns the value that has the label AWSCURRENT, whatever the
// permissions, and false if there is none or the secret awaits deletion.
func (f *Fake) Current(name string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.byName(name)
	if s == nil || !s.now().deletion.IsZero() {
		return "", false
	}
	v, ok := s.now().byLabel(current)
	if !ok || v.text == nil {
		return "", false
	}
	return *v.text, true
}

func (s *secret) view() SecretView {
	st := s.now()
	view := SecretView{ARN: s.arn, Name: s.name, DeletedDate: st.deletion}
	for _, v := range slices.Backward(st.versions) {
		view.Versions = append(view.Versions, VersionView{v.id, slices.Clone(v.labels), v.created})
	}
	for _, t := range st.tags {
		view.Tags = append(view.Tags, t.Key+"="+t.Value)
	}
	slices.Sort(view.Tags)
	return view
}

func (f *Fake) create(name string) *secret {
	now := f.w.Now()
	s := &secret{
		name:    name,
		arn:     "arn:aws:secretsmanager:" + Region + ":" + Account + ":secret:" + name + "-" + world.Random(6, world.Alphanumeric),
		created: now,
		states:  []*state{{since: time.Now(), changed: now}},
	}
	f.secrets = append(f.secrets, s)
	return s
}

func (f *Fake) byName(name string) *secret {
	i := slices.IndexFunc(f.secrets, func(s *secret) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return f.secrets[i]
}

// find takes what SecretId takes: a name, an ARN, or an ARN without its six
// random characters.
func (f *Fake) find(id string) *secret {
	for _, s := range f.secrets {
		if id == s.name || id == s.arn || id == s.arn[:len(s.arn)-7] {
			return s
		}
	}
	return nil
}

// nameOf is the secret's name for the journal, also when there is none.
func (f *Fake) nameOf(in *input) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.find(in.SecretId); s != nil {
		return s.name
	}
	if _, name, isARN := strings.Cut(in.SecretId, ":secret:"); isARN {
		return name
	}
	return in.SecretId + in.Name
}
