package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Seen looks in a channel for anybody's message that contains the words, not
// older than since, and says which app it is from. Without the right to read
// the channel's history it is a definite error.
// https://docs.slack.dev/reference/methods/conversations.history
func (b *Bot) Seen(ctx context.Context, channel rotation.Handle, words string, since time.Time) (rotation.Posted, error) {
	const method = "conversations.history"
	if !b.cfg.History {
		return rotation.Posted{}, &rotation.ProviderError{Provider: "Slack", Op: method, Code: "the feature history is off", Definite: true}
	}
	ask := &slack.GetConversationHistoryParameters{ChannelID: channel.ID, Oldest: strconv.FormatInt(since.Add(-time.Minute).Unix(), 10) + ".000000", Limit: 100}
	for range pages {
		var got *slack.GetConversationHistoryResponse
		err := b.api.call(ctx, method, callWait, func(ctx context.Context, s *slack.Client) (err error) {
			got, err = s.GetConversationHistoryContext(ctx, ask)
			return err
		})
		if err != nil {
			return rotation.Posted{}, err
		}
		for _, m := range got.Messages {
			if strings.Contains(m.Text, words) {
				return rotation.Posted{TS: m.Timestamp, App: appOf(m)}, nil
			}
		}
		if ask.Cursor = got.ResponseMetaData.NextCursor; ask.Cursor == "" {
			break
		}
	}
	return rotation.Posted{}, nil
}

// appOf is the name of the app that posted a message, or "" if Slack doesn't
// say.
func appOf(m slack.Message) string {
	if m.BotProfile != nil && m.BotProfile.Name != "" {
		return m.BotProfile.Name
	}
	return m.Username
}
