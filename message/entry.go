package message

import (
	"fmt"
	"strings"

	"rekey/rotation"
)

// An entry is an item of the report, and its line.
type entry struct {
	rotation.Item
	line line
}

// entry is the row's line.
func (row Row) entry(c Context) entry {
	return drawn(row.Item(c.Now, c.zone()), map[*rotation.Rotation]string{row.Running: row.Link})
}

// drawn is the line of an item: a mark that tells how urgent it is without colour,
// what it is about, and how that stands.
func drawn(e rotation.Item, links map[*rotation.Rotation]string) entry {
	mark := map[rotation.Rank]string{
		rotation.RankRunning: "●", rotation.RankUnknown: "?", rotation.RankDue: "○", rotation.RankExempt: "–",
	}[e.Rank]
	if mark == "" {
		mark = "!"
	}
	title := strong(Cut(rotation.Clean(e.Secret.Title), 60)) + " " + code(rotation.Clean(e.Secret.Name))
	if e.Debt != nil {
		title = strong(Cut(rotation.Clean(e.Debt.What), 80)) + fmt.Sprintf(" (rotation %d)", e.Debtor.ID)
	}
	out := entry{Item: e, line: line{said: mark + " " + title + " · " + e.Words()}}
	if r := e.About(); r != nil {
		out.line.card = links[r]
	}
	return out
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
