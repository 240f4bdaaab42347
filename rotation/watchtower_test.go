package rotation_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// watchedRows is a catalogue with what is only watched and what is rotated.
const watchedRows = `runbooks:
  gone:
    owner: "#platform"
    review: "2027-05-22"
    steps:
      ask: {kind: ask, title: Ask}
      see: {kind: see, title: See it gone}
    order: {none: [ask, see], alarm: [see]}
  token:
    owner: "#platform"
    review: "2027-05-22"
    proof: {by: vault}
    steps:
      approve: {kind: approve, title: Approve}
      make: {kind: receive, title: Make}
      promote: {kind: promote, title: Promote}
    order: {none: [approve, make, promote]}
secrets:
  - name: glass
    title: Break glass
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: gone
    overlap: none
    exempt: {reason: It is not used., review: "2027-05-22"}
    watch: [{kind: keys, user: "{{name}}"}]
  - name: plain
    title: Nothing to do
    owner: "@team"
    exempt: {reason: It is no secret., review: "2027-05-22"}
    watch: [{kind: keys, user: plain}]
  - name: tok
    title: The token
    region: eu-west-2
    every: 180d
    owner: "@team"
    channel: "#platform"
    approvers: "@approvers"
    runbook: token
    overlap: none
    read: [current]
    watch: [{kind: keys, user: tok}]
`

// A lookedAt is the outside world: what a look at it shows.
type lookedAt struct {
	mu    sync.Mutex
	shows map[string]rotation.Finding // by user, or by the secret's id
	fails map[string]error
	looks map[string]int
	hang  bool
}

func (w *lookedAt) set(name string, f rotation.Finding, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shows[name], w.fails[name] = f, err
}

func (w *lookedAt) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.looks[name]
}

func (w *lookedAt) Check(rotation.Params) error { return nil }

func (w *lookedAt) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var about struct {
		User, ID, Region string
		Role             string `json:"role_arn"`
	}
	if err := rotation.Decode(p, &about); err != nil {
		return rotation.Finding{}, err
	}
	name := about.User + about.ID
	w.mu.Lock()
	w.looks[name]++
	f, err, hang := w.shows[name], w.fails[name], w.hang
	w.mu.Unlock()
	if hang {
		<-ctx.Done()
		return f, &rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "timeout"}
	}
	return f, err
}

// sights is a Memory in memory.
type sights struct {
	mu  sync.Mutex
	all map[string]rotation.Sighting
}

func (m *sights) Sight(_ context.Context, s rotation.Sighting) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := s.About + " " + s.Kind
	if before := m.all[key]; s.Failed != "" {
		s.Finding, s.Seen, s.Failing = before.Finding, before.Seen, before.Failing
		if s.Failing.IsZero() {
			s.Failing = s.Looked
		}
	} else {
		s.Seen = s.Looked
	}
	m.all[key] = s
	return nil
}

func (m *sights) Sightings(context.Context) ([]rotation.Sighting, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []rotation.Sighting
	for _, s := range m.all {
		out = append(out, s)
	}
	return out, nil
}

func (m *sights) Forget(_ context.Context, about, kind string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, about+" "+kind)
	return nil
}

func (m *sights) of(about, kind string) rotation.Sighting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[about+" "+kind]
}

// A watchtower is an engine that watches, in a bubble of synctest.
type watchtower struct {
	*testing.T
	world  *lookedAt
	vault  *vault
	seen   *sights
	store  *memory
	engine *rotation.Engine
	change []func(*rotation.Engine) // before a process starts
	stop   func()
}

func keep(t *testing.T, change ...func(*rotation.Engine)) *watchtower {
	w := build(t, change...)
	w.run()
	return w
}

// build makes a watchtower in which nobody looks out yet: its first look shows
// what is set before run.
func build(t *testing.T, change ...func(*rotation.Engine)) *watchtower {
	w := &watchtower{
		T: t, change: change, vault: &vault{}, store: &memory{}, seen: &sights{all: map[string]rotation.Sighting{}},
		world: &lookedAt{shows: map[string]rotation.Finding{}, fails: map[string]error{}, looks: map[string]int{}},
	}
	t.Cleanup(func() { w.stop() })
	return w
}

// run starts a process on what the one before has left.
func (w *watchtower) run() {
	book := book
	book.Actions = map[string]rotation.Action{"ask": strict{rotation.Holder}, "see": strict{rotation.Holder}}
	for kind, a := range map[string]rotation.Action{"approve": strict{rotation.Rekey}, "receive": strict{rotation.Holder}, "promote": strict{rotation.Rekey}} {
		book.Actions[kind] = a
	}
	book.Watchers = map[string]rotation.Watcher{"keys": w.world, rotation.KindVersion: w.world}
	book.Provers = map[string]rotation.Prover{"vault": w.vault}
	c, err := rotation.LoadCatalogue([]byte(watchedRows), book)
	if err != nil {
		w.Fatal(err)
	}
	w.engine = rotation.NewEngine(rotation.Engine{
		Store: w.store, Catalogue: c, Actions: book.Actions, Watchers: book.Watchers, Provers: book.Provers, Values: w.vault, Memory: w.seen, Members: group(approvers),
		Now: time.Now, Fence: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	for _, change := range w.change {
		change(w.engine)
	}
	ctx, cancel := context.WithCancel(w.Context())
	over := make(chan error, 1)
	go func(e *rotation.Engine) { over <- e.Watch(ctx) }(w.engine)
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-over; err != nil {
			w.Error(err)
		}
	})
}

func (w *watchtower) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// raised are the rotations that there are, oldest first.
func (w *watchtower) raised() []*rotation.Rotation {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	return append([]*rotation.Rotation(nil), w.store.rows...)
}

func (w *watchtower) end(id rotation.ID, state rotation.State) {
	_, err := w.store.Update(w.Context(), id, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.State, r.Ended, r.At = state, time.Now(), len(r.Steps)
		return []rotation.Event{{Kind: "ended"}}, nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

var aKey = rotation.Finding{Words: "The user has an active access key.", Alarm: true}
