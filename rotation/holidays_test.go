package rotation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// easter is Easter Sunday, by the anonymous Gregorian algorithm.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	return day(year, (h+l-7*m+114)/31, (h+l-7*m+114)%31+1)
}

func day(year, month, n int) time.Time {
	return time.Date(year, time.Month(month), n, 0, 0, 0, 0, time.UTC)
}

// mondayFrom is the first Monday on or after a day.
func mondayFrom(d time.Time) time.Time {
	for d.Weekday() != time.Monday {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

// The file that is built in is held against the rules that it follows: the
// Banking and Financial Dealings Act 1971, and substitutes for what falls on a
// weekend.
func TestTheBankHolidaysAreThoseOfTheLaw(t *testing.T) {
	holidays := rotation.BankHolidays()
	for year := 2025; year <= 2028; year++ {
		want := map[string]string{}
		add := func(title string, d time.Time) {
			for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || want[d.Format(time.DateOnly)] != "" {
				d = d.AddDate(0, 0, 1)
			}
			want[d.Format(time.DateOnly)] = title
		}
		add("New Year’s Day", day(year, 1, 1))
		add("Good Friday", easter(year).AddDate(0, 0, -2))
		add("Easter Monday", easter(year).AddDate(0, 0, 1))
		add("Early May bank holiday", mondayFrom(day(year, 5, 1)))
		add("Spring bank holiday", mondayFrom(day(year, 5, 25)))
		add("Summer bank holiday", mondayFrom(day(year, 8, 25)))
		add("Christmas Day", day(year, 12, 25))
		add("Boxing Day", day(year, 12, 26))
		for d := day(year, 1, 1); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if got := holidays.On(d); got != want[d.Format(time.DateOnly)] {
				t.Errorf("%s is %q, not %q", d.Format(time.DateOnly), got, want[d.Format(time.DateOnly)])
			}
		}
	}
	for _, known := range []string{"2026-12-28", "2027-12-27", "2027-12-28", "2028-01-03", "2027-03-26"} {
		if d, _ := time.Parse(time.DateOnly, known); holidays.On(d) == "" {
			t.Errorf("%s is a bank holiday", known)
		}
	}
}

func TestTheYearsOfTheHolidaysRunOut(t *testing.T) {
	h := rotation.BankHolidays()
	if got := h.RunOut(day(2028, 12, 31)); got != 0 {
		t.Error("they run out in 2028 already:", got)
	}
	if got := h.RunOut(day(2029, 1, 1)); got != 2028 {
		t.Error("they last longer than they do:", got)
	}
	if none := (*rotation.Holidays)(nil); none.RunOut(day(2029, 1, 1)) != 0 || none.On(day(2026, 12, 25)) != "" {
		t.Error("no holidays are some")
	}
}

func TestHolidaysThatCannotBeRead(t *testing.T) {
	file := func(events ...string) string {
		return fmt.Sprintf(`{"england-and-wales": {"division": "england-and-wales", "events": [%s]}, "scotland": {"division": "scotland", "events": []}}`, strings.Join(events, ","))
	}
	christmas := `{"title": "Christmas Day", "date": "2030-12-25", "notes": "", "bunting": true}`
	if h, err := rotation.ReadHolidays([]byte(file(christmas))); err != nil || h.On(day(2030, 12, 25)) != "Christmas Day" || h.RunOut(day(2031, 1, 1)) != 2030 {
		t.Error(h, err)
	}
	for text, want := range map[string]string{
		"":                           "isn't in the format",
		"<html>":                     "isn't in the format",
		"[]":                         "isn't in the format",
		"{}":                         "no events for england-and-wales",
		file():                       "no events for england-and-wales",
		file(christmas) + "{}":       "something follows",
		file(christmas, christmas):   "event 2 (Christmas Day): 2030-12-25 is there twice",
		file(`{"date": "2030-1-1"}`): `"2030-1-1" is not a date`,
		file(`{"date": "2030-02-30", "title": "x"}`):             `"2030-02-30" is not a date`,
		file(`{"date": "2030-01-01"}`):                           "2030-01-01 has no title",
		file(`{"date": "2030-01-01", "title": "x", "day": "1"}`): "unknown field",
		file(`{"date": 20300101, "title": "x"}`):                 "isn't in the format",
	} {
		if _, err := rotation.ReadHolidays([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// There is one calendar: turns wait over the same days as reminders.
func TestWorkingDaysHaveNoHolidays(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	h := rotation.Hours{Zone: london, From: 9, To: 18, Holidays: rotation.BankHolidays()}
	thursday := time.Date(2026, 12, 24, 17, 0, 0, 0, london)
	if got := h.Add(thursday, 4*time.Hour).Format("2006-01-02 15:04"); got != "2026-12-29 12:00" {
		t.Error("four hours of work over Christmas end at", got)
	}
	if got := h.NextDay(thursday).Format("2006-01-02 15:04"); got != "2026-12-29 09:00" {
		t.Error("after Christmas Eve work begins", got)
	}
	if days := []bool{h.Works(thursday), h.Works(thursday.AddDate(0, 0, 1)), h.Works(thursday.AddDate(0, 0, 2)), h.Works(thursday.AddDate(0, 0, 4)), h.Works(thursday.AddDate(0, 0, 5))}; !slices.Equal(days, []bool{true, false, false, false, true}) {
		t.Error(days)
	}
	if (rotation.Hours{}).NextDay(thursday) != time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC) {
		t.Error("without hours every day is a working day")
	}
}
