package fakeslack

import "slices"

// A refusal is an answer that somebody ordered for later calls: an error code
// or, without one, 429.
type refusal struct {
	method, code, retryAfter string
	times                    int
}

// Refuse makes the next calls of a method (empty: of any) answer ok false with
// code, such as token_revoked or internal_error; times -1 means from now on
// until Accept.
func (s *Slack) Refuse(method, code string, times int) {
	s.order(&refusal{method: method, code: code, times: times})
}

// Throttle makes the next calls of a method (empty: of any) answer 429 with
// that very Retry-After header, however odd, or without one if it is empty.
func (s *Slack) Throttle(method, retryAfter string, times int) {
	s.order(&refusal{method: method, retryAfter: retryAfter, times: times})
}

// Accept takes back all that Refuse and Throttle ordered.
func (s *Slack) Accept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = nil
}

func (s *Slack) order(r *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, r)
}

// ordered takes the refusal for a call, if there is one. It holds the lock.
func (s *Slack) ordered(name string) *refusal {
	for i, r := range s.refusals {
		if r.method != "" && r.method != name {
			continue
		}
		if r.times > 0 {
			if r.times--; r.times == 0 {
				s.refusals = slices.Delete(s.refusals, i, i+1)
			}
		}
		return r
	}
	return nil
}
