package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"rekey/rotation"
)

var errLie = errors.New("the connection was lost")

// A liar commits, or doesn't, and reports an error either way.
type liar struct {
	driver  driver.Driver
	address string
	commits bool
}

func (l *liar) Driver() driver.Driver { return l.driver }

func (l *liar) Connect(context.Context) (driver.Conn, error) {
	c, err := l.driver.Open(l.address)
	return &lyingConn{c, l}, err
}

type lyingConn struct {
	driver.Conn
	liar *liar
}

func (c *lyingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	t, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return &lyingTx{t, c.liar}, err
}

type lyingTx struct {
	driver.Tx
	liar *liar
}

func (t *lyingTx) Commit() error {
	if t.liar.commits {
		return errors.Join(t.Tx.Commit(), errLie)
	}
	return errors.Join(t.Tx.Rollback(), errLie)
}

func TestACommitThatReportsAnErrorIsReadBack(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "rekey.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, e := rotation.New(rotation.Plan{Secret: "s", Steps: []rotation.Step{{ID: "approve", Kind: rotation.KindApprove}}}, "U1", time.Unix(0, 0))
	if err := db.Create(t.Context(), r, e); err != nil {
		t.Fatal(err)
	}
	honest := db.writer
	defer honest.Close()
	l := &liar{driver: honest.Driver(), address: address(db.path, writing)}
	db.writer = sql.OpenDB(l)
	db.writer.SetMaxOpenConns(1)
	change := func(r *rotation.Rotation) ([]rotation.Event, error) {
		return []rotation.Event{{Kind: "noted", Text: "x"}}, nil
	}
	for _, l.commits = range []bool{true, false, false, true} {
		before, err := db.Rotation(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := before.Version
		if l.commits {
			want++
		}
		got, err := db.Update(t.Context(), r.ID, change)
		if l.commits && (err != nil || got.Version != want) {
			t.Errorf("it was written, and reported as %v, %v", got, err)
		}
		if !l.commits && !errors.Is(err, errLie) {
			t.Errorf("it wasn't written, and reported as %v, %v", got, err)
		}
		if after, err := db.Rotation(t.Context(), r.ID); err != nil || after.Version != want {
			t.Errorf("got version %d, %v, want %d", after.Version, err, want)
		}
	}
}

func TestTheFixForTheResetBugIsAskedFor(t *testing.T) {
	for version, want := range map[string]bool{"3.51.2": false, "3.51.3": true, "3.51.10": true, "3.54.1": true, "4.0.0": true, "3.9": false, "3.51": false, "3.51.3.1": true, "": false, "new": false} {
		if recent(version) != want {
			t.Errorf("%q: got %v", version, !want)
		}
	}
}

func TestAMissingSettingStopsTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rekey.db")
	for _, s := range writing.settings {
		bad := use{"rwc", "immediate", []setting{{s.name, "nonsense", "-1"}}}
		if pool, err := connect(t.Context(), path, bad, 1); err == nil {
			pool.Close()
			t.Errorf("%s was not read back", s.name)
		}
	}
}
