package fakeslack

import "time"

// tierPost is chat.postMessage's own limit: about one a second in a channel.
const tierPost = 0

// perMinute is what each tier guarantees. Slack says "1+", "20+" and so on, and
// allows bursts that it doesn't number; the fake gives each method a burst of
// its minute's calls, and at least three.
// https://docs.slack.dev/apis/web-api/rate-limits
var perMinute = map[int]float64{tierPost: 60, 1: 1, 2: 20, 3: 50, 4: 100}

const (
	leastBurst = 3
	postBurst  = 5 // short bursts above one message a second are allowed
)

// A bucket fills with time and is emptied by calls.
type bucket struct {
	tokens float64
	at     time.Time
}

// limited takes one call and returns zero, or how long to wait for one. It goes
// by real time, as the app's own waits do.
func (s *Slack) limited(name string, tier int, channel string, now time.Time) time.Duration {
	if !s.cfg.RateLimits {
		return 0
	}
	key, size := name, max(leastBurst, perMinute[tier])
	if tier == tierPost {
		key, size = name+" "+channel, postBurst
	}
	rate := perMinute[tier] / time.Minute.Seconds()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{tokens: size, at: now}
		s.buckets[key] = b
	}
	b.tokens = min(size, b.tokens+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / rate * float64(time.Second))
	}
	b.tokens--
	return 0
}
