package rotation_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

func TestWhenASecretIsDue(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 8, 30, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		current, expires time.Time
		every            rotation.Days
		on               time.Time
		expiry           bool
	}{
		"by its age":                      {day(2026, 11, 23), time.Time{}, 180, day(2027, 5, 22), false},
		"by its expiry, if that is first": {day(2026, 11, 23), day(2027, 2, 1), 180, day(2027, 2, 1), true},
		"by its age, if that is first":    {day(2026, 11, 23), day(2027, 11, 23), 180, day(2027, 5, 22), false},
		"on the same day by its age":      {day(2026, 11, 23), day(2027, 5, 22), 180, day(2027, 5, 22), false},
		"over a leap day":                 {day(2027, 9, 1), time.Time{}, 181, day(2028, 2, 29), false},
		"a year after a leap day":         {day(2028, 2, 29), time.Time{}, 365, day(2029, 2, 28), false},
		"already":                         {day(2020, 1, 1), day(2019, 1, 1), 1, day(2019, 1, 1), true},
	} {
		d := rotation.DueAfter(c.current, c.expires, c.every)
		if !d.On.Equal(c.on) || d.Expires != c.expiry || !d.Expiry.Equal(c.expires) || !d.Policy.Equal(c.every.After(c.current)) {
			t.Errorf("%s: %+v, want %s, %t", name, d, c.on, c.expiry)
		}
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	summer := rotation.Days(180).After(time.Date(2026, 11, 23, 9, 0, 0, 0, london))
	if got := summer.Format(time.RFC3339); got != "2027-05-22T09:00:00+01:00" {
		t.Errorf("180 days of a calendar end at %s", got)
	}
}
