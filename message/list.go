package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A Row is what is known of one secret.
type Row struct {
	rotation.Standing
	Link string // the running rotation's card, or empty
}

// An Owed is a rotation that has ended and left what isn't proven dead.
type Owed struct {
	Rotation *rotation.Rotation
	Link     string // its card, or empty
}

// List shows all secrets, a line each, the most urgent first: alarms, what is
// in progress, what is overdue, old credentials that may live, what isn't known,
// what is due. What doesn't fit into a private answer is counted.
func List(rows []Row, owing []Owed, c Context) Post {
	all, counts := urgency(rows, owing, c)
	lines := make([]line, len(all))
	for i, e := range all {
		lines[i] = e.line
	}
	p := listed(counts.said(), lines, c)
	presses := []slack.BlockElement{slack.NewButtonBlockElement(ActionRefresh, "refresh", words("Refresh", maxButtonText))}
	if slices.ContainsFunc(rows, func(row Row) bool { return row.Unlisted != nil }) {
		presses = append(presses, drafts())
	}
	p.buttons(presses...)
	return p.post()
}

// Due shows what of List needs somebody: all but what is fine.
func Due(rows []Row, owing []Owed, c Context) Post {
	all, counts := urgency(rows, owing, c)
	var lines []line
	for _, e := range all {
		if !e.Fine() {
			lines = append(lines, e.line)
		}
	}
	if len(lines) == 0 {
		return answer(c, line{said: "Nothing is due within a month. " + counts.said() + ": `/rotate list`."})
	}
	p := listed(counts.said(), lines, c)
	p.snoozing(soon(rows, c), c)
	return p.post()
}

// urgency is the report of all that is known, as lines, and what it counts.
func urgency(rows []Row, owing []Owed, c Context) ([]entry, tally) {
	links := map[*rotation.Rotation]string{}
	known, debtors := make([]rotation.Standing, len(rows)), make([]*rotation.Rotation, len(owing))
	for i, row := range rows {
		known[i] = row.Standing
		links[row.Running] = row.Link
	}
	for i, o := range owing {
		debtors[i], links[o.Rotation] = o.Rotation, o.Link
	}
	report := rotation.NewReport(known, debtors, c.Now, c.zone())
	all := make([]entry, len(report.Items))
	for i, e := range report.Items {
		all[i] = drawn(e, links)
	}
	return all, tally(report)
}

// A tally counts the entries of a report.
type tally rotation.Report

// said is the tally in words: what needs somebody, and the rest in one number.
func (t tally) said() string {
	head := []string{count(t.Secrets, "secret")}
	n := rotation.Report(t).Count
	places, unlisted := 0, 0
	for _, i := range t.Items {
		if i.Unlisted != nil && len(i.Unlisted.Finding.Unlisted) > 0 {
			places, unlisted = places+1, unlisted+len(i.Unlisted.Finding.Unlisted)
		}
	}
	for _, part := range []struct {
		n    int
		said string
	}{
		{n(rotation.RankAlarm), "%d to be looked at now"}, {n(rotation.RankOverdue), "%d overdue"}, {n(rotation.RankStart), "%d to start this week"},
		{n(rotation.RankParked) + n(rotation.RankRunning), "%d in progress"},
		{n(rotation.RankOwed), "%d still owed"}, {n(rotation.RankUnknown) - places, "%d not known"},
		{unlisted, "%d not in the catalogue"},
	} {
		if part.n > 0 {
			head = append(head, fmt.Sprintf(part.said, part.n))
		}
	}
	return strings.Join(head, ", ")
}

// Refreshing answers whoever asked for a new look at everything.
func Refreshing() Post {
	return answer(Context{}, line{said: "Rekey looks at everything again. `/rotate list` shows what it saw, in a minute or so."})
}

// StatusAll shows the given running rotations, a line each, with the links to
// their cards where they have one.
func StatusAll(running []*rotation.Rotation, links map[rotation.ID]string, c Context) Post {
	if len(running) == 0 {
		return answer(c, line{said: "Nothing is in progress. `/rotate list` shows what is due."})
	}
	lines := make([]line, len(running))
	for i, r := range running {
		secret := rotation.Secret{Name: r.Plan.Secret, Title: r.Plan.Title}
		lines[i] = Row{Standing: rotation.Standing{Secret: secret, Running: r}, Link: links[r.ID]}.entry(c).line
	}
	return listed(fmt.Sprintf("%d in progress", len(lines)), lines, c).post()
}

// StatusOf says what a secret is, where it is kept, how it stands, and which
// pages are about it; then where its rotation stands, if one runs.
func StatusOf(row Row, c Context) Post {
	s := row.Secret
	p := newPage(c, "")
	p.lines(maxLine, p.sectionBlock, row.entry(c).line)
	kept := []string{}
	for _, x := range []struct{ what, said string }{{"", s.Usage}, {"Kept in ", s.Location}, {"Owner ", s.Owner}} {
		if x.said != "" {
			kept = append(kept, stop(x.what+rotation.Clean(x.said)))
		}
	}
	if s.Every > 0 {
		kept = append(kept, fmt.Sprintf("Replaced every %d days.", s.Every))
	}
	p.context(kept...)
	if r := row.Running; r != nil {
		p.section(about(r, c))
		p.section(stakes(r)...)
		p.section(current(r, numbered(r))...)
	}
	if last := row.Last; last != nil {
		p.section(append([]string{fmt.Sprintf("Rotation %d of %s is %s since %s.", last.ID, rotation.Clean(last.Plan.Title), last.State, rotation.When(last.Ended))}, owed(last, c)...)...)
	}
	var pages []slack.BlockElement
	for i, l := range s.Links[:min(len(s.Links), maxActions)] {
		if !sound(l.URL) {
			continue
		}
		b := slack.NewButtonBlockElement(fmt.Sprintf("%s:%d", FollowLink, i+1), "page", words(l.Title, maxButtonText))
		b.URL = l.URL
		pages = append(pages, b)
	}
	p.buttons(pages...)
	return p.post()
}

// listed shows as many lines as an answer takes, and counts the rest.
func listed(head string, lines []line, c Context) *page {
	size, n := 0, 0
	for _, l := range lines {
		rich, _ := c.line(l, maxShort)
		if size += len(rich); size > maxAnswer {
			break
		}
		n++
	}
	p := newPage(c, "")
	p.section(strong(head))
	p.lines(maxShort, p.sectionBlock, lines[:n]...)
	if left := len(lines) - n; left > 0 {
		p.context(fmt.Sprintf("… and %d more. `/rotate status NAME` shows one.", left))
	}
	return p
}
