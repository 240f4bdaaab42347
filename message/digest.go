package message

import (
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A Worn runbook is due to be read again by its owner.
type Worn struct {
	Name, Owner string
	On          time.Time
}

// A Weekly is what the digest says.
type Weekly struct {
	ID    string    // of its first block
	Due   time.Time // when it was to be posted
	Late  bool
	Rows  []Row
	Owing []Owed
	Worn  []Worn
	Audit string // the hash of the audit log's last line
	Ended int    // the last year of the bank holidays, if that is over; else 0
	Stuck string // a sentence: why the issues at GitHub aren't kept; or empty
}

const digestLines = 25 // entries that get a line with a button of their own

// Digest is the weekly message: what is overdue, what has to be started, what
// is in progress, owed or not known, worst first, each with the button that
// leads on. What is fine, and what doesn't fit, is counted.
func Digest(w Weekly, c Context) Post {
	p := newPage(c, w.ID)
	p.header("Secrets this week · " + Day(w.Due, c))
	all, counts := urgency(w.Rows, w.Owing, c)
	p.section(strong(counts.said()))
	if w.Late {
		p.section("This comes late: it was due " + rotation.When(w.Due) + ", and Rekey didn't run then.")
	}
	shown, fine, more := 0, 0, 0
	for _, e := range all {
		switch {
		case e.Fine():
			fine++
		case shown == digestLines:
			more++
		default:
			shown++
			p.withButton(e)
		}
	}
	if more > 0 {
		p.section(fmt.Sprintf("… and %d more that need somebody: `/rotate list`.", more))
	}
	rest := []string{fmt.Sprintf("%d fine: `/rotate list`", fine)}
	if more == 0 && shown == 0 {
		rest[0] = "Nothing needs anybody this week. " + rest[0]
	}
	for _, worn := range w.Worn {
		if worn.On.Before(c.Now.AddDate(0, 0, rotation.Soon)) {
			rest = append(rest, fmt.Sprintf("The runbook %s is to be read again by %s, %s.", rotation.Clean(worn.Name), rotation.Clean(worn.Owner), Day(worn.On, c)))
		}
	}
	if w.Ended > 0 {
		rest = append(rest, noHolidays(w.Ended))
	}
	if w.Stuck != "" {
		rest = append(rest, rotation.Clean(w.Stuck))
	}
	if w.Audit != "" {
		rest = append(rest, "Audit log ends in "+code(Cut(w.Audit, 13))+".")
	}
	p.snoozing(soon(w.Rows, c), c)
	p.context(rest...)
	return p.post()
}

// soon are the rows that are due, or will be before long.
func soon(rows []Row, c Context) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(row Row) bool { return row.Item(c.Now, c.zone()).Fine() })
}

// noHolidays says that a list of bank holidays has to be brought up to date.
func noHolidays(last int) string {
	return fmt.Sprintf("The list of bank holidays ends with %d, so every weekday counts as a working day. Whoever runs Rekey names a newer file under holidays in its settings.", last)
}

// withButton adds one entry with the press that leads on: Start, or the card.
func (p *page) withButton(e entry) { p.pressable(e, maxShort) }

// pressable does so with an entry of at most so many visible characters.
func (p *page) pressable(e entry, limit int) {
	rich, bare := p.c.line(line{said: e.line.said}, limit)
	block := &slack.SectionBlock{Type: slack.MBTSection, BlockID: p.next(), Text: mrkdwn(rich)}
	switch {
	case e.Unlisted != nil:
		block.Accessory = slack.NewAccessory(drafts())
	case e.Startable() && len(e.Secret.Name) <= maxButtonValue:
		block.Accessory = slack.NewAccessory(slack.NewButtonBlockElement(ActionStart, e.Secret.Name, words("Start", maxButtonText)))
	case sound(e.line.card):
		b := slack.NewButtonBlockElement(string(FollowLink), "card", words("Open", maxButtonText))
		b.URL = e.line.card
		block.Accessory = slack.NewAccessory(b)
	}
	p.blocks, p.text = append(p.blocks, block), append(p.text, bare)
}
