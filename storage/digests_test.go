package storage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

func TestAWeekHasOneDigest(t *testing.T) {
	db := open(t, path(t))
	if _, ever, err := db.LatestDigest(t.Context()); ever || err != nil {
		t.Fatal("there is a digest already", err)
	}
	monday := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	save := func(d rotation.Digest) {
		t.Helper()
		if err := db.SaveDigest(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		got, _, err := db.LatestDigest(t.Context())
		if diff := cmp.Diff(d, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	d := rotation.Digest{Week: "2026-W48", Due: monday.AddDate(0, 0, -7), Channel: "C1", TS: "1.2", Posted: monday.AddDate(0, 0, -7)}
	save(d)
	d = rotation.Digest{Week: "2026-W49", Due: monday, Channel: "C1", Posting: "rekey:digest:2026-W49", PostingAt: monday}
	save(d)
	d.TS, d.Posted, d.Posting, d.PostingAt = "3.4", monday, "", time.Time{}
	save(d)
}
