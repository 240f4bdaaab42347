package rotation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// An event of the walk: something that can happen to a rotation.
type happening struct {
	name string
	do   func(r *rotation.Rotation, now time.Time) ([]rotation.Event, error)
}

// TestEveryReachableState walks through everything that can happen in every
// state that can be reached, counting states as the same if they differ only
// in times, rounds and the order of claims, and holds each to what is always
// true. From every state some way leads to an end.
func TestEveryReachableState(t *testing.T) {
	if raced {
		t.Skip("it is one goroutine, which the race detector would only slow down: run it without -race")
	}
	type named struct {
		name string
		plan rotation.Plan
	}
	plans := []named{
		{"none, quorum 1", shortPlan(rotation.None, 1)},
		{"none, quorum 2", shortPlan(rotation.None, 2)},
		{"side-by-side, quorum 2", shortPlan(rotation.SideBySide, 2)},
		{"kinds that take parts", partsPlan()},
	}
	if crowded { // it takes long, and tells little beside the others
		plans = append(plans, named{"side-by-side, quorum 1", shortPlan(rotation.SideBySide, 1)})
	}
	for _, plan := range plans {
		t.Run(plan.name, func(t *testing.T) {
			w := &walk{T: t, seen: map[string]*rotation.Rotation{}, from: map[string][]string{}}
			w.all(plan.plan)
			t.Logf("%d states, %d events", len(w.seen), w.events)
			if !t.Failed() {
				w.endCanBeReached()
			}
		})
	}
}

type walk struct {
	*testing.T
	seen   map[string]*rotation.Rotation
	from   map[string][]string // a state to those that lead to it
	events int
}

func (w *walk) all(plan rotation.Plan) {
	r, _ := rotation.New(plan, ann, began)
	r.ID, r.Facts.OldVersion = 7, "v1"
	todo := []string{abstract(r)}
	w.seen[todo[0]] = r
	for len(todo) > 0 && !w.Failed() {
		key := todo[0]
		todo = todo[1:]
		r := w.seen[key]
		again := copies(r)
		before, next := again(), again()
		if marshal(before) != marshal(r) {
			w.Fatalf("a copy differs: %s", key)
		}
		for _, h := range happenings(r) {
			w.events++
			if !w.step(r, next, before, h) {
				continue // and the next thing happens to the same copy
			}
			to := abstract(next)
			w.from[to] = append(w.from[to], key)
			if w.seen[to] == nil {
				w.seen[to] = next
				todo = append(todo, to)
			}
			next = again()
		}
		if len(w.seen) > 20000 {
			w.Fatal("there is no end to the states")
		}
	}
}

// step lets one thing happen to next, a copy of r, and checks what is always
// true. It reports whether it was allowed to happen.
func (w *walk) step(r, next *rotation.Rotation, before *rotation.Rotation, h happening) bool {
	now := r.Touched.Add(time.Minute)
	events, err := h.do(next, now)
	wrong := func(format string, args ...any) {
		w.Errorf("%s: %s\nbefore %s\nafter  %s", h.name, fmt.Sprintf(format, args...), abstract(r), abstract(next))
	}
	if err != nil {
		var e *rotation.Error
		if !errors.As(err, &e) || e.Reason == "" || !strings.HasSuffix(e.What, ".") || strings.ToUpper(e.What[:1]) != e.What[:1] && e.What[0] != 1 {
			wrong("refused with %#v", err)
		}
		next.Touched = before.Touched
		if !reflect.DeepEqual(next, before) {
			wrong("a refusal changed it")
		}
		return false
	}
	if r.State != rotation.Running && !reflect.DeepEqual(withoutDebts(next), withoutDebts(before)) {
		wrong("it had ended and changed")
	}
	for _, e := range events {
		if e.At != now || e.Kind == "" || e.Text == "" || e.By == "" || e.Secret != "tok" {
			wrong("the event %+v is not whole", e)
		}
	}
	w.invariants(r, next, wrong)
	return true
}

func (w *walk) invariants(r, next *rotation.Rotation, wrong func(string, ...any)) {
	current := 0
	for i, s := range next.Steps {
		if s.State == rotation.Open || s.State == rotation.Parked {
			if current++; i != next.At {
				wrong("step %s is %s and not the current one", s.ID, s.State)
			}
		}
		if s.State == rotation.Parked && s.Problem == nil || s.State == rotation.Open && s.Problem != nil {
			wrong("step %s is %s with the problem %v", s.ID, s.State, s.Problem)
		}
	}
	switch {
	case next.State == rotation.Running && current != 1:
		wrong("%d steps are current", current)
	case next.State != rotation.Running && (current != 0 || next.Ended.IsZero() || !next.Due.IsZero() || len(next.OpenClaims()) > 0):
		wrong("it ended and isn't over")
	case next.Turn.N < r.Turn.N || next.Turn.N == r.Turn.N && next.Turn.Since != r.Turn.Since:
		wrong("turn %d follows turn %d", next.Turn.N, r.Turn.N)
	case next.MayRollBack() && (next.Plan.Overlap == rotation.None || next.Facts.Promoted.IsZero() || next.Facts.Old == rotation.OldRefused):
		wrong("a roll back is offered")
	case (next.MayRollBack() || next.MayCancel()) && (!next.Facts.NoReturn.IsZero() || revoking(next)):
		wrong("a way back is offered, and there is none")
	case next.MayCancel() && next.Switching():
		wrong("a cancellation is offered after the switch")
	}
	by := map[rotation.Person]bool{}
	for _, c := range next.Approved() {
		if c.By == next.Starter || by[c.By] || c.By != bea && c.By != cyd {
			wrong("%s counts as an approver", c.By)
		}
		by[c.By] = true
	}
	before, after := r.Find(rotation.KindApprove), next.Find(rotation.KindApprove)
	if before.State != rotation.Ticked && after.State == rotation.Ticked && len(by) < next.Quorum() {
		wrong("it is approved by %d people", len(by))
	}
	w.debts(r, next, wrong)
	w.review(next, wrong)
}

func (w *walk) endCanBeReached() {
	reached := map[string]bool{}
	var todo []string
	for key, r := range w.seen {
		if r.State != rotation.Running {
			todo, reached[key] = append(todo, key), true
		}
	}
	for len(todo) > 0 {
		for _, key := range w.from[todo[0]] {
			if !reached[key] {
				todo, reached[key] = append(todo, key), true
			}
		}
		todo = todo[1:]
	}
	for key := range w.seen {
		if !reached[key] {
			w.Errorf("nothing leads to an end from %s", key)
		}
	}
}

// copies makes clones of r, and is quicker at it than Clone: the plan isn't
// changed but replaced.
func copies(r *rotation.Rotation) func() *rotation.Rotation {
	bare := *r
	bare.Plan = rotation.Plan{}
	text := []byte(marshal(bare))
	return func() *rotation.Rotation {
		out := new(rotation.Rotation)
		if err := json.Unmarshal(text, out); err != nil {
			panic(err)
		}
		out.Plan = r.Plan
		return out
	}
}

func marshal(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// abstract is what tells states apart.
func abstract(r *rotation.Rotation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s>%s by %s at %d:", r.State, r.Ending, r.Holder, r.At)
	for i, s := range r.Steps {
		fmt.Fprintf(&b, " %s=%s", s.ID, s.State)
		if s.Attestable && i == r.At {
			b.WriteString("+attest")
		}
		if s.Attested != "" && (!r.Committed() || r.Emergency() || i == r.At) {
			b.WriteString("+" + string(s.Attested))
		}
		if s.Problem != nil {
			fmt.Fprintf(&b, "%v%t", s.Problem.Choices, s.Problem.NoRetry)
		}
		if n := len(s.Effects); n > 0 && s.Effects[n-1].State != rotation.Declined {
			b.WriteString("+sent")
		}
	}
	var claims []string
	approved := map[bool]int{} // by whether they hold it
	for _, c := range r.Claims {
		if c.State == rotation.Claimed {
			claim := fmt.Sprintf("%s by %s", c.Verb, c.By)
			if s := r.Step(); c.Step != s.ID || c.Round != s.Round || c.Hash != r.Bound() || c.By != bea && c.By != cyd {
				claim = "in vain"
			}
			claims = append(claims, claim)
		}
	}
	counted := map[rotation.Person]bool{}
	for _, c := range r.Approved() {
		if !counted[c.By] {
			approved[c.By == r.Holder]++
		}
		counted[c.By] = true
	}
	slices.Sort(claims)
	f := r.Facts
	fmt.Fprintf(&b, " | %v | approved %v new %t way %s promoted %t old %s changed %t",
		slices.Compact(claims), approved, f.New != "", f.Way, !f.Promoted.IsZero(), f.Old, r.Changed != "" && !r.Committed())
	b.WriteString(besides(r))
	return b.String()
}
