package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"rekey/rotation"
)

// Stale returns the rotations, running or ended, that Slack doesn't show as
// they are, oldest first: the card is missing or shows an older version, or
// the turn wasn't told.
func (db *DB) Stale(ctx context.Context) ([]rotation.ID, error) {
	rows, err := db.reader.QueryContext(ctx, `select r.id from rotations r left join cards c on c.rotation = r.id
		where c.rotation is null or c.ts = '' or c.shown < r.version or c.told < r.turn order by r.id`)
	if err != nil {
		return nil, fmt.Errorf("looking for cards to redraw: %w", err)
	}
	defer rows.Close()
	var out []rotation.ID
	for rows.Next() {
		var id rotation.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("looking for cards to redraw: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Card returns the card of a rotation; one with only its Rotation set if there
// is none yet.
func (db *DB) Card(ctx context.Context, id rotation.ID) (rotation.Card, error) {
	return card(db.reader.QueryRowContext(ctx, `select rotation, channel, ts, shown, told, posting, posting_at from cards where rotation = $1`, id),
		rotation.Card{Rotation: id}, nil)
}

// CardAt returns the card that is the message ts in channel, or an Error with
// Unknown.
func (db *DB) CardAt(ctx context.Context, channel, ts string) (rotation.Card, error) {
	return card(db.reader.QueryRowContext(ctx, `select rotation, channel, ts, shown, told, posting, posting_at from cards where channel = $1 and ts = $2 and ts <> ''`, channel, ts),
		rotation.Card{}, &rotation.Error{Reason: rotation.Unknown, What: "This message isn't a rotation's card any more.", Next: "Use the rotation's newest card."})
}

// SaveCard stores the card of a rotation in place of what was known of it.
func (db *DB) SaveCard(ctx context.Context, c rotation.Card) error {
	return db.run(ctx, "storing a card", `insert into cards (rotation, channel, ts, shown, told, posting, posting_at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (rotation) do update set channel = excluded.channel, ts = excluded.ts, shown = excluded.shown, told = excluded.told,
		posting = excluded.posting, posting_at = excluded.posting_at`,
		c.Rotation, c.Channel, c.TS, c.Shown, c.Told, c.Posting, stamp(c.PostingAt))
}

// card reads the card in row, or returns none and why if there is no row.
func card(row *sql.Row, none rotation.Card, why error) (rotation.Card, error) {
	var c rotation.Card
	var at sql.NullInt64
	switch err := row.Scan(&c.Rotation, &c.Channel, &c.TS, &c.Shown, &c.Told, &c.Posting, &at); {
	case errors.Is(err, sql.ErrNoRows):
		return none, why
	case err != nil:
		return rotation.Card{}, fmt.Errorf("reading a card: %w", err)
	}
	c.PostingAt = instant(at)
	return c, nil
}
