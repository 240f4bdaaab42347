package rotation

import (
	"slices"
	"time"
)

// A Ladder says on which days people are reminded of a secret that is due: on
// its rungs, which are days before the due date, and then every day from the
// due date on. A secret that takes long has a rung of its own on the day on
// which it has to be started, since the others may be too late for it.
//
// On a day on which nobody works nobody is reminded, except of what its
// provider lets die before the next working day. A rung that falls on such a
// day is told on the working day before.
type Ladder struct {
	Rungs []int // days before the due date: 30, 14, 7, 1
	Hours Hours // which days are working days, and in which zone a day begins
}

// Rung is how far a secret has come on its ladder: days before its due date, 0
// on that day, and below zero after it. It returns false if nobody has to be
// reminded at all: because it isn't due for long, because it is being replaced,
// whose card reminds by itself, because it is snoozed, or because nobody works
// today.
func (l Ladder) Rung(s Standing, now time.Time) (rung int, remind bool) {
	d := s.Clocks.Due()
	if s.Running != nil || d.On.IsZero() || s.Snoozed(now, l.Hours.zone()) != nil {
		return 0, false
	}
	left := l.Days(now, d.On)
	works := l.Hours.Works(now)
	switch {
	case !works && !l.Imminent(d, now):
		return 0, false
	case left <= 0:
		return left, true
	case works: // as it is on the last day before somebody works again
		left = max(0, l.Days(l.Hours.NextDay(now), d.On)+1)
	}
	for _, r := range l.rungs(s.Secret) {
		if left <= r {
			return r, true
		}
	}
	return 0, false
}

// rungs are those of one secret, the last first.
func (l Ladder) rungs(s Secret) []int {
	all := append([]int{0}, l.Rungs...)
	if s.Exempt == nil && s.Lead > 0 {
		all = append(all, int(s.Lead))
	}
	slices.Sort(all)
	return all
}

// Imminent reports whether a provider lets something die before work begins on
// the next working day; what died yesterday or earlier isn't imminent any more.
func (l Ladder) Imminent(d Due, now time.Time) bool {
	return !d.Expiry.IsZero() && l.Days(now, d.Expiry) >= 0 && d.Expiry.Before(l.Hours.NextDay(now))
}

// Tells reports whether somebody has to be told of a rung, after what they were
// told of the same due date: each is told once, and of several that were missed
// only the last. It is told again when a snooze has ended; and on days on which
// nobody works, on each of them.
func (l Ladder) Tells(s Standing, rung int, before Told, now time.Time) bool {
	return before.Times == 0 || rung < before.Rung || !l.Hours.Works(now) || s.Woke(before.Last, now, l.Hours.zone())
}

// Escalates reports whether somebody else has to hear of a secret as well: if it
// is overdue for so many days, or if its provider lets it die by tomorrow or has
// done so. A snooze doesn't keep that quiet which dies.
func (l Ladder) Escalates(s Standing, after int, now time.Time) bool {
	d := s.Clocks.Due()
	if s.Running != nil || s.Secret.Exempt != nil || d.On.IsZero() {
		return false
	}
	dies := !d.Expiry.IsZero() && (l.Days(now, d.Expiry) <= 1 || l.Imminent(d, now))
	if !l.Hours.Works(now) {
		return l.Imminent(d, now)
	}
	return dies || s.Snoozed(now, l.Hours.zone()) == nil && -l.Days(now, d.On) >= after
}

// Days is how many days lie between two instants by the calendar, whatever the
// clocks did in between.
func (l Ladder) Days(from, to time.Time) int {
	noon := func(t time.Time) time.Time {
		year, month, day := t.In(l.Hours.zone()).Date()
		return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(to).Sub(noon(from)) / (24 * time.Hour))
}

// Day is the date of an instant where people work.
func (l Ladder) Day(t time.Time) string { return t.In(l.Hours.zone()).Format(time.DateOnly) }
