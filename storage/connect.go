package storage

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
)

// A setting is a pragma and what it reads back as.
// https://www.sqlite.org/pragma.html
type setting struct{ name, value, shown string }

// settings are what every connection has. FULL makes a commit survive a power
// cut; secure_delete overwrites what is deleted.
var settings = []setting{
	{"busy_timeout", "5000", "5000"},
	{"foreign_keys", "1", "1"},
	{"secure_delete", "1", "1"},
	{"synchronous", "FULL", "2"},
}

// A use is what a pool of connections is for.
type use struct {
	mode     string // of the file
	txlock   string // how a transaction begins
	settings []setting
}

var (
	// Immediate, because a transaction that reads first and then writes would
	// fail at once if somebody else wrote in between.
	writing = use{"rw", "immediate", append([]setting{{"journal_mode", "WAL", "wal"}, {"query_only", "0", "0"}}, settings...)}
	reading = use{"ro", "deferred", append([]setting{{"query_only", "1", "1"}}, settings...)}
)

// connect opens a pool and checks that the settings have taken: the driver
// ignores a key that it doesn't know.
func connect(ctx context.Context, path string, u use, connections int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", address(path, u))
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := check(ctx, pool, u); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// address is the driver's name for the file, with every setting in it, so that
// a connection which the pool opens later has them too.
func address(path string, u use) string {
	query := url.Values{"mode": {u.mode}, "_txlock": {u.txlock}}
	for _, s := range u.settings {
		query.Add("_pragma", s.name+"("+s.value+")")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

func check(ctx context.Context, pool *sql.DB, u use) error {
	var version string
	if err := pool.QueryRowContext(ctx, `select sqlite_version()`).Scan(&version); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if !recent(version) {
		return fmt.Errorf("this Rekey was built with SQLite %s, which can damage a database; 3.51.3 or newer is needed", version)
	}
	for _, s := range u.settings {
		var got string
		if err := pool.QueryRowContext(ctx, "pragma "+s.name).Scan(&got); err != nil {
			return fmt.Errorf("reading back %s: %w", s.name, err)
		}
		if got != s.shown {
			return fmt.Errorf("the database has %s %s, and %s is needed", s.name, got, s.shown)
		}
	}
	return nil
}

// recent reports whether SQLite has the fix for the WAL-reset bug.
// https://www.sqlite.org/wal.html#walresetbug
func recent(version string) bool {
	got := make([]int, 3)
	n, _ := fmt.Sscanf(version, "%d.%d.%d", &got[0], &got[1], &got[2])
	return n == 3 && slices.Compare(got, []int{3, 51, 3}) >= 0
}
