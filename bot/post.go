package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rekey/message"
	"rekey/rotation"
)

// post sends a card, or a turn in its thread. chat.postMessage can't be
// repeated without posting twice, so what is about to be posted is written
// down first, as the id of its first block, and confirm finds out later if no
// answer came.
// https://docs.slack.dev/reference/methods/chat.postMessage
func (c *Cards) post(ctx context.Context, r *rotation.Rotation, card rotation.Card, p message.Post) error {
	if len(p.Blocks) == 0 || p.Blocks[0].ID() == "" {
		return errors.New("the message has no id in its first block")
	}
	if time.Since(c.posted[card.Channel]) < eachPost {
		return nil
	}
	card.Posting, card.PostingAt = p.Blocks[0].ID(), c.cfg.Now()
	if err := c.cfg.Store.SaveCard(ctx, card); err != nil {
		return err
	}
	options := []slack.MsgOption{slack.MsgOptionText(p.Text, false), slack.MsgOptionBlocks(p.Blocks...), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if c.isTurn(card) {
		options = append(options, slack.MsgOptionTS(card.TS))
		if r.Turn.Loud { // the channel sees it too: https://docs.slack.dev/reference/methods/chat.postMessage#arg_reply_broadcast
			options = append(options, slack.MsgOptionBroadcast())
		}
	}
	var ts string
	err := c.api.call(ctx, "chat.postMessage", callWait, func(ctx context.Context, s *slack.Client) (err error) {
		_, ts, err = s.PostMessageContext(ctx, card.Channel, options...)
		return err
	})
	c.posted[card.Channel] = time.Now()
	var answer *rotation.ProviderError
	switch {
	case err == nil:
		c.bot.Metrics.Posts.Add(1)
		return c.adopt(ctx, card, ts)
	case slices.Contains(lostChannel, refusal(err)):
		_, err = c.elsewhere(ctx, r, card, err)
		if err == nil {
			c.Wake()
			return nil
		}
	case errors.As(err, &answer) && !answer.Definite && answer.Code != rateLimited:
		// It may have been posted all the same: Posting stays.
		return err
	}
	card.Posting = ""
	return errors.Join(err, c.cfg.Store.SaveCard(ctx, card))
}

// adopt notes that what was being posted is there, under ts.
func (c *Cards) adopt(ctx context.Context, card rotation.Card, ts string) error {
	last := number(card.Posting)
	if c.isTurn(card) {
		card.Told = max(card.Told, int(last))
	} else {
		card.TS, card.Shown = ts, last
		c.drawn[card.Rotation] = time.Now()
		c.Wake()
	}
	card.Posting = ""
	return c.cfg.Store.SaveCard(ctx, card)
}

// confirm finds out what became of a post whose answer never came: it is
// adopted if it is there and forgotten, so that it is posted again, if not.
// Without the right to read the channel's history it is posted again.
func (c *Cards) confirm(ctx context.Context, r *rotation.Rotation, card rotation.Card) (rotation.Card, error) {
	if c.cfg.History {
		if c.cfg.Now().Sub(card.PostingAt) < c.cfg.Waits.Settle {
			return card, nil
		}
		ts, err := c.search(ctx, card)
		if err == nil && ts != "" {
			if err := c.adopt(ctx, card, ts); err != nil {
				return card, err
			}
			return c.cfg.Store.Card(ctx, card.Rotation)
		}
		if _, definite := rotation.Definite(err); err != nil && !definite {
			return card, err
		}
		if err != nil {
			c.log.Error("Slack doesn't let Rekey look whether a message was posted; it is posted again", "rotation", r.ID, "error", err)
		}
	}
	card.Posting = ""
	return card, c.cfg.Store.SaveCard(ctx, card)
}

const pages = 10 // of history that are searched, a hundred messages each

// search looks for our own message that begins with the block, and returns
// its ts, or "".
// https://docs.slack.dev/reference/methods/conversations.history
// https://docs.slack.dev/reference/methods/conversations.replies
func (c *Cards) search(ctx context.Context, card rotation.Card) (string, error) {
	oldest := strconv.FormatInt(card.PostingAt.Add(-time.Minute).Unix(), 10) + ".000000"
	cursor := ""
	for range pages {
		var found []slack.Message
		var more string
		var err error
		if c.isTurn(card) {
			err = c.api.call(ctx, "conversations.replies", callWait, func(ctx context.Context, s *slack.Client) (err error) {
				found, _, more, err = s.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: card.Channel, Timestamp: card.TS, Oldest: oldest, Cursor: cursor, Limit: 100})
				return err
			})
		} else {
			err = c.api.call(ctx, "conversations.history", callWait, func(ctx context.Context, s *slack.Client) error {
				h, err := s.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: card.Channel, Oldest: oldest, Cursor: cursor, Limit: 100})
				if err == nil {
					found, more = h.Messages, h.ResponseMetaData.NextCursor
				}
				return err
			})
		}
		if err != nil {
			return "", err
		}
		for _, m := range found {
			if m.User == c.bot.me().user && len(m.Blocks.BlockSet) > 0 && m.Blocks.BlockSet[0].ID() == card.Posting {
				return m.Timestamp, nil
			}
		}
		if more == "" {
			return "", nil
		}
		cursor = more
	}
	return "", nil
}

func (c *Cards) isTurn(card rotation.Card) bool {
	return strings.HasPrefix(card.Posting, turnBlock(card.Rotation))
}

// number is the version or turn at the end of a block's id.
func number(block string) int64 {
	n, err := strconv.ParseInt(block[strings.LastIndexByte(block, ':')+1:], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
