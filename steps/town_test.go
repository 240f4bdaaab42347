package steps_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
	"rekey/steps"
)

const (
	ann rotation.Person = "U0ANN" // starts and holds
	bea rotation.Person = "U0BEA" // approves

	name         = "github_ci_user_pat"
	platform     = "ministryofjustice/modernisation-platform"
	environments = "ministryofjustice/modernisation-platform-environments"
	copyName     = "TERRAFORM_GITHUB_TOKEN"

	v1 = "11111111-aaaa-4aaa-8aaa-111111111111"
	v3 = "33333333-cccc-4ccc-8ccc-333333333333"
	v4 = "44444444-dddd-4ddd-8ddd-444444444444"
)

// A town is one rotation of the catalogue's GitHub token in a world, worked on
// by the real engine, in a bubble of synctest.
type town struct {
	*testing.T
	*world
	mu     sync.Mutex
	row    *rotation.Rotation
	events []rotation.Event
	engine *rotation.Engine
	ahead  atomic.Int64 // how far the clock was moved
	in     func(rotation.Person) bool
}

// visit starts the rotation. edits change the catalogue's text: pairs of what
// is written and what is to be written instead.
func visit(t *testing.T, edits ...string) *town {
	t.Helper()
	return visitAfter(t, func(*town) {}, edits...)
}

// visitAfter changes the world first.
func visitAfter(t *testing.T, change func(*town), edits ...string) *town {
	t.Helper()
	w := &world{
		faults:  map[string]error{},
		secrets: map[string]*secret{},
		tokens:  map[string]*token{},
		copies:  map[string]*copied{platform + " " + copyName: {}, environments + " " + copyName: {}},
	}
	town := &town{T: t, world: w, in: func(p rotation.Person) bool { return p == bea }}
	w.now = func() time.Time { return time.Now().Add(time.Duration(town.ahead.Load())) }
	for i, id := range []string{name, "github_ci_user_environments_repo_pat", "modernisation_pat_multirepo"} {
		value := []string{"old", "old2", "old3"}[i]
		w.tokens[value] = &token{login: "modernisation-platform-ci"}
		w.secrets[id] = &secret{
			values: map[string]string{v1: value}, created: map[string]time.Time{v1: time.Now().AddDate(0, -6, 0)}, labels: map[string]string{rotation.Current: v1},
		}
	}
	change(town)
	known := steps.Book(steps.Providers{AWS: w, GitHub: w})
	book := catalogue(t, known, edits...)
	town.engine = rotation.NewEngine(rotation.Engine{
		Store: town, Catalogue: book, Actions: known.Actions, Provers: known.Provers, Members: town, Now: w.now, Fence: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if _, err := town.engine.Start(t.Context(), rotation.Order{Secret: name}, ann); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- town.engine.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	town.pass(2 * time.Second)
	return town
}

func catalogue(t *testing.T, known rotation.Book, edits ...string) *rotation.Catalogue {
	t.Helper()
	text, err := os.ReadFile("../catalogue.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		changed := strings.Replace(string(text), edits[i], edits[i+1], 1)
		if changed == string(text) {
			t.Fatalf("the catalogue has no %q", edits[i])
		}
		text = []byte(changed)
	}
	known.ID = func(handle string) (string, bool) { return "ID" + handle[1:], true }
	book, err := rotation.LoadCatalogue(text, known)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

var sideBySide = []string{"overlap: none", "overlap: side-by-side"}

// pass lets time pass, and then everything that fell due.
func (t *town) pass(d time.Duration) {
	t.Helper()
	t.made("") // the locks order what the test did before what the engine does
	t.r()
	if d > 2*time.Minute { // without living through every second of it
		t.ahead.Add(int64(d - time.Minute))
		d = time.Minute
	}
	<-time.After(d)
	synctest.Wait()
}

func (t *town) r() *rotation.Rotation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.row.Clone()
}

// at checks which step is current, and how it stands.
func (t *town) at(id string, state rotation.StepState) *rotation.StepRun {
	t.Helper()
	r := t.r()
	s := r.Step()
	if s == nil {
		t.Fatalf("the rotation is %s, want step %s", r.State, id)
	}
	if s.ID != id || s.State != state {
		t.Fatalf("step %s is %s, want %s to be %s: %s %+v", s.ID, s.State, id, state, s.Note, s.Problem)
	}
	return s
}

// parked checks that a step is parked with these words in what happened, what
// is safe and what to do.
func (t *town) parked(id, what, safe, next string) rotation.Problem {
	t.Helper()
	p := *t.at(id, rotation.Parked).Problem
	for _, c := range []struct{ has, want string }{{p.What, what}, {p.Safe, safe}, {p.Next, next}} {
		if !strings.Contains(rotation.Plain(c.has), c.want) {
			t.Errorf("got  %s\nwant …%s…", rotation.Plain(c.has), c.want)
		}
	}
	return p
}

// done checks that a step was ticked on evidence with these words.
func (t *town) done(id string, words ...string) {
	t.Helper()
	for _, s := range t.r().Steps {
		if s.ID != id {
			continue
		}
		got := rotation.Plain(strings.Join(s.Evidence, " · "))
		for _, w := range words {
			if s.State != rotation.Ticked || !strings.Contains(got, w) {
				t.Errorf("%s is %s: %s\nwant …%s…", id, s.State, got, w)
			}
		}
	}
}

func (t *town) press(verb rotation.Verb, by rotation.Person, value string) {
	t.Helper()
	s := t.r().Step()
	if _, err := t.engine.Press(t.Context(), 1, rotation.Press{Verb: verb, Step: s.ID, Round: s.Round, By: by, Reason: "because", Value: value}); err != nil {
		t.Fatalf("%s: %s", verb, rotation.Plain(err.Error()))
	}
	t.pass(1500 * time.Millisecond)
}

func (t *town) offers(p rotation.Problem, verb rotation.Verb) bool {
	for _, c := range p.Choices {
		if c.Verb == verb {
			return true
		}
	}
	return false
}

func (t *town) logged(kind string) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// MayApprove says who is in the group.
func (t *town) MayApprove(_ context.Context, _ rotation.Handle, p rotation.Person) (rotation.Verdict, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return rotation.Verdict{By: p, Count: t.in(p), Why: "You are not in the group."}, nil
}

// The rest is a Store of one rotation.

func (t *town) Create(_ context.Context, r *rotation.Rotation, e rotation.Event) error {
	r.ID, r.Version = 1, 1
	t.row, t.events = r.Clone(), []rotation.Event{e}
	return nil
}

func (t *town) Update(_ context.Context, _ rotation.ID, change func(*rotation.Rotation) ([]rotation.Event, error)) (*rotation.Rotation, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.row.Clone()
	events, err := change(r)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		r.Version++
	}
	if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), `"fresh`) {
		t.Errorf("a value was stored: %s, %v", text, err)
	}
	t.row, t.events = r.Clone(), append(t.events, events...)
	return r, nil
}

func (t *town) Rotation(context.Context, rotation.ID) (*rotation.Rotation, error) { return t.r(), nil }

func (t *town) Due(_ context.Context, now time.Time) ([]rotation.ID, time.Time, error) {
	r := t.r()
	at := r.Due
	if at.IsZero() || !r.Nudge.IsZero() && r.Nudge.Before(at) {
		at = r.Nudge
	}
	if r.State != rotation.Running || at.IsZero() || at.After(now) {
		return nil, at, nil
	}
	return []rotation.ID{1}, time.Time{}, nil
}

func (t *town) Log(context.Context, rotation.Event) error                     { return nil }
func (t *town) Running(context.Context) ([]*rotation.Rotation, error)         { return nil, nil }
func (t *town) Latest(context.Context, string) (*rotation.Rotation, error)    { return t.r(), nil }
func (t *town) Events(context.Context, rotation.ID) ([]rotation.Event, error) { return t.events, nil }
