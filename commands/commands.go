package commands

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"rekey/message"
	"rekey/rotation"
)

// Commands answers requests. Fill the fields; all but Issues and Stuck are needed.
type Commands struct {
	Engine  *rotation.Engine
	Store   Store
	Team    Team
	Link    func(rotation.Card) string // a link to the card's message, or ""
	Zone    *time.Location
	Channel string // where cards are, for a private answer to something typed elsewhere
	Log     *slog.Logger
	Version string // of what runs, for App Home

	Issues string        // the repository in which issues are kept; empty: none are
	Stuck  func() string // why they can't be at the moment, or ""; nil where none are

	Reminders Reminders

	doubts doubts
}

// Store is what commands read, and where a refused press is logged with the
// answer that it is owed.
type Store interface {
	Log(ctx context.Context, e rotation.Event) error
	Rotation(ctx context.Context, id rotation.ID) (*rotation.Rotation, error)
	Latest(ctx context.Context, secret string) (*rotation.Rotation, error)
	Running(ctx context.Context) ([]*rotation.Rotation, error)
	Brief(ctx context.Context) ([]*rotation.Rotation, error)
	Ended(ctx context.Context, secret string, limit int) ([]*rotation.Rotation, error)
	Owing(ctx context.Context) ([]*rotation.Rotation, error)
	Sightings(ctx context.Context) ([]rotation.Sighting, error)
	Snoozes(ctx context.Context) (map[string]rotation.Snooze, error)
	Snooze(ctx context.Context, s rotation.Snooze, e rotation.Event) error
	Told(ctx context.Context, series string, since time.Time) ([]rotation.Told, error)
	Card(ctx context.Context, id rotation.ID) (rotation.Card, error)
	Unheard(ctx context.Context) ([]rotation.ID, error)
	Head(ctx context.Context) (lines int64, hash string, err error)
}

// Team says who belongs to a group, as far as Slack has told lately; known is
// false if it hasn't. Approvals don't go by it: those are asked live.
type Team interface {
	Member(group rotation.Handle, p rotation.Person) (is, known bool)
}

// Handle does what was asked and returns what goes back at once. Whatever it
// changed is on disk when it returns.
func (c *Commands) Handle(ctx context.Context, r Request) Answer {
	if r.Stranger {
		return c.refused(ctx, r, 0, &rotation.Error{Reason: rotation.NotAllowed,
			What: "Only members of this workspace can use Rekey.", Next: "Ask somebody of the team."})
	}
	switch r.Kind {
	case Typed:
		return c.typed(ctx, r)
	case Pressed:
		a := c.pressed(ctx, r)
		if r.Home {
			a.Home = c.home(ctx, r).Home
		}
		return a
	case Submitted:
		return c.submitted(ctx, r)
	case Opened:
		return c.home(ctx, r)
	}
	return Answer{}
}

// may reports whether somebody may start, hold and move rotations of this
// owner: members of the owner's group and approvers may.
func (c *Commands) may(p rotation.Person, owner, approvers rotation.Handle) error {
	known := false
	for _, group := range []rotation.Handle{owner, approvers} {
		is, sure := c.Team.Member(group, p)
		if is {
			return nil
		}
		known = known || sure
	}
	if !known {
		return &rotation.Error{Reason: rotation.NotAllowed,
			What: "Slack hasn't told us who is in " + owner.Name + ", so nobody can be let in at the moment.",
			Safe: "Nothing was changed.", Next: "Try again in a minute."}
	}
	return &rotation.Error{Reason: rotation.NotAllowed,
		What: "Only members of " + owner.Name + " can do that. You are not one at the moment.",
		Safe: "Nothing was changed.", Next: "Ask in the team's channel."}
}

// refused answers with words why not. A press has no reply of its own, so its
// answer is logged as owed and delivered from there, also after a crash.
func (c *Commands) refused(ctx context.Context, r Request, id rotation.ID, err error) Answer {
	var person *rotation.Error
	if !errors.As(err, &person) {
		c.Log.Error("a request failed", "user", r.User, "kind", r.Kind, "error", err)
	}
	post := message.Refusal(err, c.context())
	if r.Kind != Pressed {
		return answer(post)
	}
	text := rotation.Plain(post.Text)
	if person != nil {
		text = person.Error()
	}
	logged := c.Store.Log(ctx, rotation.Event{
		Rotation: id, At: c.Engine.Now(), By: r.User, Kind: "press refused", Text: text,
		Reply: &rotation.Reply{To: r.User, Channel: r.Channel, Text: text},
	})
	if logged != nil {
		c.Log.Error("an answer was lost", "user", r.User, "error", logged)
	}
	return Answer{}
}

func answer(p message.Post) Answer { return Answer{Text: p.Text, Blocks: p.Blocks} }

func open(v slack.ModalViewRequest) Answer { return Answer{Open: &v} }

// link is the address of a rotation's card, or "" while it isn't posted.
func (c *Commands) link(ctx context.Context, id rotation.ID) string {
	card, err := c.Store.Card(ctx, id)
	if err != nil || card.TS == "" {
		return ""
	}
	return c.Link(card)
}

func (c *Commands) context() message.Context {
	return message.Context{Now: c.Engine.Now(), Zone: c.Zone}
}
