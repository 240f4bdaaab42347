package rotation_test

import (
	"slices"
	"testing"
	"time"

	"rekey/rotation"
)

func TestParkedSteps(t *testing.T) {
	again := rotation.Choice{Verb: rotation.Again, Label: "Ask again"}
	anyway := rotation.Choice{Verb: rotation.PromoteAnyway, Label: "Promote with what is missing…"}
	// lacking is at a promotion that is parked for a missing permission.
	lacking := func(t *testing.T) *story {
		s := tell(t, rotation.None)
		s.approve(bea)
		s.arrive("v2")
		s.record(parkWith(again, anyway).Knowing(func(f *rotation.Facts) { f.Missing = []string{"Issues: write"} }))
		return s
	}
	for name, story := range map[string]func(*testing.T){
		"pass the turn to the holder and wait for nobody else": func(t *testing.T) {
			s := side(t, "check")
			s.record(parkWith())
			s.at("check", rotation.Parked)
			s.turn(rotation.Holder, rotation.TurnParked)
			if s.r.Step().Problem.What != "It is stuck." || !s.r.Due.IsZero() {
				t.Errorf("%+v, due %s", s.r.Step().Problem, s.r.Due)
			}
		},
		"go on by Retry in a new round, whoever presses it": func(t *testing.T) {
			s := side(t, "check")
			before := s.r.EffectID("check", "x", s.r.Step().Round)
			s.record(parkWith())
			s.press(rotation.Retry, dan)
			s.at("check", rotation.Open)
			if s.r.Step().Problem != nil || s.r.Due != s.now || s.r.EffectID("check", "x", s.r.Step().Round) == before {
				t.Errorf("after Retry: %+v", s.r.Step())
			}
		},
		"can't be retried twice": func(t *testing.T) {
			s := side(t, "check")
			s.record(parkWith())
			twice := s.pressing(rotation.Retry, ann)
			s.press(rotation.Retry, ann)
			s.refusedPress(twice, rotation.Stale, "moved on")
			s.refused(rotation.Retry, ann, rotation.NotNow, "Nothing is parked any more")
		},
		"offer only what they offer": func(t *testing.T) {
			s := side(t, "check")
			s.record(parkWith(rotation.Choice{Verb: rotation.Choose, Value: "v3"}))
			for _, verb := range []rotation.Verb{rotation.Again, rotation.PromoteAnyway, rotation.NewPlan, rotation.Choose} {
				s.refused(verb, ann, rotation.NotNow, "That isn't offered here.")
			}
			p := s.pressing(rotation.Choose, ann)
			p.Value = "v9"
			s.refusedPress(p, rotation.NotNow, "That isn't offered here.")
		},
		"can rule out Retry": func(t *testing.T) {
			s := side(t, "check")
			s.record(rotation.Park(rotation.Problem{What: "Two.", NoRetry: true, Choices: []rotation.Choice{again}}))
			s.refused(rotation.Retry, ann, rotation.NotNow, "That isn't offered here.")
		},
		"are not looked at by Check now": func(t *testing.T) {
			s := side(t, "check")
			s.record(parkWith())
			s.refused(rotation.Check, ann, rotation.NotNow, "This is parked. Press Retry")
		},
		"can be asked again by anybody": func(t *testing.T) {
			s := lacking(t)
			s.press(rotation.Again, dan)
			s.at("receive", rotation.Open)
			if s.r.Step().Asked != "It is stuck." || !slices.Equal(s.r.Facts.Rejected, []string{"v2"}) || s.r.Facts.Missing != nil {
				t.Errorf("asked %q, %+v", s.r.Step().Asked, s.r.Facts)
			}
			s.turn(rotation.Holder, rotation.TurnStep)
		},
		"let an approver accept what is missing": func(t *testing.T) {
			s := lacking(t)
			s.press(rotation.PromoteAnyway, bea)
			s.at("promote", rotation.Parked)
			s.settle(bea)
			s.at("promote", rotation.Open)
			if s.r.Facts.Accepted != bea {
				t.Errorf("accepted by %q", s.r.Facts.Accepted)
			}
		},
		"don't let the starter accept what is missing": func(t *testing.T) {
			s := lacking(t)
			s.refused(rotation.PromoteAnyway, ann, rotation.NotAllowed, "somebody else has to accept what is missing")
		},
		"don't let somebody outside the group accept what is missing": func(t *testing.T) {
			s := lacking(t)
			s.press(rotation.PromoteAnyway, dan)
			s.answered(s.settle(bea), dan, "not in @approvers")
			s.at("promote", rotation.Parked)
		},
		"go back to the value when somebody chooses between two": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.record(parkWith(rotation.Choice{Verb: rotation.Choose, Value: "v3"}))
			p := s.pressing(rotation.Choose, dan)
			p.Value = "v3"
			s.pressed(p)
			s.at("receive", rotation.Open)
			if s.r.Facts.Chosen != "v3" {
				t.Errorf("chosen %q", s.r.Facts.Chosen)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestAskedAgain(t *testing.T) {
	t.Run("keeps the approval without overlap", func(t *testing.T) {
		s := tell(t, rotation.None)
		s.approve(bea)
		first := s.r.Reserved()
		s.arrive("v2")
		s.record(rotation.AskAgain("It belongs to somebody else."))
		s.at("receive", rotation.Open)
		if s.r.Reserved() == first {
			t.Error("the new round reserves the version id of the old one")
		}
		if len(s.r.Approved()) != 1 || s.r.Find("approve").State != rotation.Ticked {
			t.Error("the approval is gone")
		}
		s.arrive("v3")
		s.at("promote", rotation.Open)
	})
	t.Run("voids the approval side by side", func(t *testing.T) {
		s := side(t, "promote")
		s.record(rotation.AskAgain("It has expired."))
		s.at("receive", rotation.Open)
		s.arrive("v3")
		s.record(rotation.Done("belongs to ci"))
		s.at("approve", rotation.Open)
		if len(s.r.Approved()) != 0 {
			t.Errorf("v3 is approved by %v", s.r.Approved())
		}
		s.approve(bea)
		s.at("promote", rotation.Open)
	})
	t.Run("rejects each value once", func(t *testing.T) {
		s := side(t, "check")
		for range 2 {
			s.record(rotation.AskAgain("No."))
			s.arrive("v2")
		}
		if !slices.Equal(s.r.Facts.Rejected, []string{"v2"}) || s.r.Facts.Asks != 3 {
			t.Errorf("%+v", s.r.Facts)
		}
	})
}

func TestAttesting(t *testing.T) {
	s := side(t, "run")
	s.refused(rotation.Attest, ann, rotation.NotNow, "This step is ticked by what is observed")
	s.record(rotation.Wait(0, "waiting").Attestable())
	s.refused(rotation.Attest, bea, rotation.NotAllowed, "Press Take over first if it is yours now.")
	events := s.press(rotation.Attest, ann)
	s.at("see_used", rotation.Open)
	if run := s.r.Find("run"); events[0].By != ann || run.Attested != ann || rotation.Plain(run.Evidence[0]) != "attested by @U0ANN: because" {
		t.Errorf("%v, %+v", events, run)
	}
}

func TestCheckNowLooksAtOnce(t *testing.T) {
	s := side(t, "run")
	s.r.Due = s.now.Add(time.Hour)
	s.press(rotation.Check, dan)
	if s.r.Due != s.now || !s.r.Checks.Asked {
		t.Errorf("due %s, asked %t", s.r.Due, s.r.Checks.Asked)
	}
}

func TestAnotherPlanInTheCatalogue(t *testing.T) {
	changed := func(overlap rotation.Overlap) rotation.Plan {
		p := thePlan(overlap)
		p.Steps[1].With = []byte(`{"login":"other"}`)
		p.Baseline = ""
		return p
	}
	for name, story := range map[string]func(*testing.T){
		"that differs only in words is none": func(t *testing.T) {
			s := tell(t, rotation.None)
			p := thePlan(rotation.None)
			p.Title, p.Steps[0].Text = "Another title", "Another text"
			if events := s.r.Compare(p, s.later()); len(events) != 0 || s.r.Changed != "" {
				t.Errorf("%v, %q", events, s.r.Changed)
			}
		},
		"before the approval parks it with Use the new plan": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.r.Compare(changed(rotation.None), s.later())
			s.at("approve", rotation.Parked)
			s.refused(rotation.Retry, ann, rotation.NotNow, "That isn't offered here.")
			s.refused(rotation.Approve, bea, rotation.NotNow, "This can't be approved yet: The catalogue changed")
			p := s.pressing(rotation.NewPlan, ann)
			p.Plan = changed(rotation.None)
			s.pressed(p)
			s.at("approve", rotation.Open)
			if s.r.Changed != "" || string(s.r.Steps[1].With) != `{"login":"other"}` || s.r.Plan.Baseline != "v1" {
				t.Errorf("plan %+v", s.r.Plan)
			}
			s.approve(bea)
			s.at("receive", rotation.Open)
		},
		"voids an approval that was given": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Quorum = 2
			s := tellPlan(t, p)
			s.approve(bea)
			fresh := changed(rotation.None)
			fresh.Quorum = 2
			s.r.Compare(fresh, s.later())
			press := s.pressing(rotation.NewPlan, ann)
			press.Plan = fresh
			s.pressed(press)
			if len(s.r.Approved()) != 0 {
				t.Errorf("approved by %v", s.r.Approved())
			}
			s.approve(bea, cyd)
			s.at("receive", rotation.Open)
		},
		"after the approval without overlap is only shown": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			events := s.r.Compare(changed(rotation.None), s.later())
			s.at("receive", rotation.Open)
			if len(events) != 1 || s.r.Changed == "" || len(s.r.Approved()) != 1 {
				t.Errorf("%v, changed %q", events, s.r.Changed)
			}
		},
		"side by side parks until the switch, and a staged version is kept": func(t *testing.T) {
			s := side(t, "promote")
			reserved := s.r.Reserved()
			s.r.Compare(changed(rotation.SideBySide), s.later())
			s.at("promote", rotation.Parked)
			p := s.pressing(rotation.NewPlan, dan)
			p.Plan = changed(rotation.SideBySide)
			s.pressed(p)
			s.at("receive", rotation.Open)
			if s.r.Reserved() != reserved || len(s.r.Approved()) != 0 {
				t.Errorf("reserved %s, approved by %v", s.r.Reserved(), s.r.Approved())
			}
		},
		"side by side after the switch is only shown": func(t *testing.T) {
			s := side(t, "run")
			s.r.Compare(changed(rotation.SideBySide), s.later())
			s.at("run", rotation.Open)
		},
		"is told once": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.r.Compare(changed(rotation.None), s.later())
			if events := s.r.Compare(changed(rotation.None), s.later()); len(events) != 0 {
				t.Errorf("told again: %v", events)
			}
		},
		"doesn't stop what is being undone": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.RollBack, ann)
			if events := s.r.Compare(changed(rotation.SideBySide), s.later()); len(events) != 0 {
				t.Errorf("%v", events)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestEveryEffectHasItsOwnName(t *testing.T) {
	s := tell(t, rotation.None)
	seen := map[string]bool{}
	for _, step := range []string{"receive", "promote"} {
		for _, purpose := range []string{"put", "unstage"} {
			for round := 1; round < 4; round++ {
				id := s.r.EffectID(step, purpose, round)
				if seen[id] || id != s.r.EffectID(step, purpose, round) || len(id) != 36 {
					t.Errorf("%s/%s/%d is %s", step, purpose, round, id)
				}
				seen[id] = true
			}
		}
	}
	other := s.r.Clone()
	other.Started = other.Started.Add(time.Nanosecond)
	if seen[other.EffectID("receive", "put", 1)] {
		t.Error("a rotation of a new database repeats the names of an old one")
	}
}

func TestChoosingAtAnApprovalThatComesFirstKeepsTheApproval(t *testing.T) {
	p := thePlan(rotation.SideBySide) // entry: console puts the approval first
	p.Steps = stepsOf("", rotation.KindApprove, rotation.KindReceive, "check", rotation.KindPromote)
	s := tellPlan(t, p)
	s.approve(bea)
	s.arrive("v2")
	s.record(rotation.Done("good"))
	s.record(rotation.Reapprove("What was approved isn't what would be done now."))
	s.record(parkWith(rotation.Choice{Verb: rotation.Choose, Value: "v3"}))
	press := s.pressing(rotation.Choose, dan)
	press.Value = "v3"
	s.pressed(press)
	s.at("approve", rotation.Open)
	for _, step := range s.r.Steps[1:] {
		if step.State == rotation.Open || step.State == rotation.Parked {
			t.Errorf("step %s is %s as well", step.ID, step.State)
		}
	}
}

func TestAPlanThatChangesWhileTheValueIsAwaitedParksTheApproval(t *testing.T) {
	s := tell(t, rotation.SideBySide)
	fresh := thePlan(rotation.SideBySide)
	fresh.Quorum = 2
	s.r.Compare(fresh, s.later())
	s.at("receive", rotation.Open) // it is only shown: a person may be half-way
	s.arrive("v2")
	if s.r.Step().State == rotation.Open {
		s.record(rotation.Done("good"))
		s.r.Compare(fresh, s.later()) // at the next start
	}
	if step := s.r.Step(); step.State != rotation.Parked || len(step.Problem.Choices) != 1 || step.Problem.Choices[0].Verb != rotation.NewPlan {
		t.Errorf("the old plan can be approved: %s", text(step))
	}
}

func TestALookThatShowsNothingNewIsNotLogged(t *testing.T) {
	s := tell(t, rotation.None)
	look := func() rotation.Outcome {
		return rotation.Wait(0, "saved too early").Knowing(func(f *rotation.Facts) { f.Early = true }).Linking(rotation.Link{Title: "Open the run", URL: "https://example.com"})
	}
	if events := s.record(look()); len(events) != 1 {
		t.Errorf("the first look: %v", events)
	}
	if events := s.record(look()); len(events) != 0 {
		t.Errorf("the second look is in the log, and redraws the card: %v", events)
	}
}

func TestADebtIsOwedOnce(t *testing.T) {
	s := tell(t, rotation.None)
	s.approve(bea)
	for i := range 2 {
		s.record(rotation.Done("not proven dead").Owing(rotation.Debt{What: "The old token", Why: "unreadable", Since: s.now}))
		if i == 0 {
			s.record(rotation.AskAgain("no"))
		}
	}
	if len(s.r.Debts) != 1 {
		t.Errorf("owed %d times: %s", len(s.r.Debts), text(s.r.Debts))
	}
}
