package script

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// posts lists the bot's own messages in #modernisation-platform that aren't
// replies, oldest first.
func (p *player) posts() []fakeslack.Message {
	return slices.DeleteFunc(p.slack.Messages(stage.Platform), func(m fakeslack.Message) bool {
		return m.User != stage.BotSlackID || m.Ephemeral || m.Deleted || m.ThreadTS != "" || m.Blocks == nil
	})
}

// What the messages begin with that come by themselves when the clock passes
// their hour: the weekly digest, reminders, escalations.
const (
	digest     = "Secrets this week"
	reminder   = "Reminder ·"
	escalation = "Nobody has started ·"
)

// cards are the posts without reminders and escalations: those are spoken of by
// a text of theirs.
func (p *player) cards() []fakeslack.Message { return p.without(p.posts(), reminder, escalation) }

// without leaves out what begins with one of the texts.
func (p *player) without(all []fakeslack.Message, beginnings ...string) []fakeslack.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m fakeslack.Message) bool {
		return slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(p.plain(m), b) })
	})
}

// card is the newest one, which is a digest only if there is no other; or the
// newest post that contains a text, which may stand in quotation marks.
func (p *player) card(containing string) (fakeslack.Message, error) {
	containing = strings.Trim(containing, ` "`)
	all := p.posts()
	if containing == "" {
		all = p.cards()
		if others := p.without(all, digest); len(others) > 0 {
			all = others
		}
	}
	for _, m := range slices.Backward(all) {
		if strings.Contains(fold(p.plain(m)), fold(containing)) {
			return m, nil
		}
	}
	if containing != "" {
		return fakeslack.Message{}, fmt.Errorf("there is no card that says %q", containing)
	}
	return fakeslack.Message{}, errors.New("there is no card")
}

// replies lists what stands in a card's thread, oldest first.
func (p *player) repliesTo(card fakeslack.Message) []fakeslack.Message {
	return slices.DeleteFunc(p.slack.Thread(card.Channel, card.TS), func(m fakeslack.Message) bool {
		return m.TS == card.TS || m.Ephemeral
	})
}

// private lists what only user sees, oldest first: ephemeral messages in all
// channels, and what the bot wrote to them directly.
func (p *player) private(user string) []fakeslack.Message {
	var out []fakeslack.Message
	for _, c := range p.slack.Channels() {
		for _, m := range p.slack.Messages(c.ID) {
			if !m.Deleted && (m.Ephemeral && m.For == user || c.User == user && m.User == stage.BotSlackID) {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b fakeslack.Message) int { return cmp.Compare(a.TS, b.TS) })
	return out
}

// top is the modal that user has before them.
func (p *player) top(user string) (fakeslack.View, bool) {
	views := p.slack.OpenViews(user)
	if len(views) == 0 {
		return fakeslack.View{}, false
	}
	return views[len(views)-1], true
}

// A copied card is one as it was at some moment.
type copied struct {
	channel, ts string
	blocks      json.RawMessage
}

// remember keeps a copy of each card that looks different from before, so that
// somebody can press a button that isn't there any more.
func (p *player) remember() {
	for _, m := range p.posts() {
		known := false
		for _, c := range slices.Backward(p.copies) {
			if c.ts == m.TS {
				known = bytes.Equal(c.blocks, m.Blocks)
				break
			}
		}
		if !known {
			p.copies = append(p.copies, copied{m.Channel, m.TS, m.Blocks})
		}
	}
}

// A button can be pressed: one of a message or of a modal, or a menu's entry.
type button struct {
	label       string
	channel, ts string
	ephemeral   bool
	block, id   string
	option      string         // the value, for an entry of a menu
	action      map[string]any // as a payload shows the press
}

type textObject struct {
	Text string `json:"text"`
}

type element struct {
	Type         string     `json:"type"`
	ID           string     `json:"action_id"`
	Text         textObject `json:"text"`
	Value        string     `json:"value"`
	Options      []choice   `json:"options"`
	OptionGroups []struct {
		Options []choice `json:"options"`
	} `json:"option_groups"`
}

type choice struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

type block struct {
	Type      string    `json:"type"`
	ID        string    `json:"block_id"`
	Elements  []element `json:"elements"`
	Accessory *element  `json:"accessory"`
	Element   *element  `json:"element"`
}

// blocksOf reads blocks; of those that aren't blocks it reads none.
func blocksOf(raw json.RawMessage) []block {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	var out []block
	for _, one := range all {
		var b block
		// A block whose elements have another shape has no button either.
		if json.Unmarshal(one, &b) == nil {
			out = append(out, b)
		}
	}
	return out
}

func buttonsOf(raw json.RawMessage) []button {
	var out []button
	for _, b := range blocksOf(raw) {
		elements := b.Elements
		if b.Accessory != nil {
			elements = append(elements, *b.Accessory)
		}
		for _, e := range elements {
			action := map[string]any{"type": e.Type, "action_id": e.ID, "block_id": b.ID}
			switch e.Type {
			case "button":
				action["text"] = map[string]any{"type": "plain_text", "text": e.Text.Text, "emoji": true}
				if e.Value != "" {
					action["value"] = e.Value
				}
				out = append(out, button{label: e.Text.Text, block: b.ID, id: e.ID, action: action})
			case "overflow":
				for _, o := range e.Options {
					chosen := map[string]any{"type": e.Type, "action_id": e.ID, "block_id": b.ID, "selected_option": map[string]any{
						"text": map[string]any{"type": "plain_text", "text": o.Text.Text, "emoji": true}, "value": o.Value,
					}}
					out = append(out, button{label: o.Text.Text, block: b.ID, id: e.ID, option: o.Value, action: chosen})
				}
			}
		}
	}
	return out
}

// labelled picks the button with a label, or else the first whose label begins
// with it. "…" at the end says only that a form follows.
func labelled(all []button, label string) (button, bool) {
	label = strings.TrimSuffix(label, "…")
	for _, same := range []func(a string) bool{
		func(a string) bool { return strings.TrimSuffix(a, "…") == label },
		func(a string) bool { return strings.HasPrefix(a, label) },
	} {
		if i := slices.IndexFunc(all, func(b button) bool { return same(b.label) }); i >= 0 {
			return all[i], true
		}
	}
	return button{}, false
}

// on is the button with a label on a message.
func on(m fakeslack.Message, label string) (button, bool) {
	b, ok := labelled(buttonsOf(m.Blocks), label)
	b.channel, b.ts, b.ephemeral = m.Channel, m.TS, m.Ephemeral
	return b, ok
}
