package commands

import (
	"context"
	"fmt"
	"strings"

	"rekey/message"
	"rekey/rotation"
)

// lately is how many ended rotations App Home shows.
const lately = 5

// home draws somebody's App Home, on the part and page that a button named.
func (c *Commands) home(ctx context.Context, r Request) Answer {
	h := message.Home{Me: r.User, Part: "all", By: c.Version}
	if strings.HasPrefix(r.Action, message.ActionHome) {
		_, _ = fmt.Sscanf(r.Value, "%s %d", &h.Part, &h.Page) // a value that isn't ours leaves the first page
	}
	if err := c.fill(ctx, &h); err != nil {
		return c.refused(ctx, r, 0, err)
	}
	view := message.DrawHome(h, c.context())
	return Answer{Home: &view}
}

func (c *Commands) fill(ctx context.Context, h *message.Home) (err error) {
	if h.Rows, h.Owing, err = c.known(ctx); err != nil {
		return err
	}
	for _, row := range h.Rows {
		switch r := row.Running; {
		case r == nil:
		case c.waits(r, h.Me):
			h.Mine = append(h.Mine, row)
		case r.Holder == h.Me:
			h.Held = append(h.Held, row)
		}
	}
	if h.Ended, err = c.Store.Ended(ctx, "", lately); err != nil {
		return err
	}
	seen, err := c.Store.Sightings(ctx)
	if err != nil {
		return err
	}
	h.Providers = c.Engine.Freshness(seen)
	return nil
}

// waits reports whether a rotation waits for somebody: as its holder or user,
// or as an approver who may approve it.
func (c *Commands) waits(r *rotation.Rotation, p rotation.Person) bool {
	s := r.Step()
	if s == nil {
		return false
	}
	approver, _ := c.Team.Member(r.Plan.Approvers, p)
	switch {
	case s.State == rotation.Parked:
		return p == r.Holder
	case s.Is(rotation.KindApprove), s.Is(rotation.KindReview):
		return approver && p != r.Starter && p != r.Holder
	case s.By == rotation.User:
		return p == rotation.Person(r.Plan.User.ID)
	}
	return s.By == rotation.Holder && p == r.Holder
}
