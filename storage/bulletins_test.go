package storage_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
	"rekey/storage"
)

var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func TestAWeekHasOneDigest(t *testing.T) {
	db := open(t, path(t))
	if _, ever, err := db.LatestBulletin(t.Context(), "digest"); ever || err != nil {
		t.Fatal("there is a digest already", err)
	}
	save := func(b rotation.Bulletin) {
		t.Helper()
		if err := db.SaveBulletin(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		got, _, err := db.LatestBulletin(t.Context(), "digest")
		if diff := cmp.Diff(b, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	b := rotation.Bulletin{Key: "digest:2026-W48", Due: monday.AddDate(0, 0, -7), Channel: "C1", TS: "1.2", Posted: monday.AddDate(0, 0, -7)}
	save(b)
	b = rotation.Bulletin{Key: "digest:2026-W49", Due: monday, Channel: "C1", Posting: "rekey:digest:2026-W49", PostingAt: monday}
	save(b)
	b.TS, b.Posted, b.Posting, b.PostingAt = "3.4", monday, "", time.Time{}
	save(b)
}

// What a bulletin tells counts once it is there, and the last attempt's words
// are those that were sent.
func TestWhatABulletinTellsCountsOnceItIsPosted(t *testing.T) {
	db := open(t, path(t))
	told := func() []rotation.Told {
		t.Helper()
		out, err := db.Told(t.Context(), "reminder", monday.AddDate(-1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	save := func(b rotation.Bulletin) {
		t.Helper()
		if err := db.SaveBulletin(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	b := rotation.Bulletin{Key: "reminder:2026-11-30:C1", Due: monday, Channel: "C1", Posting: "rekey:reminder:2026-11-30:C1", PostingAt: monday,
		Tells: []rotation.Told{{Secret: "a", Due: "2026-12-01", Rung: 1}, {Secret: "b", Due: "2026-11-29", Rung: -1}}}
	save(b)
	if got := told(); got != nil {
		t.Errorf("counted before it was posted: %+v", got)
	}
	if waits, err := db.Unconfirmed(t.Context(), "reminder"); err != nil || len(waits) != 1 || waits[0].Key != b.Key {
		t.Errorf("%+v %v", waits, err)
	}
	b.Tells = b.Tells[:1] // it was sent again, after a refusal, with less to say
	save(b)
	b.TS, b.Posted, b.Posting, b.PostingAt, b.Tells = "1.2", monday, "", time.Time{}, nil
	save(b)
	save(rotation.Bulletin{Key: "reminder:2026-12-01:C1", Due: monday.AddDate(0, 0, 1), Channel: "C1", TS: "1.3", Posted: monday.AddDate(0, 0, 1),
		Tells: []rotation.Told{{Secret: "a", Due: "2026-12-01", Rung: 0}, {Secret: "c", Due: "2027-01-01", Rung: 30}}})
	want := []rotation.Told{
		{Secret: "a", Due: "2026-12-01", Rung: 0, Times: 2, Last: monday.AddDate(0, 0, 1)},
		{Secret: "c", Due: "2027-01-01", Rung: 30, Times: 1, Last: monday.AddDate(0, 0, 1)},
	}
	if diff := cmp.Diff(want, told()); diff != "" {
		t.Error(diff)
	}
	if waits, err := db.Unconfirmed(t.Context(), "reminder"); err != nil || len(waits) != 0 {
		t.Errorf("%+v %v", waits, err)
	}
}

// An update posts no digest a second time.
func TestADigestOfAnOlderDatabaseIsCarriedOver(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rekey.db")
	db, err := storage.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	older := raw(t, file)
	for _, statement := range []string{
		`drop table told`, `drop table bulletins`, `drop table snoozes`, `delete from schema_version where n = 5`,
		`create table digests (week text primary key, due_at bigint not null, channel text not null, ts text not null, posted_at bigint, posting text not null, posting_at bigint)`,
		`insert into digests values ('2026-W48', 1, 'C1', '1.2', 2, '', null), ('2026-W49', 3, 'C1', '', null, 'rekey:digest:2026-W49', 4)`,
	} {
		administer(t, older, statement)
	}
	_ = older.Close()
	db = open(t, file)
	first, _, err := db.Bulletin(t.Context(), "digest:2026-W48")
	if err != nil || first.TS != "1.2" || first.Posted.IsZero() {
		t.Errorf("%+v %v", first, err)
	}
	last, ever, err := db.LatestBulletin(t.Context(), "digest")
	if err != nil || !ever || last.Key != "digest:2026-W49" || last.Posting != "rekey:digest:2026-W49" || !last.Posted.IsZero() {
		t.Errorf("%+v %v", last, err)
	}
}
