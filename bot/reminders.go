package bot

import (
	"context"
	"errors"
	"time"

	"github.com/robfig/cron/v3"

	"rekey/commands"
	"rekey/message"
	"rekey/rotation"
)

// Reminders posts what people have to be reminded of: once a day, at most one
// message of a kind in each channel. What a day of downtime has missed comes
// with the next day's.
type Reminders struct {
	Schedule cron.Schedule // when in the day
	Zone     *time.Location
	Store    BulletinStore

	// Notices are the messages that the day of due needs.
	Notices func(ctx context.Context, due time.Time) ([]commands.Notice, error)
}

// RunReminders posts reminders as they fall due, until ctx ends.
func (b *Bot) RunReminders(ctx context.Context, r Reminders) error {
	if _, err := b.today(ctx, r); err != nil && ctx.Err() == nil {
		b.cfg.Log.Warn("can't note since when people are reminded; trying again", "error", err)
	}
	return b.keep(ctx, "a reminder isn't posted yet; trying again", func(ctx context.Context) error { return b.remind(ctx, r) })
}

// today is the day whose messages are due and not all posted; one without a key
// if there is none. A new installation begins with the next one that falls due.
func (b *Bot) today(ctx context.Context, r Reminders) (rotation.Bulletin, error) {
	now := b.cfg.Now()
	due := latest(r.Schedule, r.Zone, now, 1)
	day := func(t time.Time) string { return t.In(r.Zone).Format(time.DateOnly) }
	whole := rotation.Bulletin{Key: "day:" + day(due), Due: due, Posted: now}
	last, ever, err := r.Store.LatestBulletin(ctx, whole.Series())
	switch {
	case err != nil:
		return rotation.Bulletin{}, err
	case !ever:
		return rotation.Bulletin{}, r.Store.SaveBulletin(ctx, rotation.Bulletin{Key: "day:first", Due: now, Posted: now})
	case last.Key == whole.Key, last.Due.After(due), day(due) != day(now):
		return rotation.Bulletin{}, nil
	}
	return whole, nil
}

// remind brings the messages of this day one step further. That they are all
// posted is a bulletin of its own, without a message.
func (b *Bot) remind(ctx context.Context, r Reminders) error {
	whole, err := b.today(ctx, r)
	if err != nil || whole.Key == "" {
		return err
	}
	p := publishing{bot: b, store: r.Store}
	if settled, err := p.settle(ctx, "reminder", "escalation"); err != nil || !settled {
		return err
	}
	notices, err := r.Notices(ctx, whole.Due)
	if err != nil {
		return err
	}
	all := true
	var failed []error
	for _, n := range notices {
		done, err := p.notice(ctx, whole.Due, n)
		all, failed = all && done && err == nil, append(failed, err)
	}
	if !all {
		return errors.Join(failed...)
	}
	return r.Store.SaveBulletin(ctx, whole)
}

// settle finds out what became of posts without an answer, and reports whether
// all of them are known now: what they told must not be told again.
func (p publishing) settle(ctx context.Context, series ...string) (bool, error) {
	for _, s := range series {
		waiting, err := p.store.Unconfirmed(ctx, s)
		if err != nil {
			return false, err
		}
		for _, of := range waiting {
			if _, err := p.confirm(ctx, of); err != nil {
				return false, err
			}
		}
		if waiting, err = p.store.Unconfirmed(ctx, s); err != nil || len(waiting) > 0 {
			return false, err
		}
	}
	return true, nil
}

// notice posts one message, unless it is there.
func (p publishing) notice(ctx context.Context, due time.Time, n commands.Notice) (done bool, err error) {
	of, begun, err := p.store.Bulletin(ctx, n.Key)
	switch {
	case err != nil:
		return false, err
	case !begun:
		of = rotation.Bulletin{Key: n.Key, Due: due, Channel: n.Channel.ID}
	case !of.Posted.IsZero():
		return true, nil
	}
	of.Tells = n.Tells
	return p.publish(ctx, of, func(id string) (message.Post, error) { return n.Write(id), nil })
}
