package rotation

import (
	"context"
	"time"
)

// A Store keeps rotations and their events. Each call is one transaction that
// is on disk when it returns; one that returns an error changed nothing that a
// later read doesn't show.
type Store interface {
	// Create stores r, gives it an ID, and logs the event. It returns an Error
	// with Conflict if a rotation of the same secret is running.
	Create(ctx context.Context, r *Rotation, e Event) error

	// Update reads a rotation, lets change decide, and writes it back with the
	// events logged and its version one higher; without events the version
	// stays, so that what nobody would see redraws no card. Nothing is written
	// if change returns an error. It returns the rotation as it is stored now.
	Update(ctx context.Context, id ID, change func(*Rotation) ([]Event, error)) (*Rotation, error)

	// Log stores an event that changes no rotation: a refused press, for one.
	Log(ctx context.Context, e Event) error

	// Rotation returns one rotation, or an Error with Unknown.
	Rotation(ctx context.Context, id ID) (*Rotation, error)

	// Running returns all running rotations, oldest first.
	Running(ctx context.Context) ([]*Rotation, error)

	// Latest returns the newest rotation of a secret, running or ended, or an
	// Error with Unknown.
	Latest(ctx context.Context, secret string) (*Rotation, error)

	// Due returns the rotations that are due at now, and when the next one
	// will be; zero: none will. One that has ended is due while it has debts to
	// look at.
	Due(ctx context.Context, now time.Time) (due []ID, next time.Time, err error)

	// Events returns the events of one rotation, oldest first.
	Events(ctx context.Context, id ID) ([]Event, error)
}

// Members says who may approve at this moment. It asks Slack each time; an
// error, a time-out or an empty answer counts nobody.
type Members interface {
	MayApprove(ctx context.Context, group Handle, p Person) (Verdict, error)
}
