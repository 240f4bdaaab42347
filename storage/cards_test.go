package storage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

func TestACardIsStaleUntilItShowsTheRotationAsItIs(t *testing.T) {
	db := open(t, path(t))
	r := create(t, db, "github_pat")
	stale := func(why string, want ...rotation.ID) {
		t.Helper()
		if got, err := db.Stale(t.Context()); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: got %v, %v, want %v", why, got, err, want)
		}
	}
	c, err := db.Card(t.Context(), r.ID)
	if diff := cmp.Diff(rotation.Card{Rotation: 1}, c); diff != "" || err != nil {
		t.Error(diff, err)
	}
	save := func() {
		t.Helper()
		if err := db.SaveCard(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	stale("no card", 1)
	c.Channel, c.Posting, c.PostingAt = "C1", "block", noon
	save()
	stale("being posted", 1)
	c.TS, c.Posting, c.Shown = "1.1", "", 1
	save()
	stale("posted, and nobody was told", 1)
	c.Told = 1
	save()
	stale("as it is")
	update(t, db, r.ID, note("more"))
	stale("an older version", 1)
	c.Shown = 2
	save()
	stale("as it is again")
	update(t, db, r.ID, end)
	stale("ended and not shown so", 1)
	c.Shown = 3
	save()
	stale("over")

	for _, read := range []func() (rotation.Card, error){
		func() (rotation.Card, error) { return db.Card(t.Context(), r.ID) },
		func() (rotation.Card, error) { return db.CardAt(t.Context(), "C1", "1.1") },
	} {
		got, err := read()
		if diff := cmp.Diff(c, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestACardNeedsARotation(t *testing.T) {
	db := open(t, path(t))
	if err := db.SaveCard(t.Context(), rotation.Card{Rotation: 42}); err == nil {
		t.Error("a card of no rotation was stored")
	}
}
