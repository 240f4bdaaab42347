package rotation_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestApproval(t *testing.T) {
	quorum := func(t *testing.T, n int) *story {
		p := thePlan(rotation.None)
		p.Quorum = n
		return tellPlan(t, p)
	}
	for name, story := range map[string]func(*testing.T){
		"without overlap it comes first and the approvers are told": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.at("approve", rotation.Open)
			s.turn(rotation.Approvers, rotation.TurnApprove)
		},
		"side by side it comes after the proof": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.at("receive", rotation.Open)
			s.turn(rotation.Holder, rotation.TurnStep)
			s.arrive("v2")
			s.record(rotation.Done("belongs to ci"))
			s.at("approve", rotation.Open)
			s.turn(rotation.Approvers, rotation.TurnApprove)
		},
		"the starter can't approve": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.refused(rotation.Approve, ann, rotation.NotAllowed, "You started this rotation, so somebody else has to approve it.")
		},
		"the holder can't approve": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.TakeOver, dan)
			s.refused(rotation.Approve, dan, rotation.NotAllowed, "You hold this rotation")
		},
		"the starter can't approve after somebody took over either": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.TakeOver, dan)
			s.refused(rotation.Approve, ann, rotation.NotAllowed, "You started this rotation")
		},
		"who vouched for a step can't approve": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.press(rotation.TakeOver, bea)
			s.record(rotation.Wait(0, "look").Attestable())
			s.press(rotation.Attest, bea)
			s.press(rotation.TakeOver, cyd)
			s.record(rotation.Done("checked"))
			s.at("approve", rotation.Open)
			s.refused(rotation.Approve, bea, rotation.NotAllowed, "You vouched for a step")
		},
		"a press is kept until Slack has said who is in the group": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.at("approve", rotation.Open)
			if open := s.r.OpenClaims(); len(open) != 1 || open[0].By != bea {
				t.Errorf("claims: %v", open)
			}
			s.settle(bea)
			s.at("receive", rotation.Open)
			s.turn(rotation.Holder, rotation.TurnStep)
			if got := rotation.Plain(s.r.Find("approve").Evidence[0]); got != "@U0BEA" {
				t.Errorf("evidence %q", got)
			}
		},
		"somebody outside the group is turned down and told so, once": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, dan)
			s.answered(s.settle(bea), dan, "You are not in @approvers.")
			s.at("approve", rotation.Open)
			if events := s.settle(bea); len(events) != 0 {
				t.Errorf("answered again: %v", events)
			}
		},
		"who was turned down may press again": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.settle()
			s.approve(bea)
			s.at("receive", rotation.Open)
		},
		"nothing is counted while Slack is silent about a person": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			if events := s.r.Settle(nil, s.later()); len(events) != 0 || len(s.r.OpenClaims()) != 1 {
				t.Errorf("%v, %v", events, s.r.Claims)
			}
		},
		"a second press by the same person is refused": func(t *testing.T) {
			s := quorum(t, 2)
			s.press(rotation.Approve, bea)
			s.refused(rotation.Approve, bea, rotation.NotNow, "You pressed that already at 2026-11-23 10:01 UTC")
			s.settle(bea)
			s.refused(rotation.Approve, bea, rotation.NotNow, "You pressed that already")
		},
		"two approvers at once with a quorum of one: one counts, the other reads who": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.press(rotation.Approve, cyd)
			s.answered(s.settle(bea, cyd), cyd, "@U0BEA approved this at 2026-11-23 10:01 UTC. Nothing left for you to do here.")
			s.at("receive", rotation.Open)
		},
		"two approvers with a quorum of two: both count": func(t *testing.T) {
			s := quorum(t, 2)
			s.approve(bea)
			s.at("approve", rotation.Open)
			s.approve(cyd)
			s.at("receive", rotation.Open)
			if got := rotation.Plain(strings.Join(s.r.Find("approve").Evidence, "|")); got != "@U0BEA · @U0CYD" {
				t.Errorf("evidence %q", got)
			}
		},
		"two approvers at once with a quorum of two: both count": func(t *testing.T) {
			s := quorum(t, 2)
			s.approve(bea, cyd)
			s.at("receive", rotation.Open)
		},
		"an approval pressed after it was approved is refused with who did": func(t *testing.T) {
			s := tell(t, rotation.None)
			late := s.pressing(rotation.Approve, cyd)
			again := s.pressing(rotation.Approve, bea)
			s.approve(bea)
			s.refusedPress(late, rotation.Stale, "@U0BEA approved this at 2026-11-23 10:01 UTC")
			s.refusedPress(again, rotation.Stale, "You approved this at 2026-11-23 10:01 UTC")
		},
		"a press on an old round is refused": func(t *testing.T) {
			s := tell(t, rotation.None)
			old := s.pressing(rotation.Approve, bea)
			s.record(parkWith())
			s.press(rotation.Retry, dan)
			s.refusedPress(old, rotation.Stale, "The rotation has moved on since that button was drawn.")
		},
		"one refusal by a counted approver ends it": func(t *testing.T) {
			s := quorum(t, 2)
			s.approve(bea)
			s.press(rotation.Refuse, cyd)
			s.settle(bea, cyd)
			s.ended(rotation.Refused, "because")
			s.turn(rotation.Starter, rotation.TurnRefused)
		},
		"a refusal by somebody outside the group ends nothing": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Refuse, dan)
			s.answered(s.settle(bea), dan, "not in @approvers")
			s.at("approve", rotation.Open)
		},
		"an approval pressed just before a refusal counts, and the refusal is answered": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.press(rotation.Refuse, cyd)
			s.answered(s.settle(bea, cyd), cyd, "The rotation has moved on since you pressed.")
			s.at("receive", rotation.Open)
		},
		"an approval pressed just after a refusal is answered": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Refuse, cyd)
			s.press(rotation.Approve, bea)
			s.answered(s.settle(bea, cyd), bea, "Rotation 7 is refused. Nothing left for you to do here.")
			s.ended(rotation.Refused, "because")
		},
		"an approval that Slack hasn't confirmed when it is cancelled is answered": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.answered(s.press(rotation.Cancel, ann), bea, "Rotation 7 is cancelled. Nothing left for you to do here.")
		},
		"after the approval it can't be refused": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.refused(rotation.Refuse, cyd, rotation.NotNow, "This was approved already, so it can't be refused.")
		},
		"there is nothing to approve at another step": func(t *testing.T) {
			s := tell(t, rotation.SideBySide)
			s.refused(rotation.Approve, bea, rotation.NotNow, "There is nothing to approve at the moment.")
		},
		"nothing can be approved before the secret was seen": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Baseline = ""
			s := tellPlan(t, p)
			s.refused(rotation.Approve, bea, rotation.NotNow, "Rekey has not seen the secret yet")
		},
		"a parked approval can't be given, and says why": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.record(parkWith())
			s.refused(rotation.Approve, bea, rotation.NotNow, "This can't be approved yet: It is stuck.")
		},
		"a version that moved before the approval voids what was approved": func(t *testing.T) {
			s := quorum(t, 2)
			s.approve(bea)
			s.press(rotation.Approve, cyd)
			s.r.Bind("v9", s.later())
			s.answered(s.settle(bea, cyd), cyd, "The plan changed while Slack was asked about you.")
			if got := s.r.Approved(); len(got) != 0 {
				t.Errorf("still approved by %v", got)
			}
			s.approve(bea, cyd)
			s.at("receive", rotation.Open)
		},
		"a version that moved afterwards changes nothing without overlap": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.r.Bind("v9", s.later())
			if got := s.r.Approved(); len(got) != 1 || !s.r.Committed() {
				t.Errorf("approved by %v, committed %t", got, s.r.Committed())
			}
		},
		"side by side another staged version voids the approval": func(t *testing.T) {
			s := side(t, "promote")
			if len(s.r.Approved()) != 1 {
				t.Fatal("not approved")
			}
			s.r.Facts.New = "v3"
			if got := s.r.Approved(); len(got) != 0 {
				t.Errorf("v3 is approved by %v", got)
			}
		},
		"an approver who left the group has it asked for again": func(t *testing.T) {
			s := side(t, "promote")
			s.record(rotation.Reapprove("@bea may not approve any more."))
			s.at("approve", rotation.Open)
			if s.r.Step().Asked != "@bea may not approve any more." || len(s.r.Approved()) != 0 {
				t.Errorf("asked %q, approved by %v", s.r.Step().Asked, s.r.Approved())
			}
			s.refused(rotation.Approve, ann, rotation.NotAllowed, "You started")
			s.approve(cyd)
			s.at("promote", rotation.Open)
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestTakingOver(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"anybody may, at any time, and it is logged": func(t *testing.T) {
			s := tell(t, rotation.None)
			p := s.pressing(rotation.TakeOver, dan)
			p.Round = 99
			events := s.pressed(p)
			if s.r.Holder != dan || s.r.Starter != ann || rotation.Plain(events[0].Text) != "Took the rotation over from @U0ANN." {
				t.Errorf("holder %s, %v", s.r.Holder, events)
			}
		},
		"the holder has it already": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.refused(rotation.TakeOver, ann, rotation.NotNow, "You hold this rotation already.")
		},
		"who took over before the step opened loses the approval": func(t *testing.T) {
			p := thePlan(rotation.None)
			p.Quorum = 2
			s := tellPlan(t, p)
			s.approve(bea)
			s.press(rotation.TakeOver, bea)
			if len(s.r.Approved()) != 0 {
				t.Errorf("approved by %v", s.r.Approved())
			}
			s.approve(cyd)
			s.at("approve", rotation.Open)
		},
		"who took over while Slack was asked has no claim any more": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.press(rotation.Approve, bea)
			s.press(rotation.TakeOver, bea)
			s.settle(bea)
			s.at("approve", rotation.Open)
		},
		"without overlap the approval stands once the step is open": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			s.press(rotation.TakeOver, bea)
			s.at("receive", rotation.Open)
			if got := s.r.Approved(); len(got) != 1 || got[0].By != bea {
				t.Errorf("approved by %v", got)
			}
		},
		"side by side the approver who takes over before the switch has it asked for again": func(t *testing.T) {
			s := side(t, "promote")
			s.press(rotation.TakeOver, bea)
			s.at("approve", rotation.Open)
			s.refused(rotation.Approve, bea, rotation.NotAllowed, "You hold")
			s.approve(cyd)
			s.at("promote", rotation.Open)
		},
		"side by side the approval stands after the switch": func(t *testing.T) {
			s := side(t, "run")
			s.press(rotation.TakeOver, bea)
			s.at("run", rotation.Open)
			if len(s.r.Approved()) != 1 {
				t.Errorf("approved by %v", s.r.Approved())
			}
		},
		"the new holder can vouch and the old one can't": func(t *testing.T) {
			s := side(t, "see_used")
			s.record(rotation.Wait(0, "waiting").Attestable())
			s.press(rotation.TakeOver, dan)
			s.refused(rotation.Attest, ann, rotation.NotAllowed, "Only @U0DAN, who holds this rotation, can vouch")
			s.press(rotation.Attest, dan)
			s.at("revoke", rotation.Open)
			if s.r.Facts.Vouched != dan || s.r.Find("see_used").Attested != dan {
				t.Errorf("vouched by %q, attested by %q", s.r.Facts.Vouched, s.r.Find("see_used").Attested)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

func TestCheckNowIsLimitedForCredentials(t *testing.T) {
	var c rotation.Checks
	now := began
	for i := range 10 {
		if !c.MayProbe(now) {
			t.Fatalf("probe %d is refused", i+1)
		}
		c.Probed(now)
		if c.MayProbe(now.Add(59 * time.Second)) {
			t.Fatal("probed twice within a minute")
		}
		now = now.Add(time.Minute)
	}
	if c.MayProbe(now) {
		t.Error("probed eleven times within an hour")
	}
	if !c.MayProbe(began.Add(time.Hour + time.Second)) {
		t.Error("an hour later it is still refused")
	}
}

func TestNobodyApprovesTwiceInTwoRounds(t *testing.T) {
	p := thePlan(rotation.None)
	p.Quorum = 2
	s := tellPlan(t, p)
	s.approve(bea)
	s.record(parkWith()) // AWSPENDING that isn't ours, say
	s.press(rotation.Retry, ann)
	if _, err := s.r.Press(s.pressing(rotation.Approve, bea), s.later()); err == nil {
		s.settle(bea)
	}
	s.at("approve", rotation.Open)
	s.approve(cyd)
	s.at("receive", rotation.Open)
}
