package rotation

import "time"

// A Due says when a secret has to be replaced and by which clock: the earliest
// one wins.
type Due struct {
	On      time.Time // the instant at which the winning clock runs out; zero: no clock is known
	By      Clock     // which one that is
	Expiry  time.Time // when the provider lets it die; zero: not known
	Policy  time.Time // when it is older than the catalogue allows; zero: not known
	Expires bool      // whether the provider's expiry is the earliest
}

// A Clock is what makes something due.
type Clock string

// The clocks.
const (
	ByPolicy Clock = "policy" // the catalogue says how old a value may be
	ByExpiry Clock = "expiry" // its provider lets it die
	ByKey    Clock = "key"    // policy, and the access key is older than the secret that it was delivered into
	ByReview Clock = "review" // it isn't rotated, and somebody has to ask again whether that is right
)

// Clocks are what is known of when something is due. Zero times are unknown,
// which is not the same as never.
type Clocks struct {
	Every   Days      // how long a value may be used; zero: policy says nothing
	Current time.Time // when the present value became current
	Key     time.Time // when the oldest access key that works was made
	Expires time.Time // when the provider lets it die
	Review  time.Time // when an exemption is to be looked at again
}

// Due is the earliest of the clocks that are known.
func (c Clocks) Due() Due {
	d := Due{Expiry: c.Expires}
	earliest := func(by Clock, at time.Time) {
		if !at.IsZero() && (d.On.IsZero() || at.Before(d.On)) {
			d.On, d.By = at, by
		}
	}
	if c.Every > 0 && !c.Current.IsZero() {
		d.Policy = c.Every.After(c.Current)
	}
	earliest(ByPolicy, d.Policy)
	if c.Every > 0 && !c.Key.IsZero() {
		key := c.Every.After(c.Key)
		earliest(ByKey, key)
		if d.Policy.IsZero() || key.Before(d.Policy) {
			d.Policy = key
		}
	}
	earliest(ByExpiry, c.Expires)
	earliest(ByReview, c.Review)
	d.Expires = d.By == ByExpiry
	return d
}

// DueAfter says when a value that became current at the given time has to be
// replaced. A zero expiry is unknown, which is not the same as never.
func DueAfter(current, expires time.Time, every Days) Due {
	return Clocks{Every: every, Current: current, Expires: expires}.Due()
}
