package storage_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/storage"
)

// noon is when the tests' rotations start, with a fraction that a coarser
// column would lose.
var noon = time.Date(2027, 3, 1, 12, 0, 0, 123456789, time.UTC)

func path(t testing.TB) string { return filepath.Join(t.TempDir(), "rekey.db") }

func open(t testing.TB, path string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// raw opens the file beside the DB, as an administrator would.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

func administer(t testing.TB, pool *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// create starts a rotation with one step that waits for an approval.
func create(t testing.TB, db *storage.DB, secret string) *rotation.Rotation {
	t.Helper()
	r, e := fresh(secret)
	if err := db.Create(context.Background(), r, e); err != nil {
		t.Fatal(err)
	}
	return r
}

func fresh(secret string) (*rotation.Rotation, rotation.Event) {
	plan := rotation.Plan{
		Secret: secret, Title: "The " + secret, Noun: "token", Overlap: rotation.None, Quorum: 1,
		Steps: []rotation.Step{{ID: "approve", Kind: rotation.KindApprove, Title: "Approve", By: rotation.Approvers, With: json.RawMessage(`{"a": 1}`)}},
	}
	return rotation.New(plan, "U1", noon)
}

// note changes a rotation by one word, with one event.
func note(text string) func(*rotation.Rotation) ([]rotation.Event, error) {
	return func(r *rotation.Rotation) ([]rotation.Event, error) {
		r.Steps[0].Note = text
		return []rotation.Event{{Secret: r.Plan.Secret, At: noon, By: rotation.ByRekey, Kind: "noted", Text: text}}, nil
	}
}

func end(r *rotation.Rotation) ([]rotation.Event, error) {
	r.State, r.At, r.Ended = rotation.Cancelled, len(r.Steps), noon
	return []rotation.Event{{At: noon, Kind: "ended"}}, nil
}

func update(t testing.TB, db *storage.DB, id rotation.ID, change func(*rotation.Rotation) ([]rotation.Event, error)) *rotation.Rotation {
	t.Helper()
	r, err := db.Update(context.Background(), id, change)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hash(t testing.TB, path string) [32]byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(text)
}

func intact(t testing.TB, db *storage.DB) int64 {
	t.Helper()
	lines, _, err := db.VerifyChain(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// says fails the test unless err is for a person and holds all the words.
func says(t testing.TB, err error, words ...string) {
	t.Helper()
	if !rotation.Is(err, rotation.Invalid) {
		t.Fatalf("got %v, want a sentence for a person", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q doesn't say %q", err, w)
		}
	}
}
