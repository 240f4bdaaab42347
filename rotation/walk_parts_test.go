package rotation_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// partsPlan is a runbook whose own kinds take the parts of those that the
// state machine knows. Its title tells it apart.
func partsPlan() rotation.Plan {
	p := thePlan(rotation.SideBySide)
	p.Title, p.User = "The key", rotation.Handle{Name: "@sam", ID: string(sam)}
	p.Steps = stepsOf("", "which", "mint", rotation.KindApprove, "switch", "hand_over", "end")
	p.RollBack = stepsOf("back_", "take_back")
	for i, as := range []string{"", rotation.KindReceive, "", rotation.KindPromote, "", rotation.KindRevoke} {
		p.Steps[i].As = as
	}
	p.Steps[0].By, p.Steps[4].By, p.RollBack[0].As = rotation.Holder, rotation.User, rotation.KindRestore
	return p
}

func takesParts(r *rotation.Rotation) bool { return r.Plan.Title == "The key" }

// part is the kind whose part a step takes.
func part(s *rotation.StepRun) string {
	if s.As != "" {
		return s.As
	}
	return s.Kind
}

// alarming reports whether the walk through this plan meets emergencies, and
// leaving whether it meets debts. Each makes many states of one, so the short
// walk meets them one at a time.
func alarming(r *rotation.Rotation) bool {
	return crowded || r.Plan.Overlap == rotation.None && (r.Plan.Quorum == 2 || r.Emergency())
}

func leaving(r *rotation.Rotation) bool {
	return crowded || takesParts(r) || r.Plan.Overlap == rotation.None && !alarming(r)
}

// rendered is what the catalogue renders for r now.
func rendered(r *rotation.Rotation) rotation.Plan {
	if r.Plan.Compromised {
		return inEmergency(r)
	}
	return shortPlan(r.Plan.Overlap, r.Plan.Quorum)
}

// inEmergency is what it renders for r's secret as compromised. With a quorum
// of two its policy is to revoke first.
func inEmergency(r *rotation.Rotation) rotation.Plan {
	review := stepsOf("", rotation.KindReview)
	review[0].By = rotation.Approvers
	p := r.Plan
	if !takesParts(r) {
		p = shortPlan(r.Plan.Overlap, 2)
	}
	if r.Plan.Overlap == rotation.None && r.Plan.Quorum == 2 || r.Plan.Compromised && r.Find(rotation.KindRevoke) != nil && r.Plan.Overlap == rotation.None {
		p.Steps = slices.Insert(slices.Clone(p.Steps), 1, stepsOf("", rotation.KindRevoke)...)
	}
	p.Steps = append(slices.Clone(p.Steps), review...)
	p.Compromised, p.Quorum = true, 1
	return p
}

// looks are what a look at a debt can show.
func looks(r *rotation.Rotation) []happening {
	var out []happening
	for _, d := range r.Debts {
		for _, dead := range []bool{false, true} {
			out = append(out, happening{fmt.Sprintf("debt %s is dead: %t", d.ID, dead), func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error) {
				if r.State == rotation.Running {
					return nil, nil
				}
				return r.LookedAt(d.ID, fmt.Sprintf("dead: %t", dead), dead, now), nil
			}})
		}
	}
	return out
}

func withoutDebts(r *rotation.Rotation) *rotation.Rotation {
	out := r.Clone()
	out.Debts = nil
	return out
}

// revoking reports whether the end of the old value was sent.
func revoking(r *rotation.Rotation) bool {
	s := r.Find(rotation.KindRevoke)
	return s != nil && slices.ContainsFunc(s.Effects, func(e rotation.Effect) bool { return e.State != rotation.Declined })
}

// debts holds what is owed to what is always true of it.
func (w *walk) debts(r, next *rotation.Rotation, wrong func(string, ...any)) {
	seen := map[string]bool{}
	for i, d := range next.Debts {
		if d.ID == "" || d.Owner == "" || d.Kind == "" || seen[d.ID] || seen[d.What+d.Why] {
			wrong("the debt %+v is not whole, or there twice", d)
		}
		seen[d.ID], seen[d.What+d.Why] = true, true
		if !d.Open() && (d.Evidence == "" || d.Asked) {
			wrong("the debt %+v was settled on nothing", d)
		}
		if i < len(r.Debts) && !r.Debts[i].Open() && d != r.Debts[i] {
			wrong("the settled debt %+v became %+v", r.Debts[i], d)
		}
	}
	if len(next.Debts) < len(r.Debts) {
		wrong("a debt is forgotten")
	}
}

// review holds the end of an emergency to who closed it.
func (w *walk) review(next *rotation.Rotation, wrong func(string, ...any)) {
	s := next.Find(rotation.KindReview)
	if next.Emergency() && next.State == rotation.Complete && (s == nil || s.State != rotation.Ticked) {
		wrong("an emergency ended without a review")
	}
	if s == nil || s.State != rotation.Ticked {
		return
	}
	closed := slices.DeleteFunc(slices.Clone(next.Claims), func(c rotation.Claim) bool {
		return c.Verb != rotation.CloseReview || c.State != rotation.Counted
	})
	if len(closed) != 1 || closed[0].By == next.Starter || closed[0].By == next.Holder || closed[0].By != bea && closed[0].By != cyd {
		wrong("the review was closed by %v", closed)
	}
}

// besides is what tells states apart besides steps and claims.
func besides(r *rotation.Rotation) string {
	var b strings.Builder
	if r.Emergency() {
		fmt.Fprintf(&b, " | emergency %t %t", r.Plan.Compromised, r.Alarmed != "")
	}
	if !r.Facts.NoReturn.IsZero() {
		b.WriteString(" no return")
	}
	if len(r.Facts.Picked) > 0 {
		b.WriteString(" picked")
	}
	for _, d := range r.Debts {
		fmt.Fprintf(&b, " owes %t%t", d.Open(), d.Asked)
	}
	if s := r.Step(); s != nil {
		fmt.Fprintf(&b, " %t%t%t%t", s.Owing != nil, len(s.Options) > 0, s.Beside, s.Final && s.Attestable)
	}
	return b.String()
}
