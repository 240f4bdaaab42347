package message

import (
	"fmt"
	"strings"
	"time"

	"rekey/rotation"
)

// An entry is one line of a list, and where it belongs.
type entry struct {
	rank  rank
	on    time.Time
	line  line
	start string // the secret that one can start from here; empty: none
}

type rank int

const (
	rankAlarm rank = iota
	rankParked
	rankRunning
	rankOverdue
	rankStart // it has to be started this week, to be done in time
	rankDebt
	rankUnknown
	rankDue
	rankExempt
)

func (row Row) entry(c Context) entry {
	title := strong(Cut(rotation.Clean(row.Secret.Title), 60)) + " " + code(rotation.Clean(row.Secret.Name))
	if len(row.Alarms) > 0 {
		said := sighted(row.Alarms[0], c)
		if r := row.Running; r != nil {
			said = fmt.Sprintf("%d %s · ", r.ID, holding(r)) + said
		}
		return entry{rank: rankAlarm, on: time.Unix(row.Alarms[0].Finding.Since, 0), line: line{said: "! " + title + " · " + said, card: row.Link}}
	}
	if row.Running != nil {
		return row.progress(title, c)
	}
	d := row.Clocks.Due()
	switch said := row.why(d, c); {
	case row.Secret.Exempt != nil && !d.On.IsZero() && !d.On.Before(c.Now):
		return entry{rank: rankExempt, on: d.On, line: line{said: "– " + title + " · not rotated, review due " + Day(d.On, c) + row.blind(c)}}
	case row.Secret.Exempt != nil:
		return entry{rank: rankOverdue, on: d.On, line: line{said: "! " + title + " · not rotated, and the review of that is overdue since " + Day(d.On, c)}}
	case d.On.IsZero():
		return entry{rank: rankUnknown, on: d.On, line: line{said: "? " + title + " · not known when it is due" + said}, start: row.Secret.Name}
	case d.On.Before(c.Now):
		return entry{rank: rankOverdue, on: d.On, line: line{said: "! " + title + " · overdue since " + Day(d.On, c) + said}, start: row.Secret.Name}
	default:
		return row.coming(title, said, d, c)
	}
}

// coming is a secret that is due later: sooner to be started than due, where
// that takes time.
func (row Row) coming(title, said string, d rotation.Due, c Context) entry {
	due := "due " + Day(d.On, c) + said
	lead := int(row.Secret.Lead)
	from := d.On.AddDate(0, 0, -lead)
	switch takes := fmt.Sprintf(", since it takes %s", days(lead)); {
	case lead == 0 || from.After(c.Now.AddDate(0, 0, 7)):
		return entry{rank: rankDue, on: d.On, line: line{said: "○ " + title + " · " + due}, start: row.Secret.Name}
	case from.Before(c.Now) || Day(from, c) == Day(c.Now, c):
		return entry{rank: rankStart, on: from, line: line{said: "! " + title + " · " + due + "; start today" + takes}, start: row.Secret.Name}
	default:
		return entry{rank: rankStart, on: from, line: line{said: "! " + title + " · " + due + "; start by " + Day(from, c) + takes}, start: row.Secret.Name}
	}
}

func days(n int) string {
	if n == 1 {
		return "a day"
	}
	return fmt.Sprintf("%d days", n)
}

// why says which clock makes it due, or why none is known.
func (row Row) why(d rotation.Due, c Context) string {
	if d.On.IsZero() {
		if b := row.Blind; b != nil {
			return ": " + rotation.Clean(b.Failed) + ", since " + Day(b.Failing, c)
		}
		return ": nobody has looked yet"
	}
	noun := row.Secret.Noun
	if noun == "" {
		noun = "value"
	}
	out := map[rotation.Clock]string{
		rotation.ByPolicy: " (policy)", rotation.ByKey: " (policy, by the age of the access key)",
		rotation.ByExpiry: " (the " + rotation.Clean(noun) + " expires that day)",
	}[d.By]
	if !d.Expiry.IsZero() && Day(d.Expiry, c) == Day(d.Policy, c) {
		out = " (the " + rotation.Clean(noun) + " expires that day, and policy says the same)"
	}
	if !row.Outside.IsZero() {
		out += ", changed outside Rekey " + Day(row.Outside, c)
	}
	return out + row.blind(c)
}

// blind says how old what is shown is, if a newer look showed nothing.
func (row Row) blind(c Context) string {
	b := row.Blind
	if b == nil {
		return ""
	}
	if b.Seen.IsZero() {
		return " · " + rotation.Clean(b.Failed) + ", since " + Day(b.Failing, c)
	}
	return " · as of " + Day(b.Seen, c) + ": " + rotation.Clean(b.Failed)
}

// sighted says what isn't as it has to be, and since when that was seen.
func sighted(s rotation.Sighting, c Context) string {
	if s.Finding.Since == 0 {
		return s.Finding.Words
	}
	return "since " + Day(time.Unix(s.Finding.Since, 0), c) + ": " + s.Finding.Words
}

// owedLine is an old credential that may still live.
func owedLine(o Owed, d rotation.Debt, c Context) entry {
	said := "! " + strong(Cut(rotation.Clean(d.What), 80)) + fmt.Sprintf(" (rotation %d) · still owed", o.Rotation.ID)
	if d.Owner != "" {
		said += ", with " + rotation.Clean(d.Owner)
	}
	if !d.Since.IsZero() {
		said += ", for " + length(c.Now.Sub(d.Since))
	}
	return entry{rank: rankDebt, on: d.Since, line: line{said: said, card: o.Link}}
}

// progress is where a running rotation stands.
func (row Row) progress(title string, c Context) entry {
	r := row.Running
	said := fmt.Sprintf("%s · %d %s", title, r.ID, holding(r))
	s := r.Step()
	switch {
	case s == nil:
		return entry{rank: rankRunning, on: r.Started, line: line{said: "● " + said, card: row.Link}}
	case s.State == rotation.Parked:
		return entry{rank: rankParked, on: r.Started, line: line{said: "! " + said + ", parked: " + Cut(rotation.Clean(s.Title), 60), card: row.Link}}
	case s.Is(rotation.KindApprove):
		said += ", waiting for approval"
	default:
		said += ": " + Cut(rotation.Clean(s.Title), 60)
	}
	return entry{rank: rankRunning, on: r.Started, line: line{said: "● " + said + ", since " + rotation.When(s.Opened), card: row.Link}}
}

// holding says who holds a rotation, for a line.
func holding(r *rotation.Rotation) string {
	if r.Holder == rotation.ByRekey {
		return "is held by nobody"
	}
	return "is with " + person(r.Holder)
}

// Seen says what was last seen about a row, and when; empty if nothing was
// looked at.
func Seen(about []rotation.Sighting) string {
	var out []string
	for _, s := range about {
		switch {
		case s.Failed == "":
			out = append(out, "Seen "+rotation.When(s.Seen)+": "+s.Finding.Words)
		case s.Seen.IsZero():
			out = append(out, "Nothing was seen yet: "+rotation.Clean(s.Failed)+", "+rotation.When(s.Looked)+".")
		default:
			out = append(out, "Last seen "+rotation.When(s.Seen)+": "+s.Finding.Words+" Since "+rotation.When(s.Failing)+" "+rotation.Clean(s.Failed)+".")
		}
	}
	return strings.Join(out, " ")
}
