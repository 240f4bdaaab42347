package rotation

import "time"

// A Due says when a secret has to be replaced and by which clock: the earliest
// one wins.
type Due struct {
	On      time.Time // the instant at which the winning clock runs out
	Expiry  time.Time // when the provider lets it die; zero: not known
	Policy  time.Time // when it is older than the catalogue allows
	Expires bool      // whether the provider's expiry is the earliest
}

// DueAfter says when a value that became current at the given time has to be
// replaced. A zero expiry is unknown, which is not the same as never.
func DueAfter(current, expires time.Time, every Days) Due {
	d := Due{Expiry: expires, Policy: every.After(current)}
	d.On = d.Policy
	if !expires.IsZero() && expires.Before(d.Policy) {
		d.On, d.Expires = expires, true
	}
	return d
}
