package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rekey/rotation"
)

// A Look is what a report is made from.
type Look struct {
	Newest []*rotation.Rotation // of every secret that ever had one, without the steps of what has ended
	Owing  []*rotation.Rotation // those that left old credentials
	Seen   []rotation.Sighting

	Snoozes map[string]rotation.Snooze // by the secret's name
}

// LookAt reads what a report is made from, whether or not a Rekey is running
// on the file. It takes no lock of Rekey's, makes no file, and leaves every
// byte as it is, so the right to read the file is enough. A person's error, a
// *rotation.Error, says what to do if there is nothing to read yet, or if the
// file is damaged, no database, or made by an older or newer Rekey.
func LookAt(ctx context.Context, path string) (Look, error) {
	path, err := at(path)
	if err != nil {
		return Look{}, err
	}
	where, err := untouched(path)
	if err != nil {
		return Look{}, err
	}
	pool, err := sql.Open("sqlite", where)
	if err != nil {
		return Look{}, fmt.Errorf("opening the database: %w", err)
	}
	defer pool.Close()
	db := &DB{path: path, reader: pool}
	out, err := db.look(ctx)
	if damaged(err) {
		return Look{}, refuse(path+" is damaged: "+err.Error()+".", "Stop Rekey, keep a copy of it and of "+path+"-wal, then put the last backup in its place.")
	}
	return out, err
}

func (db *DB) look(ctx context.Context) (out Look, err error) {
	if err := known(ctx, db.reader, db.path); err != nil {
		return out, err
	}
	if err := current(ctx, db.reader, db.path); err != nil {
		return out, err
	}
	if out.Newest, err = db.Brief(ctx); err != nil {
		return out, err
	}
	if out.Owing, err = db.Owing(ctx); err != nil {
		return out, err
	}
	if out.Seen, err = db.Sightings(ctx); err != nil {
		return out, err
	}
	out.Snoozes, err = db.Snoozes(ctx)
	return out, err
}

// current refuses a schema that isn't brought up to date yet, since a look
// can't do that.
func current(ctx context.Context, pool *sql.DB, path string) error {
	var tables int
	if err := pool.QueryRowContext(ctx, `select count(*) from sqlite_master where type = 'table'`).Scan(&tables); err != nil {
		return fmt.Errorf("reading the database's schema: %w", err)
	}
	if tables == 0 {
		return nothingYet(path)
	}
	done, err := applied(ctx, pool)
	if err != nil {
		return err
	}
	if ours := len(migrations()); len(done) < ours {
		return refuse(fmt.Sprintf("%s was written by an older Rekey (schema %d; this one has %d).", path, len(done), ours), "Start `rekey serve` of this version on it once; it brings the file up to date.")
	}
	return nil
}

// untouched is the address under which a look makes and changes no file at
// all. While another process has the database open, its shared memory beside
// the file is read too, and never written. https://www.sqlite.org/wal.html#readonly
func untouched(path string) (string, error) {
	empty, err := sniff(path)
	switch {
	case errors.Is(err, os.ErrPermission):
		return "", refuse("You may not read "+path+".", "Run this as the user that Rekey runs as, or have yourself given the right to read the file and its directory.")
	case err != nil:
		return "", err
	case empty:
		return "", nothingYet(path)
	case size(path+"-journal") > 0:
		return "", refuse(path+" isn't finished: its first start was cut off.", "Start `rekey serve` on it once.")
	}
	u := use{mode: "ro", txlock: "deferred", settings: []setting{{"busy_timeout", "5000", "5000"}, {"query_only", "1", "1"}}}
	switch wal, shm := size(path+"-wal"), size(path+"-shm"); {
	case wal < 0, wal == 0 && shm < 0: // SQLite would make what is missing
		return address(path, u) + "&immutable=1", nil
	case shm < 0:
		return "", refuse(path+"-wal has changes that can't be read without "+path+"-shm.", "Start `rekey serve` on the database once, or read a backup of it.")
	}
	return address(path, u) + "&readonly_shm=1", nil
}

// size is a file's size, or -1 if there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

func nothingYet(path string) error {
	return refuse("There is no database at "+path+" yet.", "Start `rekey serve` once, or say where its database is: --database, or DATABASE_URL.")
}

// damaged reports whether SQLite couldn't make sense of the file.
func damaged(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && (failed.Code()&0xff == sqlite3.SQLITE_CORRUPT || failed.Code()&0xff == sqlite3.SQLITE_NOTADB)
}
