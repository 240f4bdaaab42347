package rotation_test

import (
	"testing"

	"rekey/rotation"
)

func TestCancelling(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"is immediate before anything changed": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Cancel, ann)
			s.ended(rotation.Cancelled, "because")
			s.turn(rotation.Starter, rotation.TurnCancelled)
		},
		"is possible for anybody who may press, and can be typed": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.pressed(rotation.Press{Verb: rotation.Cancel, By: dan, Reason: "typed"})
			s.ended(rotation.Cancelled, "typed")
		},
		"after an approval without overlap first makes sure that nothing changed": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.press(rotation.Cancel, ann)
			s.at("withdraw", rotation.Open)
			if s.r.State != rotation.Running || s.r.Ending != rotation.Cancelled || s.r.MayCancel() {
				t.Errorf("%s, will be %s", s.r.State, s.r.Ending)
			}
			s.refused(rotation.Cancel, ann, rotation.NotNow, "This rotation is being undone already.")
			s.record(rotation.Done("the old token still works"))
			s.ended(rotation.Cancelled, "because")
		},
		"that turns out impossible is taken back": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			round := s.r.Step().Round
			s.press(rotation.Cancel, ann)
			s.record(rotation.Resume("The old token is refused already.").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
			s.at("receive", rotation.Open)
			if s.r.Step().Asked != "The old token is refused already." || s.r.Step().Round != round+1 || len(s.r.Steps) != 5 {
				t.Errorf("asked %q in round %d of %d steps", s.r.Step().Asked, s.r.Step().Round, len(s.r.Steps))
			}
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
			s.arrive("v2")
			s.promoted()
			s.record(rotation.Done("ran"))
			s.record(rotation.Done("used"))
			s.ended(rotation.Complete, "")
		},
		"side by side takes the staged version back first": func(t *testing.T) {
			s := side(t, "approve")
			s.press(rotation.Cancel, ann)
			s.at("withdraw", rotation.Open)
			s.record(rotation.Done("AWSPENDING taken off our version"))
			s.ended(rotation.Cancelled, "because")
		},
		"isn't offered once the switch is intended": func(t *testing.T) {
			s := side(t, "promote")
			s.r.Step().Effects = []rotation.Effect{{ID: "e", Purpose: "promote", State: rotation.Intended}}
			s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
			s.r.Step().Effects[0].State = rotation.Declined
			s.press(rotation.Cancel, ann)
			s.at("withdraw", rotation.Open)
		},
		"isn't offered after a save in the console": func(t *testing.T) {
			s := side(t, "approve")
			s.r.Facts.Way = rotation.ByConsole
			s.refused(rotation.Cancel, ann, rotation.NotNow, "Finish the rotation.")
		},
		"isn't offered without overlap once the old one is gone": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.arrive("v2")
			s.refused(rotation.Cancel, ann, rotation.NotNow, "The old token is gone or the new one is already in use")
		},
		"after the switch side by side is answered with the way back": func(t *testing.T) {
			s := side(t, "run")
			s.refused(rotation.Cancel, ann, rotation.NotNow, "Finish the rotation, or roll it back.")
		},
		"is possible from a parked step": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.record(parkWith())
			s.press(rotation.Cancel, ann)
			s.at("withdraw", rotation.Open)
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestRefusingWithAStagedVersionTakesItBack(t *testing.T) {
	s := side(t, "approve")
	s.press(rotation.Refuse, bea)
	s.settle(bea)
	s.at("withdraw", rotation.Open)
	s.record(rotation.Done("AWSPENDING taken off our version"))
	s.ended(rotation.Refused, "because")
}

func TestRollingBack(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"is offered only side by side": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.arrive("v2")
			s.promoted()
			s.at("run", rotation.Open)
			s.refused(rotation.RollBack, ann, rotation.NotNow, "a roll back isn't offered")
		},
		"is offered only after the switch": func(t *testing.T) {
			s := side(t, "promote")
			s.refused(rotation.RollBack, ann, rotation.NotNow, "a roll back isn't offered")
			s.promoted()
			if !s.r.MayRollBack() {
				t.Error("not offered after the switch")
			}
		},
		"is offered until the end of the old one is intended": func(t *testing.T) {
			s := side(t, "revoke")
			if !s.r.MayRollBack() {
				t.Error("not offered while the old one is kept")
			}
			s.r.Step().Effects = []rotation.Effect{{ID: "e", Purpose: "revoke", State: rotation.Intended}}
			s.refused(rotation.RollBack, ann, rotation.NotNow, "The old token can't be made current again any more")
		},
		"is one press by the holder": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.RollBack, ann)
			s.at("back_restore", rotation.Open)
			s.refused(rotation.RollBack, ann, rotation.NotNow, "a roll back isn't offered")
			s.refused(rotation.Cancel, ann, rotation.NotNow, "being undone already")
			s.record(rotation.Done("the old token is current again"))
			s.record(rotation.Done("ran"))
			s.ended(rotation.RolledBack, "because")
			s.turn(rotation.Starter, rotation.TurnRolledBack)
		},
		"is possible for a counted approver": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.RollBack, cyd)
			s.at("run", rotation.Open)
			s.settle(cyd)
			s.at("back_restore", rotation.Open)
		},
		"is not possible for anybody else": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.RollBack, dan)
			s.answered(s.settle(cyd), dan, "You are not in @approvers.")
			s.at("run", rotation.Open)
		},
		"is possible from a parked step": func(t *testing.T) {
			s := side(t, "run")
			s.record(parkWith())
			s.press(rotation.RollBack, ann)
			s.at("back_restore", rotation.Open)
		},
		"isn't offered once the old one is known to be dead": func(t *testing.T) {
			s := side(t, "revoke")
			s.r.Facts.Old = rotation.OldRefused
			s.refused(rotation.RollBack, ann, rotation.NotNow, "a roll back isn't offered")
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestTakingOverACancellationAsksForNoApproval(t *testing.T) {
	s := side(t, "promote")
	s.press(rotation.Cancel, ann)
	s.press(rotation.TakeOver, bea)
	s.at("withdraw", rotation.Open)
	s.record(rotation.Done("taken off"))
	s.ended(rotation.Cancelled, "because")
}

func TestARollBackThatIsImpossibleLeavesNoSteps(t *testing.T) {
	s := side(t, "run")
	s.press(rotation.RollBack, ann)
	s.record(rotation.Resume("The old token is refused already.").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
	s.at("run", rotation.Open)
	if n := len(s.r.Steps); n != 7 {
		t.Errorf("%d steps, want 7: those of the roll back are gone", n)
	}
	for range 3 {
		s.record(rotation.Done("done"))
	}
	s.ended(rotation.Complete, "")
}

func TestARollBackIsCountedOnlyWhileItIsOffered(t *testing.T) {
	s := side(t, "revoke")
	s.press(rotation.RollBack, cyd)
	s.r.Step().Effects = []rotation.Effect{{ID: "e", Purpose: "revoke", Round: s.r.Step().Round, State: rotation.Landed}} // in the air when it was pressed
	s.answered(s.settle(cyd), cyd, "can't be made current again any more")
	s.at("revoke", rotation.Open)
}

func TestACancelledParkedStepHasNoProblem(t *testing.T) {
	s := tell(t, rotation.None)
	s.record(parkWith())
	s.press(rotation.Cancel, ann)
	if p := s.r.Steps[0].Problem; p != nil {
		t.Errorf("a skipped step still says %q", p.What)
	}
}
