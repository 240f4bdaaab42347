package script

import (
	"slices"

	"rekey/sandbox/fakepagerduty"
	"rekey/sandbox/stage"
)

// What people do at PagerDuty and to its Terraform, and what happened there.
var pagerDutyForms = []form{
	{`pagerduty> {who} makes a user token`, func(p *player, m match) error {
		_, err := p.Stage.MakeUserToken(m["who"], "terraform, new")
		return err
	}},
	{`pagerduty> {who} makes an account token`, func(p *player, m match) error {
		_, err := p.Stage.MakeAccountToken(m["who"], "terraform, new")
		return err
	}},
	{`pagerduty> {who} copies a token of another account`, func(p *player, _ match) error {
		p.Stage.CopyForeignToken()
		return nil
	}},
	{`pagerduty> {who} deletes the old token of {secret}`, func(p *player, m match) error { return p.Stage.DeleteOldPagerDutyToken(m["who"], m["secret"]) }},
	{`pagerduty> {who} deletes the new token of {secret}`, func(p *player, m match) error { return p.Stage.DeleteNewPagerDutyToken(m["who"], m["secret"]) }},
	{`pagerduty> {who} authorises Slack`, (*player).authoriseSlack},
	{`pagerduty> {who} replaces everything`, func(p *player, _ match) error { return p.Stage.MarkForReplacement(stage.PagerDutyKeyNames()...) }},
	{`pagerduty> {who} replaces nothing`, func(p *player, _ match) error { return p.Stage.MarkForReplacement() }},
	{`pagerduty> {who} replaces {word} by hand`, func(p *player, m match) error { return p.Stage.ReplaceByHand(m["word"]) }},
	{`pagerduty> {who} replaces {word}`, (*player).replaceIntegration},
	{`pagerduty> {who} may only look on`, setRole(fakepagerduty.Stakeholder)},
	{`pagerduty> {who} may configure again`, setRole("user")},
	{`pagerduty> {word} has {n} incidents`, (*player).hasIncidents},
	{`pagerduty> {word} has {n} open incidents`, (*player).hasOpenIncidents},
	{`pagerduty> {file} alerts with {n} old keys`, (*player).alertsWithOldKeys},
}

// replaceIntegration marks one integration more.
func (p *player) replaceIntegration(m match) error {
	names := []string{m["word"]}
	for _, one := range p.Stage.IntegrationKeys() {
		if one.Marked {
			names = append(names, one.Key)
		}
	}
	return p.Stage.MarkForReplacement(names...)
}

func (p *player) authoriseSlack(m match) error {
	mail, _ := stage.Mail(m["who"]) // checked when it was parsed
	p.Stage.PagerDuty.AuthoriseSlack(mail)
	return nil
}

func setRole(role string) func(*player, match) error {
	return func(p *player, m match) error {
		mail, _ := stage.Mail(m["who"]) // checked when it was parsed
		p.Stage.PagerDuty.SetRole(mail, role)
		return nil
	}
}

func (p *player) hasIncidents(m match) error { return p.countIncidents(m, false) }

func (p *player) hasOpenIncidents(m match) error { return p.countIncidents(m, true) }

// countIncidents counts those that came in by the key of a name.
func (p *player) countIncidents(m match, open bool) error {
	return p.until(func() error {
		n := 0
		for _, one := range p.Stage.IntegrationKeys() {
			for _, i := range p.Stage.PagerDuty.Incidents() {
				if one.Key == m["word"] && i.Owner == one.Owner.ID && (!open || i.Status != "resolved") {
					n++
				}
			}
		}
		return count(n, m.number(), "incidents")
	})
}

// alertsWithOldKeys counts the keys of a consumer that no longer work.
func (p *player) alertsWithOldKeys(m match) error {
	return p.until(func() error {
		n := 0
		for _, one := range p.Stage.IntegrationKeys() {
			if slices.Contains(one.Stale, m["file"]) {
				n++
			}
		}
		return count(n, m.number(), "old keys")
	})
}
