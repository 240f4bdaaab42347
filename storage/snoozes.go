package storage

import (
	"context"
	"database/sql"
	"fmt"

	"rekey/rotation"
)

// Snooze keeps a snooze, in the place of an earlier one of the same secret, and
// logs the event.
func (db *DB) Snooze(ctx context.Context, s rotation.Snooze, e rotation.Event) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.affect(ctx, `insert into snoozes (secret, due_on, until_at, by, reason, at) values ($1, $2, $3, $4, $5, $6)
			on conflict (secret) do update set due_on = excluded.due_on, until_at = excluded.until_at, by = excluded.by, reason = excluded.reason, at = excluded.at`,
			s.Secret, s.Due, s.Until.UnixNano(), s.By, s.Reason, s.At.UnixNano())
		if err != nil {
			return fmt.Errorf("noting a snooze: %w", err)
		}
		t.events = append(t.events, e)
		return nil
	})
}

// Snoozes returns the latest snooze of each secret that ever had one, by the
// secret's name.
func (db *DB) Snoozes(ctx context.Context) (map[string]rotation.Snooze, error) {
	rows, err := db.reader.QueryContext(ctx, `select secret, due_on, until_at, by, reason, at from snoozes`)
	if err != nil {
		return nil, fmt.Errorf("reading the snoozes: %w", err)
	}
	defer rows.Close()
	out := map[string]rotation.Snooze{}
	for rows.Next() {
		var s rotation.Snooze
		var until, at sql.NullInt64
		if err := rows.Scan(&s.Secret, &s.Due, &until, &s.By, &s.Reason, &at); err != nil {
			return nil, fmt.Errorf("reading the snoozes: %w", err)
		}
		s.Until, s.At = instant(until), instant(at)
		out[s.Secret] = s
	}
	return out, rows.Err()
}
