package rotation_test

import (
	"slices"
	"testing"

	"rekey/rotation"
)

const sam rotation.Person = "U0SAM" // whom a member's credential is for

// handedOver is a side-by-side rotation of a member's credential, at the step
// where they are asked to say that they use it.
func handedOver(t *testing.T) *story {
	t.Helper()
	p := thePlan(rotation.SideBySide)
	p.User = rotation.Handle{Name: "@sam", ID: string(sam)}
	hand := stepsOf("", "hand_over")
	hand[0].By = rotation.User
	p.Steps = slices.Insert(p.Steps, 4, hand...)
	s := tellPlan(t, p)
	s.arrive("v2")
	s.record(rotation.Done("checked"))
	s.approve(bea)
	s.promoted()
	s.at("hand_over", rotation.Open)
	return s
}

func TestWhatPeopleVouchFor(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"whoever a credential is for says that they use it, and nobody else": func(t *testing.T) {
			s := handedOver(t)
			s.turn(rotation.User, rotation.TurnStep)
			s.record(rotation.Wait(0, "waits").Attestable())
			s.refused(rotation.Attest, ann, rotation.NotAllowed, "Only @U0SAM, whom this token is for")
			s.press(rotation.Attest, sam)
			s.at("run", rotation.Open)
		},
		"a step that nobody asked about isn't vouched for": func(t *testing.T) {
			s := handedOver(t)
			s.refused(rotation.Attest, sam, rotation.NotNow, "This step is ticked by what is observed")
		},
		"a word besides doesn't tick the step, and is asked for once": func(t *testing.T) {
			s := handedOver(t)
			s.record(rotation.Wait(0, "waits").Beside())
			s.press(rotation.Attest, sam)
			s.at("hand_over", rotation.Open)
			if step := s.r.Step(); step.Attested != sam || step.Word != "because" || step.Attestable {
				t.Errorf("%s", text(step))
			}
			s.refused(rotation.Attest, sam, rotation.NotNow, "This step is ticked by what is observed")
			s.record(rotation.Wait(0, "waits for its use"))
			events := s.record(rotation.Done("used at 10:42"))
			step := s.r.Steps[4]
			if step.State != rotation.Ticked || step.Attested != sam || step.Word != "because" || step.Evidence[0] != "used at 10:42" {
				t.Errorf("%s", text(step))
			}
			if events[0].By != rotation.ByRekey {
				t.Errorf("what was observed was done by %s", events[0].By)
			}
		},
		"a word besides makes its giver a party to the rotation": func(t *testing.T) {
			s := handedOver(t)
			s.record(rotation.Wait(0, "waits").Beside())
			s.press(rotation.Attest, sam)
			s.record(rotation.Done("used at 10:42"))
			s.record(rotation.Reapprove("An approver left."))
			s.refused(rotation.Approve, sam, rotation.NotAllowed, "You vouched for a step")
		},
		"a word is forgotten with the value that it was about": func(t *testing.T) {
			s := handedOver(t)
			s.record(rotation.Wait(0, "waits").Beside())
			s.press(rotation.Attest, sam)
			s.record(rotation.AskAgain("It is bad."))
			if step := s.r.Find("hand_over"); step.Attested != "" || step.Word != "" || step.Beside {
				t.Errorf("%s", text(step))
			}
		},
		"what was offered in an earlier round isn't offered in the next before it is looked at": func(t *testing.T) {
			s := handedOver(t)
			s.record(rotation.Wait(0, "waits").Attestable().Owable(rotation.Debt{What: "It"}))
			s.record(rotation.Reapprove("An approver left."))
			s.approve(cyd)
			s.at("hand_over", rotation.Open)
			s.refused(rotation.Attest, sam, rotation.NotNow, "This step is ticked by what is observed")
			s.refused(rotation.Owe, ann, rotation.NotNow, "There is nothing here to leave as a debt.")
		},
		"a final word means that there is no way back": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Steps = append(p.Steps[:1:1], append(stepsOf("", "guide"), p.Steps[1:]...)...)
			p.Steps[1].By = rotation.Holder
			s := tellPlan(t, p)
			s.approve(bea)
			s.record(rotation.Wait(0, "").Saying("It is reset…").Final())
			if s.r.Step().Press != "It is reset…" || !s.r.MayCancel() {
				t.Errorf("%s", text(s.r.Step()))
			}
			s.press(rotation.Attest, ann)
			s.at("receive", rotation.Open)
			if s.r.Facts.NoReturn.IsZero() {
				t.Error("nobody knows that there is no way back")
			}
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
		},
		"the old one's end on somebody's word is no way back either": func(t *testing.T) {
			p := thePlan(rotation.SideBySide)
			p.Steps = append(p.Steps, stepsOf("", "after")...)
			s := tellPlan(t, p)
			s.arrive("v2")
			s.record(rotation.Done("checked"))
			s.approve(bea)
			s.promoted()
			s.record(rotation.Done("ran"))
			s.record(rotation.Done("used"))
			s.record(rotation.Wait(0, "Delete it.").Needing(rotation.Holder).Attestable())
			s.press(rotation.Attest, ann)
			s.at("after", rotation.Open)
			s.refused(rotation.RollBack, ann, rotation.NotNow, "a roll back isn't offered")
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestPicking(t *testing.T) {
	offering := func(t *testing.T) *story {
		p := thePlan(rotation.SideBySide)
		p.Steps = append(stepsOf("", "which"), p.Steps...)
		s := tellPlan(t, p)
		s.record(rotation.Wait(0, "choose").Offering(rotation.Option{Value: "a", Text: "Alarms"}, rotation.Option{Value: "b", Text: "Bells"}).Needing(rotation.Holder))
		return s
	}
	picking := func(s *story, by rotation.Person, values ...string) rotation.Press {
		p := s.pressing(rotation.Pick, by)
		p.Values = values
		return p
	}
	for name, story := range map[string]func(*testing.T){
		"is the holder's": func(t *testing.T) {
			s := offering(t)
			s.turn(rotation.Holder, rotation.TurnStep)
			s.refusedPress(picking(s, dan, "a"), rotation.NotAllowed, "Only @U0ANN, who holds this rotation, can choose")
			s.pressed(picking(s, ann, "a", "b"))
			if !slices.Equal(s.r.Facts.Picked, []string{"a", "b"}) || s.r.Due != s.now {
				t.Errorf("picked %v, due %v", s.r.Facts.Picked, s.r.Due)
			}
			s.at("which", rotation.Open)
		},
		"can be done again while the step is open": func(t *testing.T) {
			s := offering(t)
			s.pressed(picking(s, ann, "a"))
			s.pressed(picking(s, ann, "b"))
			if !slices.Equal(s.r.Facts.Picked, []string{"b"}) {
				t.Errorf("picked %v", s.r.Facts.Picked)
			}
		},
		"takes only what is offered": func(t *testing.T) {
			s := offering(t)
			s.refusedPress(picking(s, ann, "a", "c"), rotation.Stale, "One of these isn't there any more.")
			s.refusedPress(picking(s, ann), rotation.Invalid, "Choose at least one.")
			s.record(rotation.Wait(0, "looks"))
			s.refusedPress(picking(s, ann, "a"), rotation.NotNow, "There is nothing to choose")
		},
		"isn't possible on a parked step": func(t *testing.T) {
			s := offering(t)
			s.record(parkWith())
			s.refusedPress(picking(s, ann, "a"), rotation.NotNow, "There is nothing to choose")
		},
		"binds the approval": func(t *testing.T) {
			s := offering(t)
			s.pressed(picking(s, ann, "a"))
			s.record(rotation.Done("picked"))
			s.arrive("v2")
			s.record(rotation.Done("checked"))
			s.press(rotation.Approve, bea)
			bound := s.r.Bound()
			s.r.Facts.Picked = []string{"b"}
			if s.r.Bound() == bound {
				t.Error("what was chosen doesn't matter")
			}
			s.answered(s.settle(bea), bea, "The plan changed while Slack was asked about you.")
			s.at("approve", rotation.Open)
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}
