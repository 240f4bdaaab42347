package page

import (
	"html"
	"strconv"
	"strings"
	"time"
)

// date renders Slack's form of an instant in the reader's own zone:
// "1717243200^{date_short} {time}^https://…" with its fallback.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func (r *reader) date(spec, fallback string) string {
	parts := strings.SplitN(spec, "^", 3)
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) < 2 {
		return html.EscapeString(fallback)
	}
	at := time.Unix(seconds, 0).In(r.zone)
	said := strings.NewReplacer(
		"{date_num}", at.Format("2006-01-02"),
		"{date_slash}", at.Format("02/01/2006"),
		"{date_long}", at.Format("Monday, 2 January 2006"),
		"{date_long_pretty}", r.pretty(at, "Monday, 2 January 2006"),
		"{date_short}", at.Format("2 Jan 2006"),
		"{date_short_pretty}", r.pretty(at, "2 Jan 2006"),
		"{date_pretty}", r.pretty(at, "2 January 2006"),
		"{date}", at.Format("2 January 2006"),
		"{day_divider_pretty}", r.pretty(at, "Monday, 2 January"),
		"{time_secs}", at.Format("15:04:05"),
		"{time}", at.Format("15:04"),
		"{ago}", ago(r.now.Sub(at)),
	).Replace(unescape(parts[1]))
	out := `<time datetime="` + at.UTC().Format(time.RFC3339) + `">` + html.EscapeString(said) + `</time>`
	if len(parts) == 3 {
		if to, ok := destination(unescape(parts[2])); ok {
			return `<a href="` + html.EscapeString(to) + `"` + elsewhere(to) + `>` + out + `</a>`
		}
	}
	return out
}

// pretty is a day as people say it, where there is a word for it.
func (r *reader) pretty(at time.Time, layout string) string {
	switch day := at.Format(time.DateOnly); day {
	case r.now.In(r.zone).Format(time.DateOnly):
		return "today"
	case r.now.In(r.zone).AddDate(0, 0, -1).Format(time.DateOnly):
		return "yesterday"
	case r.now.In(r.zone).AddDate(0, 0, 1).Format(time.DateOnly):
		return "tomorrow"
	}
	return at.Format(layout)
}

// day is what stands between the messages of two days.
func (r *reader) day(at time.Time) string {
	word := r.pretty(at.In(r.zone), "Monday, 2 January 2006")
	return strings.ToUpper(word[:1]) + word[1:]
}

func ago(d time.Duration) string {
	n := func(count int64, unit string) string {
		if count != 1 {
			unit += "s"
		}
		return strconv.FormatInt(count, 10) + " " + unit
	}
	words := func(d time.Duration) string {
		switch {
		case d < time.Minute:
			return "less than a minute"
		case d < time.Hour:
			return n(int64(d/time.Minute), "minute")
		case d < 24*time.Hour:
			return n(int64(d/time.Hour), "hour")
		}
		return n(int64(d/(24*time.Hour)), "day")
	}
	if d < 0 {
		return "in " + words(-d)
	}
	return words(d) + " ago"
}
