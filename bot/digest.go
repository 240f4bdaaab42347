package bot

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"

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
	Store    BulletinStore

	// Write makes the message that is due now; its first block's id is id.
	Write func(ctx context.Context, id string, due time.Time, late bool) (message.Post, error)

	// Posted is called with the channel and ts of a message that was posted,
	// for what goes into its thread; may be nil. It may be called again for
	// the same one.
	Posted func(ctx context.Context, channel, ts string)
}

// lateAfter is how long after its time a digest says that it is late.
const lateAfter = time.Hour

// RunDigest posts digests as they fall due, until ctx ends.
func (b *Bot) RunDigest(ctx context.Context, d Digest) error {
	return b.keep(ctx, "the weekly digest isn't posted yet; trying again", func(ctx context.Context) error { return b.digest(ctx, d) })
}

// digest brings the digest of this week one step further.
func (b *Bot) digest(ctx context.Context, d Digest) error {
	now := b.cfg.Now()
	due := latest(d.Schedule, d.Zone, now, 8)
	if due.IsZero() {
		return nil
	}
	last, ever, err := d.Store.LatestBulletin(ctx, "digest")
	switch key := "digest:" + rotation.Week(due, d.Zone); {
	case err != nil:
		return err
	case !ever: // a new installation begins with the next one
		return d.Store.SaveBulletin(ctx, rotation.Bulletin{Key: key, Due: due, Channel: d.Channel.ID, Posted: now})
	case last.Key == key && !last.Posted.IsZero(), last.Due.After(due):
		return nil
	case last.Key != key:
		last = rotation.Bulletin{Key: key, Due: due, Channel: d.Channel.ID}
	}
	_, err = publishing{b, d.Store, d.Posted}.publish(ctx, last, func(id string) (message.Post, error) {
		return d.Write(ctx, id, last.Due, now.Sub(last.Due) > lateAfter)
	})
	return err
}
