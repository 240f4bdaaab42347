package rotation

import (
	"slices"
	"time"
)

// What is different when somebody else may know a value.

// emergency is the order of steps for a compromised value, by the secret's
// policy. To revoke first is to do without an overlap.
func (r *renderer) emergency(s *Secret, book Runbook, p *Plan) []string {
	p.Compromised, p.Quorum = true, 1
	if s.Compromised == ReplaceFirst {
		return book.Order[s.Overlap]
	}
	order, ok := book.Order[Overlap(RevokeFirst)]
	if !ok {
		r.problems = append(r.problems, "compromised: the runbook "+s.Runbook+" has no order for revoke-first")
	}
	p.Overlap = None
	return order
}

// review is the step that an emergency ends with: approvers look over what
// happened, since there was less time before.
func review() Step {
	return Step{
		ID: "review", Kind: KindReview, By: Approvers,
		Title: "Look over what happened", Done: "Looked over",
		Text: "Find out how the old value got out, what was done with it, and whether anything else has to be replaced. Then close the review with what you found.",
	}
}

// alarm turns a rotation into that of a compromised value: the plan for that
// takes over while nothing has been made, and later only the waiting ends
// early. A review is added in any case.
func (r *Rotation) alarm(p Press, now time.Time) ([]Event, error) {
	if r.Emergency() {
		return nil, refuse(NotNow, "This rotation is an emergency already.")
	}
	if r.Ending != Complete {
		return nil, refuse(NotNow, "This rotation is being undone. Start a new one as compromised when it has ended.")
	}
	if r.Find(KindReceive) == nil {
		return nil, refuse(NotNow, "Nothing is replaced in this rotation, so it can't be an emergency.")
	}
	e := r.event(now, p.By, "compromised", "Called the old "+r.Plan.Noun+" compromised: "+p.Reason)
	events := []Event{e}
	if !r.Committed() && !r.made() && p.Plan.Secret == r.Plan.Secret { // as long as it is in the catalogue
		more, err := r.newPlan(p, now)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	} else {
		r.Steps = append(r.Steps, runs([]Step{review()})...)
		r.Due = now
	}
	r.Alarmed, r.Alarm = p.By, p.Reason
	r.loud(now)
	return append(events, r.enough(now)...), nil
}

// made reports whether there may be anything new already, for which another
// order of steps would come too late.
func (r *Rotation) made() bool {
	return r.Facts.New != "" || r.Facts.Early || slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return slices.ContainsFunc(s.Effects, func(e Effect) bool { return e.State != Declined })
	})
}

// loud tells approvers and team that an emergency begins, whoever is needed.
func (r *Rotation) loud(now time.Time) {
	to := Team
	if waitsForSomebody(r) {
		to = r.Turn.To
	}
	if r.Turn.Since != now || to == Team { // who is needed was told already
		r.turn(to, TurnAlarm, now)
	}
	r.Turn.Loud = true
}

// enough goes on where the approvals that were given are as many as an
// emergency needs.
func (r *Rotation) enough(now time.Time) []Event {
	s := r.Step()
	approved := r.Approved()
	if !s.Is(KindApprove) || s.State != Open || len(approved) == 0 || len(approved) < r.Quorum() {
		return nil
	}
	return r.follow(approved[len(approved)-1], now)
}

// Quorum is how many approvals the rotation needs.
func (r *Rotation) Quorum() int {
	if r.Emergency() {
		return 1
	}
	return r.Plan.Quorum
}

// closeReview is a press that counts from an approver only, live.
func (r *Rotation) closeReview(p Press, now time.Time) ([]Event, error) {
	if s := r.Step(); !s.Is(KindReview) {
		return nil, refuse(NotNow, "There is no review to close at the moment.")
	}
	if why := r.whyNotOwn(p.By); why != "" {
		return nil, refuse(NotAllowed, "You were in this rotation, so somebody else has to look it over.")
	}
	return r.claim(CloseReview, p, now)
}
