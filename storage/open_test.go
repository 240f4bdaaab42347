package storage_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/storage"
)

func TestANewDatabaseIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "rekey.db")
	db := open(t, path)
	create(t, db, "github_pat")
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + ".lock": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v %v, want %o", filepath.Base(name), info.Mode().Perm(), err, want)
		}
	}
}

func TestAPathWithOddCharactersIsTakenLiterally(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b%20c?mode=memory#d.db")
	db := open(t, path)
	create(t, db, "github_pat")
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestWhatWasStoredIsThereAfterARestart(t *testing.T) {
	path := path(t)
	db := open(t, path)
	create(t, db, "github_pat")
	if db.Fence() != 1 {
		t.Errorf("got fence %d, want 1", db.Fence())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal("closing again:", err)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("Close left %d bytes in the log", info.Size())
	}
	db = open(t, path)
	r, err := db.Rotation(t.Context(), 1)
	if err != nil || r.Version != 1 || db.Fence() != 2 || intact(t, db) != 1 {
		t.Errorf("got %v, %v, fence %d", r, err, db.Fence())
	}
}

func TestASecondOpenIsRefusedByWhateverName(t *testing.T) {
	path := path(t)
	open(t, path)
	alias := filepath.Join(t.TempDir(), "alias.db")
	if err := os.Symlink(path, alias); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, alias} {
		_, err := storage.Open(t.Context(), name)
		says(t, err, "Another Rekey", fmt.Sprintf("process %d", os.Getpid()), "Stop that one", "DATABASE_URL")
	}
}

func TestWhatIsNotAPathIsRefusedWithoutEchoingIt(t *testing.T) {
	t.Chdir(t.TempDir())
	for setting, word := range map[string]string{
		"postgres://rekey:hunter2@db/rekey":   "not yet",
		"postgresql://rekey:hunter2@db/rekey": "not yet",
		"mysql://rekey:hunter2@db/rekey":      "not a path",
		"file:rekey.db?password=hunter2":      "not a path",
		":memory:":                            "not a path",
		"":                                    "empty",
		".":                                   "not a file",
	} {
		_, err := storage.Open(t.Context(), setting)
		says(t, err, word, "path", "rekey.db")
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q was echoed", setting)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("a refused setting left %v, %v", left, err)
	}
}

func TestADatabaseThatCantBeUsedIsLeftUntouched(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		words []string
	}{
		"newer schema": {func(t *testing.T, path string) {
			administer(t, raw(t, path), `insert into schema_version (n, sha256, at) values (99, 'x', 0)`)
		}, []string{"newer Rekey", "schema 99", "backup"}},
		"another schema": {func(t *testing.T, path string) {
			administer(t, raw(t, path), `update schema_version set sha256 = 'x'`)
		}, []string{"another Rekey"}},
		"another program": {func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			administer(t, raw(t, path), `create table invoices (id integer)`)
		}, []string{"another program", "another path"}},
		"not a database": {func(t *testing.T, path string) {
			write(t, path, []byte("Dear diary, today I rotated a token.\n"))
		}, []string{"not a SQLite database", "backup"}},
		"a few bytes": {func(t *testing.T, path string) {
			write(t, path, []byte("SQL"))
		}, []string{"not a SQLite database"}},
		"a spoilt page": {func(t *testing.T, path string) {
			text := read(t, path)
			copy(text[4096:], bytes.Repeat([]byte{0xA5}, 4096))
			write(t, path, text)
		}, []string{"damaged", "backup"}},
		"cut short": {func(t *testing.T, path string) {
			write(t, path, read(t, path)[:3*4096])
		}, []string{"damaged", "backup"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := path(t)
			db := open(t, path)
			create(t, db, "github_pat")
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, path)
			before, beside := hash(t, path), files(t, path)
			_, err := storage.Open(t.Context(), path)
			says(t, err, append(c.words, "Nothing was changed")...)
			if hash(t, path) != before {
				t.Error("the file was changed")
			}
			if after := files(t, path); after != beside {
				t.Errorf("files beside it: %s; before: %s", after, beside)
			}
		})
	}
}

// Each page of a database with much in it is overwritten in turn. SQLite can't
// notice damage within a text, and the log's chain can.
func TestASpoiltPageIsNoticedWhereverItIs(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	for i := range 40 {
		update(t, db, r.ID, note(strings.Repeat(fmt.Sprint(i, " "), 100)))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	for at := 0; at < len(whole); at += 4096 {
		spoilt := bytes.Clone(whole)
		for i := at; i < at+4096; i++ {
			spoilt[i] ^= 0xA5
		}
		write(t, path, spoilt)
		db, err := storage.Open(t.Context(), path)
		if err == nil {
			t.Errorf("a database with page %d spoilt was opened", at/4096+1)
			db.Close()
			continue
		}
		if !bytes.Equal(read(t, path), spoilt) {
			t.Errorf("page %d: the file was changed", at/4096+1)
		}
	}
}

func TestATornLogOpensAtAStateThatOnceWas(t *testing.T) {
	path := path(t)
	db := open(t, path)
	r := create(t, db, "github_pat")
	if err := db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		update(t, db, r.ID, note(fmt.Sprint(i)))
	}
	file, log := read(t, path), read(t, path+"-wal")
	seen := map[int64]bool{}
	for cut := 0; cut <= len(log); cut += 2048 + 12 {
		copied := filepath.Join(t.TempDir(), "rekey.db")
		write(t, copied, file)
		write(t, copied+"-wal", log[:cut])
		again := open(t, copied)
		got, err := again.Rotation(t.Context(), r.ID)
		if err != nil || got.Version != intact(t, again) {
			t.Fatalf("cut at %d: %v, %v", cut, got, err)
		}
		seen[got.Version] = true
		again.Close()
	}
	if len(seen) < 4 {
		t.Errorf("only the versions %v came up", seen)
	}
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// files lists what lies in path's directory.
func files(t testing.TB, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
