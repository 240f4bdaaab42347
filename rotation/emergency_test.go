package rotation_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

// leaked is the plan for a value that somebody else may know.
func leaked(overlap rotation.Overlap) rotation.Plan {
	p := thePlan(overlap)
	p.Compromised = true
	review := stepsOf("", rotation.KindReview)
	review[0].By = rotation.Approvers
	p.Steps = append(p.Steps, review...)
	return p
}

// revokingFirst ends the old value before there is a new one.
func revokingFirst() rotation.Plan {
	p := leaked(rotation.None)
	p.Steps = append(p.Steps[:1:1], append(stepsOf("", rotation.KindRevoke), p.Steps[1:]...)...)
	return p
}

// alarm declares the rotation an emergency, for which the catalogue renders
// this plan.
func (s *story) alarm(by rotation.Person, plan rotation.Plan) []rotation.Event {
	s.Helper()
	p := s.pressing(rotation.Compromised, by)
	p.Plan = plan
	return s.pressed(p)
}

// reviewed tells a compromised rotation up to its review.
func reviewed(t *testing.T) *story {
	t.Helper()
	s := tellPlan(t, leaked(rotation.None))
	s.approve(bea)
	s.arrive("v2")
	s.promoted()
	s.record(rotation.Done("ran"))
	s.record(rotation.Wait(0, "no run yet").Attestable())
	s.press(rotation.Attest, ann)
	s.at("review", rotation.Open)
	return s
}

func (s *story) loud(want bool) {
	s.Helper()
	if s.r.Turn.Loud != want {
		s.Errorf("turn %d (%s) is loud: %t", s.r.Turn.N, s.r.Turn.Kind, s.r.Turn.Loud)
	}
}

func TestAnEmergency(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"that is started as one tells approvers and team, and asks for one approval": func(t *testing.T) {
			p := leaked(rotation.None)
			p.Quorum = 2 // as the row says; the catalogue renders 1
			s := tellPlan(t, p)
			s.turn(rotation.Approvers, rotation.TurnApprove)
			s.loud(true)
			s.approve(cyd)
			s.at("receive", rotation.Open)
			s.loud(false)
		},
		"tells them also where the value comes before the approval": func(t *testing.T) {
			s := tellPlan(t, leaked(rotation.SideBySide))
			s.turn(rotation.Holder, rotation.TurnStep)
			s.loud(true)
		},
		"tells them also where nobody is needed yet": func(t *testing.T) {
			p := leaked(rotation.SideBySide)
			p.Steps[0].By = rotation.Rekey
			s := tellPlan(t, p)
			s.turn(rotation.Team, rotation.TurnAlarm)
			s.loud(true)
		},
		"is declared before anything was made: its own order of steps is taken": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.alarm(dan, revokingFirst())
			if !s.r.Plan.Compromised || s.r.Alarmed != dan || s.r.Alarm != "because" || len(s.r.Steps) != 7 || s.r.Steps[1].Kind != rotation.KindRevoke {
				t.Errorf("%s", text(s.r))
			}
			s.turn(rotation.Approvers, rotation.TurnApprove)
			s.loud(true)
		},
		"is declared before the approval: those who have pressed are asked again": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Quorum = 2
			s := tellPlan(t, p)
			s.approve(bea)
			s.press(rotation.Approve, cyd)
			s.answered(s.alarm(ann, leaked(rotation.None)), cyd, "The plan changed since you pressed.")
			if len(s.r.Approved()) != 0 {
				t.Errorf("approved by %s", text(s.r.Approved()))
			}
			s.approve(bea)
			s.at("receive", rotation.Open)
		},
		"is declared after the approval: it goes on, and a review is added": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			round := s.r.Step().Round
			s.alarm(dan, revokingFirst())
			s.at("receive", rotation.Open)
			if s.r.Plan.Compromised || s.r.Step().Round != round || s.r.Steps[len(s.r.Steps)-1].Kind != rotation.KindReview {
				t.Errorf("%s", text(s.r.Steps))
			}
			s.turn(rotation.Holder, rotation.TurnAlarm)
			s.loud(true)
			if len(s.r.Approved()) != 1 {
				t.Error("the approval is gone")
			}
		},
		"is declared once a value has arrived: the order is kept, and one approval is enough": func(t *testing.T) {
			p := thePlan(rotation.SideBySide)
			p.Quorum = 2
			s := tellPlan(t, p)
			s.arrive("v2")
			s.record(rotation.Done("checked"))
			s.approve(bea)
			s.at("approve", rotation.Open)
			s.alarm(dan, leaked(rotation.SideBySide))
			s.at("promote", rotation.Open)
		},
		"is declared while the new value is being made: whoever makes it goes on": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			reserved := s.r.Reserved()
			s.alarm(dan, leaked(rotation.SideBySide))
			s.at("receive", rotation.Open)
			if s.r.Reserved() != reserved {
				t.Error("another version id is asked for")
			}
		},
		"is declared while the provider makes a value: the order is kept": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.r.Step().Effects = []rotation.Effect{{ID: "e", Purpose: "mint", State: rotation.Intended}}
			s.alarm(dan, revokingFirst())
			if s.r.Plan.Compromised || len(s.r.Step().Effects) != 1 {
				t.Errorf("%s", text(s.r.Steps))
			}
		},
		"is declared after a save in the console that nobody had approved": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.record(rotation.Wait(0, "saved").Knowing(func(f *rotation.Facts) { f.Early = true }))
			s.alarm(dan, revokingFirst())
			if s.r.Plan.Compromised || s.r.Steps[1].Kind != rotation.KindReceive {
				t.Error("the old value would be revoked first, and it isn't the current one any more")
			}
		},
		"is declared after the switch": func(t *testing.T) {
			s := side(t, "see_used")
			s.alarm(dan, leaked(rotation.SideBySide))
			s.at("see_used", rotation.Open)
			s.turn(rotation.Team, rotation.TurnAlarm)
		},
		"is declared on a parked step: whoever holds it is told why it is": func(t *testing.T) {
			s := side(t, "run")
			s.record(parkWith())
			s.alarm(dan, leaked(rotation.SideBySide))
			s.at("run", rotation.Parked)
			s.turn(rotation.Holder, rotation.TurnAlarm)
		},
		"is declared once": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.alarm(ann, leaked(rotation.None))
			s.refused(rotation.Compromised, dan, rotation.NotNow, "This rotation is an emergency already.")
			s = tellPlan(t, leaked(rotation.None))
			s.refused(rotation.Compromised, dan, rotation.NotNow, "This rotation is an emergency already.")
		},
		"can't be declared while the rotation is undone": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.RollBack, ann)
			s.refused(rotation.Compromised, dan, rotation.NotNow, "This rotation is being undone.")
		},
		"can't be declared where nothing is replaced": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Steps = stepsOf("", "run")
			s := tellPlan(t, p)
			s.refused(rotation.Compromised, dan, rotation.NotNow, "Nothing is replaced in this rotation")
		},
		"can't be declared where the secret moved to another place": func(t *testing.T) {
			s := tell(t, rotation.None)
			elsewhere := leaked(rotation.None)
			elsewhere.Region = "eu-west-1"
			p := s.pressing(rotation.Compromised, dan)
			p.Plan = elsewhere
			s.refusedPress(p, rotation.NotNow, "keeps this secret somewhere else")
		},
		"can be declared also when the catalogue has forgotten the secret": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.alarm(dan, rotation.Plan{})
			s.at("approve", rotation.Open)
			if !s.r.Emergency() || s.r.Steps[len(s.r.Steps)-1].Kind != rotation.KindReview {
				t.Errorf("%s", text(s.r.Steps))
			}
		},
		"keeps its review when the plan changes": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.arrive("v2")
			s.record(rotation.Done("checked"))
			s.alarm(dan, leaked(rotation.SideBySide))
			fresh := thePlan(rotation.SideBySide)
			fresh.Steps[0].With = []byte(`{"login":"other"}`)
			s.r.Compare(fresh, s.later())
			s.at("approve", rotation.Parked)
			p := s.pressing(rotation.NewPlan, ann)
			p.Plan = fresh
			s.pressed(p)
			if last := s.r.Steps[len(s.r.Steps)-1]; last.Kind != rotation.KindReview {
				t.Errorf("it ends with %s", last.ID)
			}
		},
		"isn't compared with another order of steps than its own": func(t *testing.T) {
			s := side(t, "approve")
			s.alarm(dan, leaked(rotation.SideBySide))
			if events := s.r.Compare(thePlan(rotation.SideBySide), s.later()); len(events) != 0 || s.r.Changed != "" {
				t.Errorf("the plan differs: %s", text(events))
			}
		},
		"that is rolled back is looked over too": func(t *testing.T) {
			s := side(t, "run")
			s.alarm(dan, leaked(rotation.SideBySide))
			s.press(rotation.RollBack, ann)
			s.record(rotation.Done("the old token is current again"))
			s.record(rotation.Done("ran"))
			s.at("review", rotation.Open)
			s.turn(rotation.Approvers, rotation.TurnReview)
			s.press(rotation.CloseReview, bea)
			s.settle(bea)
			s.ended(rotation.RolledBack, "because")
		},
		"that is cancelled ends at once": func(t *testing.T) {
			s := tellPlan(t, leaked(rotation.None))
			s.press(rotation.Cancel, ann)
			s.ended(rotation.Cancelled, "because")
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestRevokingFirst(t *testing.T) {
	approved := func(t *testing.T) *story {
		s := tellPlan(t, revokingFirst())
		s.approve(bea)
		s.at("revoke", rotation.Open)
		return s
	}
	sent := []rotation.Effect{{ID: "e", Purpose: "revoke", State: rotation.Intended}}
	dead := rotation.Done("refused").Knowing(func(f *rotation.Facts) { f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, began, began })
	for name, story := range map[string]func(*testing.T){
		"a cancellation first makes sure that nobody has revoked it": func(t *testing.T) {
			s := approved(t)
			s.press(rotation.Cancel, ann)
			s.at("withdraw", rotation.Open)
			s.record(rotation.Resume("The old token is refused already.").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
			s.at("revoke", rotation.Open)
		},
		"nothing can be cancelled once the end was sent": func(t *testing.T) {
			s := approved(t)
			s.r.Step().Effects = sent
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
		},
		"nor once it is dead": func(t *testing.T) {
			s := approved(t)
			s.record(dead)
			s.at("receive", rotation.Open)
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
		},
		"it goes on with the new value, and ends with the review": func(t *testing.T) {
			s := approved(t)
			s.record(dead)
			s.arrive("v2")
			s.promoted()
			s.record(rotation.Done("ran"))
			s.record(rotation.Done("used"))
			s.at("review", rotation.Open)
			s.press(rotation.CloseReview, cyd)
			s.settle(cyd)
			s.ended(rotation.Complete, "")
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestTheReview(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"is closed by an approver, with what they found": func(t *testing.T) {
			s := reviewed(t)
			s.turn(rotation.Approvers, rotation.TurnReview)
			s.press(rotation.CloseReview, bea)
			s.at("review", rotation.Open)
			s.settle(bea)
			s.ended(rotation.Complete, "")
			if got := s.r.Find(rotation.KindReview).Evidence[0]; got != rotation.Mention(bea)+": because" {
				t.Errorf("%q", got)
			}
		},
		"counts whoever Slack says is in the group now": func(t *testing.T) {
			s := reviewed(t)
			s.press(rotation.CloseReview, bea)
			s.press(rotation.CloseReview, dan)
			s.answered(s.settle(cyd), bea, "You are not in @approvers.")
			s.at("review", rotation.Open)
		},
		"isn't for the starter": func(t *testing.T) {
			s := reviewed(t)
			s.press(rotation.TakeOver, cyd)
			s.refused(rotation.CloseReview, ann, rotation.NotAllowed, "You were in this rotation")
		},
		"isn't for the holder": func(t *testing.T) {
			s := reviewed(t)
			s.press(rotation.TakeOver, cyd)
			s.refused(rotation.CloseReview, cyd, rotation.NotAllowed, "You were in this rotation")
		},
		"isn't for whoever vouched": func(t *testing.T) {
			s := tellPlan(t, leaked(rotation.None))
			s.approve(bea)
			s.arrive("v2")
			s.promoted()
			s.record(rotation.Done("ran"))
			s.press(rotation.TakeOver, cyd)
			s.record(rotation.Wait(0, "no run yet").Attestable())
			s.press(rotation.Attest, cyd)
			s.press(rotation.TakeOver, dan)
			s.refused(rotation.CloseReview, cyd, rotation.NotAllowed, "You were in this rotation")
		},
		"isn't counted from somebody who takes over meanwhile": func(t *testing.T) {
			s := reviewed(t)
			s.press(rotation.CloseReview, bea)
			s.press(rotation.TakeOver, bea)
			s.answered(s.settle(bea), bea, "You hold this rotation")
			s.at("review", rotation.Open)
		},
		"is closed once, by whoever was first": func(t *testing.T) {
			s := reviewed(t)
			s.press(rotation.CloseReview, bea)
			s.press(rotation.CloseReview, cyd)
			s.refused(rotation.CloseReview, bea, rotation.NotNow, "You pressed that already")
			s.answered(s.settle(bea, cyd), cyd, "is complete. Nothing left for you to do here.")
			s.ended(rotation.Complete, "")
		},
		"isn't anywhere before it is due": func(t *testing.T) {
			s := tellPlan(t, leaked(rotation.None))
			s.refused(rotation.CloseReview, bea, rotation.NotNow, "There is no review to close at the moment.")
		},
		"can't be cancelled": func(t *testing.T) {
			s := reviewed(t)
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestRemindersComeSoonerInAnEmergency(t *testing.T) {
	for name, c := range map[string]struct {
		emergency bool
		after     time.Duration
	}{"as usual": {false, 4 * time.Hour}, "in an emergency": {true, time.Hour}} {
		within(t, name, func(t *testing.T) {
			d := start(t, rotation.None, nil)
			if c.emergency {
				d.store.rows[0].Plan.Compromised = true
			}
			d.run()
			defer d.stop()
			if d.after(c.after - time.Minute); len(d.events("reminded")) != 0 {
				t.Error("reminded too early")
			}
			if d.after(2 * time.Minute); len(d.events("reminded")) != 1 {
				t.Errorf("reminded %d times", len(d.events("reminded")))
			}
		})
	}
}
