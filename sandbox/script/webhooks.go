package script

import (
	"slices"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// What people do on the page of the alerts' app, and what its webhooks did.
var webhookForms = []form{
	{`webhook> {who} adds a webhook of another app for {channel}`, (*player).addOtherWebhook},
	{`webhook> {who} adds a webhook for {channel}`, (*player).addWebhook},
	{`webhook> {who} removes the old webhook of {secret}`, func(p *player, m match) error { return p.Stage.RemoveOldWebhook(m["secret"]) }},
	{`webhook> {who} removes the new webhook of {secret}`, func(p *player, m match) error { return p.Stage.RemoveNewWebhook(m["secret"]) }},
	{`webhook> {channel} got {n} messages`, (*player).webhookGot},
	{`webhook> answers {word} from now on`, func(p *player, m match) error { return p.slack.WebhooksAnswer(m["word"]) }},
}

func (p *player) addWebhook(m match) error {
	_, err := p.Stage.AddWebhook(m["who"], channels[m["channel"]])
	return err
}

func (p *player) addOtherWebhook(m match) error {
	_, err := p.Stage.AddOtherWebhook(m["who"], channels[m["channel"]])
	return err
}

// webhookGot counts what webhooks have posted in a channel.
func (p *player) webhookGot(m match) error {
	return p.until(func() error {
		all := p.slack.Messages(channels[m["channel"]])
		posted := slices.DeleteFunc(all, func(one fakeslack.Message) bool { return one.User != stage.AlertsUser })
		return count(len(posted), m.number(), "messages from webhooks")
	})
}
