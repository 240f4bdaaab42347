package storage_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rekey/storage"
)

// The test binary runs itself as another process that does one of these.
var children = map[string]func(path string) error{
	"open":  openOnce,
	"write": writeForEver,
	"fill":  fillTheDisk,
}

func TestMain(m *testing.M) {
	if do, ok := children[os.Getenv("REKEY_STORAGE_CHILD")]; ok {
		if err := do(os.Getenv("REKEY_STORAGE_PATH")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), "REKEY_STORAGE_CHILD="+what, "REKEY_STORAGE_PATH="+path)
	c.Stderr = os.Stderr
	return c
}

func openOnce(path string) error {
	db, err := storage.Open(context.Background(), path)
	if err != nil {
		return err
	}
	return db.Close()
}

func TestASecondProcessIsRefusedUntilTheFirstIsGone(t *testing.T) {
	path := path(t)
	db := open(t, path)
	out, err := child(t, "open", path).Output()
	if err == nil || !strings.Contains(string(out), "Another Rekey (process "+strconv.Itoa(os.Getpid())+") is running") {
		t.Errorf("got %q, %v", out, err)
	}
	create(t, db, "still ours")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := child(t, "open", path).Output(); err != nil {
		t.Errorf("after Close: %s", out)
	}
}

// writeForEver says each version once it is stored.
func writeForEver(path string) error {
	ctx := context.Background()
	db, err := storage.Open(ctx, path)
	if err != nil {
		return err
	}
	r, err := db.Latest(ctx, "github_pat")
	if err != nil {
		fresh, e := fresh("github_pat")
		if err := db.Create(ctx, fresh, e); err != nil {
			return err
		}
		r = fresh
	}
	for {
		now, err := db.Update(ctx, r.ID, note("again"))
		if err != nil {
			return err
		}
		fmt.Println(now.Version)
	}
}

func TestAKilledProcessKeepsWhatItAcknowledged(t *testing.T) {
	path := path(t)
	for round := range 6 {
		c := child(t, "write", path)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		last := int64(0)
		for n := 0; lines.Scan(); n++ {
			if last, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatalf("round %d: the child said %q", round, lines.Text())
			}
			if n == 20+round*7 {
				if err := c.Process.Kill(); err != nil { // what it still said is read to the end
					t.Fatal(err)
				}
			}
		}
		if err := c.Wait(); err == nil {
			t.Fatal("the child wasn't killed")
		}
		db := open(t, path)
		r, err := db.Rotation(t.Context(), 1)
		if err != nil || r.Version < last || r.Version > last+1 || intact(t, db) != r.Version {
			t.Errorf("round %d: got version %d, %v; it had acknowledged %d", round, r.Version, err, last)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// fillTheDisk makes the kernel refuse that files grow, writes until that
// shows, lets them grow again, and goes on.
func fillTheDisk(path string) error {
	ctx := context.Background()
	signal.Ignore(syscall.SIGXFSZ)
	db, err := storage.Open(ctx, path)
	if err != nil {
		return err
	}
	r, e := fresh("github_pat")
	if err := db.Create(ctx, r, e); err != nil {
		return err
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		return fmt.Errorf("limiting the size of files: %w", err)
	}
	room := limit.Cur
	for _, space := range []uint64{200_000, 250_001, 400_000} {
		limit.Cur = space
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
			return fmt.Errorf("limiting the size of files: %w", err)
		}
		version, refused := r.Version, 0
		for n := 0; refused < 3 && n < 2000; n++ {
			now, err := db.Update(ctx, r.ID, note(strings.Repeat("x", 500)))
			if err == nil {
				version = now.Version
				continue
			}
			refused++
			got, err := db.Rotation(ctx, r.ID)
			if err != nil || got.Version != version {
				return fmt.Errorf("a refused write left version %d, %w; want %d", got.Version, err, version)
			}
		}
		probe := error(nil)
		for n := 0; probe == nil && n < 2000; n++ { // it is smaller than an update, so there may be room for some
			probe = db.Ping(ctx)
		}
		if refused == 0 || probe == nil {
			return errors.New("the disk never was full")
		}
		limit.Cur = room
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
			return fmt.Errorf("limiting the size of files: %w", err)
		}
		if err := db.Ping(ctx); err != nil {
			return fmt.Errorf("with room again: %w", err)
		}
		if r, err = db.Update(ctx, r.ID, note("room")); err != nil || r.Version != version+1 {
			return fmt.Errorf("with room again: version %v, %w", r, err)
		}
		if lines, _, err := db.VerifyChain(ctx); err != nil || lines != r.Version {
			return fmt.Errorf("%d lines, %w; want %d", lines, err, r.Version)
		}
	}
	return db.Close()
}

func TestAFullDiskFailsWritesUntilThereIsRoom(t *testing.T) {
	path := path(t)
	if out, err := child(t, "fill", path).Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	intact(t, open(t, path))
}
