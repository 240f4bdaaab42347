package message

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rekey/rotation"
)

// A Row is one secret with what is known of its rotations.
type Row struct {
	Secret  rotation.Secret
	Running *rotation.Rotation // nil: none
	Last    *rotation.Rotation // the newest that ended; nil: none
	Link    string             // the running rotation's card, or empty
}

// List shows all secrets, a line each, the most urgent first. What doesn't fit
// into a private answer is counted.
func List(rows []Row, c Context) Post {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.rank(c), b.rank(c)), a.due().Compare(b.due()))
	})
	lines := make([]line, len(rows))
	running := 0
	for i, row := range rows {
		lines[i] = row.line(c)
		if row.Running != nil {
			running++
		}
	}
	head := fmt.Sprintf("%d secrets, %d in progress", len(rows), running)
	return listed(head, lines, c)
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
		lines[i] = Row{Secret: secret, Running: r, Link: links[r.ID]}.line(c)
	}
	return listed(fmt.Sprintf("%d in progress", len(lines)), lines, c)
}

// Status says where one rotation stands.
func Status(r *rotation.Rotation, link string, c Context) Post {
	title := rotation.Clean(r.Plan.Title)
	if r.State != rotation.Running {
		said := fmt.Sprintf("Rotation %d of %s is %s since %s.", r.ID, title, r.State, rotation.When(r.Ended))
		return answer(c, append([]line{{said: strong(title)}, {said: said, card: link}}, told(owed(r, c))...)...)
	}
	p := newPage(c, "")
	p.lines(maxLine, p.sectionBlock, line{said: strong(title), card: link})
	p.section(about(r, c))
	p.section(stakes(r)...)
	p.section(current(r, numbered(r))...)
	return p.post()
}

// listed shows as many lines as an answer takes, and counts the rest.
func listed(head string, lines []line, c Context) Post {
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
	return p.post()
}

// rank puts what is parked first, then what runs, what has no known date, and
// what has one.
func (row Row) rank(c Context) int {
	switch r := row.Running; {
	case r != nil && r.Step() != nil && r.Step().State == rotation.Parked:
		return 0
	case r != nil:
		return 1
	case !row.due().IsZero() && row.due().Before(c.Now):
		return 2
	case row.due().IsZero():
		return 3
	}
	return 4
}

// due is when the present value has to be replaced, as far as its last rotation
// tells; zero: not known.
func (row Row) due() time.Time {
	if row.Last == nil {
		return time.Time{}
	}
	f := row.Last.Facts
	switch {
	case row.Last.State == rotation.Complete && !f.Promoted.IsZero():
		return rotation.DueAfter(f.Promoted, f.Expires, row.Secret.Every).On
	case row.Last.State != rotation.Complete && !f.OldCreated.IsZero():
		return row.Secret.Every.After(f.OldCreated)
	}
	return time.Time{}
}

func (row Row) line(c Context) line {
	title := strong(Cut(rotation.Clean(row.Secret.Title), 60)) + " " + code(rotation.Clean(row.Secret.Name))
	r := row.Running
	if r == nil {
		due := row.due()
		switch {
		case due.IsZero():
			return line{said: "? " + title + " · not known when it is due"}
		case due.Before(c.Now):
			return line{said: "! " + title + " · overdue since " + Day(due, c)}
		}
		return line{said: "○ " + title + " · due " + Day(due, c)}
	}
	said := fmt.Sprintf("%s · %d is with %s", title, r.ID, person(r.Holder))
	s := r.Step()
	switch {
	case s == nil:
		return line{said: "● " + said, card: row.Link}
	case s.State == rotation.Parked:
		return line{said: "! " + said + ", parked: " + Cut(rotation.Clean(s.Title), 60), card: row.Link}
	case s.Is(rotation.KindApprove):
		said += ", waiting for approval"
	default:
		said += ": " + Cut(rotation.Clean(s.Title), 60)
	}
	return line{said: "● " + said + ", since " + rotation.When(s.Opened), card: row.Link}
}
