package rotation

import (
	"context"
	"time"
)

// Issues is a repository's list of issues, at GitHub.
type Issues interface {
	// Issue reads one.
	Issue(ctx context.Context, repo string, number int) (Issue, error)

	// OpenIssues lists all that are open.
	OpenIssues(ctx context.Context, repo string) ([]Issue, error)

	// IssuesSince lists all, open and closed, that changed then or later.
	IssuesSince(ctx context.Context, repo string, since time.Time) ([]Issue, error)

	// OpenIssue opens one. It isn't idempotent.
	OpenIssue(ctx context.Context, repo, title, body string, labels []string) (Issue, error)

	// Rewrite replaces an issue's text.
	Rewrite(ctx context.Context, repo string, number int, body string) error

	// Comment adds a comment. It isn't idempotent.
	Comment(ctx context.Context, repo string, number int, body string) error

	// Comments lists the texts of the comments that changed then or later.
	Comments(ctx context.Context, repo string, number int, since time.Time) ([]string, error)

	// Close closes an issue for a reason: "completed" or "not_planned".
	Close(ctx context.Context, repo string, number int, reason string) error
}

// Tickets keeps tickets.
type Tickets interface {
	// Ticket returns the ticket of a key, and false if there never was one.
	Ticket(ctx context.Context, key string) (t Ticket, ever bool, err error)

	// OpenTickets returns those that aren't over, oldest first.
	OpenTickets(ctx context.Context) ([]Ticket, error)

	// SaveTicket keeps how far one is, and logs events with it.
	SaveTicket(ctx context.Context, t Ticket, events ...Event) error

	// Standing is what tickets are decided by.
	Newest(ctx context.Context) ([]*Rotation, error)
	Sightings(ctx context.Context) ([]Sighting, error)

	// Unheard returns the rotations with remarks that weren't passed on yet.
	Unheard(ctx context.Context) ([]ID, error)
}
