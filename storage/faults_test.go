package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestACancelledWriteIsReportedAsWhatItWas(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	rounds := 800
	if testing.Short() {
		rounds = 200
	}
	version, lines, failed := int64(1), int64(1), 0
	for i := range rounds {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(i%400)*2*time.Microsecond, cancel)
		_, err := db.Update(ctx, r.ID, note(fmt.Sprint(i)))
		timer.Stop()
		cancel()
		if err == nil {
			version, lines = version+1, lines+1
		} else {
			failed++
		}
		if got, err := db.Rotation(t.Context(), r.ID); err != nil || got.Version != version {
			t.Fatalf("round %d: got version %d, %v, want %d", i, got.Version, err, version)
		}
	}
	if got := intact(t, db); got != lines {
		t.Errorf("got %d lines, want %d", got, lines)
	}
	t.Logf("%d of %d were refused", failed, rounds)
}

func TestAnEventThatCantBeLoggedTakesTheChangeWithIt(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	administer(t, raw(t, path), `create trigger fault before insert on events when new.text = 'boom' begin select raise(abort, 'no room here'); end`)
	_, err := db.Update(t.Context(), r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		first, _ := note("fine")(r)
		second, _ := note("boom")(r)
		return append(first, second...), nil
	})
	if err == nil || !strings.Contains(err.Error(), "no room here") {
		t.Errorf("got %v", err)
	}
	n, e := fresh("another")
	e.Text = "boom"
	if err := db.Create(t.Context(), n, e); err == nil {
		t.Error("a rotation was created without its event")
	}
	got, err := db.Rotation(t.Context(), r.ID)
	if err != nil || got.Version != 1 || got.Steps[0].Note != "" || intact(t, db) != 1 {
		t.Errorf("half of it was written: %v, %v", got, err)
	}
	if running, err := db.Running(t.Context()); err != nil || len(running) != 1 {
		t.Errorf("got %d running, %v", len(running), err)
	}
	update(t, db, r.ID, note("goes on"))
	if next := create(t, db, "another"); next.ID != 2 {
		t.Errorf("got rotation %d, want 2: a number was used up", next.ID)
	}
}

func TestAWriterWaitsForALockAndSaysSoWhenItStays(t *testing.T) {
	t.Parallel()
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	admin, err := raw(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), `begin immediate`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Update(t.Context(), r.ID, note("held up")); err == nil {
		t.Error("a write went past somebody else's lock")
	}
	if _, err := db.Rotation(t.Context(), r.ID); err != nil {
		t.Error("reading goes on meanwhile:", err)
	}
	if _, err := admin.ExecContext(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	if got := update(t, db, r.ID, note("goes on")); got.Version != 2 {
		t.Errorf("got version %d, want 2", got.Version)
	}
}

func TestAChangeKeepsOtherWritersOutFromItsFirstRead(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	admin, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		if _, err := admin.Exec(`update rotations set version = version + 1`); err == nil {
			t.Error("somebody wrote between the read and the write of one change")
		}
		return note("alone")(r)
	})
}

func TestACallerMayStopWaitingInLine(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	update(t, db, r.ID, func(*rotation.Rotation) ([]rotation.Event, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := db.Ping(ctx); err == nil {
			t.Error("a second writer did not wait")
		}
		return nil, nil
	})
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNothingIsWrittenOnceTheFileIsGone(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Update(t.Context(), r.ID, note("lost")); err == nil {
		t.Error("a write went into a file that nobody finds")
	}
	write(t, path, nil)
	if err := db.Ping(t.Context()); err == nil {
		t.Error("a file in its place was taken for it")
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAProcessThatLostItsPlaceMayNotWrite(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	later := open(t, path)
	if _, err := db.Update(t.Context(), r.ID, note("late")); err == nil || !strings.Contains(err.Error(), "another Rekey") {
		t.Errorf("got %v", err)
	}
	update(t, later, r.ID, note("in time"))
}

func TestDeletedTextIsGoneFromTheDisk(t *testing.T) {
	const word = "xyzzy-plugh-4711"
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	for i := range 50 {
		if _, err := db.Seen(t.Context(), fmt.Sprint(word, i), noon); err != nil {
			t.Fatal(err)
		}
		update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
			r.Steps[0].Evidence = append(r.Steps[0].Evidence, fmt.Sprint(word, i))
			return nil, nil
		})
	}
	if found(t, path, word) == 0 {
		t.Fatal("the search finds nothing, not even what is there")
	}
	if _, err := db.Seen(t.Context(), "later", noon.Add(49*time.Hour)); err != nil {
		t.Fatal(err)
	}
	update(t, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.Steps[0].Evidence = nil
		return nil, nil
	})
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := found(t, path, word); n > 0 {
		t.Errorf("%d copies are left after a checkpoint", n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n := found(t, path, word); n > 0 {
		t.Errorf("%d copies are left after Close", n)
	}
}

// found counts word in all files beside path.
func found(t testing.TB, path, word string) int {
	t.Helper()
	names, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		n += strings.Count(string(read(t, name)), word)
	}
	return n
}
