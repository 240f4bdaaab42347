package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"rekey/message"
	"rekey/rotation"
)

// Cards makes Slack follow the database: one card for each rotation, redrawn
// when it shows an older version; a reply in its thread when a turn has
// passed; and the private answers that people are owed. It needs no memory of
// its own, so after a crash it goes on where Slack stands.
type Cards struct {
	bot   *Bot
	cfg   Config
	api   *api
	log   *slog.Logger
	wake  chan struct{}
	owing chan struct{}

	pauses map[rotation.ID]pause // of cards that Slack doesn't take
	mute   pause                 // of answers
	drawn  map[rotation.ID]time.Time
	posted map[string]time.Time // the last message in a channel
}

// A pause is how long a card that failed is left alone.
type pause struct {
	failures int
	until    time.Time
}

const (
	eachUpdate = time.Second      // Slack's advice for one message
	eachPost   = time.Second      // and for one channel
	sure       = 30 * time.Second // a card seen so recently is still there
	longest    = 15 * time.Minute // between tries at a card that Slack doesn't take
)

func newCards(b *Bot) *Cards {
	return &Cards{
		bot: b, cfg: b.cfg, api: b.api, log: b.cfg.Log, wake: make(chan struct{}, 1), owing: make(chan struct{}, 1),
		pauses: map[rotation.ID]pause{}, drawn: map[rotation.ID]time.Time{}, posted: map[string]time.Time{},
	}
}

// Wake makes Run look now instead of within a second. It never blocks.
func (c *Cards) Wake() {
	for _, ch := range []chan struct{}{c.wake, c.owing} {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Run keeps Slack up to date until ctx ends, from the moment at which Bot.Run
// has learned who the bot is. What Slack refuses or doesn't
// answer is logged and tried again, ever more slowly.
func (c *Cards) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.each(ctx, c.wake, c.redraw) })
	group.Go(func() error { return c.each(ctx, c.owing, c.reply) })
	return group.Wait()
}

func (c *Cards) each(ctx context.Context, wake <-chan struct{}, look func(context.Context)) error {
	tick := time.NewTicker(c.cfg.Waits.Cards)
	defer tick.Stop()
	for {
		// Without knowing who we are, a message of ours can't be recognised.
		if c.bot.me().user != "" {
			look(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C:
		}
	}
}

// redraw brings every stale card one step further.
func (c *Cards) redraw(ctx context.Context) {
	ids, err := c.cfg.Store.Stale(ctx)
	if err != nil {
		c.warn(ctx, "can't read which cards are stale; trying again", err)
		return
	}
	for _, id := range ids {
		if time.Now().Before(c.pauses[id].until) {
			continue
		}
		err := c.follow(ctx, id)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			delete(c.pauses, id)
			continue
		}
		c.pauses[id] = c.pauses[id].longer(err)
		c.log.Warn("a card doesn't follow its rotation; trying again", "rotation", id, "error", err)
	}
}

// longer is the pause after one more failure: from a second to a minute, or a
// quarter of an hour if Slack has decided, and as long as Slack asks.
func (p pause) longer(err error) pause {
	p.failures++
	most := time.Minute
	if _, definite := rotation.Definite(err); definite {
		most = longest
	}
	p.until = time.Now().Add(max(min(time.Second<<min(p.failures-1, 10), most), asked(err)))
	return p
}

// follow makes the one card show its rotation, and tells the turn.
func (c *Cards) follow(ctx context.Context, id rotation.ID) error {
	r, err := c.cfg.Store.Rotation(ctx, id)
	if err != nil {
		return err
	}
	card, err := c.cfg.Store.Card(ctx, id)
	if err != nil {
		return err
	}
	card.Rotation = id
	if card.Channel == "" {
		card.Channel = r.Plan.Channel.ID
	}
	if card.Posting != "" {
		if card, err = c.confirm(ctx, r, card); err != nil || card.Posting != "" {
			return err
		}
	}
	drawn := c.drawn[id]
	switch {
	case card.TS == "":
		return c.post(ctx, r, card, message.Card(r, c.context(card)))
	case card.Shown < r.Version && time.Since(drawn) < eachUpdate:
		return nil
	case card.Shown < r.Version || time.Since(drawn) > sure:
		// A reply to a deleted card would land outside of any thread without
		// an error, so the card is touched first.
		if card, err = c.update(ctx, r, card); err != nil || card.TS == "" {
			return err
		}
	}
	if card.Told < r.Turn.N {
		return c.post(ctx, r, card, message.Turn(r, c.context(card)))
	}
	return nil
}

func (c *Cards) context(card rotation.Card) message.Context {
	return message.Context{Now: c.cfg.Now(), Zone: c.cfg.Zone, Permalink: c.bot.Link(card)}
}

// update redraws a card. A card that isn't there any more is forgotten, so
// that it is posted again.
// https://docs.slack.dev/reference/methods/chat.update
func (c *Cards) update(ctx context.Context, r *rotation.Rotation, card rotation.Card) (rotation.Card, error) {
	p := message.Card(r, c.context(card))
	err := c.api.call(ctx, "chat.update", callWait, func(ctx context.Context, s *slack.Client) error {
		_, _, _, err := s.UpdateMessageContext(ctx, card.Channel, card.TS, slack.MsgOptionText(p.Text, false), slack.MsgOptionBlocks(p.Blocks...))
		return err
	})
	switch code := refusal(err); {
	case err == nil:
		c.bot.Metrics.Updates.Add(1)
		c.drawn[r.ID] = time.Now()
		card.Shown = r.Version
	case slices.Contains(lostMessage, code):
		c.log.Info("a card was deleted; it is posted again", "rotation", r.ID)
		card.TS, card.Shown = "", 0
	case slices.Contains(lostChannel, code):
		return c.elsewhere(ctx, r, card, err)
	default:
		return card, err
	}
	return card, c.cfg.Store.SaveCard(ctx, card)
}

// Codes that mean: the message isn't there any more, or we can't write there.
// https://docs.slack.dev/reference/methods/chat.update#errors
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	lostMessage = []string{"message_not_found", "cant_update_message", "edit_window_closed"}
	lostChannel = []string{"is_archived", "is_inactive", "not_in_channel", "channel_not_found", "restricted_action", "restricted_action_read_only_channel"}
)

// elsewhere moves a card to the team's channel when Slack doesn't let us write
// in its own. It returns why when there is nowhere else.
func (c *Cards) elsewhere(ctx context.Context, r *rotation.Rotation, card rotation.Card, why error) (rotation.Card, error) {
	other := c.cfg.Channel
	if other.ID == "" || other.ID == card.Channel {
		c.log.Error("Slack doesn't let Rekey write in the channel of this rotation, and there is no other; invite the app or unarchive the channel", "rotation", r.ID, "channel", card.Channel, "error", why)
		return card, why
	}
	c.log.Error("Slack doesn't let Rekey write in the channel of this rotation; its card goes to the team's channel", "rotation", r.ID, "channel", card.Channel, "instead", other.ID, "error", why)
	card.Channel, card.TS, card.Shown, card.Posting = other.ID, "", 0, ""
	return card, c.cfg.Store.SaveCard(ctx, card)
}

// reply delivers the answers that people are owed, each at least once.
// https://docs.slack.dev/reference/methods/chat.postEphemeral
func (c *Cards) reply(ctx context.Context) {
	if time.Now().Before(c.mute.until) {
		return
	}
	owed, err := c.cfg.Store.Owed(ctx)
	if err != nil {
		c.warn(ctx, "can't read which answers are owed; trying again", err)
		return
	}
	for _, e := range owed {
		err := c.deliver(ctx, *e.Reply)
		if _, definite := rotation.Definite(err); err != nil && !definite {
			c.warn(ctx, "an answer wasn't delivered; trying again", err)
			c.mute = c.mute.longer(err)
			return
		}
		c.mute = pause{}
		if err != nil {
			c.log.Error("Slack refuses to deliver an answer; it is given up", "event", e.Seq, "rotation", e.Rotation, "error", err)
		}
		if err := c.cfg.Store.Answered(ctx, e.Seq, c.cfg.Now()); err != nil {
			c.warn(ctx, "can't note that an answer was delivered; it may come twice", err)
			return
		}
	}
}

// deliver shows an answer where the person pressed, or as a direct message if
// nobody can be reached there.
func (c *Cards) deliver(ctx context.Context, r rotation.Reply) error {
	text := slack.MsgOptionText(message.Text(r.Text, message.Context{Now: c.cfg.Now(), Zone: c.cfg.Zone}), false)
	err := c.api.call(ctx, "chat.postEphemeral", callWait, func(ctx context.Context, s *slack.Client) error {
		_, err := s.PostEphemeralContext(ctx, r.Channel, string(r.To), text)
		return err
	})
	if code := refusal(err); slices.Contains(lostChannel, code) || code == "user_not_in_channel" {
		err = c.api.call(ctx, "chat.postMessage", callWait, func(ctx context.Context, s *slack.Client) error {
			_, _, err := s.PostMessageContext(ctx, string(r.To), text)
			return err
		})
	}
	if err == nil {
		c.bot.Metrics.Replies.Add(1)
	}
	return err
}

func (c *Cards) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		c.log.Warn(what, "error", err)
	}
}

// refusal is the code with which Slack definitely refused, or empty.
func refusal(err error) string {
	if p, definite := rotation.Definite(err); definite {
		return p.Code
	}
	return ""
}

// asked is how long Slack wants us to wait, or zero.
func asked(err error) time.Duration {
	var p *rotation.ProviderError
	if errors.As(err, &p) {
		return p.RetryAfter
	}
	return 0
}

func turnBlock(id rotation.ID) string { return "rekey:" + strconv.FormatInt(int64(id), 10) + ":turn:" }
