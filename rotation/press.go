package rotation

import (
	"slices"
	"strconv"
	"time"
)

// A Verb is what a button on a card asks for.
type Verb string

// The verbs.
const (
	Approve       Verb = "approve"
	Refuse        Verb = "refuse"
	Attest        Verb = "attest" // I vouch for it: nothing can be observed
	Retry         Verb = "retry"
	TakeOver      Verb = "take_over"
	Cancel        Verb = "cancel"
	Check         Verb = "check" // look now
	Again         Verb = "ask_again"
	PromoteAnyway Verb = "promote_anyway"
	RollBack      Verb = "roll_back"
	NewPlan       Verb = "new_plan"
	Choose        Verb = "choose" // between two new versions
	Pick          Verb = "pick"   // any of a step's options
	Owe           Verb = "owe"    // leave the step with a debt
	CheckDebt     Verb = "check_debt"
	SettleDebt    Verb = "settle_debt" // I vouch for its death: nothing can be observed
	Compromised   Verb = "compromised"
	CloseReview   Verb = "close_review"
	CallWrong     Verb = "call_wrong" // a step of the runbook is wrong: the value is its id
	StartOther    Verb = "start"      // start the rotation of another secret: the value is its name
)

var past = map[Verb]string{
	Approve: "Approved", Refuse: "Refused", PromoteAnyway: "Let pass what is missing in", RollBack: "Ordered the roll back of",
	CloseReview: "Closed the review of",
}

// A Press is one button pressed by one person: on which step and round it was
// drawn, and the reason or choice that came with it.
type Press struct {
	Verb   Verb
	Step   string
	Round  int
	By     Person
	Reason string
	Value  string
	Values []string // for Pick: what was chosen
	Plan   Plan     // for NewPlan and Compromised: what the catalogue renders now

	Runbook string // for CallWrong: the runbook that the secret has now
}

// Press does what the button asks, or explains why not. The right of the
// person to press buttons at all is checked before; here stands what follows
// from the rotation itself.
func (r *Rotation) Press(p Press, now time.Time) ([]Event, error) {
	if p.Verb == CheckDebt || p.Verb == SettleDebt {
		return r.pressDebt(p, now)
	}
	if p.Verb == CallWrong {
		return r.remark(p, now)
	}
	s := r.Step()
	if s == nil {
		return nil, refuse(NotNow, "Rotation %d is %s. Nothing left to do here.", r.ID, r.State)
	}
	if p.Verb == TakeOver {
		return r.takeOver(p.By, now)
	}
	if p.Verb == RollBack {
		r.Touched = now
		return r.askRollBack(p, now)
	}
	if p.Verb == Compromised {
		r.Touched = now
		return r.alarm(p, now)
	}
	if p.Verb == Cancel && p.Step == "" { // typed, not pressed: about whatever is current
		p.Step, p.Round = s.ID, s.Round
	}
	if p.Step != s.ID || p.Round != s.Round {
		return nil, r.movedOn(p)
	}
	r.Touched = now
	switch p.Verb {
	case Approve:
		return r.approve(p, now)
	case Refuse:
		if !s.Is(KindApprove) {
			return nil, refuse(NotNow, "This was approved already, so it can't be refused. Cancel it if it must not go on.")
		}
		if !r.MayRefuse() {
			return nil, refuse(NotNow, "The new %s is in use already, so a refusal can't undo it. Roll it back if it must not stay, or let somebody approve.", r.Plan.Noun)
		}
		return r.claim(Refuse, p, now)
	case Cancel:
		return r.cancel(p, now)
	case Check:
		return r.check(p, now)
	case Attest:
		return r.attest(p, now)
	case Owe:
		return r.leaveOwing(p, now)
	case Again:
		if s.State == Open {
			return r.reject(p, now)
		}
	case Pick:
		return r.pick(p, now)
	case CloseReview:
		return r.closeReview(p, now)
	}
	return r.pressParked(p, now)
}

// pressParked handles the presses that lead on from a parked step.
func (r *Rotation) pressParked(p Press, now time.Time) ([]Event, error) {
	s := r.Step()
	if s.State != Parked {
		return nil, refuse(NotNow, "Nothing is parked any more: the rotation goes on by itself. The card shows where it is.")
	}
	offered := slices.ContainsFunc(s.Problem.Choices, func(c Choice) bool { return c.Verb == p.Verb && c.Value == p.Value })
	if p.Verb != Retry && !offered || p.Verb == Retry && s.Problem.NoRetry {
		return nil, refuse(NotNow, "That isn't offered here. The card shows what leads on.")
	}
	switch p.Verb {
	case Retry:
		r.reopen(now)
		return []Event{r.event(now, p.By, "retry", "Retried: "+s.Title+".")}, nil
	case Again:
		return r.askAgain(p.By, s.Problem.What, now), nil
	case Choose:
		r.choose(p.Value, now)
		return []Event{r.event(now, p.By, "chose", "Chose version "+p.Value+".")}, nil
	case PromoteAnyway:
		if p.By == r.Starter {
			return nil, refuse(NotAllowed, "You started this rotation, so somebody else has to accept what is missing.")
		}
		return r.claim(PromoteAnyway, p, now)
	case NewPlan:
		return r.newPlan(p, now)
	}
	return nil, refuse(Invalid, "There is no such button.")
}

// movedOn says what happened since the button was drawn.
func (r *Rotation) movedOn(p Press) error {
	if approved := r.Approved(); len(approved) > 0 && (p.Verb == Approve || p.Verb == Refuse) {
		who, last := "", approved[len(approved)-1]
		if own := slices.IndexFunc(approved, func(c Claim) bool { return c.By == p.By }); own >= 0 {
			who, last = "You", approved[own]
		} else {
			who = Mention(last.By)
		}
		return refuse(Stale, "%s approved this at %s. Nothing left for you to do here.", who, When(last.At))
	}
	return refuse(Stale, "The rotation has moved on since that button was drawn. The card shows where it is now.")
}

func (r *Rotation) approve(p Press, now time.Time) ([]Event, error) {
	s := r.Step()
	switch {
	case !s.Is(KindApprove):
		return nil, refuse(NotNow, "There is nothing to approve at the moment.")
	case s.State == Parked:
		return nil, refuse(NotNow, "This can't be approved yet: %s", s.Problem.What)
	case r.Plan.Baseline == "":
		return nil, refuse(NotNow, "Rekey has not seen the secret yet, so there is nothing certain to approve. Try again in a moment.")
	}
	if why := r.whyNotOwn(p.By); why != "" {
		return nil, refuse(NotAllowed, "%s", why)
	}
	return r.claim(Approve, p, now)
}

// whyNotOwn says why somebody who is in the rotation can't approve it.
func (r *Rotation) whyNotOwn(by Person) string {
	if by == r.Starter {
		return "You started this rotation, so somebody else has to approve it."
	}
	if by == r.Holder {
		return "You hold this rotation, so somebody else has to approve it."
	}
	for _, s := range r.Steps {
		if s.Attested == by {
			return "You vouched for a step of this rotation, so somebody else has to approve it."
		}
	}
	return ""
}

func (r *Rotation) takeOver(by Person, now time.Time) ([]Event, error) {
	if by == r.Holder {
		return nil, refuse(NotNow, "You hold this rotation already.")
	}
	from := r.Holder
	r.Holder = by
	said := "Took the rotation over from " + Mention(from) + "."
	if from == ByRekey {
		said = "Took the rotation over. Nobody held it."
	}
	events := []Event{r.event(now, by, "taken over", said)}
	if r.Committed() || r.Ending != Complete {
		return events, nil // the approval stands, and the card shows who gave it
	}
	for i := range r.Claims {
		c := &r.Claims[i]
		if c.By == by && c.Verb == Approve && (c.State == Claimed || c.State == Counted) {
			c.State, c.Why = Void, "took the rotation over"
			events = append(events, r.event(now, by, "approval void", Mention(by)+" holds the rotation now, so their approval doesn't count any more."))
			if at := r.Find(KindApprove); at != nil && at.State == Ticked {
				events = append(events, r.reapprove(Mention(by)+" approved and then took over, so somebody else has to approve.", now)...)
			}
		}
	}
	return events, nil
}

// notHolder refuses what only the holder can do.
func (r *Rotation) notHolder(do string) error {
	if r.Holder == ByRekey {
		return refuse(NotAllowed, "Nobody holds this rotation yet. Press Take over, then you can %s.", do)
	}
	return refuse(NotAllowed, "Only %s, who holds this rotation, can %s. Press Take over first if it is yours now.", Mention(r.Holder), do)
}

// check looks now. A credential is probed at most once a minute and ten times
// an hour, since providers lock out whoever fails too often.
func (r *Rotation) check(p Press, now time.Time) ([]Event, error) {
	if r.Step().State == Parked {
		return nil, refuse(NotNow, "This is parked. Press Retry once the cause is gone.")
	}
	r.Checks.Asked, r.Due = true, now
	return []Event{r.event(now, p.By, "check", "Asked to look now.")}, nil
}

// MayProbe reports whether an old credential may be tried again at now.
func (c *Checks) MayProbe(now time.Time) bool {
	recent := slices.DeleteFunc(slices.Clone(c.Done), func(t time.Time) bool { return now.Sub(t) > time.Hour })
	return len(recent) < 10 && (len(recent) == 0 || now.Sub(recent[len(recent)-1]) >= time.Minute)
}

// Probed notes that an old credential was tried.
func (c *Checks) Probed(now time.Time) {
	c.Done = append(slices.DeleteFunc(c.Done, func(t time.Time) bool { return now.Sub(t) > time.Hour }), now)
}

// attest ticks a step on somebody's word, where the step allows it.
func (r *Rotation) attest(p Press, now time.Time) ([]Event, error) {
	s := r.Step()
	switch user := Person(r.Plan.User.ID); {
	case s.By == User && p.By != user:
		return nil, refuse(NotAllowed, "Only %s, whom this %s is for, can say so.", Mention(user), r.Plan.Noun)
	case s.By != User && p.By != r.Holder:
		return nil, r.notHolder("vouch for a step")
	case !s.Attestable:
		return nil, refuse(NotNow, "This step is ticked by what is observed, not by a press.")
	}
	s.Attested, s.Word = p.By, p.Reason
	if s.Final && r.Facts.NoReturn.IsZero() {
		r.Facts.NoReturn = now
	}
	if s.Beside {
		s.Attestable, r.Due = false, now
		return []Event{r.event(now, p.By, "vouched", s.Title+": "+p.Reason)}, nil
	}
	if s.Is(KindUsed) {
		r.Facts.Used, r.Facts.Vouched = now, p.By
	}
	return r.tick(s, []string{"attested by " + Mention(p.By) + ": " + p.Reason}, now), nil
}

// reject asks for another value although this one hasn't failed any proof: the
// holder saw that it isn't the right one.
func (r *Rotation) reject(p Press, now time.Time) ([]Event, error) {
	why := r.Step().Rejects
	switch {
	case why == "":
		return nil, refuse(NotNow, "That isn't offered here. The card shows what leads on.")
	case p.By != r.Holder:
		return nil, refuse(NotAllowed, "Only %s, who holds this rotation, can ask for another value. Press Take over first if it is yours now.", Mention(r.Holder))
	}
	return r.askAgain(p.By, why, now), nil
}

// pick takes what the holder chose from the step's options.
func (r *Rotation) pick(p Press, now time.Time) ([]Event, error) {
	s := r.Step()
	switch {
	case p.By != r.Holder:
		return nil, r.notHolder("choose")
	case len(s.Options) == 0 || s.State != Open:
		return nil, refuse(NotNow, "There is nothing to choose at the moment.")
	case len(p.Values) == 0:
		return nil, refuse(Invalid, "Choose at least one.")
	}
	var texts []string
	for _, v := range p.Values {
		i := slices.IndexFunc(s.Options, func(o Option) bool { return o.Value == v })
		if i < 0 {
			return nil, refuse(Stale, "One of these isn't there any more. Open the form again.")
		}
		texts = append(texts, s.Options[i].Text)
	}
	r.Facts.Picked, r.Due = p.Values, now
	return []Event{r.event(now, p.By, "picked", "Chose "+join(texts)+".")}, nil
}

// choose settles which of two new versions it is, and goes back to the step
// that receives it.
func (r *Rotation) choose(version string, now time.Time) {
	at := slices.IndexFunc(r.Steps, func(s StepRun) bool { return s.Is(KindReceive) })
	r.Facts.Chosen, r.Facts.New, r.Facts.Way = version, "", ""
	for i := at; i < len(r.Steps); i++ {
		r.Steps[i].State, r.Steps[i].Problem = Later, nil
		r.Steps[i].unsay()
	}
	if r.At < at { // the approval comes first, and is asked for still
		r.reopen(now)
		return
	}
	r.open(at, now)
}

// reopen starts a new round of the current step.
func (r *Rotation) reopen(now time.Time) {
	s := r.Step()
	s.State, s.Problem, s.Note, s.Fails, s.Opened = Open, nil, "", 0, now
	s.Round++
	r.Due, r.Touched = now, now
	r.Turn.Kind = ""
}

func itoa(id ID) string { return strconv.FormatInt(int64(id), 10) }
