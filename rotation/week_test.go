package rotation_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

func TestAWeekHasTheYearOfItsThursday(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	apia, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		zone *time.Location
		want string
	}{
		{time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), london, "2026-W49"},
		{time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC), london, "2026-W53"},
		{time.Date(2027, 1, 3, 23, 59, 0, 0, time.UTC), london, "2026-W53"},
		{time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC), london, "2027-W01"},
		{time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC), london, "2025-W01"},
		{time.Date(2026, 6, 7, 23, 30, 0, 0, time.UTC), london, "2026-W24"}, // Monday already, in summer time
		{time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC), apia, "2026-W49"},
	} {
		if got := rotation.Week(c.at, c.zone); got != c.want {
			t.Errorf("%s in %s is in %s, want %s", c.at, c.zone, got, c.want)
		}
	}
}
