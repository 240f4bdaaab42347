package rotation_test

import (
	"testing"

	"rekey/rotation"
)

// A runbook's own steps take a cancelled rotation back as soon as something
// may have changed, even before a new value was asked for.
func TestTheRunbooksOwnWayBack(t *testing.T) {
	plan := func(overlap rotation.Overlap, kinds ...string) rotation.Plan {
		p := thePlan(overlap)
		p.Steps, p.Withdraw = stepsOf("", kinds...), stepsOf("cancel_", "compare")
		return p
	}
	guided := plan(rotation.None, "choose", rotation.KindApprove, "guide", rotation.KindReceive, rotation.KindPromote)
	asked := plan(rotation.SideBySide, "request", rotation.KindReceive, "check", rotation.KindApprove, rotation.KindPromote)

	t.Run("isn't gone before the approval", func(t *testing.T) {
		s := tellPlan(t, guided)
		s.record(rotation.Done("2 of 6"))
		s.press(rotation.Cancel, ann)
		s.ended(rotation.Cancelled, "because")
	})
	t.Run("is gone while people are at it", func(t *testing.T) {
		s := tellPlan(t, guided)
		s.record(rotation.Done("2 of 6"))
		s.approve(bea)
		s.at("guide", rotation.Open)
		s.press(rotation.Cancel, ann)
		s.at("cancel_compare", rotation.Open)
		s.record(rotation.Done("all as before"))
		s.ended(rotation.Cancelled, "because")
	})
	t.Run("shows that it is too late", func(t *testing.T) {
		s := tellPlan(t, guided)
		s.record(rotation.Done("2 of 6"))
		s.approve(bea)
		s.press(rotation.Cancel, ann)
		s.record(rotation.Resume("One is destroyed.").Knowing(func(f *rotation.Facts) { f.NoReturn = s.now }))
		s.at("guide", rotation.Open)
		s.refused(rotation.Cancel, ann, rotation.NotNow, "there is nothing to go back to")
		if got := s.r.Safe(); got != "The old token may not work any more, and the new one isn't there yet." {
			t.Error(got)
		}
	})
	t.Run("isn't gone before anything was sent", func(t *testing.T) {
		s := tellPlan(t, asked)
		s.press(rotation.Cancel, ann)
		s.ended(rotation.Cancelled, "because")
	})
	t.Run("is gone when something was sent and got no answer", func(t *testing.T) {
		s := tellPlan(t, asked)
		s.r.Step().Effects = []rotation.Effect{{ID: "e", Purpose: "request", State: rotation.Unsure}}
		s.press(rotation.Cancel, ann)
		s.at("cancel_compare", rotation.Open)
	})
}
