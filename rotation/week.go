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
