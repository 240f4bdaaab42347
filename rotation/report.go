package rotation

import (
	"cmp"
	"slices"
	"time"
)

// A Report is what is known of every secret at one moment, the most urgent
// first. The digest, the lists, App Home and the command line show the same.
type Report struct {
	Secrets int // how many the catalogue has
	Items   []Item
}

// An Item is one thing that the report speaks of: a secret and how it stands,
// or an old credential that a rotation has left.
type Item struct {
	Standing // of the secret; zero for a debt
	Rank     Rank
	On       time.Time // orders the items of one rank: when it is due, was started, was left
	Due      Due
	Doubt    string    // why it isn't known when it is due, though dates are; empty: it is, or none are
	Start    time.Time // when it has to be started to be done in time; zero: that isn't before next week
	Debt     *Debt     // nil: it is about a secret
	Debtor   *Rotation // the rotation that left the debt

	now  time.Time
	zone *time.Location
}

// A Rank says how urgent an item is. The lowest is the most urgent.
type Rank int

// The ranks.
const (
	RankAlarm   Rank = iota // something isn't as it has to be
	RankParked              // a rotation waits for somebody to mend something
	RankRunning             // a rotation is in progress
	RankOverdue
	RankStart   // it has to be started this week, to be done in time
	RankOwed    // an old credential may still live
	RankUnknown // nobody knows when it is due
	RankDue     // it is due later
	RankExempt  // it isn't rotated
)

// Soon is how many days ahead a report for people looks: what is due later is
// fine.
const Soon = 30

// NewReport ranks what is known at now. Debtors are rotations that have left
// old credentials; one that is running still is left out, since it shows its
// own.
func NewReport(known []Standing, debtors []*Rotation, now time.Time, zone *time.Location) Report {
	var out Report
	for _, s := range known {
		if !s.Whole {
			out.Secrets++
		} else if len(s.Alarms) == 0 && s.Blind == nil && s.Unlisted == nil {
			continue // its members say what there is to say
		}
		out.Items = append(out.Items, s.Item(now, zone))
	}
	for _, r := range debtors {
		if r.State == Running {
			continue
		}
		for _, d := range r.OpenDebts() {
			out.Items = append(out.Items, Item{Rank: RankOwed, On: d.Since, Debt: &d, Debtor: r, now: now, zone: zone})
		}
	}
	slices.SortStableFunc(out.Items, ByUrgency)
	return out
}

// ByUrgency compares two items: the more urgent one comes first, and of the same
// rank Rekey's own after all others. Of what has to be started on the same day,
// what is due first comes first.
func ByUrgency(a, b Item) int {
	order := cmp.Or(cmp.Compare(a.Rank, b.Rank), a.own()-b.own())
	if order == 0 && a.Rank == RankStart && a.date() == b.date() {
		return a.Due.On.Compare(b.Due.On)
	}
	return cmp.Or(order, a.On.Compare(b.On))
}

// date is a number that is higher for a later day of On.
func (e Item) date() int {
	year, month, day := e.On.In(e.zone).Date()
	return (year*12+int(month))*31 + day
}

// own is 1 for one of Rekey's own credentials, which are replaced last, and else 0.
func (e Item) own() int {
	if e.Secret.Own != nil {
		return 1
	}
	return 0
}

// Count is how many items have a rank.
func (r Report) Count(rank Rank) int {
	n := 0
	for _, e := range r.Items {
		if e.Rank == rank {
			n++
		}
	}
	return n
}

// Item ranks one standing at now.
func (s Standing) Item(now time.Time, zone *time.Location) Item {
	clocks := s.Clocks.In(zone)
	e := Item{Standing: s, Due: clocks.Due(), now: now, zone: zone}
	// What is due soon is due, whatever else is in doubt.
	if doubt := clocks.Doubt(now, zone); doubt != "" && !e.Due.On.Before(now.AddDate(0, 0, Soon)) {
		e.Due, e.Doubt = Due{}, doubt
	}
	e.On = e.Due.On
	switch {
	case len(s.Alarms) > 0:
		e.Rank, e.On = RankAlarm, time.Unix(s.Alarms[0].Finding.Since, 0)
	case s.Running != nil:
		e.Rank, e.On = RankRunning, s.Running.Started
		if step := s.Running.Step(); step != nil && step.State == Parked {
			e.Rank = RankParked
		}
	case s.Exempt() && !e.On.IsZero() && !e.On.Before(now):
		e.Rank = RankExempt
	case s.Exempt():
		e.Rank = RankOverdue
	case e.On.IsZero():
		e.Rank = RankUnknown
	case e.On.Before(now):
		e.Rank = RankOverdue
	default:
		e.Rank = RankDue
		from := e.On.AddDate(0, 0, -int(s.Secret.Lead))
		if s.Secret.Lead > 0 && !from.After(now.AddDate(0, 0, 7)) {
			e.Rank, e.On, e.Start = RankStart, from, from
		}
	}
	return e
}

// Exempt reports whether the secret isn't rotated.
func (s Standing) Exempt() bool { return s.Secret.Exempt != nil }

// About is the rotation that it speaks of: the one that runs, or the one that
// left the debt; nil: none.
func (e Item) About() *Rotation {
	if e.Debt != nil {
		return e.Debtor
	}
	return e.Running
}

// Startable reports whether a rotation of it can be started as it stands.
func (e Item) Startable() bool {
	return e.Debt == nil && !e.Exempt() && !e.Whole && e.Running == nil && (e.Rank >= RankOverdue || e.refused())
}

// Fine reports whether it needs nobody within a month.
func (e Item) Fine() bool {
	return e.Rank >= RankDue && !e.On.Before(e.now.AddDate(0, 0, Soon))
}
