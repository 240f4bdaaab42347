package commands

import (
	"context"
	"errors"
	"strings"

	"rekey/message"
	"rekey/rotation"
)

// typed does what follows /rotate: a word of the command, or a secret's name.
func (c *Commands) typed(ctx context.Context, r Request) Answer {
	if kind := Credential(r.Text); kind != "" {
		return c.refused(ctx, r, 0, exposed(kind))
	}
	words := strings.Fields(r.Text)
	if len(words) == 0 {
		return c.pick(ctx, r)
	}
	switch word, rest := strings.ToLower(words[0]), words[1:]; {
	case word == "help":
		return answer(message.Help())
	case word == "list" && len(rest) == 0:
		return c.list(ctx, r)
	case word == "due" && len(rest) == 0:
		return c.due(ctx, r)
	case word == "history" && len(rest) >= 1 && len(rest) <= 2:
		return c.history(ctx, r, strings.Join(rest, " "))
	case word == "refresh" && len(rest) == 0:
		return c.refresh(ctx, r)
	case word == "status" && len(rest) == 0:
		return c.statusAll(ctx, r)
	case word == "status" && len(rest) <= 2:
		return c.status(ctx, r, strings.Join(rest, " "))
	case word == "snooze":
		return c.snooze(ctx, r, strings.Join(rest, " "))
	case word == "cancel" && len(rest) >= 1 && len(rest) <= 2:
		return c.cancel(ctx, r, strings.Join(rest, " "))
	}
	return c.start(ctx, r, r.Text)
}

// order reads what is to be started: a secret's name, of one word or of two,
// and what is special about it this time.
func order(text string) (rotation.Order, error) {
	var o rotation.Order
	var name []string
	for _, word := range strings.Fields(text) {
		switch word {
		case message.Compromised:
			o.Compromised = true
		case message.Walk:
			o.Walk = true
		default:
			name = append(name, word)
		}
	}
	o.Secret = strings.Join(name, " ")
	if len(name) == 0 || len(name) > 2 || strings.Contains(o.Secret, "--") || strings.Contains(o.Secret, "—") {
		return o, &rotation.Error{Reason: rotation.Invalid,
			What: "Rekey doesn't understand that.", Safe: "Nothing was changed.",
			Next: "Type `/rotate help` to see what it understands."}
	}
	return o, nil
}

// start begins what the text says: "NAME", "NAME --compromised".
func (c *Commands) start(ctx context.Context, r Request, text string) Answer {
	o, err := order(text)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	name := o.Secret
	if Random(name) {
		return c.refused(ctx, r, 0, &rotation.Error{Reason: rotation.Invalid,
			What: "That isn't the name of a secret, and it looks like a password or a token, so it isn't repeated or kept.",
			Safe: "If it is one, treat it as exposed: it has been through Slack.",
			Next: "`/rotate list` shows the names."})
	}
	secret, err := c.Engine.Catalogue.Secret(clean(name))
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	o.Secret = secret.Name
	plan, err := c.Engine.Catalogue.Plan(o)
	if err != nil {
		return c.refused(ctx, r, 0, c.withSightings(ctx, err))
	}
	if err := c.may(r.User, plan.Owner, plan.Approvers); err != nil {
		return c.refused(ctx, r, 0, err)
	}
	started, err := c.Engine.Start(ctx, o, r.User)
	if rotation.Is(err, rotation.Conflict) {
		running, lost := c.Store.Latest(ctx, secret.Name)
		if lost != nil {
			return c.refused(ctx, r, 0, lost)
		}
		if o.Compromised && !running.Emergency() && r.Kind != Submitted {
			return c.ask(ctx, r, running, rotation.Press{Verb: rotation.Compromised, By: r.User})
		}
		if r.Kind == Pressed {
			return c.refused(ctx, r, running.ID, err)
		}
		return answer(message.AlreadyRunning(running, c.link(ctx, running.ID)))
	}
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	return answer(message.Started(started, ""))
}

// pick opens a form with all secrets.
func (c *Commands) pick(ctx context.Context, r Request) Answer {
	running, err := c.Store.Running(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	by := map[string]rotation.ID{}
	for _, x := range running {
		by[x.Plan.Secret] = x.ID
	}
	view := message.Pick(c.Engine.Catalogue.Secrets, by, c.context())
	view.PrivateMetadata = r.Channel
	return open(view)
}

// pickCompromised asks which secret it is that somebody else may know.
func (c *Commands) pickCompromised(ctx context.Context, r Request) Answer {
	a := c.pick(ctx, r)
	if a.Open != nil {
		a.Open.PrivateMetadata = r.Channel + " " + message.Compromised
	}
	return a
}

// status shows one secret's rotation.
func (c *Commands) status(ctx context.Context, r Request, name string) Answer {
	secret, err := c.Engine.Catalogue.Secret(clean(name))
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	row, err := c.row(ctx, secret)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	return answer(message.StatusOf(row, c.context()))
}

// row is all that is known of one secret.
func (c *Commands) row(ctx context.Context, secret *rotation.Secret) (message.Row, error) {
	latest, err := c.Store.Latest(ctx, secret.Name)
	if err != nil && !rotation.Is(err, rotation.Unknown) {
		return message.Row{}, err
	}
	seen, err := c.Store.Sightings(ctx)
	if err != nil {
		return message.Row{}, err
	}
	snoozes, err := c.Store.Snoozes(ctx)
	if err != nil {
		return message.Row{}, err
	}
	row := message.Row{Standing: rotation.Stand(c.Engine.Catalogue.Shown(secret), latest, rotation.Sort(seen))}
	if z, ever := snoozes[secret.Name]; ever {
		row.Snooze = &z
	}
	if latest != nil {
		row.Link = c.link(ctx, latest.ID)
	}
	return row, nil
}

// statusAll shows all running rotations.
func (c *Commands) statusAll(ctx context.Context, r Request) Answer {
	running, err := c.Store.Running(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	links := map[rotation.ID]string{}
	for _, x := range running {
		links[x.ID] = c.link(ctx, x.ID)
	}
	return answer(message.StatusAll(running, links, c.context()))
}

// cancel opens the form that asks for a reason.
func (c *Commands) cancel(ctx context.Context, r Request, name string) Answer {
	secret, err := c.Engine.Catalogue.Secret(clean(name))
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	latest, err := c.Store.Latest(ctx, secret.Name)
	if rotation.Is(err, rotation.Unknown) || err == nil && latest.State != rotation.Running {
		err = &rotation.Error{Reason: rotation.NotNow, What: "No rotation of " + secret.Name + " is running, so there is nothing to cancel.",
			Next: "`/rotate status` shows what is running."}
	}
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	if err := c.may(r.User, latest.Plan.Owner, latest.Plan.Approvers); err != nil {
		return c.refused(ctx, r, latest.ID, err)
	}
	if !latest.MayCancel() {
		_, err := latest.Clone().Press(rotation.Press{Verb: rotation.Cancel, By: r.User}, c.Engine.Now())
		if err == nil {
			err = errors.New("a cancellation was refused and allowed")
		}
		return c.refused(ctx, r, latest.ID, err)
	}
	return open(message.Reason(latest, rotation.Cancel, c.context()))
}

// clean makes a typed name fit for a sentence.
func clean(name string) string { return rotation.Clean(strings.Trim(name, "`*_ ")) }
