// Package storage keeps rotations, their audit log and what Slack has been
// shown, in one SQLite file on a local disk.
//
// What a method has reported as written is on the disk, also after a crash or
// a power cut; what it has reported as failed was not written. One process at
// a time owns the file. The SQL runs on PostgreSQL too; only the files that
// open, lock and check the database know SQLite.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"rekey/rotation"
)

// A DB is an open database, owned by this process until Close. It is a
// rotation.Store, and safe for use by many goroutines.
type DB struct {
	path   string
	file   os.FileInfo // the file at path when it was opened
	lock   *os.File
	writer *sql.DB // one connection: writers wait in line instead of failing
	reader *sql.DB
	fence  int64
	writes atomic.Int64 // numbers this process's transactions
	close  func() error
}

var _ rotation.Store = (*DB)(nil)

// Open opens the database at path, a file on a local disk, and makes it ours.
// It creates the file (mode 0600) and its directory (0700) if they are missing
// and brings an older schema up to date. A person's error, a *rotation.Error,
// says what to do if the path can't be used, if another process has it, or if
// the file is damaged, no database, or made by a newer Rekey; such a file is
// left as it was, byte for byte.
func Open(ctx context.Context, path string) (*DB, error) {
	path, err := place(path)
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, lock: lock}
	if err := db.open(ctx); err != nil {
		return nil, errors.Join(err, db.release())
	}
	db.close = sync.OnceValue(db.shut)
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if err := inspect(ctx, db.path); err != nil {
		return err
	}
	if err := db.create(); err != nil {
		return err
	}
	var err error
	if db.writer, err = connect(ctx, db.path, writing, 1); err != nil {
		return err
	}
	if err := migrate(ctx, db.writer, time.Now()); err != nil {
		return err
	}
	if db.fence, err = start(ctx, db.writer, time.Now()); err != nil {
		return err
	}
	db.reader, err = connect(ctx, db.path, reading, 4)
	return err
}

// create makes the file itself, since SQLite would make it readable to all,
// and remembers which file it is.
func (db *DB) create() error {
	file, err := os.OpenFile(db.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	// Nothing is connected yet, so closing the file can't drop SQLite's locks.
	defer file.Close()
	if db.file, err = file.Stat(); err != nil {
		return fmt.Errorf("looking at the database file: %w", err)
	}
	return nil
}

// start counts this start, so that writes of a process before it are refused.
func start(ctx context.Context, writer *sql.DB, now time.Time) (fence int64, err error) {
	row := writer.QueryRowContext(ctx, `update process set fence = fence + 1, started_at = $1, writes = 0 where id = 1 returning fence`, now.UnixNano())
	if err := row.Scan(&fence); err != nil {
		return 0, fmt.Errorf("counting this start in the database: %w", err)
	}
	return fence, nil
}

// Fence counts the starts of processes on this database. Ours is the highest.
func (db *DB) Fence() int64 { return db.fence }

// Close moves the log into the file and gives up the lock. Calls in flight may
// fail. Only the first Close does anything; later ones return what it did.
func (db *DB) Close() error { return db.close() }

func (db *DB) shut() error {
	// A reader would keep the log from being emptied.
	err := db.reader.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return errors.Join(err, db.Checkpoint(ctx), db.release())
}

// release closes what is open, the lock last.
func (db *DB) release() error {
	var errs []error
	for _, pool := range []*sql.DB{db.reader, db.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(append(errs, db.lock.Close())...)
}

// Checkpoint moves the write-ahead log into the file and empties it, so that
// deleted text is gone from both. Run it every hour. It fails if a reader was
// in the way for five seconds; nothing is lost then.
func (db *DB) Checkpoint(ctx context.Context) error {
	var busy, frames, moved int64
	if err := db.writer.QueryRowContext(ctx, `pragma wal_checkpoint(truncate)`).Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("emptying the write-ahead log: %w", err)
	}
	if busy != 0 {
		return errors.New("emptying the write-ahead log: a reader was in the way")
	}
	return nil
}

// Ping reports whether the database can be written now: it commits a tiny
// transaction.
func (db *DB) Ping(ctx context.Context) error {
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.dirty = true
		return nil
	})
}
