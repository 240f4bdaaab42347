package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/slack-go/slack"

	"rekey/message"
	"rekey/rotation"
)

// BulletinStore keeps how far the messages are that Rekey posts by itself.
type BulletinStore interface {
	Bulletin(ctx context.Context, key string) (b rotation.Bulletin, ever bool, err error)
	LatestBulletin(ctx context.Context, series string) (b rotation.Bulletin, ever bool, err error)
	Unconfirmed(ctx context.Context, series string) ([]rotation.Bulletin, error)
	SaveBulletin(ctx context.Context, b rotation.Bulletin) error
}

// publishing posts bulletins, each exactly once: what is about to be posted is
// written down first, under the block_id that the message begins with, and a
// post whose answer never came is looked for in the channel before it is
// repeated.
type publishing struct {
	bot   *Bot
	store BulletinStore

	// posted is called with the channel and ts of a message that was posted,
	// for what goes into its thread; may be nil. It may be called again for
	// the same one.
	posted func(ctx context.Context, channel, ts string)
}

// publish brings one bulletin a step further, and reports whether it is posted
// now. write makes the message; its first block's id is id.
func (p publishing) publish(ctx context.Context, of rotation.Bulletin, write func(id string) (message.Post, error)) (done bool, err error) {
	if of.Posting != "" {
		return p.confirm(ctx, of)
	}
	return p.post(ctx, of, write)
}

// post writes down what is about to be posted, and posts it.
// https://docs.slack.dev/reference/methods/chat.postMessage
func (p publishing) post(ctx context.Context, of rotation.Bulletin, write func(id string) (message.Post, error)) (done bool, err error) {
	of.Posting, of.PostingAt = "rekey:"+of.Key, p.bot.cfg.Now()
	m, err := write(of.Posting)
	if err != nil {
		return false, err
	}
	if err := p.store.SaveBulletin(ctx, of); err != nil {
		return false, err
	}
	var ts string
	err = p.bot.api.call(ctx, "chat.postMessage", callWait, func(ctx context.Context, s *slack.Client) (err error) {
		_, ts, err = s.PostMessageContext(ctx, of.Channel, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		return err
	})
	team := p.bot.cfg.Channel.ID
	var answer *rotation.ProviderError
	switch {
	case err == nil:
		return true, p.adopt(ctx, of, ts)
	case slices.Contains(lostChannel, refusal(err)) && team != "" && of.Channel != team:
		p.bot.cfg.Log.Error("Slack doesn't let Rekey write in the channel of this message; it goes to the team's channel", "message", of.Key, "channel", of.Channel, "instead", team, "error", err)
		of.Channel, err = team, nil
	case errors.As(err, &answer) && !answer.Definite && answer.Code != rateLimited:
		return false, err // it may have been posted all the same: Posting stays
	}
	of.Posting = ""
	return false, errors.Join(err, p.store.SaveBulletin(ctx, of))
}

// confirm finds out what became of a post whose answer never came. Without the
// right to read the channel's history it is posted again: twice is better than
// never.
func (p publishing) confirm(ctx context.Context, of rotation.Bulletin) (done bool, err error) {
	if p.bot.cfg.History && p.bot.cfg.Now().Sub(of.PostingAt) < p.bot.cfg.Waits.Settle {
		return false, nil
	}
	ts, err := p.bot.Find(ctx, rotation.Handle{ID: of.Channel}, of.Posting, of.PostingAt)
	switch {
	case err != nil:
		return false, err
	case ts != "":
		return true, p.adopt(ctx, of, ts)
	}
	of.Posting = ""
	return false, p.store.SaveBulletin(ctx, of)
}

func (p publishing) adopt(ctx context.Context, of rotation.Bulletin, ts string) error {
	of.TS, of.Posting, of.Posted = ts, "", p.bot.cfg.Now()
	if err := p.store.SaveBulletin(ctx, of); err != nil {
		return err
	}
	p.bot.Metrics.Posts.Add(1)
	if p.posted != nil {
		p.posted(ctx, of.Channel, ts)
	}
	return nil
}

// keep calls step now and then until ctx ends, from the moment at which the bot
// knows who it is. What fails is logged and tried again, ever more slowly.
func (b *Bot) keep(ctx context.Context, failed string, step func(context.Context) error) error {
	wake := time.NewTicker(b.cfg.Waits.Cards)
	defer wake.Stop()
	for failures := (pause{}); ; {
		if b.me().user != "" && !time.Now().Before(failures.until) {
			if err := step(ctx); err != nil && ctx.Err() == nil {
				failures = failures.longer(err)
				b.cfg.Log.Warn(failed, "error", err)
			} else {
				failures = pause{}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake.C:
		}
	}
}

// latest is the last time that a schedule named, as far as days back; zero if
// it named none.
func latest(s cron.Schedule, zone *time.Location, now time.Time, days int) time.Time {
	var last time.Time
	for at := s.Next(now.In(zone).AddDate(0, 0, -days)); !at.IsZero() && !at.After(now); at = s.Next(at) {
		last = at
	}
	return last
}
