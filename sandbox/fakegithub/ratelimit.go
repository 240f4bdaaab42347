package fakegithub

import (
	"net/http"
	"strconv"
	"time"
)

// An allowance is how many calls somebody has left in this hour:
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
type allowance struct {
	limit, used int
	reset       time.Time
}

// Calls in an hour without a sign-in, and of the endpoint that revokes.
const anonymousLimit = 60

// spend counts a call and writes the rate limit's headers: 403 when nothing is
// left. Reading the limit is free.
func (f *Fake) spend(q *request, rt route) error {
	who, limit := "anonymous", anonymousLimit
	if rt.method == RevokeCredentials {
		who = rt.method
	} else if t := f.live(bearer(q.Request)); t != nil {
		who, limit = "token "+strconv.FormatInt(t.id, 10), f.config.HourlyLimit
	} else if f.appOf(bearer(q.Request)) != nil {
		who, limit = "app", f.config.HourlyLimit
	}
	a := f.limits[who]
	if a == nil || !f.w.Now().Before(a.reset) {
		a = &allowance{limit: limit, reset: f.now().Add(time.Hour)}
		f.limits[who] = a
	}
	over := a.used >= a.limit
	if !over && rt.method != ReadRateLimit {
		a.used++
	}
	for name, v := range map[string]string{
		"X-Ratelimit-Limit": strconv.Itoa(a.limit), "X-Ratelimit-Used": strconv.Itoa(a.used), "X-Ratelimit-Resource": "core",
		"X-Ratelimit-Remaining": strconv.Itoa(a.limit - a.used), "X-Ratelimit-Reset": strconv.FormatInt(a.reset.Unix(), 10),
	} {
		q.header.Set(name, v)
	}
	if over && rt.method != ReadRateLimit {
		return &refusal{http.StatusForbidden, "API rate limit exceeded."}
	}
	return nil
}

func (f *Fake) readRateLimit(q *request) (int, any, error) {
	number := func(header string) int {
		n, _ := strconv.Atoi(q.header.Get(header)) // spend wrote it
		return n
	}
	core := object{"limit": number("X-Ratelimit-Limit"), "used": number("X-Ratelimit-Used"),
		"remaining": number("X-Ratelimit-Remaining"), "reset": number("X-Ratelimit-Reset")}
	search := object{"limit": 30, "used": 0, "remaining": 30, "reset": number("X-Ratelimit-Reset")}
	return http.StatusOK, object{"resources": object{"core": core, "search": search}, "rate": core}, nil
}
