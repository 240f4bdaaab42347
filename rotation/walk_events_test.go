package rotation_test

import (
	"fmt"
	"time"

	"rekey/rotation"
)

// happenings are all things that can happen to r.
func happenings(r *rotation.Rotation) []happening {
	out := append(presses(r), verdicts(r)...)
	fresh := thePlan(r.Plan.Overlap)
	fresh.Quorum = r.Plan.Quorum
	fresh.Steps[0].With = []byte(`{"login":"other"}`)
	out = append(out,
		happening{"the catalogue renders another plan", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
			return r.Compare(fresh, now), nil
		}},
		happening{"a reminder falls due", func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
			return r.Remind(now), nil
		}},
	)
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
	if purpose := map[string]string{rotation.KindPromote: "promote", "revoke": "revoke"}[s.Kind]; purpose != "" {
		for _, state := range []rotation.EffectState{rotation.Intended, rotation.Declined} {
			out = append(out, happening{purpose + " is " + string(state), func(r *rotation.Rotation, _ time.Time) ([]rotation.Event, error) {
				r.Step().Effects = []rotation.Effect{{ID: r.EffectID(s.ID, purpose, s.Round), Purpose: purpose, Round: r.Step().Round, State: state}}
				return nil, nil
			}})
		}
	}
	return out
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
	most := 0 // one claim at a time is enough, two for an approval
	if s := r.Step(); s != nil && s.Kind == rotation.KindApprove {
		most = 1
	}
	var out []happening
	for _, verb := range verbs {
		for _, by := range []rotation.Person{ann, bea, cyd, dan} {
			switch {
			case by == cyd && verb != rotation.Approve && verb != rotation.Refuse, by == dan && verb == rotation.Refuse:
				continue // as somebody else
			case len(r.OpenClaims()) > most && (verb == rotation.Approve || verb == rotation.Refuse || verb == rotation.RollBack || verb == rotation.PromoteAnyway):
				continue
			}
			for _, p := range []rotation.Press{
				{Step: id, Round: round}, {Step: id, Round: round - 1}, {Step: "elsewhere", Round: round}, {}, {Step: id, Round: round, Value: "v3"},
			} {
				p.Verb, p.By, p.Reason = verb, by, "because"
				if p.Plan = r.Plan; verb == rotation.NewPlan {
					p.Plan = thePlan(r.Plan.Overlap)
					p.Plan.Quorum = r.Plan.Quorum
				}
				out = append(out, happening{fmt.Sprintf("%s by %s on %s/%d %s", verb, by, p.Step, p.Round, p.Value), func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
					return r.Press(p, now)
				}})
			}
		}
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
	switch s := r.Step(); s.Kind {
	case rotation.KindApprove:
		if r.Plan.Overlap == rotation.SideBySide {
			out["choose"] = is(parkWith(rotation.Choice{Verb: rotation.Choose, Value: "v3"}))
		}
	case rotation.KindReceive:
		for _, way := range []rotation.Way{rotation.ByPut, rotation.ByConsole} {
			out["arrived by "+string(way)] = is(rotation.Done("arrived").Knowing(func(f *rotation.Facts) {
				f.New, f.Way = fmt.Sprintf("v%d", f.Asks+1), way
				if r.Plan.Overlap == rotation.None {
					f.Old = rotation.OldRefused
				}
			}))
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
		out["done"] = is(rotation.Done("refused").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
		out["approver left"] = is(rotation.Reapprove("An approver left."))
	case rotation.KindWithdraw, rotation.KindRestore:
		out["done"], out["impossible"] = is(rotation.Done("undone")), is(rotation.Resume("It is too late.").Knowing(func(f *rotation.Facts) { f.Old = rotation.OldRefused }))
	default:
		out["done"] = is(rotation.Done("done"))
		out["by hand"] = is(rotation.Wait(0, "by hand").Needing(rotation.Holder))
	}
	return out
}
