package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"rekey/message"
	"rekey/rotation"
)

// snooze opens the form that asks why nobody is to be reminded of a secret, and
// until when. Without a name it asks of which.
func (c *Commands) snooze(ctx context.Context, r Request, names ...string) Answer {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	if len(names) != 1 {
		return c.snoozeOneOf(ctx, r, names)
	}
	secret, err := c.Engine.Catalogue.Secret(clean(names[0]))
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	row, err := c.snoozable(ctx, r.User, secret)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	return open(message.Snooze([]message.Row{row}, c.snoozeDays(), c.from(r), c.context()))
}

// snoozeOneOf asks which of several secrets is meant; without names, of all
// whose due date is known.
func (c *Commands) snoozeOneOf(ctx context.Context, r Request, names []string) Answer {
	known, _, err := c.known(ctx)
	if err != nil {
		return c.refused(ctx, r, 0, err)
	}
	var rows []message.Row
	for _, row := range known {
		if row.MaySnooze(c.context()) && (len(names) == 0 || slices.Contains(names, row.Secret.Name)) {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return c.refused(ctx, r, 0, &rotation.Error{Reason: rotation.NotNow, What: "Nobody is reminded of any of these any more.", Next: "`/rotate due` shows how they stand."})
	}
	return open(message.Snooze(rows, c.snoozeDays(), c.from(r), c.context()))
}

// from is where the answer to a form goes: where it was asked for, or, from App
// Home, where cards are.
func (c *Commands) from(r Request) string {
	if r.Channel == "" {
		return c.Channel
	}
	return r.Channel
}

// snoozeDays are in how many days a snooze may end: up to the cap.
func (c *Commands) snoozeDays() []int {
	most := c.Reminders.SnoozeCap
	out := slices.DeleteFunc([]int{1, 2, 3, 5, 7, 10, 14, 21, 28, 60, 90}, func(n int) bool { return n >= most })
	return append(out, most)
}

// snoozable returns what is known of a secret, or why somebody can't snooze its
// reminders.
func (c *Commands) snoozable(ctx context.Context, p rotation.Person, secret *rotation.Secret) (message.Row, error) {
	row, err := c.row(ctx, secret)
	if err != nil {
		return row, err
	}
	owner, approvers := c.Engine.Catalogue.Handle(secret.Owner), c.Engine.Catalogue.Handle(secret.Approvers)
	if err := c.may(p, owner, approvers); err != nil {
		return row, err
	}
	said := rotation.Clean(secret.Title)
	switch {
	case row.Running != nil:
		err = &rotation.Error{Reason: rotation.NotNow, What: said + " is being replaced, and nobody is reminded of it meanwhile.", Safe: "Nothing was changed.",
			Next: "`/rotate status " + secret.Name + "` leads to its card."}
	case row.Clocks.Due().On.IsZero():
		err = &rotation.Error{Reason: rotation.NotNow, What: "It isn't known when " + said + " is due, so nobody is reminded of it.", Safe: "Nothing was changed.",
			Next: "`/rotate status " + secret.Name + "` says what is known."}
	case !row.MaySnooze(c.context()):
		err = &rotation.Error{Reason: rotation.NotNow, What: said + " can't be snoozed: its provider lets it die " + message.Day(row.Clocks.Expires, c.context()) + ".", Safe: "Nothing was changed.",
			Next: "Start its rotation: `/rotate " + secret.Name + "`."}
	}
	return row, err
}

// snoozed takes the form.
func (c *Commands) snoozed(ctx context.Context, r Request) Answer {
	wrong := func(field, text string) Answer { return Answer{Errors: map[string]string{field: text}} }
	_, name, one := strings.Cut(r.Value, " ")
	field := message.SnoozeUntil // what is wrong with the secret is shown at the field that is there
	if !one {
		name, field = r.Fields[message.SnoozeSecret], message.SnoozeSecret
	}
	reason, problem := c.why(r)
	if problem != "" {
		return wrong(message.ReasonField, problem)
	}
	secret, err := c.Engine.Catalogue.Secret(name)
	if err != nil {
		return wrong(field, plain(err))
	}
	row, err := c.snoozable(ctx, r.User, secret)
	if err != nil {
		return wrong(field, plain(err))
	}
	until, problem := c.until(row, r.Fields[message.SnoozeUntil])
	if problem != "" {
		return wrong(message.SnoozeUntil, problem)
	}
	now, said := c.Engine.Now(), message.Snoozed(secret.Title, until, c.context())
	z := rotation.Snooze{Secret: secret.Name, Due: row.Clocks.Due().On.In(c.Zone).Format(time.DateOnly), Until: until, By: r.User, Reason: reason, At: now}
	err = c.Store.Snooze(ctx, z, rotation.Event{
		Secret: secret.Name, At: now, By: r.User, Kind: "snoozed", Text: "Snoozed until " + message.Day(until, c.context()) + ": " + reason,
		Reply: &rotation.Reply{To: r.User, Channel: c.channel(r), Text: said}, // a form has no message of its own
	})
	if err != nil {
		c.Log.Error("a snooze wasn't written down", "secret", secret.Name, "error", err)
		return wrong(field, plain(err))
	}
	return Answer{}
}

// until reads the day on which reminders go on, or says why it can't be that
// one.
func (c *Commands) until(row message.Row, text string) (time.Time, string) {
	on, err := time.ParseInLocation(time.DateOnly, text, c.Zone)
	days := row.SnoozeDays(c.snoozeDays(), c.context())
	if err != nil || len(days) == 0 {
		return on, "Choose a day."
	}
	last := days[len(days)-1]
	switch {
	case on.After(last) && row.Clocks.Expires.IsZero():
		return on, "That is too late. The last day that can be chosen now is " + message.Day(last, c.context()) + "."
	case on.After(last):
		return on, "That is too late: its provider lets it die " + message.Day(row.Clocks.Expires, c.context()) + ". The last day that can be chosen is " + message.Day(last, c.context()) + "."
	case !on.After(c.Engine.Now()):
		return on, "That day has begun already. Choose a later one."
	}
	return on, ""
}
