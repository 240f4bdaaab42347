package commands

import (
	"context"
	"errors"
	"fmt"

	"rekey/message"
	"rekey/rotation"
)

// list shows every secret of the catalogue and where it stands, what isn't as
// it has to be, and the old credentials that aren't proven dead.
func (c *Commands) list(ctx context.Context, r Request) Answer {
	rows, owing, err := c.known(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	return answer(message.List(rows, owing, c.context()))
}

// due shows what of the list needs somebody.
func (c *Commands) due(ctx context.Context, r Request) Answer {
	rows, owing, err := c.known(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	return answer(message.Due(rows, owing, c.context()))
}

// chapters is how many rotations a history has; older ones are in the database.
const chapters = 50

// history shows the rotations of one secret.
func (c *Commands) history(ctx context.Context, r Request, name string) Answer {
	secret, err := c.Engine.Catalogue.Secret(clean(name))
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	all, err := c.Store.Ended(ctx, secret.Name, chapters)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	latest, err := c.Store.Latest(ctx, secret.Name)
	switch {
	case rotation.Is(err, rotation.Unknown):
	case err != nil:
		return c.refused(ctx, r, 0, err)
	case latest.State == rotation.Running:
		all = append([]*rotation.Rotation{latest}, all...)
	}
	links := map[rotation.ID]string{}
	for _, x := range all {
		links[x.ID] = c.link(ctx, x.ID)
	}
	return answer(message.History(secret.Title, all, links, c.context()))
}

// known is all that is known of every secret, and what is still owed. The
// list, the digest and App Home show the same.
func (c *Commands) known(ctx context.Context) (rows []message.Row, owing []message.Owed, err error) {
	newest, err := c.Store.Brief(ctx)
	if err != nil {
		return nil, nil, err
	}
	seen, err := c.Store.Sightings(ctx)
	if err != nil {
		return nil, nil, err
	}
	snoozes, err := c.Store.Snoozes(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range c.Engine.Catalogue.Standings(newest, seen, snoozes) {
		row := message.Row{Standing: s}
		if s.Running != nil {
			row.Link = c.link(ctx, s.Running.ID)
		}
		rows = append(rows, row)
	}
	debtors, err := c.Store.Owing(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range debtors {
		owing = append(owing, message.Owed{Rotation: x, Link: c.link(ctx, x.ID)})
	}
	return rows, owing, nil
}

// refresh has everything looked at again.
func (c *Commands) refresh(ctx context.Context, r Request) Answer {
	if err := c.mayRefresh(r.User); err != nil {
		return c.refused(ctx, r, 0, err)
	}
	post := message.Refreshing()
	e := rotation.Event{At: c.Engine.Now(), By: r.User, Kind: "refresh", Text: "Asked to look at everything now."}
	if r.Kind == Pressed { // a press has no reply of its own
		e.Reply = &rotation.Reply{To: r.User, Channel: r.Channel, Text: post.Text}
	}
	if err := c.Store.Log(ctx, e); err != nil {
		return c.refused(ctx, r, 0, err)
	}
	c.Engine.Refresh()
	if r.Kind == Pressed {
		return Answer{}
	}
	return answer(post)
}

// mayRefresh reports whether somebody is in the group of any owner.
func (c *Commands) mayRefresh(p rotation.Person) error {
	var err error
	for _, owner := range c.Engine.Catalogue.Owners() {
		if err = c.may(p, owner, owner); err == nil {
			return nil
		}
	}
	return err
}

// withSightings adds what was last seen to the answer about what isn't
// rotated.
func (c *Commands) withSightings(ctx context.Context, err error) error {
	var exempted *rotation.Exempted
	if !errors.As(err, &exempted) {
		return err
	}
	all, lost := c.Store.Sightings(ctx)
	if lost != nil {
		c.Log.Warn("can't read what was seen", "error", lost)
		return err
	}
	exempted.Refusal.Safe = message.Seen(rotation.Sort(all)[exempted.Row])
	if latest, lost := c.Store.Latest(ctx, exempted.Row); lost == nil && latest.State == rotation.Running {
		exempted.Name = "" // somebody is being walked through it, or Rekey saw something
		exempted.Refusal.Next += fmt.Sprintf(" Rotation %d is about it: `/rotate status %s` leads to its card.", latest.ID, exempted.Row)
	}
	return err
}
