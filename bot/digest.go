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

// A Digest posts the weekly message that says what is due: one each ISO week,
// over restarts, downtimes and lost answers. After several weeks without Rekey
// only the newest is posted, and says that it is late.
type Digest struct {
	Schedule cron.Schedule // when it is due
	Zone     *time.Location
	Channel  rotation.Handle
	Store    DigestStore

	// Write makes the message that is due now; its first block's id is id.
	Write func(ctx context.Context, id string, due time.Time, late bool) (message.Post, error)

	// Posted is called with the channel and ts of a message that was posted,
	// for what goes into its thread; may be nil. It may be called again for
	// the same one.
	Posted func(ctx context.Context, channel, ts string)
}

// DigestStore keeps how far the digests are.
type DigestStore interface {
	LatestDigest(ctx context.Context) (d rotation.Digest, ever bool, err error)
	SaveDigest(ctx context.Context, d rotation.Digest) error
}

// lateAfter is how long after its time a digest says that it is late.
const lateAfter = time.Hour

// RunDigest posts digests as they fall due, until ctx ends.
func (b *Bot) RunDigest(ctx context.Context, d Digest) error {
	wake := time.NewTicker(b.cfg.Waits.Cards)
	defer wake.Stop()
	for failures := (pause{}); ; {
		if b.me().user != "" && !time.Now().Before(failures.until) {
			if err := b.digest(ctx, d); err != nil && ctx.Err() == nil {
				failures = failures.longer(err)
				b.cfg.Log.Warn("the weekly digest isn't posted yet; trying again", "error", err)
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

// digest brings the digest of this week one step further.
func (b *Bot) digest(ctx context.Context, d Digest) error {
	now := b.cfg.Now()
	due := d.latest(now)
	if due.IsZero() {
		return nil
	}
	last, ever, err := d.Store.LatestDigest(ctx)
	switch week := rotation.Week(due, d.Zone); {
	case err != nil:
		return err
	case !ever: // a new installation begins with the next one
		return d.Store.SaveDigest(ctx, rotation.Digest{Week: week, Due: due, Channel: d.Channel.ID, Posted: now})
	case last.Week == week && !last.Posted.IsZero(), last.Due.After(due):
		return nil
	case last.Week != week:
		last = rotation.Digest{Week: week, Due: due, Channel: d.Channel.ID}
	}
	if last.Posting != "" {
		return b.confirmDigest(ctx, d, last)
	}
	return b.postDigest(ctx, d, last, now.Sub(last.Due) > lateAfter)
}

// latest is the last time that a digest was due, as far as a week back.
func (d Digest) latest(now time.Time) time.Time {
	var last time.Time
	for at := d.Schedule.Next(now.In(d.Zone).AddDate(0, 0, -8)); !at.IsZero() && !at.After(now); at = d.Schedule.Next(at) {
		last = at
	}
	return last
}

// postDigest writes down what is about to be posted, and posts it.
// https://docs.slack.dev/reference/methods/chat.postMessage
func (b *Bot) postDigest(ctx context.Context, d Digest, of rotation.Digest, late bool) error {
	of.Posting, of.PostingAt = "rekey:digest:"+of.Week, b.cfg.Now()
	p, err := d.Write(ctx, of.Posting, of.Due, late)
	if err != nil {
		return err
	}
	if err := d.Store.SaveDigest(ctx, of); err != nil {
		return err
	}
	var ts string
	err = b.api.call(ctx, "chat.postMessage", callWait, func(ctx context.Context, s *slack.Client) (err error) {
		_, ts, err = s.PostMessageContext(ctx, of.Channel, slack.MsgOptionText(p.Text, false), slack.MsgOptionBlocks(p.Blocks...),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		return err
	})
	var answer *rotation.ProviderError
	switch {
	case err == nil:
		return b.adoptDigest(ctx, d, of, ts)
	case slices.Contains(lostChannel, refusal(err)) && b.cfg.Channel.ID != "" && of.Channel != b.cfg.Channel.ID:
		b.cfg.Log.Error("Slack doesn't let Rekey write in the digest's channel; it goes to the team's channel", "channel", of.Channel, "instead", b.cfg.Channel.ID, "error", err)
		of.Channel, err = b.cfg.Channel.ID, nil
	case errors.As(err, &answer) && !answer.Definite && answer.Code != rateLimited:
		return err // it may have been posted all the same: Posting stays
	}
	of.Posting = ""
	return errors.Join(err, d.Store.SaveDigest(ctx, of))
}

// confirmDigest finds out what became of a post whose answer never came.
// Without the right to read the channel's history it is posted again: twice is
// better than never.
func (b *Bot) confirmDigest(ctx context.Context, d Digest, of rotation.Digest) error {
	if b.cfg.History && b.cfg.Now().Sub(of.PostingAt) < b.cfg.Waits.Settle {
		return nil
	}
	ts, err := b.Find(ctx, rotation.Handle{ID: of.Channel}, of.Posting, of.PostingAt)
	switch {
	case err != nil:
		return err
	case ts != "":
		return b.adoptDigest(ctx, d, of, ts)
	}
	of.Posting = ""
	return d.Store.SaveDigest(ctx, of)
}

func (b *Bot) adoptDigest(ctx context.Context, d Digest, of rotation.Digest, ts string) error {
	of.TS, of.Posting, of.Posted = ts, "", b.cfg.Now()
	if err := d.Store.SaveDigest(ctx, of); err != nil {
		return err
	}
	b.Metrics.Posts.Add(1)
	if d.Posted != nil {
		d.Posted(ctx, of.Channel, ts)
	}
	return nil
}
