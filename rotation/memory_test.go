package rotation_test

import (
	"context"
	"sync"
	"time"

	"rekey/rotation"
)

// memory is a Store in memory that keeps the promises of Store: one change at
// a time, a new version with each logged one, nothing after an error.
type memory struct {
	mu     sync.Mutex
	rows   []*rotation.Rotation
	events []rotation.Event

	broken error // what each Update returns while it is set
}

func (m *memory) Create(_ context.Context, r *rotation.Rotation, e rotation.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range m.rows {
		if row.State == rotation.Running && row.Plan.Secret == r.Plan.Secret {
			return &rotation.Error{Reason: rotation.Conflict, What: "One is running already."}
		}
	}
	r.ID, r.Version = rotation.ID(len(m.rows)+1), 1
	m.rows = append(m.rows, r.Clone())
	m.log(r.ID, e)
	return nil
}

func (m *memory) log(id rotation.ID, events ...rotation.Event) {
	for _, e := range events {
		e.Rotation, e.Seq = id, int64(len(m.events)+1)
		m.events = append(m.events, e)
	}
}

func (m *memory) Update(_ context.Context, id rotation.ID, change func(*rotation.Rotation) ([]rotation.Event, error)) (*rotation.Rotation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return nil, m.broken
	}
	r := m.rows[id-1].Clone()
	events, err := change(r)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		r.Version++
	}
	m.rows[id-1] = r.Clone()
	m.log(id, events...)
	return r, nil
}

func (m *memory) Log(_ context.Context, e rotation.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log(0, e)
	return nil
}

func (m *memory) Rotation(_ context.Context, id rotation.ID) (*rotation.Rotation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id < 1 || int(id) > len(m.rows) {
		return nil, &rotation.Error{Reason: rotation.Unknown, What: "There is no such rotation."}
	}
	return m.rows[id-1].Clone(), nil
}

func (m *memory) Running(context.Context) ([]*rotation.Rotation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*rotation.Rotation
	for _, r := range m.rows {
		if r.State == rotation.Running {
			out = append(out, r.Clone())
		}
	}
	return out, nil
}

func (m *memory) Latest(ctx context.Context, secret string) (*rotation.Rotation, error) {
	for i := len(m.rows); i > 0; i-- {
		if r, err := m.Rotation(ctx, rotation.ID(i)); err == nil && r.Plan.Secret == secret {
			return r, nil
		}
	}
	return m.Rotation(ctx, 0)
}

func (m *memory) Due(_ context.Context, now time.Time) (due []rotation.ID, next time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		at := r.Due // of an ended one: when its debts are looked at
		if at.IsZero() || !r.Nudge.IsZero() && r.Nudge.Before(at) {
			at = r.Nudge
		}
		switch {
		case at.IsZero():
		case !at.After(now):
			due = append(due, r.ID)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	return due, next, nil
}

func (m *memory) Events(_ context.Context, id rotation.ID) ([]rotation.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []rotation.Event
	for _, e := range m.events {
		if e.Rotation == id {
			out = append(out, e)
		}
	}
	return out, nil
}

func (m *memory) breakWith(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}
