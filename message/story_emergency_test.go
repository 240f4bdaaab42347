package message

import (
	"testing"
	"time"

	"rekey/rotation"
)

func init() { stories = append(stories, emergencies, debts) }

var lookedOver = rotation.Step{
	ID: "review", Kind: rotation.KindReview, By: rotation.Approvers, Title: "Look over what happened", Done: "Looked over",
	Text: "Find out how the old value got out, what was done with it, and whether anything else has to be replaced. Then close the review with what you found.",
}

// leaked is the plan for a value that somebody else may know.
func leaked(overlap rotation.Overlap) rotation.Plan {
	p := plan(overlap)
	p.Compromised = true
	p.Steps = append(p.Steps, lookedOver)
	return p
}

// revokeFirst ends the old token before there is a new one.
func revokeFirst() rotation.Plan {
	p := leaked(rotation.None)
	revoke := rotation.Step{ID: "revoke", Kind: rotation.KindRevoke, Title: "Revoke the old token", Done: "Old token revoked", By: rotation.Rekey}
	p.Steps[1].Title, p.Steps[1].Done, p.Steps[1].Warning = "Make a new token and save it", "Made and saved", ""
	p.Steps = append([]rotation.Step{p.Steps[0], revoke}, p.Steps[1:]...)
	return p
}

// emergencies are rotations of a value that somebody else may know.
func emergencies(t testing.TB) []state {
	none := func() *story { return begin(t, leaked(rotation.None)).seen() }
	first := func() *story { return begin(t, revokeFirst()).seen() }
	alarmed := func(s *story) *story {
		s.t.Helper()
		p := rotation.Press{Verb: rotation.Compromised, By: other, Reason: "The token was in a public build log", Plan: leaked(s.r.Plan.Overlap)}
		if _, err := s.r.Press(p, s.now); err != nil {
			t.Fatal(err)
		}
		s.r.Version++
		return s
	}
	revoked := func(s *story) *story {
		return s.at("10:35").record(rotation.Done("the old token is refused by GitHub " + rotation.When(s.now)).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn, f.FailingSince = rotation.OldRefused, clock("10:35"), clock("10:35"), clock("10:35")
		}))
	}
	used := func(s *story) *story { return s.received().promoted().running().ran().used() }
	known := func(f *rotation.Facts) { f.OldUse = "The old key was last used 3 minutes ago, for s3 in eu-west-2." }
	return []state{
		{"leaked_01_to_approve", none()},
		{"leaked_02_last_use_is_known", none().record(rotation.Wait(0, "").Knowing(known))},
		{"leaked_10_to_regenerate", none().approve()},
		{"leaked_40_to_look_over", used(none().approve())},
		{"leaked_50_done", used(none().approve()).at("11:20").press(approver, rotation.CloseReview, "It was in a build log for ten minutes; nobody used it.").settle(approver)},
		{"leaked_60_cancelled", none().at("10:33").press(starter, rotation.Cancel, "It was another team's token")},
		{"leaked_both_01_to_create", begin(t, leaked(rotation.SideBySide)).seen()},
		{"revoke_first_01_to_approve", first()},
		{"revoke_first_10_revoking", first().approve()},
		{"revoke_first_20_to_make", revoked(first().approve())},
		{"alarm_01_before_the_approval", alarmed(begin(t, plan(rotation.None)).seen())},
		{"alarm_10_after_the_approval", alarmed(begin(t, plan(rotation.None)).seen().approve())},
		{"alarm_32_parked", alarmed(begin(t, plan(rotation.None)).seen().approve().received().promoted().running().failed())},
		{"alarm_40_soaking", alarmed(begin(t, plan(rotation.SideBySide)).seen().received().checked().approve().promoted().running().ran().used())},
	}
}

// debts are what ended rotations still owe.
func debts(t testing.TB) []state {
	owes := func() *story {
		s := begin(t, plan(rotation.None)).seen().approve().received()
		s.record(rotation.Wait(0, "").Owing(rotation.Debt{
			What: "The old token of GitHub MP CI User PAT", Why: "Rekey may not read it, so its death isn't proven", Since: clock("10:42"), Version: "0a4c9f5e-58b7-4b0e-9d6e-0f6f7f6b2c11",
		}))
		return s.promoted().running().ran().used()
	}
	looked := func(seen string, dead bool) *story {
		s := owes().at("11:30")
		s.r.LookedAt("1", seen, dead, s.now)
		s.r.Version++
		return s
	}
	settled := owes().at("11:40")
	if _, err := settled.r.Press(rotation.Press{Verb: rotation.SettleDebt, Value: "1", By: other, Reason: "I deleted it in GitHub's settings"}, settled.now); err != nil {
		t.Fatal(err)
	}
	ends := rotation.Debt{What: "The old token of GitHub MP CI User PAT", Why: "somebody still uses it", Version: "v1"}
	return []state{
		{"debt_10_may_be_left", at(begin(t, plan(rotation.SideBySide)).seen().received().checked().approve().promoted().running().ran().used(), time.Hour).
			record(rotation.Wait(0, "Delete the old token, then press Check now: Rekey proves that it is refused.").Needing(rotation.Holder).Owable(ends))},
		{"debt_50_looked_at", looked("GitHub still accepts it", false)},
		{"debt_51_seen_dead", looked("refused by GitHub", true)},
		{"debt_52_settled_by_word", settled},
	}
}
