package message

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A Reminder tells the owners of secrets what is due, in one channel on one
// day.
type Reminder struct {
	ID     string            // of its first block
	Owners []rotation.Handle // each is told once
	Rows   []Row             // as Worst sorted and cut them
	More   int               // how many Worst left out
}

// An Escalation tells somebody else what the owners haven't started.
type Escalation struct {
	ID   string
	To   rotation.Handle
	Late []Late // as Worst sorted and cut their rows
	More int
}

// Late is a secret that its owners were reminded of, and didn't start.
type Late struct {
	Row
	Owner rotation.Handle
	Days  int           // since it was due; below zero: until it is
	Told  rotation.Told // what the owners were told
}

const remindLines = 20 // secrets that get a line with a button of their own

// Worst are the rows that fit into one message, the most urgent first, and how
// many are left.
func Worst(rows []Row, c Context) (shown []Row, more int) {
	all := slices.SortedStableFunc(slices.Values(rows), func(a, b Row) int {
		return rotation.ByUrgency(a.Item(c.Now, c.zone()), b.Item(c.Now, c.zone()))
	})
	return all[:min(len(all), remindLines)], max(0, len(all)-remindLines)
}

// Remind is the one message that reminds owners: each secret with its date and
// why, and the press that starts it; one press snoozes any of them.
func Remind(r Reminder, c Context) Post {
	p := newPage(c, r.ID)
	p.header("Reminder · " + Day(c.Now, c))
	p.lines(maxLine, p.sectionBlock, line{mention: mentions(r.Owners), said: needing(len(r.Rows)+r.More) + "."})
	for _, row := range r.Rows {
		p.withButton(row.entry(c))
	}
	p.rest(r.More)
	p.snoozing(r.Rows, c)
	return p.post()
}

// Escalate is the message about what nobody has started in time.
func Escalate(e Escalation, c Context) Post {
	p := newPage(c, e.ID)
	p.header("Nobody has started · " + Day(c.Now, c))
	p.lines(maxLine, p.sectionBlock, line{mention: mentions([]rotation.Handle{e.To}), said: needing(len(e.Late)+e.More) + ", and nothing is in progress."})
	for _, late := range e.Late {
		x := late.entry(c)
		x.line.said += " · " + late.reminded(c)
		p.pressable(x, maxLine)
	}
	p.rest(e.More)
	return p.post()
}

func needing(n int) string {
	if n == 1 {
		return "1 secret needs somebody"
	}
	return fmt.Sprintf("%d secrets need somebody", n)
}

// rest counts what doesn't fit.
func (p *page) rest(more int) {
	if more > 0 {
		p.section(fmt.Sprintf("… and %d more: `/rotate due`.", more))
	}
}

// reminded says for how long it has been overdue, and who was reminded of it.
func (l Late) reminded(c Context) string {
	since := ""
	if l.Days > 0 {
		since = "for " + count(l.Days, "day") + ", "
	}
	if l.Told.Times == 0 {
		return since + handle(l.Owner) + " wasn't reminded of it yet"
	}
	return since + fmt.Sprintf("%s was reminded %s, last on %s", handle(l.Owner), times(l.Told.Times), Day(l.Told.Last, c))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// mentions are several groups, or channels, which nobody is told through.
func mentions(all []rotation.Handle) string {
	out := ""
	for _, h := range all {
		switch {
		case h.ID == "" || h.ID[0] == 'C' || h.ID[0] == 'G':
			continue
		case h.ID[0] == 'S':
			out += " " + group(h)
		default:
			out += " " + user(rotation.Person(h.ID))
		}
	}
	if out == "" {
		return ""
	}
	return out[1:]
}

// snoozing adds the button that snoozes any of the rows.
func (p *page) snoozing(rows []Row, c Context) {
	names := ""
	for _, row := range rows {
		if !row.MaySnooze(c) || len(names)+len(row.Secret.Name) >= maxButtonValue {
			continue
		}
		if names != "" {
			names += between
		}
		names += row.Secret.Name
	}
	if names != "" {
		p.buttons(slack.NewButtonBlockElement(ActionSnooze, names, words("Snooze…", maxButtonText)))
	}
}
