package rotation

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Bank holidays in the format of https://www.gov.uk/bank-holidays.json, which
// is where a newer file comes from.
//
//go:embed bank-holidays.json
var bankHolidays []byte

// division is the part of the United Kingdom whose bank holidays count.
const division = "england-and-wales"

// Holidays are days on which nobody works. Nil Holidays have none.
type Holidays struct {
	titles map[string]string // by day, YYYY-MM-DD
	last   int               // the last year that is known
}

// BankHolidays are those that are built in.
func BankHolidays() *Holidays {
	h, err := ReadHolidays(bankHolidays)
	if err != nil {
		panic("rotation: the bank holidays that are built in can't be read: " + err.Error())
	}
	return h
}

// holidayEvent is one day of the file.
type holidayEvent struct {
	Title   string `json:"title"`
	Date    string `json:"date"`
	Notes   string `json:"notes"`
	Bunting bool   `json:"bunting"`
}

// ReadHolidays reads a file in GOV.UK's format strictly: what isn't of that
// shape, isn't a date or is there twice is an error.
func ReadHolidays(text []byte) (*Holidays, error) {
	var file map[string]struct {
		Division string         `json:"division"`
		Events   []holidayEvent `json:"events"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("it isn't in the format of https://www.gov.uk/bank-holidays.json: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the end of its JSON")
	}
	ours, there := file[division]
	if !there || len(ours.Events) == 0 {
		return nil, fmt.Errorf("it has no events for %s", division)
	}
	h := &Holidays{titles: map[string]string{}}
	for i, e := range ours.Events {
		day, err := time.Parse(time.DateOnly, e.Date)
		switch _, twice := h.titles[e.Date]; {
		case err != nil:
			return nil, fmt.Errorf("%s, event %d (%s): %q is not a date like 2026-12-25", division, i+1, e.Title, e.Date)
		case e.Title == "":
			return nil, fmt.Errorf("%s, event %d: %s has no title", division, i+1, e.Date)
		case twice:
			return nil, fmt.Errorf("%s, event %d (%s): %s is there twice", division, i+1, e.Title, e.Date)
		}
		h.titles[e.Date], h.last = e.Title, max(h.last, day.Year())
	}
	return h, nil
}

// On names the holiday that a day is, or returns "".
func (h *Holidays) On(day time.Time) string {
	if h == nil {
		return ""
	}
	return h.titles[day.Format(time.DateOnly)]
}

// RunOut returns the last year that is known if that is over, and else 0: from
// then on every weekday counts as a working day.
func (h *Holidays) RunOut(now time.Time) int {
	if h == nil || now.Year() <= h.last {
		return 0
	}
	return h.last
}
