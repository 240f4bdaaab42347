package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// SignIn tries the bot token: the login is the bot's user. A dead token is a
// definite refusal with Dead set.
// https://docs.slack.dev/reference/methods/auth.test
func (b *Bot) SignIn(ctx context.Context) (rotation.Credential, error) {
	var who *slack.AuthTestResponse
	err := b.api.call(ctx, "auth.test", callWait, func(ctx context.Context, c *slack.Client) (err error) {
		who, err = c.AuthTestContext(ctx)
		return err
	})
	var p *rotation.ProviderError
	if errors.As(err, &p) {
		p.Dead = slices.Contains(badToken, p.Code)
	}
	if err != nil {
		return rotation.Credential{}, err
	}
	return rotation.Credential{Login: who.UserID}, nil
}

// Connected tries the app-level token: the sockets that are open were opened
// with it, and so no other has to be.
func (b *Bot) Connected(context.Context) (rotation.Credential, error) {
	return rotation.Credential{}, b.sockets.ready()
}
