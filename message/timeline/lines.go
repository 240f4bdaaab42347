package timeline

import (
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"rekey/rotation"
)

// face is the picture's font, which the library brings along.
var face = font.Font{Typeface: "Liberation", Variant: "Sans"}

var (
	ink    = color.RGBA{0x1d, 0x1c, 0x1d, 0xff}
	grid   = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	stripe = color.RGBA{0xf5, 0xf6, 0xf8, 0xff}
	calm   = color.RGBA{0x1d, 0x35, 0x57, 0xff}
	soon   = color.RGBA{0x9a, 0x58, 0x00, 0xff}
	bad    = color.RGBA{0xb0, 0x00, 0x20, 0xff}
)

// names are the labels of the rows, the first at the top.
type names []rotation.Item

// Ticks makes names a plot.Ticker.
func (n names) Ticks(_, _ float64) []plot.Tick {
	out := make([]plot.Tick, len(n))
	for i, item := range n {
		out[i] = plot.Tick{Value: float64(len(n) - 1 - i), Label: cut(rotation.Clean(item.Secret.Name))}
	}
	return out
}

// months are the labels of the days: each first of a month.
type months struct {
	now  time.Time
	zone *time.Location
}

// Ticks makes months a plot.Ticker.
func (m months) Ticks(from, to float64) []plot.Tick {
	out := []plot.Tick{{Value: 0, Label: "today"}}
	at := m.now.In(m.zone)
	for day := time.Date(at.Year(), at.Month()-1, 1, 0, 0, 0, 0, m.zone); ; day = day.AddDate(0, 1, 0) {
		x := days(m.now, day)
		switch {
		case x > to:
			return out
		case x < from:
		case x > -13 && x < 13: // its label would lie on today's
			out = append(out, plot.Tick{Value: x})
		default:
			out = append(out, plot.Tick{Value: x, Label: day.Format("2 Jan")})
		}
	}
}

func days(now, t time.Time) float64 { return t.Sub(now).Hours() / 24 }

// lines are the rows: each with a mark on the day that it is due, and a bar
// over the days that its rotation takes.
type lines struct {
	items []rotation.Item
	now   time.Time
	zone  *time.Location
}

// Plot makes lines a plot.Plotter.
func (l lines) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	half := (y(1) - y(0)) / 2
	for n := range l.items {
		if n%2 == 0 {
			box(c, c.Min.X, y(float64(n))-half, c.Max.X, y(float64(n))+half, stripe)
		}
	}
	for _, t := range (months{l.now, l.zone}).Ticks(p.X.Min, p.X.Max)[1:] {
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: vg.Points(0.7)}, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: vg.Points(1.2), Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}, x(0), c.Min.Y, x(0), c.Max.Y)
	for n, i := range l.items {
		under := color.Color(color.White)
		if (len(l.items)-1-n)%2 == 0 {
			under = stripe
		}
		l.row(c, i, under, x, y(float64(len(l.items)-1-n)))
	}
	if len(l.items) == 0 {
		c.FillText(style(calm, 12), vg.Point{X: x(20), Y: y(0)}, "Nothing is due in these days.")
	}
}

func (l lines) row(c draw.Canvas, i rotation.Item, under color.Color, x func(float64) vg.Length, y vg.Length) {
	on, colour := days(l.now, i.Due.On), urgency(i)
	said := state(i, l.now, l.zone)
	if i.Due.On.IsZero() {
		on = 2.5
	}
	early := on < -behind+2
	on = min(max(on, -behind+2), ahead)
	at := vg.Point{X: x(on), Y: y}
	if lead := float64(i.Secret.Lead); lead > 0 && !i.Due.On.IsZero() && !i.Exempt() {
		box(c, x(max(on-lead, -behind)), y-vg.Points(1.8), at.X, y+vg.Points(1.8), colour)
	}
	if early { // it was due before the days that are drawn
		said = "◀ " + said
	}
	label := style(colour, 10)
	gap := vg.Points(8)
	if i.Due.On.IsZero() {
		mark := label
		mark.Font.Size, mark.XAlign = vg.Points(13), text.XCenter
		c.FillText(mark, vg.Point{X: at.X, Y: y + drop}, "?")
	} else {
		c.DrawGlyph(draw.GlyphStyle{Color: colour, Radius: vg.Points(4.6), Shape: shape(i.Due.By)}, at)
	}
	if at.X+gap+label.Width(said) > c.Max.X { // it stands to the left, before the bar
		label.XAlign, gap = text.XRight, -gap
		if lead := float64(i.Secret.Lead); lead > 0 && !i.Exempt() {
			gap += x(max(on-lead, -behind)) - at.X
		}
	}
	from, wide := at.X+gap, label.Width(said)
	if label.XAlign == text.XRight {
		from -= wide
	}
	box(c, from-vg.Points(2), y-vg.Points(7), from+wide+vg.Points(2), y+vg.Points(7), under)
	c.FillText(label, vg.Point{X: at.X + gap, Y: y + drop}, said)
}

// drop lifts text, whose middle is that of its highest letters.
const drop = vg.Length(1.4)

// shape tells the clocks apart.
func shape(by rotation.Clock) draw.GlyphDrawer {
	switch by {
	case rotation.ByExpiry:
		return draw.PyramidGlyph{}
	case rotation.ByReview:
		return draw.BoxGlyph{}
	}
	return draw.CircleGlyph{}
}

// urgency is a colour that repeats what the words say.
func urgency(i rotation.Item) color.Color {
	switch i.Rank {
	case rotation.RankAlarm, rotation.RankParked, rotation.RankOverdue, rotation.RankUnknown:
		return bad
	case rotation.RankStart, rotation.RankRunning:
		return soon
	}
	return calm
}

func box(c draw.Canvas, x0, y0, x1, y1 vg.Length, fill color.Color) {
	c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

func style(colour color.Color, size float64) text.Style {
	f := face
	f.Size = vg.Points(size)
	return text.Style{Color: colour, Font: f, Handler: plot.DefaultTextHandler, XAlign: text.XLeft, YAlign: text.YCenter}
}
