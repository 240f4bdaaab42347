package rotation

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// What stands around our part of an issue's text. Nobody sees it.
const (
	sectionEnds = "<!-- rekey:end -->"
	sectionHas  = "<!-- rekey:"
)

// Names says what a person is called.
type Names func(ctx context.Context, p Person) (string, error)

// Quoted makes foreign text harmless in GitHub's Markdown: in a code span, no
// mention, reference, link, image or HTML works.
func Quoted(text string) string {
	text = strings.ReplaceAll(Clean(text), "<!--", "<! --")
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// A ticketText writes what issues say.
type ticketText struct {
	names func(Person) (string, error)
	zone  *time.Location
	err   error // the first name that couldn't be had
}

func (w *ticketText) person(p Person) string {
	if p == ByRekey || p == "" {
		return "Rekey"
	}
	name, err := w.names(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return Quoted(name)
}

// sentence is one of ours, with its marks in words, as foreign text: what
// people and providers said may stand in it.
func (w *ticketText) sentence(s string) string {
	return Quoted(Say(s, func(text string) string { return text },
		func(p Person) string { return strings.Trim(w.person(p), "`") },
		w.at))
}

func (w *ticketText) at(t time.Time) string { return t.In(w.zone).Format("2 Jan 2006, 15:04 MST") }

// section is our part of the text of the issue for a due rotation.
func (w *ticketText) section(t Ticket, e Item, card string) string {
	lines := []string{
		w.due(t, e), "",
		"- Secret: " + Quoted(e.Secret.Name) + ", " + Quoted(e.Secret.Title),
		"- State: " + w.state(t, e),
	}
	if r := e.Running; r != nil {
		if r.Holder == ByRekey {
			lines = append(lines, "- Held by: nobody")
		} else {
			lines = append(lines, "- Held by: "+w.person(r.Holder))
		}
		if card != "" {
			lines = append(lines, "- Card: "+card)
		}
	}
	lines = append(lines, "- Owner: "+Quoted(e.Secret.Owner), "",
		"In Slack, "+Quoted("/rotate "+e.Secret.Name)+" starts it or leads to its card. Rekey keeps this part up to date, leaves the rest of the text alone, and closes the issue when the rotation is complete.")
	return enclosed(t, lines)
}

func enclosed(t Ticket, lines []string) string {
	return sectionHas + t.ID() + " -->\n" + strings.Join(lines, "\n") + "\n" + sectionEnds
}

// due says when it is due and by which clock. While it runs, the clocks may
// be the new value's already, so that the day of the ticket stands.
func (w *ticketText) due(t Ticket, e Item) string {
	on, err := time.ParseInLocation(time.DateOnly, t.Due, w.zone)
	why := ""
	if e.Running == nil || err != nil {
		if !e.Due.On.IsZero() {
			on, why = e.Due.On, e.Why()
		}
	}
	if why != "" {
		why = " (" + why + ")"
	}
	if on.Before(e.now) {
		return "**Overdue since " + Day(on, w.zone) + "**" + why + "."
	}
	said := "**Due " + Day(on, w.zone) + "**" + why + "."
	if e.Secret.Lead > 0 {
		said += fmt.Sprintf(" To be started by %s: it takes %s.", Day(on.AddDate(0, 0, -int(e.Secret.Lead)), w.zone), days(e.Secret.Lead))
	}
	return said
}

func days(d Days) string {
	if d == 1 {
		return "a day"
	}
	return fmt.Sprintf("%d days", d)
}

// state says where the rotation stands.
func (w *ticketText) state(t Ticket, e Item) string {
	r := e.Running
	if r == nil {
		if last := e.Last; last != nil && last.State != Complete && last.Ended.After(t.Wanted) {
			said := fmt.Sprintf("rotation %d was %s on %s; it still has to be done", last.ID, last.State, Day(last.Ended, w.zone))
			if last.Reason != "" {
				said += ". Why: " + w.sentence(last.Reason)
			}
			return said
		}
		return "nobody has started it"
	}
	s := r.Step()
	switch {
	case s == nil:
		return fmt.Sprintf("rotation %d is ending", r.ID)
	case s.State == Parked:
		return fmt.Sprintf("rotation %d is parked at %s", r.ID, Quoted(s.Title))
	case s.Is(KindApprove):
		return fmt.Sprintf("rotation %d waits for approval", r.ID)
	}
	return fmt.Sprintf("rotation %d is at %s", r.ID, Quoted(s.Title))
}

// summary is the comment with which a ticket is closed: who, when, how long,
// and on what evidence.
func (w *ticketText) summary(t Ticket, end Ending, e Item) string {
	mark := "<!-- rekey:closed " + t.ID() + " -->\n"
	r := end.Rotation
	if r == nil {
		return mark + "Rekey closes this issue. " + w.sentence(end.Why)
	}
	lines := []string{
		fmt.Sprintf("Rotation %d is complete: started by %s, held by %s, from %s to %s (%s).", r.ID,
			w.person(r.Starter), w.person(r.Holder), w.at(r.Started), w.at(r.Ended), Lasting(r.Ended.Sub(r.Started))), "",
	}
	var approvers []string
	for _, c := range r.Claims {
		if c.Verb == Approve && c.State == Counted {
			approvers = append(approvers, w.person(c.By))
		}
	}
	if len(approvers) > 0 {
		lines = append(lines, "Approved by "+strings.Join(approvers, ", ")+".", "")
	}
	for _, s := range r.Steps {
		if s.State != Ticked {
			continue
		}
		said := "- " + Quoted(s.Title)
		if len(s.Evidence) > 0 {
			said += ": " + w.sentence(strings.Join(s.Evidence, " · "))
		}
		lines = append(lines, said)
	}
	for _, d := range r.OpenDebts() {
		lines = append(lines, "- Still owed: "+w.sentence(d.What)+", with "+Quoted(d.Owner))
	}
	if !e.Due.On.IsZero() {
		lines = append(lines, "", "Next due "+Day(e.Due.On, w.zone)+".")
	}
	return mark + cutText(strings.Join(lines, "\n"))
}

// cutText keeps a comment well within GitHub's 65,536 characters.
func cutText(text string) string {
	const most = 30_000
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// wrong is the text of the issue about a step that somebody called wrong.
func (w *ticketText) wrong(t Ticket, r *Rotation, x Remark, card string) string {
	lines := []string{
		w.person(x.By) + " says of this step: " + Quoted(x.Text), "",
		"- Runbook: " + Quoted(x.Runbook),
		"- Step: " + Quoted(x.Title),
		fmt.Sprintf("- Seen in rotation %d of %s, on %s", r.ID, Quoted(r.Plan.Secret), Day(x.At, w.zone)),
	}
	if card != "" {
		lines = append(lines, "- Card: "+card)
	}
	return enclosed(t, lines)
}

// WrongTitle is the title of the issue about a step that somebody called wrong.
func WrongTitle(r *Rotation, x Remark) string {
	title := []rune(Clean(fmt.Sprintf("Runbook %s, step %q: %s", x.Runbook, x.Title, r.Plan.Secret)))
	return string(title[:min(len(title), 250)]) // GitHub takes 256
}

var sections = regexp.MustCompile(`(?s)<!-- rekey:[0-9a-f-]{36} -->\n.*?` + sectionEnds)

// withSection puts our part into an issue's text: where it was, or first. What
// people wrote around it stays.
func withSection(body, section string) string {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	at := sections.FindStringIndex(body)
	switch {
	case at != nil:
		return body[:at[0]] + section + body[at[1]:]
	case strings.TrimSpace(body) == "":
		return section
	}
	return section + "\n\n" + body
}

// mentions reports whether a text is of this ticket.
func (t *Ticket) mentions(text string) bool { return strings.Contains(text, t.ID()) }
