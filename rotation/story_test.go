package rotation_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// The people of these tests. Bea and Cyd are in the approver group.
const (
	ann rotation.Person = "U0ANN" // starts, and holds at first
	bea rotation.Person = "U0BEA"
	cyd rotation.Person = "U0CYD"
	dan rotation.Person = "U0DAN" // in no group
)

// began is a Monday morning.
var began = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// thePlan is a short plan of each overlap, with the kinds that the state
// machine knows and one that it doesn't.
func thePlan(overlap rotation.Overlap) rotation.Plan {
	p := rotation.Plan{
		Secret: "tok", Title: "The token", Noun: "token", SecretID: "tok", Region: "eu-west-2", Overlap: overlap,
		Entry: rotation.EntryCLI, Read: []string{"pending", "current", "previous"}, Quorum: 1, Every: 180,
		Owner: rotation.Handle{Name: "@team", ID: "S0TEAM"}, Channel: rotation.Handle{Name: "#platform", ID: "C0PLATFORM"},
		Approvers: rotation.Handle{Name: "@approvers", ID: "S0APPROVERS"}, Baseline: "v1",
	}
	kinds := []string{rotation.KindApprove, rotation.KindReceive, rotation.KindPromote, "run", rotation.KindUsed}
	if overlap == rotation.SideBySide {
		kinds = []string{rotation.KindReceive, "check", rotation.KindApprove, rotation.KindPromote, "run", rotation.KindUsed, "revoke"}
		p.RollBack = stepsOf("back_", rotation.KindRestore, "run")
	}
	p.Steps = stepsOf("", kinds...)
	return p
}

func stepsOf(prefix string, kinds ...string) []rotation.Step {
	var out []rotation.Step
	for _, kind := range kinds {
		by := map[string]rotation.Party{rotation.KindApprove: rotation.Approvers, rotation.KindReceive: rotation.Holder}[kind]
		if by == "" {
			by = rotation.Rekey
		}
		out = append(out, rotation.Step{ID: prefix + kind, Kind: kind, Title: "Do " + kind, Done: "Did " + kind, By: by, With: json.RawMessage(`{"login":"ci"}`)})
	}
	return out
}

// A story is a rotation and what happens to it, told line by line. Each line
// takes a minute.
type story struct {
	*testing.T
	r   *rotation.Rotation
	now time.Time
}

func tell(t *testing.T, overlap rotation.Overlap) *story { return tellPlan(t, thePlan(overlap)) }

func tellPlan(t *testing.T, plan rotation.Plan) *story {
	t.Helper()
	r, event := rotation.New(plan, ann, began)
	if event.Kind != "started" || event.By != ann {
		t.Errorf("a rotation starts with the event %+v", event)
	}
	r.ID, r.Facts.OldVersion = 7, plan.Baseline
	return &story{t, r, began}
}

func (s *story) later() time.Time {
	s.now = s.now.Add(time.Minute)
	return s.now
}

func (s *story) pressing(verb rotation.Verb, by rotation.Person) rotation.Press {
	p := rotation.Press{Verb: verb, By: by, Reason: "because"}
	if step := s.r.Step(); step != nil {
		p.Step, p.Round = step.ID, step.Round
	}
	return p
}

// press presses a button as it is drawn now, which must do something.
func (s *story) press(verb rotation.Verb, by rotation.Person) []rotation.Event {
	s.Helper()
	return s.pressed(s.pressing(verb, by))
}

func (s *story) pressed(p rotation.Press) []rotation.Event {
	s.Helper()
	events, err := s.r.Press(p, s.later())
	if err != nil {
		s.Fatalf("%s by %s: %v", p.Verb, p.By, rotation.Plain(err.Error()))
	}
	if len(events) == 0 {
		s.Errorf("%s by %s is not in the log", p.Verb, p.By)
	}
	return events
}

// refused presses a button that must be refused, with a sentence that has the
// given words.
func (s *story) refused(verb rotation.Verb, by rotation.Person, reason rotation.Reason, words string) {
	s.Helper()
	s.refusedPress(s.pressing(verb, by), reason, words)
}

func (s *story) refusedPress(p rotation.Press, reason rotation.Reason, words string) {
	s.Helper()
	before := s.r.Clone()
	_, err := s.r.Press(p, s.later())
	var e *rotation.Error
	switch {
	case !errors.As(err, &e):
		s.Fatalf("%s by %s was not refused: %v", p.Verb, p.By, err)
	case e.Reason != reason || !strings.Contains(rotation.Plain(e.Error()), words):
		s.Errorf("%s by %s was refused as %q: %s\nwant %q: …%s…", p.Verb, p.By, e.Reason, rotation.Plain(e.Error()), reason, words)
	}
	before.Touched = s.r.Touched // the store drops what a refused press changed
	if was, is := text(before), text(s.r); was != is {
		s.Errorf("a refused press changed the rotation from\n%s\nto\n%s", was, is)
	}
}

// settle lets Slack say that these people are in the approver group, and that
// everybody else who pressed isn't.
func (s *story) settle(in ...rotation.Person) []rotation.Event {
	var verdicts []rotation.Verdict
	for _, c := range s.r.OpenClaims() {
		v := rotation.Verdict{By: c.By, Count: slices.Contains(in, c.By)}
		if !v.Count {
			v.Why = "You are not in @approvers."
		}
		verdicts = append(verdicts, v)
	}
	return s.r.Settle(verdicts, s.later())
}

func (s *story) approve(by ...rotation.Person) {
	s.Helper()
	for _, p := range by {
		s.press(rotation.Approve, p)
	}
	s.settle(by...)
}

func (s *story) record(o rotation.Outcome) []rotation.Event {
	return s.r.Record(o, s.later())
}

// arrive lets the new value come in as a staged version. Without overlap its
// making has ended the old one.
func (s *story) arrive(version string) {
	s.record(rotation.Done("observed").Knowing(func(f *rotation.Facts) {
		f.New, f.Way = version, rotation.ByPut
		if s.r.Plan.Overlap == rotation.None {
			f.Old = rotation.OldRefused
		}
	}))
}

func (s *story) promoted() {
	s.record(rotation.Done("current").Knowing(func(f *rotation.Facts) { f.Promoted = s.now }))
}

// side tells a side-by-side rotation up to the given step.
func side(t *testing.T, upTo string) *story {
	t.Helper()
	s := tell(t, rotation.SideBySide)
	for s.r.Step().ID != upTo {
		switch s.r.Step().Kind {
		case rotation.KindReceive:
			s.arrive("v2")
		case rotation.KindApprove:
			s.approve(bea)
		case rotation.KindPromote:
			s.promoted()
		default:
			s.record(rotation.Done("seen"))
		}
	}
	return s
}

// at checks which step is the current one, and how it stands.
func (s *story) at(id string, state rotation.StepState) {
	s.Helper()
	switch step := s.r.Step(); {
	case step == nil:
		s.Fatalf("the rotation is %s, want step %s", s.r.State, id)
	case step.ID != id || step.State != state:
		s.Fatalf("step %s is %s, want %s to be %s", step.ID, step.State, id, state)
	}
}

// ended checks that the rotation is over.
func (s *story) ended(state rotation.State, reason string) {
	s.Helper()
	if s.r.Step() != nil || s.r.State != state || s.r.Reason != reason || s.r.Ended.IsZero() {
		s.Fatalf("the rotation is %s because %q, want %s because %q", s.r.State, s.r.Reason, state, reason)
	}
}

// turn checks who is needed now.
func (s *story) turn(to rotation.Party, kind rotation.TurnKind) {
	s.Helper()
	if s.r.Turn.To != to || s.r.Turn.Kind != kind {
		s.Errorf("it is the turn of %s to %s, want %s to %s", s.r.Turn.To, s.r.Turn.Kind, to, kind)
	}
}

// answered checks that an event answers a person with a sentence.
func (s *story) answered(events []rotation.Event, to rotation.Person, words string) {
	s.Helper()
	for _, e := range events {
		if e.Reply != nil && e.Reply.To == to && e.Reply.Channel == "C0PLATFORM" && strings.Contains(rotation.Plain(e.Reply.Text), words) {
			return
		}
	}
	s.Errorf("%s was not answered …%s… but %s", to, words, text(events))
}

func text(v any) string {
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return string(out)
}

// park is a problem that offers the given presses besides Retry.
func parkWith(choices ...rotation.Choice) rotation.Outcome {
	return rotation.Park(rotation.Problem{What: "It is stuck.", Safe: "All is safe.", Next: "Do this.", Choices: choices})
}
