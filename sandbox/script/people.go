package script

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// What people do in Slack.
var peopleForms = []form{
	{`{who}> picks {option} because {text}`, (*player).pickBecause},
	{`{who}> picks {secret}`, (*player).pick},
	{`{who}> ticks {text}`, (*player).tick},
	{`{who}> closes`, (*player).closeModal},
	{`{who}> submits`, func(p *player, m match) error { return p.submit(m, nil) }},
	{`{who}> writes {text}`, func(p *player, m match) error { return p.writeAndSubmit(m) }},
	{`{who} + {whom}> {label}`, (*player).pressTogether},
	{`{who}> {label} because {text}`, (*player).pressBecause},
	{`{who}> {label} twice`, (*player).pressTwice},
	{`{who}> {label} delivered {n} times`, (*player).pressRedelivered},
	{`{who}> {label}, unanswered`, func(p *player, m match) error { return unanswered(p.press(m)) }},
	{`{who}> {label} on the old card`, (*player).pressOld},
	{`{who}> {label} of {secret} on the card{card}`, (*player).pressOf},
	{`{who}> {label} on the card{card}`, (*player).press},
	{`{who}> forged {label} for rotation {n}`, (*player).pressForged},
	{`{who}> forged {label} with value {text}`, (*player).pressForged},
	{`{who}> forged {label} in {channel}`, (*player).pressForged},
	{`{who}> forged {label} from team {word}`, (*player).pressForged},
	{`{who}> {label}`, (*player).press},
	{`{who} in {channel}> {typed}, unanswered`, func(p *player, m match) error { return unanswered(p.command(m)) }},
	{`{who} in {channel}> {typed}`, (*player).command},
	{`{who}> {typed}, unanswered`, func(p *player, m match) error { return unanswered(p.command(m)) }},
	{`{who}> {typed} until it says {phrases}`, (*player).commandUntil},
	{`{who}> {typed}`, (*player).command},
}

// command types a line, in #modernisation-platform unless it says where.
func (p *player) command(m match) error {
	typed, err := p.fill(m["typed"])
	if err != nil {
		return err
	}
	delete(p.replies, m["who"])
	return p.reach(func() error {
		reply, err := p.slack.Command(m.id("who"), cmp.Or(channels[m["channel"]], stage.Platform), typed)
		if err == nil {
			p.replies[m["who"]] = reply
		}
		return err
	})
}

// typeAgain is how long somebody waits before they type a command once more.
const typeAgain = 250 * time.Millisecond

// commandUntil types a line again and again until its answer says so.
func (p *player) commandUntil(m match) error {
	last := time.Time{}
	err := errors.New("nothing was typed")
	return p.until(func() error {
		if time.Since(last) < typeAgain {
			return err
		}
		last = time.Now()
		if wrong := p.command(m); wrong != nil {
			return never{wrong}
		}
		err = p.replied(m)
		return err
	})
}

// unanswered turns round what a press or a command that nobody acknowledges
// returns.
func unanswered(err error) error {
	switch {
	case errors.Is(err, fakeslack.ErrNoAnswer):
		return nil
	case err == nil:
		return errors.New("it was acknowledged")
	}
	return err
}

// find waits for a button that user can press: on the modal before them, else
// on the card, else on their newest private message that has it.
func (p *player) find(user, label, card string) (button, error) {
	var found button
	err := p.until(func() error {
		if v, open := p.top(user); open {
			b, ok := labelled(buttonsOf(v.Blocks), label)
			found = b
			if !ok {
				return fmt.Errorf("the modal %q stands before everything else and has no [%s]", v.Title, label)
			}
			return nil
		}
		m, err := p.card(card)
		if err == nil {
			b, ok := on(m, label)
			if found = b; ok {
				return nil
			}
		}
		for _, m := range slices.Backward(p.private(user)) {
			b, ok := on(m, label)
			if found = b; ok {
				return nil
			}
		}
		if err != nil {
			return fmt.Errorf("%w, and no private message has [%s]", err, label)
		}
		return fmt.Errorf("neither the card nor a private message has [%s]", label)
	})
	return found, err
}

func (p *player) press(m match) error {
	user := m.id("who")
	if v, open := p.top(user); open && sameLabel(v.Submit, m.label()) {
		return p.submit(m, nil)
	}
	b, err := p.find(user, m.label(), m["card"])
	if err != nil {
		return err
	}
	return p.pressButton(user, b)
}

// pressOf presses the button of one secret in a list of them.
func (p *player) pressOf(m match) error {
	var card fakeslack.Message
	var found button
	err := p.until(func() (err error) {
		if card, err = p.card(m["card"]); err != nil {
			return err
		}
		all := buttonsOf(card.Blocks)
		i := slices.IndexFunc(all, func(b button) bool { return sameLabel(b.label, m.label()) && b.action["value"] == m["secret"] })
		if i < 0 {
			return fmt.Errorf("the card has no %s of %s", m["label"], m["secret"])
		}
		found = all[i]
		return nil
	})
	if err != nil {
		return err
	}
	return p.reach(func() error { return p.slack.Press(m.id("who"), card.Channel, card.TS, found.id, found.block) })
}

func sameLabel(shown, label string) bool {
	return shown != "" && strings.TrimSuffix(shown, "…") == strings.TrimSuffix(label, "…")
}

func (p *player) pressButton(user string, b button) error {
	var value []string
	if b.option != "" {
		value = []string{b.option}
	}
	return p.reach(func() error {
		switch {
		case b.ts == "":
			return p.slack.PressView(user, b.id, b.block, value...)
		case b.ephemeral:
			return p.slack.PressEphemeral(user, b.channel, b.ts, b.id, b.block, value...)
		}
		// Without the block: the card may be redrawn between the look and the
		// press, and the same button then stands in a block of another id.
		return p.slack.Press(user, b.channel, b.ts, b.id, "", value...)
	})
}

// raw presses a button as it was when it was found, whatever has become of it.
func (p *player) raw(user string, b button, overrides map[string]any) error {
	return p.reach(func() error { return p.slack.PressRaw(user, b.channel, b.ts, b.action, overrides) })
}

func (p *player) pressTogether(m match) error { return p.atOnce(m, m.id("who"), m.id("whom")) }

func (p *player) pressTwice(m match) error { return p.atOnce(m, m.id("who"), m.id("who")) }

func (p *player) atOnce(m match, users ...string) error {
	b, err := p.find(users[0], m.label(), "")
	if err != nil {
		return err
	}
	var all errgroup.Group
	for _, user := range users {
		all.Go(func() error { return p.raw(user, b, nil) })
	}
	return all.Wait()
}

// pressRedelivered presses once, and the press arrives n times under one id.
func (p *player) pressRedelivered(m match) error {
	b, err := p.find(m.id("who"), m.label(), "")
	if err != nil {
		return err
	}
	p.slack.Duplicate(1)
	if err := p.pressButton(m.id("who"), b); err != nil {
		return err
	}
	sent := p.slack.Envelopes()
	for range m.number() - 2 {
		if err := p.reach(func() error { return p.slack.Redeliver(sent[len(sent)-1].ID) }); err != nil {
			return err
		}
	}
	return nil
}

// pressOld presses a button as it was on an earlier look of a card.
func (p *player) pressOld(m match) error {
	newest, err := p.card("")
	if err != nil {
		return err
	}
	now, _ := on(newest, m.label())
	for _, c := range slices.Backward(p.copies) {
		b, ok := labelled(buttonsOf(c.blocks), m.label())
		if ok && (c.ts != newest.TS || fmt.Sprint(b.action) != fmt.Sprint(now.action)) {
			b.channel, b.ts = c.channel, c.ts
			return p.raw(m.id("who"), b, nil)
		}
	}
	return fmt.Errorf("no card had another [%s] before", m.label())
}

// pressForged presses a button of now with something about it made up.
func (p *player) pressForged(m match) error {
	b, err := p.find(m.id("who"), m.label(), "")
	if err != nil {
		return err
	}
	overrides := map[string]any{}
	switch {
	case m["n"] != "":
		value, ok := b.action["value"].(string)
		_, rest, dotted := strings.Cut(value, ".")
		if !ok || !dotted {
			return fmt.Errorf("the value of [%s] doesn't begin with a rotation's number", b.label)
		}
		b.action["value"] = m["n"] + "." + rest
	case m["text"] != "":
		b.action["value"] = m["text"]
	case m["channel"] != "":
		id := channels[m["channel"]]
		overrides["channel"] = map[string]any{"id": id, "name": p.slack.NameOf(id)}
		overrides["container"] = map[string]any{"channel_id": id}
	default:
		overrides["team"] = map[string]any{"id": m["word"]}
		overrides["user"] = map[string]any{"team_id": m["word"]}
	}
	return p.raw(m.id("who"), b, overrides)
}
