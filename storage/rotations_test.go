package storage_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // also where the machine has no time zones

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

func TestARotationIsReadBackAsItWasStored(t *testing.T) {
	db := open(t, path(t))
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	r, e := fresh("github_pat")
	r.Facts.CopiesBefore = map[string]time.Time{"o/r NAME": noon.AddDate(0, 3, 0).In(london)}
	r.Steps[0].Problem = &rotation.Problem{What: "Something."}
	if err := db.Create(t.Context(), r, e); err != nil {
		t.Fatal(err)
	}
	if r.ID != 1 || r.Version != 1 {
		t.Errorf("got rotation %d version %d, want 1 and 1", r.ID, r.Version)
	}
	got, err := db.Rotation(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := r.Clone()
	want.Facts.CopiesBefore["o/r NAME"] = noon.AddDate(0, 3, 0)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if zone := got.Facts.CopiesBefore["o/r NAME"].Location(); zone != time.UTC {
		t.Errorf("a time came back in %s, want UTC", zone)
	}
	events, err := db.Events(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	e.Seq, e.Rotation = 1, 1
	if diff := cmp.Diff([]rotation.Event{e}, events); diff != "" {
		t.Error(diff)
	}
}

func TestASecondRunningRotationOfASecretConflicts(t *testing.T) {
	db := open(t, path(t))
	first := create(t, db, "github_pat")
	create(t, db, "another")
	r, e := fresh("github_pat")
	err := db.Create(t.Context(), r, e)
	if !rotation.Is(err, rotation.Conflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	var refusal *rotation.Error
	if errors.As(err, &refusal); refusal.What != "Rotation 1 of github_pat is running already." || refusal.Next == "" {
		t.Errorf("got %q", refusal)
	}
	if r.ID != 0 || intact(t, db) != 2 {
		t.Error("the refused rotation left something behind")
	}
	update(t, db, first.ID, end)
	if again := create(t, db, "github_pat"); again.ID != 3 {
		t.Errorf("got rotation %d, want 3", again.ID)
	}
	if latest, err := db.Latest(t.Context(), "github_pat"); err != nil || latest.ID != 3 {
		t.Errorf("got %v, %v, want rotation 3", latest, err)
	}
	ended, err := db.Ended(t.Context(), "github_pat", 5)
	if err != nil || len(ended) != 1 || ended[0].ID != 1 {
		t.Errorf("got %v, %v, want rotation 1", ended, err)
	}
}

func TestWhatIsNotThereIsUnknown(t *testing.T) {
	db := open(t, path(t))
	_, one := db.Rotation(t.Context(), 42)
	_, two := db.Latest(t.Context(), "github_pat")
	_, three := db.Update(t.Context(), 42, note("x"))
	_, four := db.CardAt(t.Context(), "C1", "1.2")
	for _, err := range []error{one, two, three, four} {
		if !rotation.Is(err, rotation.Unknown) {
			t.Errorf("got %v, want unknown", err)
		}
	}
}

func TestOnlyALoggedUpdateIsANewVersion(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	same := update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.ID, r.Version, r.Started = 9, 9, r.Started.In(time.FixedZone("here", 3600))
		return nil, nil
	})
	if same.ID != 1 || same.Version != 1 {
		t.Errorf("got rotation %d version %d, want 1 and 1", same.ID, same.Version)
	}
	quiet := update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.Due = r.Due.Add(time.Nanosecond)
		return nil, nil
	})
	logged := update(t, db, r.ID, func(*rotation.Rotation) ([]rotation.Event, error) {
		return []rotation.Event{{At: noon, Kind: "said"}}, nil
	})
	if quiet.Version != 1 || !quiet.Due.After(same.Due) || logged.Version != 2 {
		t.Errorf("got versions %d (due %v) and %d, want 1, later than %v, and 2", quiet.Version, quiet.Due, logged.Version, same.Due)
	}
}

func TestARefusedChangeIsPassedOnAndLeavesNothing(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	refusal := errors.New("not now")
	_, err := db.Update(t.Context(), r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		events, _ := note("lost")(r)
		return events, refusal
	})
	if err != refusal {
		t.Errorf("got %v, want the error itself", err)
	}
	got, err := db.Rotation(t.Context(), r.ID)
	if err != nil || got.Version != 1 || got.Steps[0].Note != "" || intact(t, db) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAPanicInAChangeReleasesTheWriter(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	func() {
		defer func() { recover() }()
		db.Update(t.Context(), r.ID, func(*rotation.Rotation) ([]rotation.Event, error) { panic("a mistake") })
	}()
	update(t, db, r.ID, note("goes on"))
}

func TestOfTwentyUpdatesAtTheSameTimeOneWins(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	var wg sync.WaitGroup
	results := make(chan error, 20)
	for i := range 20 {
		wg.Go(func() {
			_, err := db.Update(t.Context(), r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
				if r.Facts.Chosen != "" {
					return nil, &rotation.Error{Reason: rotation.Stale, What: r.Facts.Chosen + " was first."}
				}
				r.Facts.Chosen = fmt.Sprint("v", i)
				return []rotation.Event{{At: noon, Kind: "chose", Text: r.Facts.Chosen}}, nil
			})
			results <- err
		})
	}
	wg.Wait()
	won := 0
	for range 20 {
		switch err := <-results; {
		case err == nil:
			won++
		case !rotation.Is(err, rotation.Stale):
			t.Error(err)
		}
	}
	got, err := db.Rotation(t.Context(), r.ID)
	if err != nil || won != 1 || got.Version != 2 || intact(t, db) != 2 {
		t.Errorf("%d won; got version %d, %v", won, got.Version, err)
	}
}

func TestParallelUpdatesLoseNone(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if _, err := db.Update(t.Context(), r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
					r.Facts.Asks++
					return []rotation.Event{{At: noon, Kind: "asked"}}, nil
				}); err != nil {
					t.Error(err)
				}
				if _, err := db.Running(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, err := db.Rotation(t.Context(), r.ID)
	if err != nil || got.Facts.Asks != 81 || got.Version != 81 || intact(t, db) != 81 {
		t.Errorf("got %d asks, version %d, %v", got.Facts.Asks, got.Version, err)
	}
}

func TestARotationIsDueAtTheEarlierOfDueAndNudge(t *testing.T) {
	db := open(t, path(t))
	at := func(secret string, due, nudge time.Duration) rotation.ID {
		r := create(t, db, secret)
		update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
			r.Due, r.Nudge = time.Time{}, time.Time{}
			if due > 0 {
				r.Due = noon.Add(due)
			}
			if nudge > 0 {
				r.Nudge = noon.Add(nudge)
			}
			return nil, nil
		})
		return r.ID
	}
	nudged := at("nudged", time.Hour, time.Minute)
	due := at("due", time.Second, time.Hour)
	at("never", 0, 0)
	only := at("only-nudge", 0, 2*time.Minute)
	over := at("over", time.Second, 0)
	update(t, db, over, end)

	for _, c := range []struct {
		now  time.Time
		due  []rotation.ID
		next time.Time
	}{
		{noon, nil, noon.Add(time.Second)},
		{noon.Add(time.Second - 1), nil, noon.Add(time.Second)},
		{noon.Add(time.Second), []rotation.ID{due}, noon.Add(time.Minute)},
		{noon.Add(time.Minute), []rotation.ID{due, nudged}, noon.Add(2 * time.Minute)},
		{noon.Add(time.Hour), []rotation.ID{due, nudged, only}, time.Time{}},
	} {
		got, next, err := db.Due(t.Context(), c.now)
		if diff := cmp.Diff(c.due, got); diff != "" || !next.Equal(c.next) || err != nil {
			t.Errorf("at %s: next %s, want %s; %v %s", c.now, next, c.next, err, diff)
		}
	}
}

func TestCountsTellRunningAndParked(t *testing.T) {
	db := open(t, path(t))
	create(t, db, "a")
	parked := create(t, db, "b")
	update(t, db, parked.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.Steps[0].State = rotation.Parked
		return nil, nil
	})
	update(t, db, create(t, db, "c").ID, end)
	got, err := db.Counts(context.Background())
	if diff := cmp.Diff(map[string]int{"running": 2, "debts": 0, "parked": 1}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestTheNewestRotationOfEachSecret(t *testing.T) {
	db := open(t, path(t))
	update(t, db, create(t, db, "a").ID, end)
	second := create(t, db, "a")
	other := create(t, db, "b")
	for name, read := range map[string]func(context.Context) ([]*rotation.Rotation, error){"whole": db.Newest, "brief": db.Brief} {
		got, err := read(t.Context())
		if err != nil || len(got) != 2 || got[0].ID != second.ID || got[1].ID != other.ID {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// A report reads everything of an ended rotation but its steps, also of one
// that was written before there was a brief.
func TestABriefLeavesOutTheSteps(t *testing.T) {
	path := path(t)
	db := open(t, path)
	whole := update(t, db, create(t, db, "a").ID, end)
	running := create(t, db, "b")
	got, err := db.Brief(t.Context())
	if err != nil || len(got) != 2 || len(got[0].Steps) > 0 || got[0].Plan.Steps != nil || len(got[1].Steps) != len(running.Steps) {
		t.Fatalf("got %v, %v", got, err)
	}
	want := *whole
	want.Steps, want.Plan.Steps, want.At = nil, nil, 0
	if diff := cmp.Diff(&want, got[0]); diff != "" {
		t.Error(diff)
	}
	administer(t, raw(t, path), `update rotations set brief = null`)
	if got, err := db.Brief(t.Context()); err != nil || len(got[0].Steps) == 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
