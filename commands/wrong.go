package commands

import (
	"context"
	"fmt"
	"strings"

	"rekey/message"
	"rekey/rotation"
)

// askWrong opens the form in which somebody says that a step of the runbook is
// wrong. Its button is in Details, which belong to no message.
func (c *Commands) askWrong(ctx context.Context, r Request, id rotation.ID) Answer {
	rot, err := c.Store.Rotation(ctx, id)
	if err == nil {
		err = c.mayRemark(r.User, rot)
	}
	if err != nil {
		r.Channel = c.Channel // a modal has none
		return c.refused(ctx, r, id, err)
	}
	return open(message.Wrong(rot, c.place(rot), c.context()))
}

// mayRemark reports whether somebody may speak of a rotation: whoever may move
// it, and whom its credential is for.
func (c *Commands) mayRemark(p rotation.Person, rot *rotation.Rotation) error {
	if p == rotation.Person(rot.Plan.User.ID) {
		return nil
	}
	return c.may(p, rot.Plan.Owner, rot.Plan.Approvers)
}

// wrong takes the form. It is written down before it is acknowledged, and
// passed on from there.
func (c *Commands) wrong(ctx context.Context, r Request) Answer {
	text, problem := c.why(r)
	if problem != "" {
		return Answer{Errors: map[string]string{message.ReasonField: problem}}
	}
	id, press, err := message.DecodePress(r.Value)
	if err == nil {
		var rot *rotation.Rotation
		if rot, err = c.Store.Rotation(ctx, id); err == nil {
			err = c.mayRemark(r.User, rot)
		}
	}
	if err == nil {
		press.By, press.Reason, press.Value = r.User, text, r.Fields[message.WrongStep]
		_, err = c.Engine.Press(ctx, id, press)
	}
	if err != nil {
		return Answer{Errors: map[string]string{message.ReasonField: plain(err)}}
	}
	return Answer{}
}

// place is where remarks about a rotation's runbook go.
func (c *Commands) place(rot *rotation.Rotation) string {
	if c.Issues != "" {
		return "an issue in " + c.Issues
	}
	_, channel := c.runbookOwner(rot.Plan.Channel, c.runbook(rot.Plan.Secret))
	return channel.Name
}

func (c *Commands) runbook(secret string) string {
	s, err := c.Engine.Catalogue.Secret(secret)
	if err != nil {
		return ""
	}
	return s.Runbook
}

// runbookOwner is who has a runbook, and the channel in which they are told:
// their own, or else the one in which its secret's cards are.
func (c *Commands) runbookOwner(cards rotation.Handle, runbook string) (owner, channel rotation.Handle) {
	owner = c.Engine.Catalogue.Handle(c.Engine.Catalogue.Runbooks[runbook].Owner)
	if strings.HasPrefix(owner.Name, "#") && owner.ID != "" {
		return owner, owner
	}
	return owner, cards
}

// Remarks are the messages that tell the owners of runbooks which steps
// somebody calls wrong, as far as they weren't told yet.
func (c *Commands) Remarks(ctx context.Context) ([]Notice, error) {
	unheard, err := c.Store.Unheard(ctx)
	if err != nil {
		return nil, err
	}
	var out []Notice
	for _, id := range unheard {
		rot, err := c.Store.Rotation(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("reading a rotation with a remark: %w", err)
		}
		for i, x := range rot.Remarks {
			if x.Where != "" {
				continue
			}
			owner, channel := c.runbookOwner(rot.Plan.Channel, x.Runbook)
			out = append(out, Notice{
				Key: rotation.WrongKey(id, i), Channel: channel,
				Write:  func(key string) message.Post { return message.Remark(key, rot, x, owner, c.link(ctx, id), c.context()) },
				Posted: func(ctx context.Context) error { return c.Engine.PassedOn(ctx, id, i, channel.Name) },
			})
		}
	}
	return out, nil
}
