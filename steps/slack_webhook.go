package steps

import (
	"context"
	"errors"

	"rekey/rotation"
)

// SlackWebhook tries incoming webhooks of Slack, whose URL is the secret
// itself. Trying posts nothing, so it shows that the webhook lives and neither
// whose app it belongs to nor where it posts: a test message does (TestMessage),
// or a workflow that uses it.
type SlackWebhook struct{ Webhooks Webhooks }

// Provider is Slack.
func (SlackWebhook) Provider() string { return "Slack" }

// Check makes sure that there are no parameters.
func (SlackWebhook) Check(p rotation.Params) error { return rotation.Decode(p, &struct{}{}) }

// Try asks the webhook for nothing. What isn't a webhook's URL at all is as
// dead as one that Slack refuses.
func (w SlackWebhook) Try(ctx context.Context, v rotation.Value, _ rotation.Params) (rotation.Credential, error) {
	word, _, err := w.Webhooks.Probe(ctx, v)
	var answer *rotation.ProviderError
	if errors.As(err, &answer) && answer.Definite {
		refused := *answer
		refused.Dead = true
		return rotation.Credential{}, &refused
	}
	if err != nil {
		return rotation.Credential{}, err
	}
	return rotation.Credential{Name: word}, nil
}

// Prove has nothing to add but Slack's own word.
func (SlackWebhook) Prove(_ context.Context, _ rotation.Value, c rotation.Credential, _ rotation.Params) (rotation.Proof, error) {
	return rotation.Proof{Evidence: []string{"Slack answers " + c.Name}, Lasting: true}, nil
}
