package rotation

import "time"

// Hours are the times in which people are reminded: weekdays between From and
// To in a zone. The zero Hours reminds at any time.
type Hours struct {
	Zone     *time.Location
	From, To int // full hours of the day: 9 and 18
}

// Add returns the instant at which d of working time has passed since t.
func (h Hours) Add(t time.Time, d time.Duration) time.Time {
	if h.Zone == nil || h.To <= h.From {
		return t.Add(d)
	}
	t = t.In(h.Zone)
	for {
		year, month, day := t.Date()
		from := time.Date(year, month, day, h.From, 0, 0, 0, h.Zone)
		to := time.Date(year, month, day, h.To, 0, 0, 0, h.Zone)
		weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
		if t.Before(from) {
			t = from
		}
		if left := to.Sub(t); !weekend && left >= d {
			return t.Add(d)
		} else if !weekend && left > 0 {
			d -= left
		}
		t = time.Date(year, month, day+1, 0, 0, 0, 0, h.Zone)
	}
}
