package script

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// What happens to the workspace and to the bot's connection.
var slackForms = []form{
	{`slack> {who} leaves {group}`, func(p *player, m match) error { return p.membership(m, false) }},
	{`slack> {who} joins {group}`, func(p *player, m match) error { return p.membership(m, true) }},
	{`slack> {who} is deactivated`, (*player).deactivate},
	{`slack> {call} fails {n} times`, func(p *player, m match) error { p.slack.Refuse(m.call(), "internal_error", m.number()); return nil }},
	{`slack> {call} answers {word} {n} times`, func(p *player, m match) error { p.slack.Refuse(m.call(), m["word"], m.number()); return nil }},
	{`slack> {call} is throttled for {for} {n} times`, (*player).throttle},
	{`slack> all is well again`, func(p *player, _ match) error { p.slack.Accept(); return nil }},
	{`slack> drops the sockets`, func(p *player, _ match) error { p.slack.DropSockets(); return nil }},
	{`slack> refreshes`, func(p *player, _ match) error { p.slack.Disconnect("refresh_requested"); return nil }},
	{`slack> the card is deleted`, (*player).deleteCard},
	{`slack> bot leaves {channel}`, func(p *player, m match) error { p.slack.RemoveBot(channels[m["channel"]]); return nil }},
	{`slack> bot joins {channel}`, func(p *player, m match) error { p.slack.InviteBot(channels[m["channel"]]); return nil }},
}

func (p *player) membership(m match, member bool) error {
	for _, g := range p.slack.Groups() {
		if "@"+g.Handle != m["group"] {
			continue
		}
		g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(id string) bool { return id == m.id("who") })
		if member {
			g.Members = append(g.Members, m.id("who"))
		}
		p.slack.SetGroup(g)
		return nil
	}
	return fmt.Errorf("there is no group %s", m["group"])
}

func (p *player) deactivate(m match) error {
	i := slices.IndexFunc(p.slack.People(), func(one fakeslack.Person) bool { return one.ID == m.id("who") })
	one := p.slack.People()[i]
	one.Deleted = true
	p.slack.SetPerson(one)
	return nil
}

func (p *player) throttle(m match) error {
	d, err := duration(m["for"])
	if err != nil {
		return err
	}
	p.slack.Throttle(m.call(), strconv.Itoa(int(d/time.Second)), m.number())
	return nil
}

func (p *player) deleteCard(match) error {
	card, err := p.card("")
	if err != nil {
		return err
	}
	return p.slack.Delete(stage.Platform, card.TS)
}
