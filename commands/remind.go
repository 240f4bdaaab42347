package commands

import (
	"context"
	"slices"
	"time"

	"rekey/message"
	"rekey/rotation"
)

// Reminders are how people are reminded of what is due.
type Reminders struct {
	Ladder        rotation.Ladder
	SnoozeCap     int             // how many days a snooze may last
	EscalateTo    rotation.Handle // who hears of what nobody starts: a channel, a group or a person; empty: nobody
	EscalateAfter int             // days overdue
}

// A Notice is one message of the day for one channel. It is posted once.
type Notice struct {
	Key     string // of its bulletin
	Channel rotation.Handle
	Tells   []rotation.Told
	Write   func(id string) message.Post // id is that of its first block

	Posted func(ctx context.Context) error // called once it is there; may be nil, and may be called again
}

const (
	memory = 400 // days for which it is remembered what people were told
	weekly = 7   // days between two escalations of a secret
)

// Notices are the messages that the day of due needs: a reminder for each
// channel in which something has come to another rung of its ladder, and an
// escalation.
func (c *Commands) Notices(ctx context.Context, due time.Time) ([]Notice, error) {
	rows, _, err := c.known(ctx)
	if err != nil {
		return nil, err
	}
	if last := c.Reminders.Ladder.Hours.Holidays.RunOut(c.Engine.Now()); last > 0 {
		c.Log.Warn("the list of bank holidays has run out: every weekday counts as a working day; name a newer file under holidays in the settings", "last", last)
	}
	reminded, err := c.told(ctx, "reminder")
	if err != nil {
		return nil, err
	}
	out := c.remind(rows, reminded, due)
	for _, n := range out { // they are posted before an escalation
		for _, x := range n.Tells {
			key := [2]string{x.Secret, x.Due}
			x.Times, x.Last = reminded[key].Times+1, c.Engine.Now()
			reminded[key] = x
		}
	}
	escalated, err := c.told(ctx, "escalation")
	if err != nil {
		return nil, err
	}
	return append(out, c.escalate(rows, reminded, escalated, due)...), nil
}

// told is what a series has told, by secret and due date.
func (c *Commands) told(ctx context.Context, series string) (map[[2]string]rotation.Told, error) {
	all, err := c.Store.Told(ctx, series, c.Engine.Now().AddDate(0, 0, -memory))
	if err != nil {
		return nil, err
	}
	out := map[[2]string]rotation.Told{}
	for _, x := range all {
		out[[2]string{x.Secret, x.Due}] = x
	}
	return out, nil
}

// remind makes one message for each channel.
func (c *Commands) remind(rows []message.Row, reminded map[[2]string]rotation.Told, due time.Time) []Notice {
	now, ladder := c.Engine.Now(), c.Reminders.Ladder
	rungs := map[string]rotation.Told{}
	in := map[string][]message.Row{}
	var channels []rotation.Handle
	for _, row := range rows {
		rung, remind := ladder.Rung(row.Standing, now)
		if row.Whole || !remind {
			continue
		}
		told := rotation.Told{Secret: row.Secret.Name, Due: ladder.Day(row.Clocks.Due().On), Rung: rung}
		if !ladder.Tells(row.Standing, rung, reminded[[2]string{told.Secret, told.Due}], now) {
			continue
		}
		rungs[told.Secret] = told
		channel := c.channelOf(row.Secret)
		if in[channel.ID] == nil {
			channels = append(channels, channel)
		}
		in[channel.ID] = append(in[channel.ID], row)
	}
	var out []Notice
	for _, channel := range channels {
		shown, more := message.Worst(in[channel.ID], c.context())
		m := message.Reminder{Rows: shown, More: more}
		n := Notice{Key: "reminder:" + ladder.Day(due) + ":" + channel.ID, Channel: channel}
		for _, row := range shown {
			n.Tells = append(n.Tells, rungs[row.Secret.Name])
			if owner := c.Engine.Catalogue.Handle(row.Secret.Owner); !slices.Contains(m.Owners, owner) {
				m.Owners = append(m.Owners, owner)
			}
		}
		n.Write = func(id string) message.Post {
			m.ID = id
			return message.Remind(m, c.context())
		}
		out = append(out, n)
	}
	return out
}

// escalate makes the message about what nobody has started, once a week for
// each secret.
func (c *Commands) escalate(rows []message.Row, reminded, escalated map[[2]string]rotation.Told, due time.Time) []Notice {
	now, ladder, to := c.Engine.Now(), c.Reminders.Ladder, c.Reminders.EscalateTo
	if to.ID == "" {
		return nil
	}
	var late []message.Row
	for _, row := range rows {
		before := escalated[[2]string{row.Secret.Name, ladder.Day(row.Clocks.Due().On)}]
		if row.Whole || !ladder.Escalates(row.Standing, c.Reminders.EscalateAfter, now) || before.Times > 0 && ladder.Days(before.Last, now) < weekly {
			continue
		}
		late = append(late, row)
	}
	if len(late) == 0 {
		return nil
	}
	channel := to
	if to.ID[0] != 'C' && to.ID[0] != 'G' {
		channel = rotation.Handle{ID: c.Channel}
	}
	shown, more := message.Worst(late, c.context())
	m := message.Escalation{To: to, More: more}
	n := Notice{Key: "escalation:" + ladder.Day(due) + ":" + channel.ID, Channel: channel}
	for _, row := range shown {
		on := row.Clocks.Due().On
		told := rotation.Told{Secret: row.Secret.Name, Due: ladder.Day(on), Rung: ladder.Days(now, on)}
		n.Tells = append(n.Tells, told)
		m.Late = append(m.Late, message.Late{
			Row: row, Owner: c.Engine.Catalogue.Handle(row.Secret.Owner), Days: -told.Rung, Told: reminded[[2]string{told.Secret, told.Due}],
		})
	}
	n.Write = func(id string) message.Post {
		m.ID = id
		return message.Escalate(m, c.context())
	}
	return []Notice{n}
}

// channelOf is where a secret's owners are reminded: in its own channel, or the
// team's.
func (c *Commands) channelOf(s rotation.Secret) rotation.Handle {
	if h := c.Engine.Catalogue.Handle(s.Channel); h.ID != "" {
		return h
	}
	return rotation.Handle{ID: c.Channel}
}
