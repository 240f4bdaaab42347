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
	left, bold, over := limit, 0, false
	take := func(visible int) bool {
		if over || visible > left {
			return false
		}
		left -= visible
		return true
	}
	text := func(s string) string {
		s = tame(s)
		if over {
			return ""
		}
		if !take(utf8.RuneCountInString(s)) {
			s, over = Cut(s, max(left, 1)), true
		}
		bold += strings.Count(s, boldOn) - strings.Count(s, boldOff)
		star := ""
		if rich {
			star = "*"
		}
		return strings.NewReplacer(boldOn, star, boldOff, star).Replace(escaper.Replace(s))
	}
	out := rotation.Say(sentence, text,
		func(p rotation.Person) string {
			if !take(12) {
				return ""
			}
			return "<@" + string(p) + ">"
		},
		func(t time.Time) string {
			said := c.clock(t)
			if !take(utf8.RuneCountInString(said)) {
				return ""
			}
			if !rich {
				return said
			}
			return c.date(t, said)
		})
	if rich && bold > 0 {
		out += "*"
	}
	return out
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
func Day(t time.Time, c Context) string { return t.In(c.zone()).Format("Mon 2 Jan 2006") }

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

// length says how long something took.
func length(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Minute:
		return "1 minute"
	case d < 2*time.Hour:
		return itoa(int(d/time.Minute)) + " minutes"
	case d < 48*time.Hour:
		return itoa(int(d/time.Hour)) + " hours"
	}
	return itoa(int(d/(24*time.Hour))) + " days"
}
