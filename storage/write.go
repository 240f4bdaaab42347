package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"rekey/rotation"
)

// patience is how long one transaction may take, waiting included.
const patience = 5 * time.Second

// A tx is one transaction that writes. Events are logged at its end, so that
// the log's head is what is locked last and shortest.
type tx struct {
	*sql.Tx
	events []rotation.Event
	dirty  bool // something else was written
}

// write runs do in one transaction and commits it if do wrote anything. An
// error means that nothing was written. The caller's context counts only while
// waiting in line: the driver may report a statement as cancelled that it has
// committed.
func (db *DB) write(ctx context.Context, do func(context.Context, *tx) error) error {
	if err := db.unmoved(); err != nil {
		return err
	}
	number := db.writes.Add(1)
	doubtful, err := db.transact(ctx, number, do)
	if doubtful {
		return db.settle(number, err)
	}
	return err
}

// transact reports an error as doubtful if the commit may have landed.
func (db *DB) transact(ctx context.Context, number int64, do func(context.Context, *tx) error) (doubtful bool, err error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("waiting to write: %w", err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	begun, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("starting to write: %w", err)
	}
	defer begun.Rollback()
	t := &tx{Tx: begun}
	if err := do(ctx, t); err != nil {
		return false, err
	}
	if !t.dirty && len(t.events) == 0 {
		return false, nil
	}
	if err := db.claim(ctx, t, number); err != nil {
		return false, err
	}
	if err := t.log(ctx); err != nil {
		return false, err
	}
	if err := t.Commit(); err != nil {
		return true, fmt.Errorf("committing: %w", err)
	}
	return false, nil
}

// claim names the transaction, and refuses it if a later process has started.
func (db *DB) claim(ctx context.Context, t *tx, number int64) error {
	n, err := t.affect(ctx, `update process set writes = $1 where id = 1 and fence = $2`, number, db.fence)
	if err != nil {
		return fmt.Errorf("naming the transaction: %w", err)
	}
	if n != 1 {
		return errors.New("another Rekey has started on this database; this one may not write any more")
	}
	return nil
}

// settle finds out what became of a commit that reported an error.
func (db *DB) settle(number int64, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var stored int64
	if err := db.writer.QueryRowContext(ctx, `select writes from process where id = 1 and fence = $1`, db.fence).Scan(&stored); err != nil {
		return fmt.Errorf("%w; whether it was written is not known: %w", cause, err)
	}
	if stored == number {
		return nil
	}
	return cause
}

// unmoved reports an error if the file was deleted or replaced since it was
// opened: SQLite would go on writing to the one that nobody finds again.
func (db *DB) unmoved() error {
	info, err := os.Stat(db.path)
	if err == nil && os.SameFile(info, db.file) {
		return nil
	}
	return fmt.Errorf("the database %s was removed or replaced while it was in use; stop Rekey, put the file back, start again", db.path)
}

// affect runs one statement and returns how many rows it changed.
func (t *tx) affect(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := t.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run is a write of one statement; doing says what for.
func (db *DB) run(ctx context.Context, doing, statement string, args ...any) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.affect(ctx, statement, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		t.dirty = n > 0
		return nil
	})
}
