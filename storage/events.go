package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

const columns = `seq, rotation, secret, at, by, kind, step, text, reply_to, reply_channel, reply_text, prev_hash, hash`

// A line is an event as it stands in the log.
type line struct {
	rotation.Event
	prev, hash string
}

// Log stores an event that changes no rotation.
func (db *DB) Log(ctx context.Context, e rotation.Event) error {
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.events = append(t.events, e)
		return nil
	})
}

// log appends the transaction's events to the chain; moving the head is the
// last statement.
func (t *tx) log(ctx context.Context) error {
	if len(t.events) == 0 {
		return nil
	}
	var seq int64
	var head string
	if err := t.QueryRowContext(ctx, `select seq, hash from head where id = 1`).Scan(&seq, &head); err != nil {
		return fmt.Errorf("reading the head of the log: %w", err)
	}
	last := seq
	for _, e := range t.events {
		last++
		e.Seq = last
		l := line{Event: e, prev: head}
		l.hash = l.sum()
		if err := t.insert(ctx, l); err != nil {
			return fmt.Errorf("logging %q: %w", e.Kind, err)
		}
		head = l.hash
	}
	n, err := t.affect(ctx, `update head set seq = $1, hash = $2 where id = 1 and seq = $3`, last, head, seq)
	if err != nil {
		return fmt.Errorf("moving the head of the log: %w", err)
	}
	if n != 1 {
		return errors.New("moving the head of the log: somebody else moved it meanwhile")
	}
	return nil
}

func (t *tx) insert(ctx context.Context, l line) error {
	var to, channel, text sql.NullString
	if l.Reply != nil {
		to, channel, text = some(string(l.Reply.To)), some(l.Reply.Channel), some(l.Reply.Text)
	}
	_, err := t.ExecContext(ctx, `insert into events (`+columns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		l.Seq, l.Rotation, l.Secret, l.At.UnixNano(), l.By, l.Kind, l.Step, l.Text, to, channel, text, l.prev, l.hash)
	return err
}

func some(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }

// Events returns the events of one rotation, oldest first.
func (db *DB) Events(ctx context.Context, id rotation.ID) ([]rotation.Event, error) {
	return db.events(ctx, `select `+columns+` from events where rotation = $1 order by seq`, id)
}

// Owed returns up to a hundred events whose replies weren't delivered yet,
// oldest first.
func (db *DB) Owed(ctx context.Context) ([]rotation.Event, error) {
	return db.events(ctx, `select `+columns+` from events where reply_to is not null and answered_at is null order by seq limit 100`)
}

// Answered notes that the reply of event seq was delivered. The first time
// stands.
func (db *DB) Answered(ctx context.Context, seq int64, at time.Time) error {
	return db.run(ctx, "noting that a reply was delivered",
		`update events set answered_at = $1 where seq = $2 and reply_to is not null and answered_at is null`, at.UnixNano(), seq)
}

func (db *DB) events(ctx context.Context, query string, args ...any) ([]rotation.Event, error) {
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", err)
	}
	defer rows.Close()
	var out []rotation.Event
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Event)
	}
	return out, rows.Err()
}

func scan(rows *sql.Rows) (line, error) {
	var l line
	var at int64
	var to, channel, text sql.NullString
	err := rows.Scan(&l.Seq, &l.Rotation, &l.Secret, &at, &l.By, &l.Kind, &l.Step, &l.Text, &to, &channel, &text, &l.prev, &l.hash)
	if err != nil {
		return l, fmt.Errorf("reading the log: %w", err)
	}
	l.At = time.Unix(0, at).UTC()
	if to.Valid {
		l.Reply = &rotation.Reply{To: rotation.Person(to.String), Channel: channel.String, Text: text.String}
	}
	return l, nil
}
