package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"rekey/rotation"
)

// Ticket returns the ticket of a key, and false if there never was one.
func (db *DB) Ticket(ctx context.Context, key string) (t rotation.Ticket, ever bool, err error) {
	found, err := db.tickets(ctx, `where key = $1`, key)
	if err != nil || len(found) == 0 {
		return rotation.Ticket{}, false, err
	}
	return found[0], true, nil
}

// OpenTickets returns those that aren't over, oldest first.
func (db *DB) OpenTickets(ctx context.Context) ([]rotation.Ticket, error) {
	return db.tickets(ctx, `where over = 0 order by wanted_at, key`)
}

func (db *DB) tickets(ctx context.Context, which string, args ...any) ([]rotation.Ticket, error) {
	rows, err := db.reader.QueryContext(ctx, `select body from tickets `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the issues: %w", err)
	}
	defer rows.Close()
	var out []rotation.Ticket
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("reading the issues: %w", err)
		}
		var t rotation.Ticket
		if err := json.Unmarshal([]byte(body), &t); err != nil {
			return nil, fmt.Errorf("reading an issue from its row: %w", err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// SaveTicket keeps how far a ticket is, and logs events with it, in one
// transaction.
func (db *DB) SaveTicket(ctx context.Context, ticket rotation.Ticket, events ...rotation.Event) error {
	inUTC(reflect.ValueOf(&ticket).Elem())
	body, err := json.Marshal(ticket)
	if err != nil {
		return fmt.Errorf("writing the issue %s as JSON: %w", ticket.Key, err)
	}
	over := 0
	if ticket.Over() {
		over = 1
	}
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.affect(ctx, `insert into tickets (key, secret, over, wanted_at, body) values ($1, $2, $3, $4, $5)
			on conflict (key) do update set over = excluded.over, body = excluded.body`,
			ticket.Key, ticket.Secret, over, ticket.Wanted.UnixNano(), string(body))
		if err != nil {
			return fmt.Errorf("noting how far the issue %s is: %w", ticket.Key, err)
		}
		t.dirty, t.events = true, events
		return nil
	})
}

// Unheard returns the rotations with remarks that weren't passed on yet,
// oldest first.
func (db *DB) Unheard(ctx context.Context) ([]rotation.ID, error) {
	rows, err := db.reader.QueryContext(ctx, `select rotation from events where kind in ('step called wrong', 'remark passed on')
		group by rotation having sum(case kind when $1 then 1 else -1 end) > 0 order by rotation`, rotation.RemarkMade)
	if err != nil {
		return nil, fmt.Errorf("reading which remarks weren't passed on: %w", err)
	}
	defer rows.Close()
	var out []rotation.ID
	for rows.Next() {
		var id rotation.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("reading which remarks weren't passed on: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
