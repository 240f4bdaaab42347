package script

import (
	"fmt"
	"strings"

	"rekey/sandbox/stage"
)

// shownCalls is how many of the latest calls a failure shows.
const shownCalls = 12

// seen is what there is to be seen now: the card with its thread, private
// messages, modals, problems and the latest calls.
func (p *player) seen() string {
	var b strings.Builder
	part := func(title, text string) { fmt.Fprintf(&b, "%s\n%s\n", title, indent(text)) }
	if card, err := p.card(""); err != nil {
		part("the card:", err.Error())
	} else {
		part(fmt.Sprintf("the card (%d in the channel, this one was updated %d times):", len(p.cards()), card.Edited), p.plain(card))
		for _, reply := range p.repliesTo(card) {
			part("in its thread:", p.plain(reply))
		}
	}
	for _, who := range stage.Handles() {
		id, _ := stage.PersonID(who)
		for _, m := range p.private(id) {
			mark := ""
			if p.heard[key(who, m.TS)] {
				mark = " (expected already)"
			}
			part("("+who+")"+mark, p.plain(m))
		}
		if v, open := p.top(id); open {
			part(who+" sees the modal:", p.plainView(v))
		}
	}
	for _, problem := range p.slack.Problems() {
		part("a mistake of the bot's:", problem)
	}
	calls := p.Stage.World.Journal.Calls()
	var lines []string
	for _, c := range calls[max(0, len(calls)-shownCalls):] {
		line := fmt.Sprintf("%s %s %s %s: %d", c.At.Format("15:04:05"), c.Provider, c.Method, c.Resource, c.Status)
		if c.Applied {
			line += ", applied"
		}
		if c.Fault != "" {
			line += ", " + c.Fault
		}
		lines = append(lines, line)
	}
	part("the latest calls:", strings.Join(lines, "\n"))
	return strings.TrimSpace(b.String())
}
