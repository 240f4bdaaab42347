package cli

import (
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"rekey/rotation"
)

// ics prints a calendar: one event on the day that a secret is due, and one on
// the day that its rotation has to be started, where it takes long. What nobody
// knows the date of stands on today, so that it isn't missing.
// https://www.rfc-editor.org/rfc/rfc5545
func (d *due) ics(out io.Writer, r rotation.Report) error {
	c := calendar{}
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Rekey//rekey due//EN")
	c.line("CALSCALE:GREGORIAN")
	c.line("X-WR-CALNAME:Secrets due")
	c.line("X-WR-TIMEZONE:" + d.zone.String())
	for _, i := range r.Items {
		if i.Debt == nil && !i.Whole {
			d.events(&c, i)
		}
	}
	c.line("END:VCALENDAR")
	_, err := io.WriteString(out, c.String())
	return err
}

func (d *due) events(c *calendar, i rotation.Item) {
	title, said := rotation.Clean(i.Secret.Title), upper(d.said(i.Reason()))+"."
	switch on := i.Due.On; {
	case on.IsZero():
		d.event(c, "due", i, d.now, title+": not known when it is due", "As of today: "+said)
	case i.Exempt():
		d.event(c, "due", i, on, "Review: "+title+" isn't rotated", said)
	case startBy(i).IsZero() || i.Running != nil:
		d.event(c, "due", i, on, title+" is due", said)
	default:
		from := startBy(i)
		d.event(c, "due", i, on, title+" is due", said+" Start by "+rotation.Day(from, d.zone)+".")
		d.event(c, "start", i, from, "Start to rotate "+title, "Due "+rotation.Day(on, d.zone)+". "+said)
	}
}

// event writes one event that takes a whole day and keeps nobody from being
// free. Its UID stays the same, so that a calendar moves it when the date does.
func (d *due) event(c *calendar, kind string, i rotation.Item, on time.Time, summary, description string) {
	c.line("BEGIN:VEVENT")
	c.line("UID:" + kind + "." + url.PathEscape(i.Secret.Name) + "@rekey")
	c.line("DTSTAMP:" + d.now.UTC().Format("20060102T150405Z"))
	c.line("DTSTART;VALUE=DATE:" + on.In(d.zone).Format("20060102"))
	c.line("DTEND;VALUE=DATE:" + on.In(d.zone).AddDate(0, 0, 1).Format("20060102"))
	c.line("SUMMARY:" + escaped(summary))
	c.line("DESCRIPTION:" + escaped(description))
	c.line("CATEGORIES:" + escaped(dueState[i.Rank]))
	c.line("TRANSP:TRANSPARENT")
	c.line("END:VEVENT")
}

// A calendar is its text so far.
type calendar struct{ strings.Builder }

// line writes one content line, folded so that no line is longer than 75
// octets and no character is cut.
// https://www.rfc-editor.org/rfc/rfc5545#section-3.1
func (c *calendar) line(text string) {
	const most = 75
	room := most
	for _, r := range text {
		n := utf8.RuneLen(r)
		if n > room {
			c.WriteString("\r\n ")
			room = most - 1
		}
		c.WriteRune(r)
		room -= n
	}
	c.WriteString("\r\n")
}

// escaped makes a value of text.
// https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}

// upper begins a sentence.
func upper(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(first)) + s[n:]
}
