package rotation_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

func TestWorkingTime(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	// New York changes its clocks at night too; Lord Howe by half an hour.
	howe, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		t.Fatal(err)
	}
	day := rotation.Hours{Zone: london, From: 9, To: 18}
	const layout = "Mon 2006-01-02 15:04 MST"
	for name, c := range map[string]struct {
		hours rotation.Hours
		from  time.Time
		d     time.Duration
		want  string
	}{
		"within a day":                          {day, time.Date(2026, 11, 23, 10, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-11-23 14:00 GMT"},
		"up to the last minute":                 {day, time.Date(2026, 11, 23, 14, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-11-23 18:00 GMT"},
		"over a night":                          {day, time.Date(2026, 11, 23, 16, 0, 0, 0, london), 4 * time.Hour, "Tue 2026-11-24 11:00 GMT"},
		"from before the morning":               {day, time.Date(2026, 11, 23, 3, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-11-23 13:00 GMT"},
		"from the evening":                      {day, time.Date(2026, 11, 23, 21, 0, 0, 0, london), 4 * time.Hour, "Tue 2026-11-24 13:00 GMT"},
		"over a weekend":                        {day, time.Date(2026, 11, 27, 17, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-11-30 12:00 GMT"},
		"from a weekend":                        {day, time.Date(2026, 11, 28, 12, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-11-30 13:00 GMT"},
		"over the clocks going forward":         {day, time.Date(2026, 3, 27, 17, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-03-30 12:00 BST"},
		"over the clocks going back":            {day, time.Date(2026, 10, 23, 17, 0, 0, 0, london), 4 * time.Hour, "Mon 2026-10-26 12:00 GMT"},
		"over the end of a year":                {day, time.Date(2026, 12, 31, 17, 0, 0, 0, london), 4 * time.Hour, "Fri 2027-01-01 12:00 GMT"},
		"more than a day":                       {day, time.Date(2026, 11, 23, 9, 0, 0, 0, london), 20 * time.Hour, "Wed 2026-11-25 11:00 GMT"},
		"no time at all, at night":              {day, time.Date(2026, 11, 23, 22, 0, 0, 0, london), 0, "Tue 2026-11-24 09:00 GMT"},
		"from an instant in another zone":       {day, time.Date(2026, 7, 6, 16, 30, 0, 0, time.UTC), time.Hour, "Tue 2026-07-07 09:30 BST"},
		"in a zone that shifts by half":         {rotation.Hours{Zone: howe, From: 9, To: 18}, time.Date(2026, 10, 2, 17, 0, 0, 0, howe), 2 * time.Hour, "Mon 2026-10-05 10:00 +11"},
		"without hours, at any time":            {rotation.Hours{}, time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC), 4 * time.Hour, "Sun 2026-11-29 03:00 UTC"},
		"with hours that end before they begin": {rotation.Hours{Zone: london, From: 18, To: 9}, time.Date(2026, 11, 28, 23, 0, 0, 0, london), 4 * time.Hour, "Sun 2026-11-29 03:00 GMT"},
	} {
		if got := c.hours.Add(c.from, c.d).Format(layout); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestReminders(t *testing.T) {
	within(t, "whoever is needed is reminded once, then the team, and then nobody", func(t *testing.T) {
		// A bubble begins on a Saturday at midnight.
		d := start(t, rotation.None, nil)
		d.hours = rotation.Hours{Zone: time.UTC, From: 9, To: 18}
		d.run()
		defer d.stop()
		if r := d.after(61 * time.Hour); len(d.events("reminded")) != 1 || r.Turn.To != rotation.Approvers || r.Turn.Kind != rotation.TurnNudge || r.Turn.N != 2 {
			t.Errorf("on Monday at one: %+v", r.Turn)
		}
		if r := d.after(4 * time.Hour); len(d.events("reminded")) != 2 || r.Turn.To != rotation.Team || r.Turn.N != 3 {
			t.Errorf("on Monday at five: %+v", r.Turn)
		}
		if d.after(4 * 24 * time.Hour); len(d.events("reminded")) != 2 {
			t.Errorf("reminded %d times by Friday", len(d.events("reminded")))
		}
	})
	within(t, "nobody is reminded of what waits for no person", func(t *testing.T) {
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindReceive: act(done), rotation.KindPromote: act(done), "run": act(done)})
		d.run()
		defer d.stop()
		d.after(time.Second)
		if err := d.press(rotation.Approve, bea); err != nil {
			t.Fatal(err)
		}
		if r := d.after(20 * time.Hour); r.Step().Kind != rotation.KindUsed || len(d.events("reminded")) != 0 {
			t.Errorf("at %s, reminded %d times", r.Step().ID, len(d.events("reminded")))
		}
	})
}
