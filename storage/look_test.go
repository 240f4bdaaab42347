package storage_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/storage"
)

func init() {
	children["hold"], children["look"] = hold, look
}

// hold is a bot that runs on the database until its input ends.
func hold(path string) error {
	db, err := storage.Open(context.Background(), path)
	if err != nil {
		return err
	}
	for _, secret := range []string{"github_pat", "slack_webhook"} {
		r, e := fresh(secret)
		if err := db.Create(context.Background(), r, e); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return db.Close()
}

// look says what a reader sees who may read, and nothing else: nobody, where
// tests run as root.
func look(path string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setgid(65534); err != nil {
			return err
		}
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	seen, err := storage.LookAt(context.Background(), path)
	if err != nil {
		return err
	}
	fmt.Println(len(seen.Newest), "rotations")
	return nil
}

// holding starts a bot on the database.
func holding(t *testing.T, path string) (bot *exec.Cmd, in io.WriteCloser) {
	t.Helper()
	bot = child(t, "hold", path)
	in, err := bot.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := bot.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the bot said %q, %v", line, err)
	}
	return bot, in
}

// readable lets everybody read what lies in path's directory, and nobody write.
func readable(t *testing.T, path string) {
	t.Helper()
	dir := filepath.Dir(path)
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that it can be removed
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(dir), 0o755) })
	for name := range contents(t, path) {
		if err := os.Chmod(filepath.Join(dir, name), 0o444); err != nil {
			t.Fatal(err)
		}
	}
}

// contents are all bytes of what lies in path's directory, by name.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range strings.Fields(files(t, path)) {
		out[name] = string(read(t, filepath.Join(filepath.Dir(path), name)))
	}
	return out
}

// Whoever may read sees the same while the bot runs, after it ended and after
// it was killed, and leaves no trace.
func TestALookLeavesEveryByteAsItIs(t *testing.T) {
	for name, becomes := range map[string]func(t *testing.T, path string, bot *exec.Cmd, in io.Closer){
		"the bot runs": func(*testing.T, string, *exec.Cmd, io.Closer) {},
		"the bot ended": func(t *testing.T, _ string, bot *exec.Cmd, in io.Closer) {
			if err := in.Close(); err != nil {
				t.Fatal(err)
			}
			if err := bot.Wait(); err != nil {
				t.Fatal(err)
			}
		},
		"the bot was killed": func(t *testing.T, _ string, bot *exec.Cmd, _ io.Closer) {
			if err := bot.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = bot.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := path(t)
			bot, in := holding(t, path)
			becomes(t, path, bot, in)
			readable(t, path)
			before := contents(t, path)
			if out, err := child(t, "look", path).Output(); err != nil || string(out) != "2 rotations\n" {
				t.Errorf("got %q, %v", out, err)
			}
			if after := contents(t, path); !maps.Equal(before, after) {
				t.Errorf("files before: %d, after: %d (%s), or their bytes differ", len(before), len(after), files(t, path))
			}
			_ = in.Close()
		})
	}
}

func TestALookSaysWhyItSeesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		words []string
	}{
		"nothing there": {func(t *testing.T, path string) { remove(t, path) }, []string{"There is no database at", "rekey serve", "DATABASE_URL"}},
		"an empty file": {func(t *testing.T, path string) { write(t, path, nil) }, []string{"There is no database at"}},
		"newer schema": {func(t *testing.T, path string) {
			once(t, path, `insert into schema_version (n, sha256, at) values (99, 'x', 0)`)
		}, []string{"newer Rekey", "schema 99"}},
		"older schema": {func(t *testing.T, path string) {
			once(t, path, `delete from schema_version where n > 1`)
		}, []string{"older Rekey (schema 1", "Start `rekey serve`"}},
		"another program": {func(t *testing.T, path string) {
			remove(t, path)
			once(t, path, `create table invoices (id integer)`)
		}, []string{"another program"}},
		"not a database": {func(t *testing.T, path string) { write(t, path, []byte("Dear diary, today I rotated a token.\n")) }, []string{"not a SQLite database"}},
		"spoilt": {func(t *testing.T, path string) {
			text := read(t, path)
			copy(text[4096:], bytes.Repeat([]byte{0xA5}, len(text)-4096))
			write(t, path, text)
		}, []string{"damaged", "backup"}},
		"cut short":               {func(t *testing.T, path string) { write(t, path, read(t, path)[:4096]) }, []string{"damaged", "backup"}},
		"a log without its index": {func(t *testing.T, path string) { write(t, path+"-wal", []byte("frames")) }, []string{"-shm", "Start `rekey serve`"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := path(t)
			db := open(t, path)
			create(t, db, "github_pat")
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, path)
			before := contents(t, path)
			_, err := storage.LookAt(t.Context(), path)
			says(t, err, append(c.words, "Nothing was changed")...)
			if after := contents(t, path); !maps.Equal(before, after) {
				t.Errorf("files before: %d, after: %s, or their bytes differ", len(before), files(t, path))
			}
		})
	}
	_, err := storage.LookAt(t.Context(), filepath.Join(t.TempDir(), "no", "such", "rekey.db"))
	says(t, err, "There is no database at")
}

// once is what an administrator does before they leave.
func once(t *testing.T, path, statement string) {
	t.Helper()
	pool := raw(t, path)
	administer(t, pool, statement)
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
