package rotation

import "time"

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
	e := r.event(now, p.By, "compromised", "Called the old "+r.Plan.Noun+" compromised: "+p.Reason)
	r.Alarmed, r.Alarm = p.By, p.Reason
	if receive := r.Find(KindReceive); !r.Committed() && receive != nil && receive.State == Later && r.Plan.Secret == p.Plan.Secret {
		events, err := r.newPlan(p, now)
		return append([]Event{e}, events...), err
	}
	r.Steps = append(r.Steps, runs([]Step{review()})...)
	r.turn(Team, TurnAlarm, now)
	r.Due = now
	return []Event{e}, nil
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
