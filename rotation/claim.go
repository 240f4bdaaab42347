package rotation

import (
	"slices"
	"strings"
	"time"
)

// A Claim is a press that only counts if the presser is in the approver group:
// recorded at once, counted or turned down when Slack has said who is.
type Claim struct {
	Verb   Verb       `json:"verb"`
	By     Person     `json:"by"`
	At     time.Time  `json:"at"`
	Step   string     `json:"step"`
	Round  int        `json:"round"`
	Hash   string     `json:"hash"` // what was approved: Rotation.Bound at the press
	Reason string     `json:"reason,omitempty"`
	State  ClaimState `json:"state"`
	Told   bool       `json:"told,omitempty"` // that Slack didn't answer about them
	Why    string     `json:"why,omitempty"`  // why it was turned down
}

// ClaimState is where a claim stands.
type ClaimState string

// The claim states.
const (
	Claimed    ClaimState = "claimed"
	Counted    ClaimState = "counted"
	TurnedDown ClaimState = "turned down"
	Void       ClaimState = "void" // what it was for has changed, or is over
)

// A Verdict is what the worker learned about one claimant.
type Verdict struct {
	By    Person
	Count bool
	Why   string // a sentence for the person, if it doesn't count
}

// Bound is what an approval binds to: the plan's hash, what was chosen, which
// credential is ended, and where the value comes first, the staged version as
// well.
func (r *Rotation) Bound() string {
	bound := r.Plan.Hash()
	if r.Plan.Overlap == SideBySide {
		bound += "+" + r.Facts.New
	}
	if r.Facts.OldKey != "" {
		bound += "+" + r.Facts.OldKey
	}
	if len(r.Facts.Picked) > 0 {
		bound += "+" + strings.Join(r.Facts.Picked, "+")
	}
	return bound
}

// OpenClaims returns the claims that nobody has decided on yet.
func (r *Rotation) OpenClaims() []Claim {
	var open []Claim
	for _, c := range r.Claims {
		if c.State == Claimed {
			open = append(open, c)
		}
	}
	return open
}

// Approved returns who approved what the rotation does now, oldest first.
func (r *Rotation) Approved() []Claim {
	var out []Claim
	for _, c := range r.Claims {
		if c.Verb == Approve && c.State == Counted && (c.Hash == r.Bound() || r.Committed()) {
			out = append(out, c)
		}
	}
	return out
}

// Committed reports whether an approval can't be voided any more: without
// overlap, from the moment the person's step opened; otherwise once the switch
// is intended.
func (r *Rotation) Committed() bool {
	if r.Plan.Overlap == None {
		s := r.Find(KindApprove)
		return s != nil && s.State == Ticked
	}
	return r.Switching()
}

// Switching reports whether the move of AWSCURRENT, or what takes its part, was
// intended or seen.
func (r *Rotation) Switching() bool {
	if r.Facts.Way == ByConsole || r.Facts.Way == ByOwner || !r.Facts.Promoted.IsZero() {
		return true
	}
	s := r.Find(KindPromote)
	return s != nil && slices.ContainsFunc(s.Effects, func(e Effect) bool {
		return (e.Purpose == "promote" || s.As == KindPromote) && e.State != Declined
	})
}

// claim records a press that the worker will decide on.
func (r *Rotation) claim(v Verb, p Press, now time.Time) ([]Event, error) {
	for _, c := range r.Claims {
		here := c.Step == p.Step && c.Round == p.Round
		// An approval counts over rounds, so that nobody gives two of them.
		stands := c.State == Counted && (here || v == Approve) || c.State == Claimed && here
		if c.By == p.By && c.Verb == v && stands && c.Hash == r.Bound() {
			return nil, refuse(NotNow, "You pressed that already at %s. Nothing more is needed from you.", When(c.At))
		}
	}
	r.Claims = append(r.Claims, Claim{Verb: v, By: p.By, At: now, Step: p.Step, Round: p.Round, Hash: r.Bound(), Reason: p.Reason, State: Claimed})
	r.Asking = time.Time{}
	return []Event{r.event(now, p.By, string(v)+" claimed", "Pressed "+string(v)+"; waiting for Slack to say who is in "+r.Plan.Approvers.Name+".")}, nil
}

// Settle counts or turns down open claims by what Slack said, and does what
// follows from those that count.
func (r *Rotation) Settle(verdicts []Verdict, now time.Time) []Event {
	var events []Event
	for i := 0; i < len(r.Claims); i++ {
		c := &r.Claims[i]
		at := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.By == c.By })
		if c.State != Claimed || at < 0 {
			continue
		}
		if v := verdicts[at]; !v.Count {
			c.State, c.Why = TurnedDown, v.Why
			e := r.event(now, c.By, string(c.Verb)+" turned down", v.Why)
			e.Reply = &Reply{To: c.By, Channel: r.Plan.Channel.ID, Text: v.Why}
			events = append(events, e)
			continue
		}
		if why := r.overtaken(*c); why != "" {
			c.State, c.Why = Void, why
			events = append(events, r.tooLate(*c, now))
			continue
		}
		c.State = Counted
		events = append(events, r.event(now, c.By, string(c.Verb), past[c.Verb]+" rotation "+itoa(r.ID)+"."))
		events = append(events, r.follow(*c, now)...)
	}
	return events
}

// tooLate answers a claim that has no use any more.
func (r *Rotation) tooLate(c Claim, now time.Time) Event {
	e := r.event(now, c.By, string(c.Verb)+" came too late", c.Why)
	e.Reply = &Reply{To: c.By, Channel: r.Plan.Channel.ID, Text: c.Why}
	return e
}

// overtaken says why a claim by somebody who may press has no use any more.
func (r *Rotation) overtaken(c Claim) string {
	s := r.Step()
	if s == nil {
		return "Rotation " + itoa(r.ID) + " is " + string(r.State) + ". Nothing left for you to do here."
	}
	if c.Verb == RollBack { // whatever the step: what counts is whether it is still possible
		if !r.MayRollBack() {
			return r.noRollBack().What
		}
		return ""
	}
	if s.ID != c.Step || s.Round != c.Round {
		if by := r.Approved(); c.Verb == Approve && len(by) > 0 {
			return Mention(by[len(by)-1].By) + " approved this at " + When(by[len(by)-1].At) + ". Nothing left for you to do here."
		}
		return "The rotation has moved on since you pressed. The card shows where it is."
	}
	if c.Hash != r.Bound() {
		return "The plan changed while Slack was asked about you. Look at the card again before you press."
	}
	if c.Verb != Refuse && (c.By == r.Starter || c.By == r.Holder && (c.Verb == Approve || c.Verb == CloseReview)) {
		return r.whyNotOwn(c.By)
	}
	return ""
}

// follow does what a counted claim leads to.
func (r *Rotation) follow(c Claim, now time.Time) []Event {
	switch c.Verb {
	case Approve:
		approved := r.Approved()
		if len(approved) < r.Quorum() {
			return nil
		}
		r.voidOthers()
		names := make([]string, len(approved))
		for i, a := range approved {
			names[i] = Mention(a.By)
		}
		return r.tick(r.Step(), []string{join(names)}, now)
	case Refuse:
		r.Reason, r.EndedBy = c.Reason, c.By
		return r.abandon(Refused, now)
	case PromoteAnyway:
		r.Facts.Accepted = c.By
		r.reopen(now)
		return nil
	case RollBack:
		r.Reason, r.EndedBy = c.Reason, c.By
		return r.rollBack(c.By, now)
	case CloseReview:
		return r.tick(r.Step(), []string{Mention(c.By) + ": " + c.Reason}, now)
	}
	return nil
}

// voidApprovals voids all approvals, given and claimed. Whoever still waits for
// an answer gets it.
func (r *Rotation) voidApprovals(why string, now time.Time) []Event {
	var events []Event
	for i := range r.Claims {
		c := &r.Claims[i]
		if c.Verb != Approve || c.State != Counted && c.State != Claimed {
			continue
		}
		waits := c.State == Claimed
		c.State, c.Why = Void, why
		if waits {
			events = append(events, r.tooLate(*c, now))
		}
	}
	return events
}

// voidOthers voids approvals of something else than what is approved now:
// later, when the plan can't change any more, only these count.
func (r *Rotation) voidOthers() {
	for i := range r.Claims {
		if c := &r.Claims[i]; c.Verb == Approve && c.State == Counted && c.Hash != r.Bound() {
			c.State, c.Why = Void, "the plan changed"
		}
	}
}

// reapprove voids the approvals and asks anew, because what was approved has
// changed or an approver may not approve any more.
func (r *Rotation) reapprove(why string, now time.Time) []Event {
	events := r.voidApprovals(why, now)
	at := slices.IndexFunc(r.Steps, func(s StepRun) bool { return s.Is(KindApprove) })
	if s := r.Step(); r.At != at { // what is done stays done, and this step goes on afterwards
		s.State, s.Problem, s.Note = Later, nil, ""
	}
	r.Steps[at].Evidence = nil
	r.open(at, now)
	r.Steps[at].Asked = why
	return append(events, r.event(now, ByRekey, "approval void", why))
}
