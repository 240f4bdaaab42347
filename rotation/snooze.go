package rotation

import "time"

// A Snooze is somebody's word that nobody has to be reminded of a secret for a
// while. It ends by itself: when its time has come, when a rotation of the
// secret starts, when the secret is due on another day than it was, and on the
// day before its provider lets it die.
type Snooze struct {
	Secret string
	Due    string    // the day that the secret was due on, YYYY-MM-DD
	Until  time.Time // when reminders go on: the beginning of a day
	By     Person
	Reason string
	At     time.Time
}

// Snoozed is the snooze that holds now, or nil; days begin as they do in the
// zone.
func (s Standing) Snoozed(now time.Time, zone *time.Location) *Snooze {
	z := s.Snooze
	if z == nil || s.Running != nil || s.Last != nil && s.Last.Started.After(z.At) {
		return nil
	}
	if !now.Before(s.Wakes(z.Until, zone)) || s.Clocks.Due().On.In(zone).Format(time.DateOnly) != z.Due {
		return nil
	}
	return z
}

// Wakes is when the reminders of a secret go on at the latest, if they are
// wanted to go on at until: there is a whole day left before the one on which
// its provider lets it die.
func (s Standing) Wakes(until time.Time, zone *time.Location) time.Time {
	expiry := s.Clocks.Expires
	if expiry.IsZero() {
		return until
	}
	year, month, day := expiry.In(zone).Date()
	if last := time.Date(year, month, day-1, 0, 0, 0, 0, zone); last.Before(until) {
		return last
	}
	return until
}

// Woke reports whether a snooze of the present due date has ended in its time
// since an instant.
func (s Standing) Woke(since, now time.Time, zone *time.Location) bool {
	z := s.Snooze
	if z == nil || s.Clocks.Due().On.In(zone).Format(time.DateOnly) != z.Due {
		return false
	}
	end := s.Wakes(z.Until, zone)
	return since.Before(end) && !now.Before(end)
}
