package rotation

import (
	"fmt"
	"time"
)

// Week names the ISO week of an instant in a zone: "2026-W53" for 1 January
// 2027. The year is that of the week's Thursday, which need not be the
// instant's own. https://www.iso.org/iso-8601-date-and-time-format.html
func Week(t time.Time, zone *time.Location) string {
	year, week := t.In(zone).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// A Digest is the weekly message that says what is due. There is one a week,
// whatever happens in between.
type Digest struct {
	Week      string    // Week of Due
	Due       time.Time // when it was to be posted
	Channel   string
	TS        string    // the message; empty: not posted yet
	Posted    time.Time // zero: not posted yet
	Posting   string    // block_id of a post that was sent and not confirmed; empty: none
	PostingAt time.Time // when it was sent
}
