package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// envelopes are remembered for this long; Slack delivers again for about an
// hour. https://docs.slack.dev/apis/events-api/
const envelopes = 48 * time.Hour

// Seen notes that an envelope came in at a time, and reports whether that was
// the first time. Whoever stops between Seen and what the envelope asks for
// won't be asked again. Envelopes are forgotten after 48 hours.
func (db *DB) Seen(ctx context.Context, envelope string, at time.Time) (first bool, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.affect(ctx, `insert into envelopes (id, at) values ($1, $2) on conflict (id) do nothing`, envelope, at.UnixNano())
		if err != nil {
			return fmt.Errorf("noting an envelope: %w", err)
		}
		if first = n == 1; !first {
			return nil
		}
		t.dirty = true
		if _, err := t.ExecContext(ctx, `delete from envelopes where at < $1`, at.Add(-envelopes).UnixNano()); err != nil {
			return fmt.Errorf("forgetting old envelopes: %w", err)
		}
		return nil
	})
	return first && err == nil, err
}

// Hold notes that Slack asked us not to call a method before until, so that a
// restart doesn't either.
func (db *DB) Hold(ctx context.Context, method string, until time.Time) error {
	return db.run(ctx, "noting how long Slack wants us to wait",
		`insert into holds (method, until) values ($1, $2) on conflict (method) do update set until = excluded.until`, method, until.UnixNano())
}

// Holds returns until when each method is not to be called; the time may have
// passed.
func (db *DB) Holds(ctx context.Context) (map[string]time.Time, error) {
	rows, err := db.reader.QueryContext(ctx, `select method, until from holds`)
	if err != nil {
		return nil, fmt.Errorf("reading how long Slack wants us to wait: %w", err)
	}
	defer rows.Close()
	out := map[string]time.Time{}
	for rows.Next() {
		var method string
		var until sql.NullInt64
		if err := rows.Scan(&method, &until); err != nil {
			return nil, fmt.Errorf("reading how long Slack wants us to wait: %w", err)
		}
		out[method] = instant(until)
	}
	return out, rows.Err()
}
