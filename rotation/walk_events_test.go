package rotation_test

import (
	"fmt"
	"slices"
	"time"

	"rekey/rotation"
)

// shortPlan leaves out a step that nobody has to do: one is like another.
func shortPlan(overlap rotation.Overlap, quorum int) rotation.Plan {
	p := thePlan(overlap)
	p.Quorum = quorum
	if !crowded {
		p.Steps = slices.DeleteFunc(p.Steps, func(s rotation.Step) bool { return s.Kind == "run" })
	}
	return p
}

// happenings are all things that can happen to r.
func happenings(r *rotation.Rotation) []happening {
	out := append(presses(r), verdicts(r)...)
	out = append(append(out, looks(r)...), happening{"a reminder falls due", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
		return r.Remind(now), nil
	}})
	if !takesParts(r) {
		fresh := rendered(r)
		fresh.Steps[0].With = []byte(`{"login":"other"}`)
		out = append(out,
			happening{"the catalogue renders another plan", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
				return r.Compare(fresh, now), nil
			}},
			happening{"the catalogue renders this plan again", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
				return r.Compare(r.Plan, now), nil
			}},
		)
	}
	s := r.Step()
	if s == nil || s.State != rotation.Open {
		return out
	}
	for name, o := range outcomes(r) {
		out = append(out, happening{"outcome of " + s.ID + ": " + name, func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
			return r.Record(o(now), now), nil
		}})
	}
	out = append(out, happening{"no answer", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
		return r.NotAnswered("AWS didn't answer.", now, now.Add(time.Second)), nil
	}})
	if purpose := map[string]string{rotation.KindPromote: "promote", "revoke": "revoke"}[part(s)]; purpose != "" {
		for _, state := range []rotation.EffectState{rotation.Intended, rotation.Declined} {
			out = append(out, happening{purpose + " is " + string(state), func(r *rotation.Rotation, _ time.Time) ([]rotation.Event, error) {
				r.Step().Effects = []rotation.Effect{{ID: r.EffectID(s.ID, purpose, s.Round), Purpose: purpose, Round: r.Step().Round, State: state}}
				return nil, nil
			}})
		}
	}
	return out
}

// crowded lets everybody press everything, which makes the walk many times as
// long; else each verb is left to those for whom it makes a difference. See
// walk_long_test.go.
var crowded = false

// raced is true under the race detector. See walk_race_test.go.
var raced = false

// idle reports whether a press tells nothing that another one doesn't.
func idle(r *rotation.Rotation, verb rotation.Verb, by rotation.Person) bool {
	claims := 0 // that may be open: two for an approval, else one
	if s := r.Step(); s != nil && s.Kind == rotation.KindApprove {
		claims = 1
	}
	switch verb {
	case rotation.Approve:
		return len(r.OpenClaims()) > claims
	case rotation.Refuse, rotation.RollBack, rotation.PromoteAnyway, rotation.CloseReview:
		return by == cyd || len(r.OpenClaims()) > claims || !crowded && by == dan || !crowded && by == ann && verb != rotation.RollBack
	case rotation.TakeOver:
		return by == cyd || !crowded && by == dan
	}
	return by == cyd || !crowded && by == bea
}

// presses are all buttons, drawn now or before, pressed by each kind of person.
func presses(r *rotation.Rotation) []happening {
	verbs := []rotation.Verb{
		rotation.Approve, rotation.Refuse, rotation.Attest, rotation.Retry, rotation.TakeOver, rotation.Cancel, rotation.Check, rotation.Again,
		rotation.PromoteAnyway, rotation.RollBack, rotation.NewPlan, rotation.Choose, rotation.StartOther, "nonsense",
	}
	id, round := "gone", 1
	if s := r.Step(); s != nil {
		id, round = s.ID, s.Round
	}
	if alarming(r) {
		verbs = append(verbs, rotation.Compromised, rotation.CloseReview)
	}
	if leaving(r) {
		verbs = append(verbs, rotation.Owe)
	}
	var out []happening
	add := func(p rotation.Press) {
		p.Reason = "because"
		if p.Verb == rotation.NewPlan {
			p.Plan = rendered(r)
		}
		if p.Verb == rotation.Compromised {
			p.Plan = inEmergency(r)
		}
		out = append(out, happening{fmt.Sprintf("%s by %s on %s/%d %s", p.Verb, p.By, p.Step, p.Round, p.Value), func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
			return r.Press(p, now)
		}})
	}
	for _, verb := range verbs {
		for _, by := range []rotation.Person{ann, bea, cyd, dan} {
			if !idle(r, verb, by) {
				add(rotation.Press{Verb: verb, By: by, Step: id, Round: round})
			}
		}
		add(rotation.Press{Verb: verb, By: bea, Step: id, Round: round - 1})
		add(rotation.Press{Verb: verb, By: bea, Step: "elsewhere", Round: round})
	}
	add(rotation.Press{Verb: rotation.Choose, By: dan, Step: id, Round: round, Value: "v3"})
	add(rotation.Press{Verb: rotation.Cancel, By: ann})
	if takesParts(r) {
		add(rotation.Press{Verb: rotation.Attest, By: sam, Step: id, Round: round})
		add(rotation.Press{Verb: rotation.Pick, By: r.Holder, Step: id, Round: round, Values: []string{"a"}})
		add(rotation.Press{Verb: rotation.Pick, By: r.Holder, Step: id, Round: round, Values: []string{"c"}})
	}
	for _, verb := range []rotation.Verb{rotation.CheckDebt, rotation.SettleDebt} {
		if len(r.Debts) > 0 {
			add(rotation.Press{Verb: verb, By: dan, Value: "1"})
		}
		add(rotation.Press{Verb: verb, By: dan, Value: "9"})
	}
	return out
}

// verdicts are what Slack may say about who pressed: only the approvers are in
// the group, and it may know about one person earlier than about another.
func verdicts(r *rotation.Rotation) []happening {
	var all []rotation.Verdict
	var out []happening
	for _, c := range r.OpenClaims() {
		v := rotation.Verdict{By: c.By, Count: c.By == bea || c.By == cyd, Why: "You are not in @approvers."}
		all = append(all, v)
		out = append(out, happening{"Slack knows about " + string(c.By), func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
			return r.Settle([]rotation.Verdict{v}, now), nil
		}})
	}
	return append(out, happening{"Slack knows about all", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
		return r.Settle(all, now), nil
	}})
}

// outcomes are how an attempt at the current step can end.
func outcomes(r *rotation.Rotation) map[string]func(now time.Time) rotation.Outcome {
	is := func(o rotation.Outcome) func(time.Time) rotation.Outcome {
		return func(time.Time) rotation.Outcome { return o }
	}
	out := map[string]func(time.Time) rotation.Outcome{
		"waits": is(rotation.Wait(0, "waits")), "parks": is(parkWith()),
	}
	switch s := r.Step(); part(s) {
	case rotation.KindApprove:
		if r.Plan.Overlap == rotation.SideBySide {
			out["choose"] = is(parkWith(rotation.Choice{Verb: rotation.Choose, Value: "v3"}))
		}
	case rotation.KindReceive:
		ways := []rotation.Way{rotation.ByPut, rotation.ByConsole}
		if r.Plan.Overlap == rotation.SideBySide && !crowded {
			ways = ways[:1]
		}
		for _, way := range ways {
			out["arrived by "+string(way)] = is(rotation.Done("arrived").Knowing(func(f *rotation.Facts) {
				f.New, f.Way = fmt.Sprintf("v%d", f.Asks+1), way
				if r.Plan.Overlap == rotation.None {
					f.Old = rotation.OldRefused
				}
			}))
		}
		if takesParts(r) {
			out = map[string]func(time.Time) rotation.Outcome{"minted": is(rotation.Done("made").Knowing(func(f *rotation.Facts) {
				f.New, f.Way, f.NewKey = fmt.Sprintf("v%d", f.Asks+1), rotation.ByMint, "AKIA2"
			})), "parks": out["parks"]}
			break
		}
		if r.Plan.Overlap == rotation.None && leaving(r) {
			out["arrived, and the old one can't be tried"] = is(rotation.Done("arrived").Knowing(func(f *rotation.Facts) {
				f.New, f.Way, f.Old = fmt.Sprintf("v%d", f.Asks+1), rotation.ByPut, rotation.OldUnreadable
			}).Owing(rotation.Debt{What: "The old token", Why: "Rekey may not read it", Version: "v1"}))
		}
		out["is the old one"] = is(rotation.Park(rotation.Problem{What: "It is the old one.", NoRetry: true, Choices: []rotation.Choice{{Verb: rotation.Again}}}))
	case "check":
		out["good"], out["bad"] = is(rotation.Done("good")), is(rotation.AskAgain("It is bad."))
	case rotation.KindPromote:
		out["moved"] = func(now time.Time) rotation.Outcome {
			return rotation.Done("current").Knowing(func(f *rotation.Facts) { f.Promoted = now })
		}
		out["bad"] = is(rotation.AskAgain("It is bad."))
		out["lacks"] = is(parkWith(rotation.Choice{Verb: rotation.Again}, rotation.Choice{Verb: rotation.PromoteAnyway}))
		if r.Plan.Overlap == rotation.SideBySide {
			out["approver left"] = is(rotation.Reapprove("An approver left."))
		}
	case rotation.KindUsed:
		out["done"], out["attestable"] = is(rotation.Done("used")), is(rotation.Wait(0, "waits").Attestable())
	case "revoke":
		out["done"] = func(now time.Time) rotation.Outcome {
			return rotation.Done("refused").Knowing(func(f *rotation.Facts) { f.Old, f.NoReturn = rotation.OldRefused, now })
		}
		if leaving(r) {
			out["may be left"] = is(rotation.Wait(0, "somebody uses it").Owable(rotation.Debt{What: "The old token", Why: "somebody uses it", Key: "AKIA1"}))
		}
		out["approver left"] = is(rotation.Reapprove("An approver left."))
	case "which":
		out["offers"] = is(rotation.Wait(0, "choose").Offering(rotation.Option{Value: "a", Text: "A"}, rotation.Option{Value: "b", Text: "B"}))
		if len(r.Facts.Picked) > 0 {
			out["done"] = is(rotation.Done("picked"))
		}
	case "hand_over":
		if s.Attested == "" {
			out["asks for a word"], out["asks for a final word"] = is(rotation.Wait(0, "asks").Beside()), is(rotation.Wait(0, "asks").Beside().Final())
		} else {
			out["done"] = is(rotation.Done("used"))
		}
	case rotation.KindReview:
		out = map[string]func(time.Time) rotation.Outcome{"waits": out["waits"]}
	case rotation.KindWithdraw, rotation.KindRestore:
		out["done"], out["impossible"] = is(rotation.Done("undone")), is(rotation.Resume("It is too late."))
		if r.Plan.Overlap == rotation.None || s.Kind == rotation.KindRestore {
			out["impossible"] = is(rotation.Resume("It is too late.").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
		}
	default:
		out["done"] = is(rotation.Done("done"))
		out["by hand"] = is(rotation.Wait(0, "by hand").Needing(rotation.Holder))
	}
	return out
}
