package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"time"
)

//go:embed migrations
var files embed.FS

// A migration is one numbered file; one that was released never changes.
type migration struct {
	name, sql, sum string
}

// migrations returns ours in order: the first has number 1.
func migrations() []migration {
	entries, err := files.ReadDir("migrations")
	if err != nil {
		panic("storage: the migrations are not embedded: " + err.Error())
	}
	var out []migration
	for _, e := range entries {
		text, err := files.ReadFile("migrations/" + e.Name())
		if err != nil {
			panic("storage: a migration can't be read: " + err.Error())
		}
		sum := sha256.Sum256(text)
		out = append(out, migration{e.Name(), string(text), hex.EncodeToString(sum[:])})
	}
	return out
}

// migrate applies what the database doesn't have yet, each file in its own
// transaction: a crash in between leaves it at a version that we know.
func migrate(ctx context.Context, writer *sql.DB, now time.Time) error {
	if _, err := writer.ExecContext(ctx, `create table if not exists schema_version (n bigint primary key, sha256 text not null, at bigint not null)`); err != nil {
		return fmt.Errorf("preparing the database: %w", err)
	}
	done, err := applied(ctx, writer)
	if err != nil {
		return err
	}
	for i, m := range migrations() {
		if _, ok := done[i+1]; ok {
			continue
		}
		if err := apply(ctx, writer, i+1, m, now); err != nil {
			return fmt.Errorf("bringing the database up to date with %s: %w", m.name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, writer *sql.DB, n int, m migration, now time.Time) error {
	t, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if _, err := t.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `insert into schema_version (n, sha256, at) values ($1, $2, $3)`, n, m.sum, now.UnixNano()); err != nil {
		return err
	}
	return t.Commit()
}

// applied returns the checksums of the migrations that a database has, by
// number.
func applied(ctx context.Context, pool *sql.DB) (map[int]string, error) {
	rows, err := pool.QueryContext(ctx, `select n, sha256 from schema_version`)
	if err != nil {
		return nil, fmt.Errorf("reading the schema's version: %w", err)
	}
	defer rows.Close()
	out := map[int]string{}
	for rows.Next() {
		var n int
		var sum string
		if err := rows.Scan(&n, &sum); err != nil {
			return nil, fmt.Errorf("reading the schema's version: %w", err)
		}
		out[n] = sum
	}
	return out, rows.Err()
}
