package rotation

import (
	"fmt"
	"time"
)

// Day is t's day in a zone, in plain words: "Fri 4 Dec 2026".
func Day(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 Jan 2006") }

// Lasting is a length of time in words: "3 days".
func Lasting(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Minute:
		return "1 minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// states are the ranks' names for a table or a script.
var states = map[Rank]string{
	RankAlarm: "alarm", RankParked: "parked", RankRunning: "running", RankOverdue: "overdue", RankStart: "start",
	RankOwed: "owed", RankUnknown: "unknown", RankDue: "due", RankExempt: "exempt",
}

// String is the rank in one word.
func (r Rank) String() string { return states[r] }

// Words is a sentence about how it stands, to be read after its title. A snooze
// comes first, since a line that is too long is cut at its end.
func (e Item) Words() string {
	if said := e.snoozed(); said != "" {
		return said + " · " + e.stands()
	}
	return e.stands()
}

// snoozed says until when nobody is reminded of it, who wanted it so, and why.
func (e Item) snoozed() string {
	z := e.Snoozed(e.now, e.zone)
	if z == nil {
		return ""
	}
	const most = 50 // characters of the reason in a line; the audit log has all
	why := []rune(Clean(z.Reason))
	if len(why) > most {
		why = append(why[:most-1], '…')
	}
	return "snoozed until " + e.day(e.Wakes(z.Until, e.zone)) + " by " + Mention(z.By) + ": " + string(why)
}

func (e Item) stands() string {
	switch said := e.Reason(); {
	case e.Debt != nil, e.Unlisted != nil, len(e.Alarms) > 0, e.Running != nil:
		return said
	case e.Rank == RankExempt:
		return "not rotated, review due " + e.day(e.On) + e.AsOf()
	case e.Exempt():
		return "not rotated, and the review of that is overdue since " + e.day(e.On)
	case e.Rank == RankUnknown:
		return "not known when it is due: " + said
	case e.Rank == RankOverdue:
		return "overdue since " + e.day(e.On) + e.because()
	}
	return "due " + e.day(e.Due.On) + e.because() + e.start()
}

// Reason is Words without the state and the dates, for a table that has them
// beside it.
func (e Item) Reason() string {
	switch {
	case e.Debt != nil:
		return e.owed()
	case e.Unlisted != nil:
		return e.unlisted()
	case len(e.Alarms) > 0 && e.Running != nil:
		return fmt.Sprintf("%d %s · ", e.Running.ID, holding(e.Running)) + e.alarm()
	case len(e.Alarms) > 0:
		return e.alarm()
	case e.Running != nil:
		return e.progress()
	case e.Exempt():
		return "its review is due then" + e.AsOf()
	case e.Rank == RankUnknown:
		return e.Why()
	}
	if said := e.snoozed(); said != "" {
		return e.Why() + e.outside() + e.AsOf() + " · " + said
	}
	return e.Why() + e.outside() + e.AsOf()
}

// because is the reason in brackets, after a date.
func (e Item) because() string {
	why := e.Why()
	if why != "" {
		why = " (" + why + ")"
	}
	return why + e.outside() + e.AsOf()
}

// Why says which clock makes it due, or why none is known; empty if there is
// nothing to say.
func (e Item) Why() string {
	d := e.Due
	noun := e.Secret.Noun
	if noun == "" {
		noun = "value"
	}
	switch b := e.Blind; {
	case e.Doubt != "":
		return e.Doubt
	case d.On.IsZero() && b != nil:
		return Clean(b.Failed) + ", since " + e.day(b.Failing)
	case d.On.IsZero():
		return "nobody has looked yet"
	case !d.Expiry.IsZero() && e.day(d.Expiry) == e.day(d.Policy):
		return "the " + Clean(noun) + " expires that day, and policy says the same"
	}
	if e.Secret.Own != nil && d.By == ByPolicy {
		return "policy, counted from the day on which Rekey first saw it"
	}
	return map[Clock]string{
		ByPolicy: "policy", ByKey: "policy, by the age of the access key",
		ByExpiry: "the " + Clean(noun) + " expires that day",
	}[d.By]
}

// start says by when it has to be started, where that is soon.
func (e Item) start() string {
	takes := fmt.Sprintf("%d days", e.Secret.Lead)
	if e.Secret.Lead == 1 {
		takes = "a day"
	}
	switch {
	case e.Start.IsZero():
		return ""
	case e.Today():
		return "; start today, since it takes " + takes
	}
	return "; start by " + e.day(e.Start) + ", since it takes " + takes
}

// Today reports whether it has to be started today, or had to be before.
func (e Item) Today() bool {
	return !e.Start.IsZero() && (e.Start.Before(e.now) || e.day(e.Start) == e.day(e.now))
}

func (e Item) outside() string {
	if e.Outside.IsZero() {
		return ""
	}
	return ", " + e.changed()
}

// changed says when somebody changed it outside Rekey, and what came of that.
func (e Item) changed() string {
	return "changed outside Rekey " + e.day(e.Outside) + e.Proven
}

// stale is how old a look may be before it is said how old it is.
const stale = 24 * time.Hour

// AsOf says how old what is known is, if a newer look showed nothing or there
// was none for a day; else it is empty.
func (e Item) AsOf() string {
	b := e.Blind
	switch {
	case b == nil && !e.Seen.IsZero() && e.now.Sub(e.Seen) > stale:
		return " · as of " + e.day(e.Seen)
	case b == nil:
		return ""
	case b.Seen.IsZero():
		return " · " + Clean(b.Failed) + ", since " + e.day(b.Failing)
	}
	return " · as of " + e.day(b.Seen) + ": " + Clean(b.Failed)
}

// alarm says what isn't as it has to be, and since when that was seen.
func (e Item) alarm() string {
	f := e.Alarms[0].Finding
	if e.Alarms[0].Kind == KindVersion && !e.Outside.IsZero() {
		return e.changed()
	}
	if f.Since == 0 {
		return f.Words
	}
	return "since " + e.day(time.Unix(f.Since, 0)) + ": " + f.Words
}

// owed says whose an old credential is that may still live, and since when.
func (e Item) owed() string {
	said := "still owed"
	if e.Debt.Owner != "" {
		said += ", with " + Clean(e.Debt.Owner)
	}
	if !e.Debt.Since.IsZero() {
		said += ", for " + Lasting(e.now.Sub(e.Debt.Since))
	}
	return said
}

// progress says where the running rotation stands.
func (e Item) progress() string {
	r := e.Running
	said := fmt.Sprintf("%d %s", r.ID, holding(r))
	s := r.Step()
	switch {
	case s == nil:
		return said
	case s.State == Parked:
		return said + ", parked: " + Clean(s.Title)
	case s.Is(KindApprove):
		said += ", waiting for approval"
	default:
		said += ": " + Clean(s.Title)
	}
	return said + ", since " + When(s.Opened)
}

// holding says who holds a rotation.
func holding(r *Rotation) string {
	if r.Holder == ByRekey {
		return "is held by nobody"
	}
	return "is with " + Mention(r.Holder)
}

func (e Item) day(t time.Time) string { return Day(t, e.zone) }
