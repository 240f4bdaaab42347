// Package timeline draws what falls due in the next months as a picture, and
// says the same in words for those who don't see it.
package timeline

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"rekey/rotation"
)

// A Picture is a timeline as PNG, and what says the same in words.
type Picture struct {
	PNG   []byte
	Title string
	Alt   string
}

const (
	ahead   = 180  // days that are drawn
	behind  = 15   // days before today; what was due before stands at the edge
	most    = 25   // rows
	maxAlt  = 1000 // characters, of which Slack takes no more
	maxName = 36   // characters of a name
)

// Draw draws a report: what is due, what is overdue and what nobody knows, the
// most urgent first. What doesn't fit is counted.
func Draw(r rotation.Report, now time.Time, zone *time.Location) (Picture, error) {
	shown, rest := choose(r, now)
	title := fmt.Sprintf("Due in the next %d days · %s", ahead, rotation.Day(now, zone))
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle = style(ink, 15)
	p.Title.TextStyle.XAlign, p.Title.Padding = text.XCenter, vg.Points(10)
	p.X.Label.Text = key + "\n" + rest
	p.X.Label.TextStyle.Font, p.X.Label.Padding = style(ink, 10).Font, vg.Points(8)
	p.X.Tick.Marker, p.X.Tick.Label.Font = months{now, zone}, style(ink, 10).Font
	p.X.Min, p.X.Max = -behind, ahead
	p.Y.Min, p.Y.Max = -0.5, float64(max(len(shown), 1))-0.5
	p.Y.Tick.Label.Font, p.Y.Tick.Length, p.Y.LineStyle.Width = style(ink, 11).Font, 0, 0
	p.Y.Tick.Marker = names(shown)
	p.Add(lines{shown, now, zone})

	width, height := vg.Points(640), vg.Points(float64(138+22*max(len(shown), 2)))
	canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))}
	p.Draw(draw.Crop(draw.New(canvas), vg.Points(12), vg.Points(-16), vg.Points(10), vg.Points(-16)))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return Picture{}, fmt.Errorf("drawing the timeline: %w", err)
	}
	return Picture{PNG: out.Bytes(), Title: title, Alt: alt(title, shown, rest, now, zone)}, nil
}

// key explains the marks, which differ in shape and not in colour alone.
const key = "● policy   ▲ it expires   ■ review of what isn't rotated\n? not known   bar: the days that its rotation takes"

// choose returns the items that are drawn, and what is said of the others.
func choose(r rotation.Report, now time.Time) (shown []rotation.Item, rest string) {
	later, owed, more, unlisted := 0, 0, 0, 0
	for _, i := range r.Items {
		switch {
		case i.Debt != nil:
			owed++
		case i.Unlisted != nil:
			unlisted += max(1, len(i.Unlisted.Finding.Unlisted))
		case !i.Due.On.IsZero() && i.Due.On.After(now.AddDate(0, 0, ahead)) && i.Rank >= rotation.RankDue:
			later++
		case len(shown) == most:
			more++
		default:
			shown = append(shown, i)
		}
	}
	said := []string{}
	for _, x := range []struct {
		n    int
		what string
	}{{more, "%d more within these days"}, {later, "%d due later"}, {owed, "%d old credentials still owed"}, {unlisted, "%d not in the catalogue"}} {
		if x.n > 0 {
			said = append(said, fmt.Sprintf(x.what, x.n))
		}
	}
	if len(said) == 0 {
		return shown, "Everything is shown."
	}
	return shown, "Not shown: " + strings.Join(said, ", ") + "."
}

// state is what stands beside a mark.
func state(i rotation.Item, now time.Time, zone *time.Location) string {
	on := i.Due.On.In(zone).Format("2 Jan")
	switch {
	case i.Due.On.IsZero():
		on = "not known when"
	case i.Due.On.Before(now.AddDate(-1, 0, 0)):
		on += i.Due.On.In(zone).Format(" 2006")
	}
	switch i.Rank {
	case rotation.RankAlarm:
		return on + ", look now"
	case rotation.RankParked:
		return on + ", parked"
	case rotation.RankRunning:
		return on + ", in progress"
	case rotation.RankOverdue:
		return on + ", overdue"
	case rotation.RankStart:
		if i.Today() {
			return on + ", start today"
		}
		return on + ", start by " + i.Start.In(zone).Format("2 Jan")
	}
	if i.Due.On.Before(now) && !i.Due.On.IsZero() {
		return on + ", overdue"
	}
	return on
}

// alt says what the picture shows, as much as Slack takes.
func alt(title string, shown []rotation.Item, rest string, now time.Time, zone *time.Location) string {
	var said []string
	for _, i := range shown {
		said = append(said, cut(rotation.Clean(i.Secret.Name))+": "+state(i, now, zone)+clock(i))
	}
	if len(said) == 0 {
		return title + ". Nothing is due. " + rest
	}
	for n := len(said); ; n-- {
		words := title + ". " + strings.Join(said[:n], "; ") + ". "
		if n < len(said) {
			words += fmt.Sprintf("And %d more rows. ", len(said)-n)
		}
		if words += rest; utf8.RuneCountInString(words) <= maxAlt || n == 0 {
			return words
		}
	}
}

func clock(i rotation.Item) string {
	switch i.Due.By {
	case rotation.ByExpiry:
		return " (it expires)"
	case rotation.ByReview:
		return " (review)"
	case "":
		return ""
	}
	return " (policy)"
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxName {
		return s
	}
	return string([]rune(s)[:maxName-1]) + "…"
}
