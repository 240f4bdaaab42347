package script

import (
	"errors"
	"fmt"
	"slices"

	"rekey/sandbox/fakeslack"
)

// What people see in Slack.
var expectForms = []form{
	{`#platform{card} | {phrases}`, (*player).cardSays},
	{`#platform{card} ! {text}`, (*player).cardLacks},
	{`#platform has {n} cards`, (*player).cardCount},
	{`thread has {n} replies`, (*player).threadCount},
	{`thread | {phrases}`, (*player).threadSays},
	{`thread ! {text}`, (*player).threadLacks},
	{`channel sees | {phrases}`, (*player).broadcast},
	{`channel sees nothing of the thread`, (*player).notBroadcast},
	{`reply ({who}) {phrases}`, (*player).replied},
	{`({who}) {phrases}`, (*player).toldPrivately},
	{`{who} sees | {phrases}`, (*player).sees},
	{`{who} sees ! {text}`, (*player).seesNot},
	{`{who} sees nothing`, (*player).seesNothing},
}

func (p *player) cardSays(m match) error {
	return p.until(func() error {
		card, err := p.card(m["card"])
		if err != nil {
			return err
		}
		return about("the card", holds(p.plain(card), m["phrases"]))
	})
}

func (p *player) cardLacks(m match) error {
	card, err := p.card(m["card"])
	if err != nil {
		return err
	}
	return about("the card", lacks(p.plain(card), m["text"]))
}

func (p *player) cardCount(m match) error {
	return p.until(func() error { return count(len(p.cards()), m.number(), "cards") })
}

func (p *player) threadCount(m match) error {
	return p.until(func() error {
		card, err := p.card("")
		if err != nil {
			return err
		}
		return count(len(p.repliesTo(card)), m.number(), "replies")
	})
}

// count is exact: what there is too much of doesn't go away.
func count(got, want int, what string) error {
	err := fmt.Errorf("there are %d %s, not %d", got, what, want)
	switch {
	case got == want:
		return nil
	case got > want:
		return never{err}
	}
	return err
}

// threadSays looks at the reply that it was content with last, and at those
// after it.
func (p *player) threadSays(m match) error {
	return p.until(func() error {
		card, err := p.card("")
		if err != nil {
			return err
		}
		err = errors.New("the thread has no reply")
		for i, reply := range p.repliesTo(card) {
			if i < p.told[card.TS] {
				continue
			}
			if err = about("the latest reply", holds(p.plain(reply), m["phrases"])); err == nil {
				p.told[card.TS] = i
				return nil
			}
		}
		return err
	})
}

// broadcasts are the replies in the newest card's thread that the channel sees
// too.
func (p *player) broadcasts() ([]fakeslack.Message, error) {
	card, err := p.card("")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(p.repliesTo(card), func(m fakeslack.Message) bool { return !m.Broadcast }), nil
}

func (p *player) broadcast(m match) error {
	return p.until(func() error {
		seen, err := p.broadcasts()
		if err != nil {
			return err
		}
		err = errors.New("the channel sees no reply of the thread")
		for _, reply := range seen {
			if err = about("what the channel sees of the thread", holds(p.plain(reply), m["phrases"])); err == nil {
				return nil
			}
		}
		return err
	})
}

func (p *player) notBroadcast(match) error {
	seen, err := p.broadcasts()
	if err == nil && len(seen) > 0 {
		err = fmt.Errorf("the channel sees %q", p.plain(seen[0]))
	}
	return err
}

func (p *player) threadLacks(m match) error {
	card, err := p.card("")
	if err != nil {
		return err
	}
	for _, reply := range p.repliesTo(card) {
		if err := about("a reply", lacks(p.plain(reply), m["text"])); err != nil {
			return err
		}
	}
	return nil
}

// replied looks at what the last command was answered with, which needs no
// waiting.
func (p *player) replied(m match) error {
	for _, message := range p.private(m.id("who")) {
		if ts := p.replies[m["who"]].TS; ts != "" && message.TS == ts {
			p.heard[key(m["who"], message.TS)] = true
			return about("the answer to the command", holds(p.plain(message), m["phrases"]))
		}
	}
	return errors.New("the last command was answered without a private word")
}

// toldPrivately waits for a private message, each of which counts once.
func (p *player) toldPrivately(m match) error {
	return p.until(func() error {
		err := fmt.Errorf("%s has no private message that wasn't expected before", m["who"])
		for _, message := range slices.Backward(p.private(m.id("who"))) {
			if p.heard[key(m["who"], message.TS)] {
				continue
			}
			if err = about("a private message", holds(p.plain(message), m["phrases"])); err == nil {
				p.heard[key(m["who"], message.TS)] = true
				return nil
			}
		}
		return err
	})
}

func key(who, ts string) string { return who + " " + ts }

func (p *player) sees(m match) error {
	return p.until(func() error {
		v, open := p.top(m.id("who"))
		if !open {
			return errors.New("no modal is open")
		}
		return about("the modal", holds(p.plainView(v), m["phrases"]))
	})
}

func (p *player) seesNot(m match) error {
	v, open := p.top(m.id("who"))
	if !open {
		return errors.New("no modal is open")
	}
	return about("the modal", lacks(p.plainView(v), m["text"]))
}

func (p *player) seesNothing(m match) error {
	return p.until(func() error {
		if v, open := p.top(m.id("who")); open {
			return fmt.Errorf("the modal %q is open", v.Title)
		}
		return nil
	})
}

func about(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
