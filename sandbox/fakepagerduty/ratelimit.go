package fakepagerduty

import (
	"strconv"
	"time"
)

// An allowance is how many calls a key has left in this minute.
type allowance struct {
	used  int
	reset time.Time
}

// spend counts a call and writes the rate limit's headers: 429 when nothing is
// left, with the seconds to wait in ratelimit-reset.
// https://support.pagerduty.com/docs/rest-api-rate-limits
func (f *Fake) spend(q *request) error {
	a := f.limits[q.token]
	if a == nil || !f.w.Now().Before(a.reset) {
		a = &allowance{reset: f.w.Now().Add(time.Minute)}
		f.limits[q.token] = a
	}
	over := a.used >= f.config.PerMinute
	if !over {
		a.used++
	}
	wait := a.reset.Sub(f.w.Now()) + time.Second - 1
	q.header.Set("ratelimit-limit", strconv.Itoa(f.config.PerMinute))
	q.header.Set("ratelimit-remaining", strconv.Itoa(f.config.PerMinute-a.used))
	q.header.Set("ratelimit-reset", strconv.Itoa(int(wait/time.Second)))
	if over {
		return tooManyCalls
	}
	return nil
}
