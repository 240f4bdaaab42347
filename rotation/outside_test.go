package rotation_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// A vault keeps values and is their provider: it says what a test wants.
type vault struct {
	mu     sync.Mutex
	reads  []string // the versions that were read
	tries  int
	owner  rotation.Credential
	proof  rotation.Proof
	unread error // of a read
	err    error // of a try
	panics bool
	hangs  bool
}

func (*vault) Provider() string { return "Vault" }

func (*vault) Check(rotation.Params) error { return nil }

func (v *vault) Read(_ context.Context, _ rotation.Place, version, label, _ string) (rotation.Value, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reads = append(v.reads, version+" "+label)
	return rotation.NewValue("value of " + version), v.unread
}

func (v *vault) Try(ctx context.Context, _ rotation.Value, _ rotation.Params) (rotation.Credential, error) {
	v.mu.Lock()
	v.tries++
	c, err, panics, hangs := v.owner, v.err, v.panics, v.hangs
	v.mu.Unlock()
	if panics {
		panic("oh")
	}
	if hangs {
		<-ctx.Done()
		return c, &rotation.ProviderError{Provider: "Vault", Op: "asking whose it is", Code: "timeout"}
	}
	return c, err
}

func (v *vault) Prove(context.Context, rotation.Value, rotation.Credential, rotation.Params) (rotation.Proof, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.proof, nil
}

func (v *vault) tried() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tries
}

// current is what a look at a version shows.
func current(version string) rotation.Finding {
	return rotation.Finding{Words: "Version " + version + " is current.", Dates: []rotation.Dated{{Name: version, Created: time.Now().Unix()}}}
}

func TestWhatWasChangedOutsideIsTriedOnce(t *testing.T) {
	ends := time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC)
	refusal := &rotation.ProviderError{Provider: "Vault", Op: "asking whose it is", Code: "401", Definite: true, Dead: true}
	silence := &rotation.ProviderError{Provider: "Vault", Op: "asking whose it is", Code: "timeout"}
	limited := &rotation.ProviderError{Provider: "Vault", Op: "asking whose it is", Code: "429", Definite: true}
	for name, c := range map[string]struct {
		vault *vault
		says  string
		wrong bool
		ends  time.Time
		tries int // over a day and a restart
	}{
		"it works":             {&vault{}, ", and it works", false, time.Time{}, 1},
		"and its end is told":  {&vault{owner: rotation.Credential{Expires: ends}}, ", and it works", false, ends, 1},
		"by a list":            {&vault{proof: rotation.Proof{Expires: ends}}, ", and it works", false, ends, 1},
		"with less rights":     {&vault{proof: rotation.Proof{Missing: []string{"Contents", "Actions"}}}, ", and it works, but lacks Contents, Actions", false, time.Time{}, 1},
		"refused":              {&vault{err: refusal}, ", and Vault refuses it", true, time.Time{}, 1},
		"another's":            {&vault{proof: rotation.Proof{Wrong: "belongs to eve, and ci is needed"}}, ", and it belongs to eve, and ci is needed", true, time.Time{}, 1},
		"no answer":            {&vault{err: silence}, ", not verified: Vault didn't answer (asking whose it is: timeout)", false, time.Time{}, 3},
		"an answer that hangs": {&vault{hangs: true}, ", not verified: Vault didn't answer (asking whose it is: timeout)", false, time.Time{}, 3},
		"limited":              {&vault{err: limited}, ", not verified: Vault refused (asking whose it is: 429)", false, time.Time{}, 3},
		"can't be read":        {&vault{unread: &rotation.Error{What: "The secret isn't JSON."}}, ", not verified: The secret isn't JSON", false, time.Time{}, 0},
		"a panic":              {&vault{panics: true}, ", not verified: Rekey couldn't look, for a reason that isn't a provider's", false, time.Time{}, 3},
		"another error":        {&vault{err: errors.New("oh")}, ", not verified: Rekey couldn't look, for a reason that isn't a provider's", false, time.Time{}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := build(t)
				world := c.vault
				w.vault = world
				w.world.set("tok", current("v1"), nil)
				w.run()
				w.pass(time.Second)
				if world.tried() != 0 || len(w.logged()) != 0 {
					t.Fatal("what was there before is nobody's change")
				}
				w.world.set("tok", current("v2"), nil)
				w.engine.Refresh("tok")
				w.pass(time.Minute)
				w.engine.Refresh("tok")
				w.pass(time.Minute)
				if n := world.tried(); n > 1 {
					t.Errorf("tried %d times within the hour", n)
				}
				w.stop()
				w.run()
				w.pass(24 * time.Hour)
				if n := world.tried(); n != c.tries {
					t.Errorf("tried %d times in a day, want %d", n, c.tries)
				}
				for _, read := range world.reads {
					if read != "v2 "+rotation.Current {
						t.Errorf("read %s", read)
					}
				}
				s := w.stands()
				if s.Proven != c.says || s.Outside.IsZero() || (len(s.Alarms) == 1) != c.wrong || !s.Clocks.Expires.Equal(c.ends) {
					t.Errorf("%q since %s, %d alarms, ends %s", s.Proven, s.Outside, len(s.Alarms), s.Clocks.Expires)
				}
				if n := len(w.raised()); n != 0 {
					t.Errorf("%d rotations were started for it", n)
				}
				log := w.logged()
				if len(log) < 2 || log[0].Kind != "changed outside" || log[1].Kind != "tried" || !strings.HasSuffix(log[len(log)-1].Text, c.says+".") {
					t.Errorf("the audit log says %+v", log)
				}

				w.world.set("tok", current("v3"), nil) // and the next change is another one
				world.mu.Lock()
				world.err, world.proof, world.unread, world.panics, world.hangs = nil, rotation.Proof{}, nil, false, false
				world.mu.Unlock()
				w.pass(2 * time.Hour)
				if s := w.stands(); s.Proven != ", and it works" || len(s.Alarms) != 0 || world.tried() != c.tries+1 {
					t.Errorf("the next one: %q, tried %d times", s.Proven, world.tried())
				}
			})
		})
	}
}

// A rotation's own steps prove what it needs, and what it left isn't foreign.
func TestWhatARotationMadeCurrentIsNotTried(t *testing.T) {
	for name, c := range map[string]struct {
		facts  rotation.Facts
		state  rotation.State
		said   string
		within time.Duration // after its end
	}{
		"it runs":               {rotation.Facts{OldVersion: "v1"}, rotation.Running, "", 0},
		"it left the new one":   {rotation.Facts{OldVersion: "v1", New: "v2", Promoted: time.Now()}, rotation.Complete, "", time.Hour},
		"it left the old one":   {rotation.Facts{OldVersion: "v2", New: "v3"}, rotation.Cancelled, "", time.Hour},
		"AWS shows what was":    {rotation.Facts{OldVersion: "v2", New: "v3", Promoted: time.Now()}, rotation.Complete, "", time.Minute},
		"moved back by hand":    {rotation.Facts{OldVersion: "v2", New: "v3", Promoted: time.Now()}, rotation.Complete, ", and it works", time.Hour},
		"saved after its end":   {rotation.Facts{OldVersion: "v0", New: "v1", Promoted: time.Now()}, rotation.Complete, ", and it works", time.Hour},
		"it learned no version": {rotation.Facts{}, rotation.Complete, "", time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := build(t)
			w.world.set("tok", current("v1"), nil)
			w.run()
			w.pass(time.Second)
			r, err := w.engine.Start(t.Context(), rotation.Order{Secret: "tok"}, ann)
			if err != nil {
				t.Fatal(err)
			}
			w.world.set("tok", current("v2"), nil)
			_, err = w.store.Update(t.Context(), r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
				r.Facts = c.facts
				return []rotation.Event{{Kind: "learned"}}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if c.state != rotation.Running {
				w.end(r.ID, c.state)
				w.pass(c.within - time.Second)
			}
			w.engine.Refresh("tok")
			w.pass(time.Second)
			known, tries := w.seen.of("tok", rotation.KindVersion).Finding.Outside, w.vault.tried()
			if c.said == "" && (known != nil || tries != 0) || c.said != "" && (known == nil || known.Said != c.said || tries != 1) {
				t.Errorf("%s: %+v after %d tries", name, known, tries)
			}
		})
	}
}

// A provider that may refuse what is new yet is asked again.
func TestARefusalOfWhatIsNewYetIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := build(t, func(e *rotation.Engine) { e.Provers["vault"] = slow{e.Values.(*vault)} })
		w.vault.err = &rotation.ProviderError{Provider: "Vault", Op: "signing in", Code: "invalid_client", Definite: true, Dead: true}
		w.world.set("tok", current("v1"), nil)
		w.run()
		w.pass(time.Second)
		w.world.set("tok", current("v2"), nil)
		w.engine.Refresh("tok")
		w.pass(time.Second)
		if s := w.stands(); s.Proven != ", not verified: Vault refused (signing in: invalid_client)" || len(s.Alarms) != 0 {
			t.Errorf("at once: %q", s.Proven)
		}
		w.pass(3 * time.Hour)
		if s := w.stands(); s.Proven != ", and Vault refuses it" || len(s.Alarms) != 1 || w.vault.tried() != 2 {
			t.Errorf("later: %q, tried %d times", s.Proven, w.vault.tried())
		}
	})
}

// slow takes a while to notice what is new.
type slow struct{ *vault }

func (slow) Lag() time.Duration { return 10 * time.Minute }

// What stands beside a value is looked at before it is tried.
func TestWhatStandsBesideTheValueIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := build(t, func(e *rotation.Engine) {
			e.Provers["vault"] = fielded{e.Values.(*vault)}
			e.Catalogue.Secrets[2].Field = "client_secret"
		})
		w.world.set("tok", current("v1"), nil)
		w.run()
		w.pass(time.Second)
		w.world.set("tok", current("v2"), nil)
		w.engine.Refresh("tok")
		w.pass(time.Second)
		want := ", and it stands beside another client_id than app-1, which the catalogue names"
		if s := w.stands(); s.Proven != want || len(s.Alarms) != 1 || w.vault.tried() != 0 {
			t.Errorf("%q, tried %d times", s.Proven, w.vault.tried())
		}
	})
}

// fielded wants a client id beside its values.
type fielded struct{ *vault }

func (fielded) Fields(rotation.Params) map[string]string {
	return map[string]string{"client_id": "app-1"}
}

// stands is what is known of the token.
func (w *watchtower) stands() rotation.Standing {
	seen, _ := w.seen.Sightings(w.Context())
	return w.engine.Catalogue.Standings(nil, seen, nil)[2]
}

// logged are the events that belong to no rotation.
func (w *watchtower) logged() []rotation.Event {
	all, _ := w.store.Events(w.Context(), 0)
	return all
}
