package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

// Create stores r as version 1 under the next number, which it sets in r, and
// logs e. It returns an Error with Conflict, and leaves r as it was, if a
// rotation of the same secret is running; Latest says which.
func (db *DB) Create(ctx context.Context, r *rotation.Rotation, e rotation.Event) error {
	stored := r.Clone()
	stored.Version = 1
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.QueryRowContext(ctx, `update counters set n = n + 1 where name = 'rotation' returning n`).Scan(&stored.ID); err != nil {
			return fmt.Errorf("numbering the rotation: %w", err)
		}
		body, err := encode(stored)
		if err != nil {
			return err
		}
		n, err := t.affect(ctx, `insert into rotations (id, secret, state, version, turn, due_at, fence, body, debts) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (secret) where state = 'running' do nothing`,
			stored.ID, stored.Plan.Secret, stored.State, stored.Version, stored.Turn.N, stamp(wake(stored)), db.fence, body, len(stored.OpenDebts()))
		if err != nil {
			return fmt.Errorf("storing the rotation: %w", err)
		}
		if n == 0 {
			return conflict(ctx, t, stored.Plan.Secret)
		}
		e.Rotation = stored.ID
		t.events = append(t.events, e)
		return nil
	})
	if err != nil {
		return err
	}
	r.ID, r.Version = stored.ID, stored.Version
	return nil
}

func conflict(ctx context.Context, t *tx, secret string) error {
	var id rotation.ID
	if err := t.QueryRowContext(ctx, `select id from rotations where secret = $1 and state = 'running'`, secret).Scan(&id); err != nil {
		return fmt.Errorf("finding the rotation that is running: %w", err)
	}
	return &rotation.Error{
		Reason: rotation.Conflict,
		What:   fmt.Sprintf("Rotation %d of %s is running already.", id, secret),
		Next:   "Its card shows who is needed now; finish or cancel it before you start another.",
	}
}

// Update reads a rotation, lets change decide, and writes it back: as the next
// version with the events logged, or as the same version if there are none,
// which is how a poll moves Due. Nothing is written if change returns an error, which is passed on as it is, or if there are no events and no
// difference. Change runs while every other writer waits, for five seconds at
// most: it must not call the store or a provider.
func (db *DB) Update(ctx context.Context, id rotation.ID, change func(*rotation.Rotation) ([]rotation.Event, error)) (*rotation.Rotation, error) {
	var now *rotation.Rotation
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		r, err := one(t.QueryRowContext(ctx, `select id, version, body from rotations where id = $1`, id), missing(id))
		if err != nil {
			return err
		}
		before, err := encode(r)
		if err != nil {
			return err
		}
		version := r.Version
		if t.events, err = change(r); err != nil {
			return err
		}
		for i := range t.events {
			t.events[i].Rotation = id
		}
		r.ID, r.Version = id, version
		after, err := encode(r)
		if err != nil {
			return err
		}
		if after == before && len(t.events) == 0 {
			now = r
			return nil
		}
		now, err = db.replace(ctx, t, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return now, nil
}

// replace writes r over its row, and returns what a reader gets from now on.
func (db *DB) replace(ctx context.Context, t *tx, r *rotation.Rotation) (*rotation.Rotation, error) {
	was := r.Version
	if len(t.events) > 0 {
		r.Version++
	}
	body, err := encode(r)
	if err != nil {
		return nil, err
	}
	short, err := brief(r)
	if err != nil {
		return nil, err
	}
	n, err := t.affect(ctx, `update rotations set secret = $1, state = $2, version = $3, turn = $4, due_at = $5, fence = $6, body = $7, debts = $10, brief = $11
		where id = $8 and version = $9 and fence <= $6`,
		r.Plan.Secret, r.State, r.Version, r.Turn.N, stamp(wake(r)), db.fence, body, r.ID, was, len(r.OpenDebts()), short)
	if err != nil {
		return nil, fmt.Errorf("storing rotation %d: %w", r.ID, err)
	}
	if n != 1 {
		return nil, fmt.Errorf("storing rotation %d: somebody else changed it meanwhile", r.ID)
	}
	t.dirty = true
	return decode(r.ID, r.Version, body)
}

// Rotation returns one rotation, or an Error with Unknown.
func (db *DB) Rotation(ctx context.Context, id rotation.ID) (*rotation.Rotation, error) {
	return one(db.reader.QueryRowContext(ctx, `select id, version, body from rotations where id = $1`, id), missing(id))
}

// Latest returns the newest rotation of a secret, running or ended, or an
// Error with Unknown.
func (db *DB) Latest(ctx context.Context, secret string) (*rotation.Rotation, error) {
	row := db.reader.QueryRowContext(ctx, `select id, version, body from rotations where secret = $1 order by id desc limit 1`, secret)
	return one(row, &rotation.Error{Reason: rotation.Unknown, What: "There was no rotation of " + secret + " yet."})
}

// Newest returns the newest rotation of every secret that ever had one.
func (db *DB) Newest(ctx context.Context) ([]*rotation.Rotation, error) {
	return db.many(ctx, `select id, version, body from rotations where id in (select max(id) from rotations group by secret) order by id`)
}

// Brief returns the same as Newest for a report: of a rotation that has ended,
// it leaves the steps out, which are most of it.
func (db *DB) Brief(ctx context.Context) ([]*rotation.Rotation, error) {
	return db.many(ctx, `select id, version, coalesce(brief, body) from rotations where id in (select max(id) from rotations group by secret) order by id`)
}

// Running returns all running rotations, oldest first.
func (db *DB) Running(ctx context.Context) ([]*rotation.Rotation, error) {
	return db.many(ctx, `select id, version, body from rotations where state = 'running' order by id`)
}

// Owing returns the rotations that left credentials which aren't proven dead,
// oldest first.
func (db *DB) Owing(ctx context.Context) ([]*rotation.Rotation, error) {
	return db.many(ctx, `select id, version, body from rotations where debts > 0 order by id`)
}

// Ended returns the newest rotations of a secret that ended, newest first, at
// most limit of them; of all secrets if it is empty.
func (db *DB) Ended(ctx context.Context, secret string, limit int) ([]*rotation.Rotation, error) {
	return db.many(ctx, `select id, version, body from rotations where state <> 'running' and (secret = $1 or $1 = '') order by id desc limit $2`, secret, limit)
}

// Due returns the rotations that are due at now, longest overdue first, and
// when the next one will be; zero: none will. One that has ended is due while
// it has debts to look at.
func (db *DB) Due(ctx context.Context, now time.Time) (due []rotation.ID, next time.Time, err error) {
	rows, err := db.reader.QueryContext(ctx, `select id, due_at from rotations where due_at is not null order by due_at, id`)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("reading what is due: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id rotation.ID
		var at sql.NullInt64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, time.Time{}, fmt.Errorf("reading what is due: %w", err)
		}
		if next = instant(at); next.After(now) {
			return due, next, nil
		}
		due = append(due, id)
	}
	return due, time.Time{}, rows.Err()
}

// Counts returns how many rotations are "running", how many of those are
// "parked", and how many "debts" are open.
func (db *DB) Counts(ctx context.Context) (map[string]int, error) {
	running, err := db.Running(ctx)
	if err != nil {
		return nil, err
	}
	var debts int
	counts := map[string]int{"running": len(running), "parked": 0}
	for _, r := range running {
		if s := r.Step(); s != nil && s.State == rotation.Parked {
			counts["parked"]++
		}
	}
	if err := db.reader.QueryRowContext(ctx, `select coalesce(sum(debts), 0) from rotations`).Scan(&debts); err != nil {
		return nil, fmt.Errorf("counting debts: %w", err)
	}
	counts["debts"] = debts
	return counts, nil
}

func missing(id rotation.ID) error {
	return &rotation.Error{Reason: rotation.Unknown, What: fmt.Sprintf("There is no rotation %d.", id)}
}

// one reads the rotation in row, or returns none if there is no row.
func one(row *sql.Row, none error) (*rotation.Rotation, error) {
	var id rotation.ID
	var version int64
	var body string
	switch err := row.Scan(&id, &version, &body); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, none
	case err != nil:
		return nil, fmt.Errorf("reading a rotation: %w", err)
	}
	return decode(id, version, body)
}

func (db *DB) many(ctx context.Context, query string, args ...any) ([]*rotation.Rotation, error) {
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading rotations: %w", err)
	}
	defer rows.Close()
	var out []*rotation.Rotation
	for rows.Next() {
		var id rotation.ID
		var version int64
		var body string
		if err := rows.Scan(&id, &version, &body); err != nil {
			return nil, fmt.Errorf("reading rotations: %w", err)
		}
		r, err := decode(id, version, body)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
