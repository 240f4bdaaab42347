package rotation

import "time"

// Hours are the times in which people are reminded: working days between From
// and To in a zone. The zero Hours reminds at any time.
type Hours struct {
	Zone     *time.Location
	From, To int       // full hours of the day: 9 and 18
	Holidays *Holidays // weekdays on which nobody works; nil: none
}

// Add returns the instant at which d of working time has passed since t.
func (h Hours) Add(t time.Time, d time.Duration) time.Time {
	if !h.set() {
		return t.Add(d)
	}
	t = t.In(h.Zone)
	for {
		year, month, day := t.Date()
		from := time.Date(year, month, day, h.From, 0, 0, 0, h.Zone)
		to := time.Date(year, month, day, h.To, 0, 0, 0, h.Zone)
		works := h.Works(t)
		if t.Before(from) {
			t = from
		}
		if left := to.Sub(t); works && left >= d {
			return t.Add(d)
		} else if works && left > 0 {
			d -= left
		}
		t = time.Date(year, month, day+1, 0, 0, 0, 0, h.Zone)
	}
}

// Works reports whether t is on a working day: no weekend, no holiday.
func (h Hours) Works(t time.Time) bool {
	if !h.set() {
		return true
	}
	t = t.In(h.Zone)
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && h.Holidays.On(t) == ""
}

// NextDay returns when work begins on the next working day after that of t.
func (h Hours) NextDay(t time.Time) time.Time {
	year, month, day := t.In(h.zone()).Date()
	for {
		day++
		if next := time.Date(year, month, day, h.From, 0, 0, 0, h.zone()); h.Works(next) {
			return next
		}
	}
}

func (h Hours) set() bool { return h.Zone != nil && h.To > h.From }

func (h Hours) zone() *time.Location {
	if h.Zone == nil {
		return time.UTC
	}
	return h.Zone
}
