package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"rekey/message"
	"rekey/rotation"
)

// Post posts a message of its own into a channel, for a step that asks another
// team, and returns its ts. The id stands in the first block, where Find finds
// it: chat.postMessage can't be repeated without posting twice.
// https://docs.slack.dev/reference/methods/chat.postMessage
func (b *Bot) Post(ctx context.Context, channel rotation.Handle, id, sentence string) (ts string, err error) {
	p := message.Note(id, sentence, message.Context{Now: b.cfg.Now(), Zone: b.cfg.Zone})
	err = b.api.call(ctx, "chat.postMessage", callWait, func(ctx context.Context, s *slack.Client) (err error) {
		_, ts, err = s.PostMessageContext(ctx, channel.ID, slack.MsgOptionText(p.Text, false), slack.MsgOptionBlocks(p.Blocks...),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		return err
	})
	return ts, err
}

// Find returns the ts of the message that Post posted under the id, or "" if
// it isn't there. Without the right to read the channel's history it can't be
// found, so it is posted again: asked twice is better than never.
func (b *Bot) Find(ctx context.Context, channel rotation.Handle, id string, since time.Time) (ts string, err error) {
	if !b.cfg.History {
		return "", nil
	}
	ts, err = b.Cards.search(ctx, rotation.Card{Channel: channel.ID, Posting: id, PostingAt: since})
	var silent *rotation.ProviderError
	if errors.As(err, &silent) && silent.Definite {
		return "", nil
	}
	return ts, err
}
