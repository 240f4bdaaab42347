package storage_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/storage"
)

const (
	manySecrets = 5000
	perRotation = 20 // events
)

// BenchmarkReport makes the report of 5,000 secrets from the disk, beside
// histories of 1,000 to 400,000 events:
//
//	go test -run '^$' -bench Report -benchtime 5x ./storage
//
// peak-MB is the most that the heap held at once. From 100,000 events on every
// secret was rotated before, and the time stays the same.
func BenchmarkReport(b *testing.B) {
	for _, events := range []int{1_000, 10_000, 100_000, 400_000} {
		b.Run(fmt.Sprintf("%d_events", events), func(b *testing.B) {
			db, book := lived(b, events)
			var peak uint64
			for b.Loop() {
				report := made(b, db, book)
				if report.Secrets != manySecrets || len(report.Items) != manySecrets || report.Count(rotation.RankUnknown) != 0 {
					b.Fatalf("%d secrets, %d items, %d unknown", report.Secrets, len(report.Items), report.Count(rotation.RankUnknown))
				}
				peak = max(peak, heap())
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
		})
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

func made(b *testing.B, db *storage.DB, book *rotation.Catalogue) rotation.Report {
	b.Helper()
	newest, err := db.Brief(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	owing, err := db.Owing(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	seen, err := db.Sightings(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return rotation.NewReport(book.Standings(newest, seen, nil), owing, noon, time.UTC)
}

// lived is a database with a history: as many rotations as have left so many
// events, spread over the secrets, and a sighting of each secret.
func lived(b *testing.B, events int) (*storage.DB, *rotation.Catalogue) {
	b.Helper()
	path := path(b)
	db := open(b, path)
	book := &rotation.Catalogue{}
	for i := range manySecrets {
		book.Secrets = append(book.Secrets, rotation.Secret{Name: fmt.Sprintf("secret_%04d", i), Title: fmt.Sprintf("Secret %d", i), Noun: "token", Every: 180, Lead: 1})
	}
	r, e := fresh("secret_0000")
	for i := range 8 { // about as long as a real one
		r.Plan.Steps = append(r.Plan.Steps, rotation.Step{ID: fmt.Sprint("step", i), Kind: "see_used", Title: strings.Repeat("See it used. ", 4), With: json.RawMessage(`{"about":"` + strings.Repeat("x", 500) + `"}`)})
	}
	r.Facts = rotation.Facts{New: "new", Promoted: noon.AddDate(0, 0, -100)}
	if err := db.Create(b.Context(), r, e); err != nil {
		b.Fatal(err)
	}
	update(b, db, r.ID, func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.State, r.At, r.Ended = rotation.Complete, len(r.Steps), noon
		return nil, nil
	})
	sql := raw(b, path)
	administer(b, sql, `with recursive n(i) as (select 2 union all select i + 1 from n where i < $1)
		insert into rotations (id, secret, state, version, turn, due_at, fence, body, debts, brief)
		select i, printf('secret_%04d', i % $2), state, version, turn, due_at, fence, replace(body, 'secret_0000', printf('secret_%04d', i % $2)), debts, replace(brief, 'secret_0000', printf('secret_%04d', i % $2)) from n, rotations where id = 1`, events/perRotation, manySecrets)
	administer(b, sql, `with recursive n(i) as (select 100 union all select i + 1 from n where i < $1 + 99)
		insert into events (seq, rotation, secret, at, by, kind, step, text, prev_hash, hash)
		select i, i / $2 + 1, printf('secret_%04d', i / $2 % $3), i, 'rekey', 'step done', 'step', $4, printf('%064d', i - 1), printf('%064d', i) from n`, events, perRotation, manySecrets, strings.Repeat("A sentence. ", 8))
	administer(b, sql, `with recursive n(i) as (select 0 union all select i + 1 from n where i < $1 - 1)
		insert into sightings (about, kind, body, seen_at, looked_at, failed) select printf('secret_%04d', i), 'version', $2, $3, $3, '' from n`,
		manySecrets, `{"words":"Seen.","dates":[{"name":"new","created":`+fmt.Sprint(noon.AddDate(0, 0, -100).Unix())+`}]}`, noon.UnixNano())
	if err := sql.Close(); err != nil {
		b.Fatal(err)
	}
	return db, book
}
