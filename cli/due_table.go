package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"rekey/rotation"
)

// The table fits the narrowest usual terminal: what is too long goes on in the
// next line of its column.
const (
	tableWidth = 80
	nameWidth  = 30 // at most
)

// dueState says a rank in a word or two.
var dueState = map[rotation.Rank]string{
	rotation.RankAlarm: "look now", rotation.RankParked: "parked", rotation.RankRunning: "in progress", rotation.RankOverdue: "overdue",
	rotation.RankStart: "start now", rotation.RankOwed: "still owed", rotation.RankUnknown: "not known", rotation.RankDue: "due", rotation.RankExempt: "not rotated",
}

// table prints what needs somebody, or everything, the most urgent first.
func (d *due) table(out io.Writer, r rotation.Report) error {
	lines := [][4]string{{"STATE", "DUE", "NAME", "WHY"}}
	for _, i := range r.Items {
		if i.Fine() && !d.all {
			continue
		}
		x := d.row(i)
		switch {
		case i.Debt != nil:
			x.Reason = rotation.Clean(x.Title) + ", " + x.Reason
		case i.Today():
			x.Reason += "; start today"
		case i.Rank == rotation.RankStart:
			x.Reason += "; start by " + filled(x.StartBy)
		}
		lines = append(lines, [4]string{dueState[i.Rank], filled(x.Due), rotation.Clean(x.Name), rotation.Clean(x.Reason)})
	}
	if len(lines) == 1 {
		return nil
	}
	width := [4]int{}
	for _, l := range lines {
		for n, cell := range l {
			width[n] = max(width[n], utf8.RuneCountInString(cell))
		}
	}
	width[2] = min(width[2], nameWidth)
	width[3] = tableWidth - width[0] - width[1] - width[2] - 3*len("  ")
	for _, l := range lines {
		name, why := wrap(l[2], width[2], "_-./"), wrap(l[3], width[3], "")
		for n := range max(len(name), len(why)) {
			line := fmt.Sprintf("%s  %s  %s  %s", pad(first(l[0], n), width[0]), pad(first(l[1], n), width[1]), pad(nth(name, n), width[2]), nth(why, n))
			if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// summary says beside the table what it leaves out, and how old it is.
func (d *due) summary(note io.Writer, r rotation.Report, looked time.Time) error {
	fine := 0
	for _, i := range r.Items {
		if i.Fine() {
			fine++
		}
	}
	said := fmt.Sprintf("Secrets: %d. Due later than in %d days, or not rotated: %d", r.Secrets, rotation.Soon, fine)
	if fine > 0 && !d.all {
		said += " (--all shows them)"
	}
	asked := "No provider has been asked yet."
	if !looked.IsZero() {
		asked = "Providers were last asked " + d.said(rotation.When(looked)) + "."
	}
	_, err := fmt.Fprintf(note, "%s. %s\n", said, asked)
	return err
}

// wrap breaks text into lines of at most n characters: at a space, or behind
// one of the given characters, where it can.
func wrap(text string, n int, behind string) []string {
	var out []string
	line := []rune(text)
	for len(line) > n {
		cut := n
		for i := n; i > 0; i-- {
			if line[i] == ' ' || strings.ContainsRune(behind, line[i-1]) {
				cut = i
				break
			}
		}
		out = append(out, strings.TrimRight(string(line[:cut]), " "))
		line = []rune(strings.TrimLeft(string(line[cut:]), " "))
	}
	return append(out, string(line))
}

// first is text in the first line of a row, and nothing in the others.
func first(text string, line int) string {
	if line > 0 {
		return ""
	}
	return text
}

func nth(lines []string, n int) string {
	if n >= len(lines) {
		return ""
	}
	return lines[n]
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) }
