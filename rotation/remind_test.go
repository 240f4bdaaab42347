package rotation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

const half = "2006-01-02 15:04"

// ladder is the usual one, by London's working days.
func ladder(t testing.TB) rotation.Ladder {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return rotation.Ladder{Rungs: []int{30, 14, 7, 1}, Hours: rotation.Hours{Zone: zone, From: 9, To: 18, Holidays: rotation.BankHolidays()}}
}

func in(t testing.TB, l rotation.Ladder, when string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(half, when, l.Hours.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// told plays every day at half past nine from one day to another, and lists the
// days on which people are told, with the rung.
func told(t testing.TB, l rotation.Ladder, s rotation.Standing, from, to string) string {
	t.Helper()
	var out []string
	var before rotation.Told
	for now, end := in(t, l, from+" 09:30"), in(t, l, to+" 23:00"); now.Before(end); now = now.AddDate(0, 0, 1) {
		rung, remind := l.Rung(s, now)
		if !remind || !l.Tells(s, rung, before, now) {
			continue
		}
		before = rotation.Told{Rung: rung, Times: before.Times + 1, Last: now}
		out = append(out, fmt.Sprintf("%s %d", now.Format("Mon 2 Jan"), rung))
	}
	return strings.Join(out, " · ")
}

func TestWhenPeopleAreReminded(t *testing.T) {
	l := ladder(t)
	policy := func(due string) rotation.Clocks {
		return rotation.Clocks{Every: 180, Current: in(t, l, due).AddDate(0, 0, -180)}
	}
	expiry := func(due string) rotation.Clocks { return rotation.Clocks{Expires: in(t, l, due)} }
	for name, c := range map[string]struct {
		clocks   rotation.Clocks
		lead     int
		exempt   bool
		from, to string
		want     string
	}{
		"on each rung once, and from the due date on every working day": {clocks: policy("2026-12-03 15:00"), from: "2026-10-26", to: "2026-12-08",
			want: "Tue 3 Nov 30 · Thu 19 Nov 14 · Thu 26 Nov 7 · Wed 2 Dec 1 · Thu 3 Dec 0 · Fri 4 Dec -1 · Mon 7 Dec -4 · Tue 8 Dec -5"},
		"a rung on a weekend is told on the Friday before": {clocks: policy("2026-12-06 08:00"), from: "2026-11-20", to: "2026-12-08",
			want: "Fri 20 Nov 14 · Fri 27 Nov 7 · Fri 4 Dec 0 · Mon 7 Dec -1 · Tue 8 Dec -2"},
		"a rung on a bank holiday too": {clocks: policy("2027-03-30 12:00"), from: "2027-03-22", to: "2027-03-31",
			want: "Mon 22 Mar 14 · Tue 23 Mar 7 · Thu 25 Mar 1 · Tue 30 Mar 0 · Wed 31 Mar -1"},
		"over Christmas nobody is reminded of policy": {clocks: policy("2026-12-26 12:00"), from: "2026-12-22", to: "2026-12-30",
			want: "Tue 22 Dec 7 · Thu 24 Dec 0 · Tue 29 Dec -3 · Wed 30 Dec -4"},
		"but of what expires before anybody works again": {clocks: expiry("2026-12-27 12:00"), from: "2026-12-22", to: "2026-12-30",
			want: "Tue 22 Dec 7 · Thu 24 Dec 0 · Fri 25 Dec 7 · Sat 26 Dec 1 · Sun 27 Dec 0 · Tue 29 Dec -2 · Wed 30 Dec -3"},
		"what expires on the morning of the next working day is told before, and on it": {clocks: expiry("2026-12-07 08:00"), from: "2026-12-03", to: "2026-12-07",
			want: "Thu 3 Dec 7 · Fri 4 Dec 1 · Sat 5 Dec 7 · Sun 6 Dec 1 · Mon 7 Dec 0"},
		"what expires in the course of it is told before, and on it": {clocks: expiry("2026-12-07 12:00"), from: "2026-12-03", to: "2026-12-07",
			want: "Thu 3 Dec 7 · Fri 4 Dec 1 · Mon 7 Dec 0"},
		"what takes long is told on the day on which it has to be started": {clocks: policy("2026-12-15 12:00"), lead: 40, from: "2026-10-26", to: "2026-11-20",
			want: "Thu 5 Nov 40 · Fri 13 Nov 30"},
		"a lead between two rungs is one more": {clocks: policy("2026-12-16 12:00"), lead: 9, from: "2026-12-01", to: "2026-12-10",
			want: "Tue 1 Dec 30 · Wed 2 Dec 14 · Mon 7 Dec 9 · Wed 9 Dec 7"},
		"over the clocks going back": {clocks: policy("2026-10-26 00:30"), from: "2026-10-19", to: "2026-10-27",
			want: "Mon 19 Oct 7 · Fri 23 Oct 1 · Mon 26 Oct 0 · Tue 27 Oct -1"},
		"over the clocks going forward": {clocks: policy("2026-03-31 23:30"), from: "2026-03-24", to: "2026-04-01",
			want: "Tue 24 Mar 7 · Mon 30 Mar 1 · Tue 31 Mar 0 · Wed 1 Apr -1"},
		"on a leap day": {clocks: policy("2028-02-29 12:00"), from: "2028-02-22", to: "2028-03-01",
			want: "Tue 22 Feb 7 · Mon 28 Feb 1 · Tue 29 Feb 0 · Wed 1 Mar -1"},
		"in week 53 and over the year's end": {clocks: policy("2026-12-31 12:00"), from: "2026-12-23", to: "2027-01-05",
			want: "Wed 23 Dec 14 · Thu 24 Dec 7 · Wed 30 Dec 1 · Thu 31 Dec 0 · Mon 4 Jan -4 · Tue 5 Jan -5"},
		"of an exemption's review, and not of its value": {clocks: rotation.Clocks{Review: in(t, l, "2026-12-03 00:00")}, lead: 9, exempt: true, from: "2026-11-18", to: "2026-12-04",
			want: "Wed 18 Nov 30 · Thu 19 Nov 14 · Thu 26 Nov 7 · Wed 2 Dec 1 · Thu 3 Dec 0 · Fri 4 Dec -1"},
		"never of what isn't known": {from: "2026-11-18", to: "2026-12-04"},
	} {
		s := rotation.Standing{Secret: rotation.Secret{Name: "s", Lead: rotation.Days(c.lead)}, Clocks: c.clocks}
		if c.exempt {
			s.Secret.Exempt = &rotation.Exemption{}
		}
		if got := told(t, l, s, c.from, c.to); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// Of several rungs that a downtime has missed only the last is told.
func TestAfterADowntimeTheDeepestRungIsTold(t *testing.T) {
	l := ladder(t)
	s := rotation.Standing{Clocks: rotation.Clocks{Expires: in(t, l, "2026-12-03 15:00")}}
	rung, remind := l.Rung(s, in(t, l, "2026-11-27 11:00"))
	if !remind || rung != 7 || !l.Tells(s, rung, rotation.Told{Rung: 30, Times: 1}, in(t, l, "2026-11-27 11:00")) {
		t.Errorf("rung %d, %v", rung, remind)
	}
	if l.Tells(s, 7, rotation.Told{Rung: 7, Times: 1}, in(t, l, "2026-11-30 11:00")) {
		t.Error("it is told twice")
	}
}

func TestWhatIsBeingReplacedOrSnoozedRemindsNobody(t *testing.T) {
	l := ladder(t)
	now := in(t, l, "2026-12-02 09:30")
	clocks := rotation.Clocks{Every: 180, Current: now.AddDate(0, 0, -185)}
	due := l.Day(clocks.Due().On)
	until := in(t, l, "2026-12-04 00:00")
	snooze := func(change func(*rotation.Snooze)) *rotation.Snooze {
		z := &rotation.Snooze{Due: due, Until: until, At: now.Add(-time.Hour)}
		if change != nil {
			change(z)
		}
		return z
	}
	ended := &rotation.Rotation{State: rotation.Cancelled, Started: now.Add(-time.Minute)}
	older := &rotation.Rotation{State: rotation.Complete, Started: now.AddDate(0, 0, -190)}
	dying := clocks
	dying.Expires = in(t, l, "2026-12-03 20:00")
	for name, c := range map[string]struct {
		s      rotation.Standing
		remind bool
	}{
		"overdue":                              {rotation.Standing{Clocks: clocks}, true},
		"running":                              {rotation.Standing{Clocks: clocks, Running: &rotation.Rotation{}}, false},
		"snoozed":                              {rotation.Standing{Clocks: clocks, Last: older, Snooze: snooze(nil)}, false},
		"its snooze is over":                   {rotation.Standing{Clocks: clocks, Snooze: snooze(func(z *rotation.Snooze) { z.Until = now })}, true},
		"a rotation was started since":         {rotation.Standing{Clocks: clocks, Last: ended, Snooze: snooze(nil)}, true},
		"it is due on another day now":         {rotation.Standing{Clocks: clocks, Snooze: snooze(func(z *rotation.Snooze) { z.Due = "2026-11-29" })}, true},
		"it turned out that it dies meanwhile": {rotation.Standing{Clocks: dying, Snooze: snooze(nil)}, true},
	} {
		if _, got := l.Rung(c.s, now); got != c.remind {
			t.Errorf("%s: reminds %v", name, got)
		}
	}
	dying.Expires = in(t, l, "2026-12-05 00:10")
	if got := (rotation.Standing{Clocks: dying}).Wakes(in(t, l, "2026-12-16 00:00"), l.Hours.Zone); !got.Equal(in(t, l, "2026-12-04 00:00")) {
		t.Errorf("reminders go on %s", got)
	}
}

// A snooze that has ended is told, on whatever rung, and once.
func TestWhenASnoozeEndsPeopleAreReminded(t *testing.T) {
	l := ladder(t)
	s := rotation.Standing{Clocks: rotation.Clocks{Every: 180, Current: in(t, l, "2026-12-16 12:00").AddDate(0, 0, -180)}}
	s.Snooze = &rotation.Snooze{Due: "2026-12-16", Until: in(t, l, "2026-12-04 00:00"), At: in(t, l, "2026-12-02 10:00")}
	if got, want := told(t, l, s, "2026-12-04", "2026-12-10"), "Fri 4 Dec 14 · Wed 9 Dec 7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	before := rotation.Told{Rung: 14, Times: 1, Last: in(t, l, "2026-12-02 09:30")}
	if !l.Tells(s, 14, before, in(t, l, "2026-12-04 09:30")) {
		t.Error("nobody is reminded when it ends")
	}
	before.Last = in(t, l, "2026-12-04 09:30")
	if l.Tells(s, 14, before, in(t, l, "2026-12-07 09:30")) {
		t.Error("and again")
	}
	s.Snooze.Due = "2026-12-15"
	before.Last = in(t, l, "2026-12-02 09:30")
	if l.Tells(s, 14, before, in(t, l, "2026-12-04 09:30")) {
		t.Error("it was for another due date")
	}
}

func TestWhenSomebodyElseHearsOfIt(t *testing.T) {
	l := ladder(t)
	now := in(t, l, "2026-12-04 09:30") // a Friday
	policy := func(days int) rotation.Clocks {
		return rotation.Clocks{Every: 180, Current: now.AddDate(0, 0, -180-days)}
	}
	expiry := func(when string) rotation.Clocks { return rotation.Clocks{Expires: in(t, l, when)} }
	snooze := func(c rotation.Clocks) *rotation.Snooze {
		return &rotation.Snooze{Due: l.Day(c.Due().On), Until: now.AddDate(0, 0, 9), At: now.Add(-time.Hour)}
	}
	for name, c := range map[string]struct {
		s    rotation.Standing
		now  time.Time
		want bool
	}{
		"overdue for six days":             {rotation.Standing{Clocks: policy(6)}, now, false},
		"for seven":                        {rotation.Standing{Clocks: policy(7)}, now, true},
		"but it is being replaced":         {rotation.Standing{Clocks: policy(70), Running: &rotation.Rotation{}}, now, false},
		"or snoozed":                       {rotation.Standing{Clocks: policy(70), Snooze: snooze(policy(70))}, now, false},
		"not on a Saturday":                {rotation.Standing{Clocks: policy(70)}, now.AddDate(0, 0, 1), false},
		"it dies tomorrow":                 {rotation.Standing{Clocks: expiry("2026-12-05 23:00")}, now, true},
		"whether snoozed or not":           {rotation.Standing{Clocks: expiry("2026-12-05 23:00"), Snooze: snooze(expiry("2026-12-05 23:00"))}, now, true},
		"it dies before Monday":            {rotation.Standing{Clocks: expiry("2026-12-06 23:00")}, now, true},
		"it dies before Monday, and today": {rotation.Standing{Clocks: expiry("2026-12-06 23:00")}, now.AddDate(0, 0, 1), true},
		"it dies on Tuesday":               {rotation.Standing{Clocks: expiry("2026-12-08 12:00")}, now, false},
		"it died last week":                {rotation.Standing{Clocks: expiry("2026-11-30 12:00")}, now, true},
		"it isn't rotated":                 {rotation.Standing{Secret: rotation.Secret{Exempt: &rotation.Exemption{}}, Clocks: rotation.Clocks{Review: now.AddDate(0, -1, 0)}}, now, false},
		"nothing is known":                 {rotation.Standing{}, now, false},
	} {
		if got := l.Escalates(c.s, 7, c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
