package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Colleague says whether whoever has a mail address is an active member of the
// workspace, and in the group. known is false if the bot may not look people up
// by their address. Slack finds active members only.
// https://docs.slack.dev/reference/methods/users.lookupByEmail
func (m *Members) Colleague(ctx context.Context, mail string, group rotation.Handle) (who rotation.Person, in, known bool, err error) {
	if !m.cfg.Mail {
		return "", false, false, nil
	}
	var found *slack.User
	err = m.api.call(ctx, "users.lookupByEmail", callWait, func(ctx context.Context, c *slack.Client) (err error) {
		found, err = c.GetUserByEmailContext(ctx, mail)
		return err
	})
	var refused *rotation.ProviderError
	if errors.As(err, &refused) && refused.Code == "users_not_found" {
		return "", false, true, nil
	}
	if err != nil {
		return "", false, true, fmt.Errorf("asking Slack whose a mail address is: %w", err)
	}
	who = rotation.Person(found.ID)
	people, err := inGroup(ctx, m.api, group)
	if err != nil {
		return who, false, true, err
	}
	return who, slices.Contains(people, who), true, nil
}
