package rotation_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// What can't be true makes nothing look fine, and hides nothing that is due.
func TestADateThatCannotBeTrueIsNotKnown(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	for name, c := range map[string]struct {
		known rotation.Clocks
		rank  rotation.Rank
		says  string
	}{
		"a version a minute ahead":          {rotation.Clocks{Every: 180, Current: now.Add(time.Minute)}, rotation.RankDue, "due Sat 22 May 2027"},
		"a version of the future":           {rotation.Clocks{Every: 180, Current: now.Add(2 * time.Minute)}, rotation.RankUnknown, "it is dated in the future, Mon 23 Nov 2026"},
		"an access key of the future":       {rotation.Clocks{Every: 180, Current: ago(10), Key: ago(-300)}, rotation.RankUnknown, "its access key is dated in the future"},
		"an end that can't be read":         {rotation.Clocks{Every: 180, Current: ago(10), Unread: true}, rotation.RankUnknown, "its provider names an end that can't be read"},
		"and one that can't, overdue":       {rotation.Clocks{Every: 180, Current: ago(200), Unread: true}, rotation.RankOverdue, "overdue since"},
		"and one that can't, due soon":      {rotation.Clocks{Every: 180, Current: ago(170), Unread: true}, rotation.RankDue, "due Thu 3 Dec 2026"},
		"only an end, far off":              {rotation.Clocks{Every: 180, Expires: ago(-900)}, rotation.RankUnknown, "its age isn't known, only that it dies Fri 11 May 2029"},
		"only an end in the year 9999":      {rotation.Clocks{Every: 180, Expires: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}, rotation.RankUnknown, "its age isn't known"},
		"only an end, soon":                 {rotation.Clocks{Every: 180, Expires: ago(-20)}, rotation.RankDue, "due Sun 13 Dec 2026"},
		"an end before it was made":         {rotation.Clocks{Every: 180, Current: ago(10), Expires: ago(20)}, rotation.RankOverdue, "overdue since"},
		"an end in the year 1":              {rotation.Clocks{Every: 180, Current: ago(10), Expires: time.Unix(-62135596800, 0).UTC()}, rotation.RankDue, "due Wed 12 May 2027"},
		"nothing":                           {rotation.Clocks{Every: 180}, rotation.RankUnknown, "nobody has looked yet"},
		"a version of the year 1":           {rotation.Clocks{Every: 180, Current: time.Unix(-62135596800, 0).UTC()}, rotation.RankUnknown, "nobody has looked yet"},
		"midnight before summer time ends":  {rotation.Clocks{Every: 180, Current: time.Date(2026, 10, 23, 23, 30, 0, 0, time.UTC)}, rotation.RankDue, "due Thu 22 Apr 2027"},
		"midnight before summer time comes": {rotation.Clocks{Every: 180, Current: time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)}, rotation.RankDue, "due Fri 21 May 2027"},
	} {
		item := rotation.Standing{Secret: rotation.Secret{Name: "x", Every: 180}, Clocks: c.known}.Item(now, london)
		if item.Rank != c.rank || !strings.Contains(item.Words(), c.says) {
			t.Errorf("%s: rank %d, %q; want %d, %q", name, item.Rank, item.Words(), c.rank, c.says)
		}
	}
}

func TestDatesThatAProviderCanMean(t *testing.T) {
	for year, can := range map[int]bool{1: false, 1601: false, 1970: false, 2000: true, 2026: true, 2299: true, 9999: false} {
		if got := rotation.Plausible(time.Date(year, 2, 28, 0, 0, 0, 0, time.UTC)); got != can {
			t.Errorf("the year %d: %t", year, got)
		}
	}
}
