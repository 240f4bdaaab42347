package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"rekey/rotation"
)

// LatestDigest returns the digest of the newest week, and false if there never
// was one.
func (db *DB) LatestDigest(ctx context.Context) (d rotation.Digest, ever bool, err error) {
	var due, posted, posting sql.NullInt64
	err = db.reader.QueryRowContext(ctx, `select week, due_at, channel, ts, posted_at, posting, posting_at from digests order by due_at desc limit 1`).
		Scan(&d.Week, &due, &d.Channel, &d.TS, &posted, &d.Posting, &posting)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("reading which digest was posted: %w", err)
	}
	d.Due, d.Posted, d.PostingAt = instant(due), instant(posted), instant(posting)
	return d, true, nil
}

// SaveDigest keeps how far the digest of its week is. There is one a week.
func (db *DB) SaveDigest(ctx context.Context, d rotation.Digest) error {
	return db.run(ctx, "noting how far the digest is", `insert into digests (week, due_at, channel, ts, posted_at, posting, posting_at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (week) do update set channel = excluded.channel, ts = excluded.ts, posted_at = excluded.posted_at, posting = excluded.posting, posting_at = excluded.posting_at`,
		d.Week, d.Due.UnixNano(), d.Channel, d.TS, stamp(d.Posted), d.Posting, stamp(d.PostingAt))
}
