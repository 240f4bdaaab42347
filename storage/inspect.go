package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
)

// inspect refuses a file that is no database, is damaged, or has a schema that
// this Rekey doesn't know. It only reads, so the file keeps every byte. One
// that is missing or empty is fine: it becomes a new database.
func inspect(ctx context.Context, path string) error {
	empty, err := sniff(path)
	if err != nil || empty {
		return err
	}
	pool, err := sql.Open("sqlite", gently(path))
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer pool.Close()
	if err := sound(ctx, pool); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("checking the database: %w", ctx.Err())
		}
		return refuse(path+" is damaged: "+err.Error()+".", "Keep a copy of it and of "+path+"-wal, then put the last backup in its place.")
	}
	return known(ctx, pool, path)
}

// sniff reports whether the file is missing or empty, and refuses one that
// doesn't begin as a database does. https://www.sqlite.org/fileformat.html
func sniff(path string) (empty bool, err error) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("opening the database: %w", err)
	}
	defer file.Close()
	magic := []byte("SQLite format 3\x00")
	start := make([]byte, len(magic))
	n, err := io.ReadFull(file, start)
	switch {
	case err == io.EOF:
		return true, nil
	case err != nil && err != io.ErrUnexpectedEOF:
		return false, fmt.Errorf("reading the database: %w", err)
	case !bytes.Equal(start[:n], magic):
		return false, refuse(path+" is not a SQLite database.", "Set DATABASE_URL to another path, or put the last backup in its place.")
	}
	return false, nil
}

// gently is the address under which a look changes nothing.
func gently(path string) string {
	left := func(suffix string) bool {
		info, err := os.Stat(path + suffix)
		return err == nil && info.Size() > 0
	}
	u := use{mode: "ro", txlock: "deferred", settings: []setting{{"busy_timeout", "5000", "5000"}, {"query_only", "1", "1"}}}
	switch {
	case left("-journal"):
		// A first start was cut off in the middle; SQLite has to take back
		// what it wrote before anything can be read.
		u.mode = "rw"
	case !left("-wal"):
		// Then SQLite makes no files beside the database.
		return address(path, u) + "&immutable=1"
	}
	return address(path, u)
}

// sound runs SQLite's own check.
func sound(ctx context.Context, pool *sql.DB) error {
	var found string
	if err := pool.QueryRowContext(ctx, `pragma quick_check(1)`).Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return errors.New(found)
	}
	return nil
}

// known compares the migrations that the file has with ours.
func known(ctx context.Context, pool *sql.DB, path string) error {
	var tables, versioned int
	row := pool.QueryRowContext(ctx, `select count(*), coalesce(sum(case when name = 'schema_version' then 1 else 0 end), 0) from sqlite_master where type = 'table'`)
	if err := row.Scan(&tables, &versioned); err != nil {
		return fmt.Errorf("reading the database's schema: %w", err)
	}
	switch {
	case tables == 0:
		return nil
	case versioned == 0:
		return refuse(path+" is another program's database.", "Set DATABASE_URL to another path.")
	}
	applied, err := applied(ctx, pool)
	if err != nil {
		return err
	}
	ours := migrations()
	for n, sum := range applied {
		switch {
		case n > len(ours):
			return refuse(fmt.Sprintf("%s was written by a newer Rekey (schema %d; this one knows %d).", path, n, len(ours)), "Run that Rekey again, or put a backup from before in its place.")
		case sum != ours[n-1].sum:
			return refuse(fmt.Sprintf("%s was written by another Rekey: its schema %d is not ours.", path, n), "Run the Rekey that wrote it.")
		}
	}
	return nil
}
