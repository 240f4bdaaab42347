package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rekey/rotation"
)

const bulletinColumns = `key, due_at, channel, ts, posted_at, posting, posting_at`

// Bulletin returns the bulletin of a key, and false if it was never begun.
func (db *DB) Bulletin(ctx context.Context, key string) (b rotation.Bulletin, ever bool, err error) {
	return first(db.bulletins(ctx, `where key = $1`, key))
}

// LatestBulletin returns the newest bulletin of a series, and false if there
// never was one.
func (db *DB) LatestBulletin(ctx context.Context, series string) (b rotation.Bulletin, ever bool, err error) {
	return first(db.bulletins(ctx, `where series = $1 order by due_at desc, key desc limit 1`, series))
}

// Unconfirmed returns the bulletins of a series that were sent without an
// answer, oldest first.
func (db *DB) Unconfirmed(ctx context.Context, series string) ([]rotation.Bulletin, error) {
	return db.bulletins(ctx, `where series = $1 and posting <> '' order by due_at, key`, series)
}

func first(found []rotation.Bulletin, err error) (rotation.Bulletin, bool, error) {
	if err != nil || len(found) == 0 {
		return rotation.Bulletin{}, false, err
	}
	return found[0], true, nil
}

func (db *DB) bulletins(ctx context.Context, which string, args ...any) ([]rotation.Bulletin, error) {
	rows, err := db.reader.QueryContext(ctx, `select `+bulletinColumns+` from bulletins `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("reading what was posted: %w", err)
	}
	defer rows.Close()
	var out []rotation.Bulletin
	for rows.Next() {
		var b rotation.Bulletin
		var due, posted, posting sql.NullInt64
		if err := rows.Scan(&b.Key, &due, &b.Channel, &b.TS, &posted, &b.Posting, &posting); err != nil {
			return nil, fmt.Errorf("reading what was posted: %w", err)
		}
		b.Due, b.Posted, b.PostingAt = instant(due), instant(posted), instant(posting)
		out = append(out, b)
	}
	return out, rows.Err()
}

// SaveBulletin keeps how far a bulletin is. One that names what it tells
// replaces what it named before.
func (db *DB) SaveBulletin(ctx context.Context, b rotation.Bulletin) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.affect(ctx, `insert into bulletins (`+bulletinColumns+`, series) values ($1, $2, $3, $4, $5, $6, $7, $8)
			on conflict (key) do update set channel = excluded.channel, ts = excluded.ts, posted_at = excluded.posted_at, posting = excluded.posting, posting_at = excluded.posting_at`,
			b.Key, b.Due.UnixNano(), b.Channel, b.TS, stamp(b.Posted), b.Posting, stamp(b.PostingAt), b.Series())
		if err != nil {
			return fmt.Errorf("noting how far %s is: %w", b.Key, err)
		}
		t.dirty = true
		if len(b.Tells) == 0 {
			return nil
		}
		if _, err := t.affect(ctx, `delete from told where bulletin = $1`, b.Key); err != nil {
			return fmt.Errorf("noting what %s tells: %w", b.Key, err)
		}
		for _, x := range b.Tells {
			if _, err := t.affect(ctx, `insert into told (bulletin, secret, due_on, rung) values ($1, $2, $3, $4)`, b.Key, x.Secret, x.Due, x.Rung); err != nil {
				return fmt.Errorf("noting what %s tells: %w", b.Key, err)
			}
		}
		return nil
	})
}

// Told returns what a series has told people since an instant, for each secret
// and due date.
func (db *DB) Told(ctx context.Context, series string, since time.Time) ([]rotation.Told, error) {
	rows, err := db.reader.QueryContext(ctx, `select told.secret, told.due_on, min(told.rung), count(*), max(bulletins.posted_at)
		from bulletins join told on told.bulletin = bulletins.key
		where bulletins.series = $1 and bulletins.due_at >= $2 and bulletins.posted_at is not null
		group by told.secret, told.due_on order by told.secret, told.due_on`, series, since.UnixNano())
	if err != nil {
		return nil, fmt.Errorf("reading what people were told: %w", err)
	}
	defer rows.Close()
	var out []rotation.Told
	for rows.Next() {
		var x rotation.Told
		var last sql.NullInt64
		if err := rows.Scan(&x.Secret, &x.Due, &x.Rung, &x.Times, &last); err != nil {
			return nil, fmt.Errorf("reading what people were told: %w", err)
		}
		x.Last = instant(last)
		out = append(out, x)
	}
	return out, rows.Err()
}
