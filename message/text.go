package message

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rekey/rotation"
)

// Our own bold, as marks: Slack gets asterisks, a screen reader nothing.
const (
	boldOn  = "\x03"
	boldOff = "\x04"
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Text makes one line of mrkdwn of a sentence. Its marks become mentions and
// dates in the reader's own time; everything else is escaped, so that nothing
// that a person typed or a provider answered can become a mention, a link or
// a second line. https://docs.slack.dev/messaging/formatting-message-text#escaping
func Text(sentence string, c Context) string { return c.render(sentence, 1<<20, true) }

// plain makes one line for notifications and screen readers: like Text, but
// without bold, and with instants in the team's zone.
func plain(sentence string, c Context) string { return c.render(sentence, 1<<20, false) }

// render renders at most limit visible characters, and never half a mark.
func (c Context) render(sentence string, limit int, rich bool) string {
	w := writer{c: c, left: limit, rich: rich}
	out := rotation.Say(sentence, w.text, w.person, w.instant)
	if w.open > 0 && rich { // a cut took the end of the bold
		out += "*"
	}
	return out
}

// A writer renders one sentence, part by part.
type writer struct {
	c    Context
	rich bool      // for Slack; else plain words
	left int       // visible characters that still fit
	over bool      // nothing fits any more
	open int       // bold that was begun and not ended
	last time.Time // the instant before: its day and zone aren't said again in plain words
}

// fits takes n visible characters off what is left, or writes no more.
func (w *writer) fits(n int) bool {
	if n > w.left {
		w.over = true
		return false
	}
	w.left -= n
	return true
}

func (w *writer) text(s string) string {
	if w.over {
		return ""
	}
	s = tame(s)
	if !w.fits(utf8.RuneCountInString(s)) {
		s = Cut(s, max(w.left, 1))
	}
	w.open += strings.Count(s, boldOn) - strings.Count(s, boldOff)
	star := ""
	if w.rich {
		star = "*"
	}
	return strings.NewReplacer(boldOn, star, boldOff, star).Replace(escaper.Replace(s))
}

func (w *writer) person(p rotation.Person) string {
	if w.over {
		return ""
	}
	if !w.fits(12) {
		return "…"
	}
	return "<@" + string(p) + ">"
}

func (w *writer) instant(t time.Time) string {
	if w.over {
		return ""
	}
	said := w.c.clock(t)
	if !w.rich && !w.last.IsZero() && Day(t, w.c) == Day(w.last, w.c) {
		said = t.In(w.c.zone()).Format("15:04")
	}
	w.last = t
	if !w.fits(utf8.RuneCountInString(said)) {
		return "…"
	}
	if w.rich {
		return w.c.date(t, said)
	}
	return said
}

// tame takes away what could reorder or break a line.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 3 || r == 4: // our bold
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), r == unicode.ReplacementChar:
			return ' '
		}
		return r
	}, s)
}

// strong makes a part of a sentence bold.
func strong(s string) string { return boldOn + s + boldOff }

// code shows an id as it is, for copying.
func code(id string) string { return "`" + strings.ReplaceAll(id, "`", "'") + "`" }

// Cut shortens s to n characters, the last of them "…".
func Cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}

// Day is t's day in the team's zone, in plain words: "Fri 4 Dec 2026".
func Day(t time.Time, c Context) string { return rotation.Day(t, c.zone()) }

func (c Context) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// today reports whether t is on the day of c.Now.
func (c Context) today(t time.Time) bool { return Day(t, c) == Day(c.Now, c) }

// clock is t in the team's zone: "10:42 London time", with its day unless that
// is today.
func (c Context) clock(t time.Time) string {
	local := t.In(c.zone())
	said := local.Format("15:04 MST")
	if _, city, ok := strings.Cut(c.zone().String(), "/"); ok {
		said = local.Format("15:04 ") + strings.ReplaceAll(city[strings.LastIndexByte(city, '/')+1:], "_", " ") + " time"
	}
	if !c.today(t) {
		return Day(t, c) + " " + said
	}
	return said
}

// date is Slack's form of an instant, shown in the reader's own zone.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func (c Context) date(t time.Time, said string) string {
	form := "{time}"
	if !c.today(t) {
		form = "{date_short} {time}"
	}
	return "<!date^" + itoa(t.Unix()) + "^" + form + "|" + escaper.Replace(said) + ">"
}
