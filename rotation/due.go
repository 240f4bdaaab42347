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
	Unread  bool      // the provider names an end that can't be read
}

// In is the same clocks as people in a zone read them, so that a number of days
// is counted by their calendar, also over a change of the clocks.
func (c Clocks) In(zone *time.Location) Clocks {
	for _, t := range []*time.Time{&c.Current, &c.Key} {
		if !t.IsZero() {
			*t = t.In(zone)
		}
	}
	return c
}

// Plausible reports whether a provider can mean the instant: one that made
// secrets before this century, or lets them live into another, doesn't.
func Plausible(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 3000 }

// skew is how far a provider's clock may be ahead of this machine's.
const skew = time.Minute

// Doubt says why what the clocks say can't be relied on; empty if it can. A
// date that can't be true is no date: it makes nothing look fine.
func (c Clocks) Doubt(now time.Time, zone *time.Location) string {
	ahead := now.Add(skew)
	switch {
	case c.Current.After(ahead):
		return "it is dated in the future, " + Day(c.Current, zone) + ", so its provider's clock or this machine's is wrong"
	case c.Key.After(ahead):
		return "its access key is dated in the future, " + Day(c.Key, zone) + ", so AWS's clock or this machine's is wrong"
	case c.Unread:
		return "its provider names an end that can't be read"
	case c.Every > 0 && c.Current.IsZero() && c.Key.IsZero() && !c.Expires.IsZero():
		return "its age isn't known, only that it dies " + Day(c.Expires, zone)
	}
	return ""
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
