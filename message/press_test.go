package message

import (
	"strings"
	"testing"

	"rekey/rotation"
)

func TestAPressIsReadBackAsItWasWritten(t *testing.T) {
	for _, value := range []string{"", "6f1c2a30-0000-4000-8000-000000000001", "a.b%c/d e", "…", "."} {
		for _, step := range []string{"approve", "a.b", "%2E", "ü/..", ""} {
			s := begin(t, plan(rotation.None))
			s.r.Steps[0].ID, s.r.Steps[0].Round = step, 3
			text := EncodePress(s.r, rotation.Choose, value)
			id, p, err := DecodePress(text)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			want := rotation.Press{Verb: rotation.Choose, Step: step, Round: 3, Value: value}
			if id != 42 || p.Verb != want.Verb || p.Step != want.Step || p.Round != want.Round || p.Value != want.Value {
				t.Errorf("%q was read as %d %+v", text, id, p)
			}
		}
	}
}

func TestAPressLooksLikeWhatItIs(t *testing.T) {
	s := begin(t, plan(rotation.None)).seen().approve()
	if got := EncodePress(s.r, rotation.Check, ""); got != "42.check.regenerate.1" {
		t.Errorf("EncodePress = %q", got)
	}
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	for _, bad := range []string{
		"", "42", "42.approve", "42.approve.x", "x.approve.x.1", "0.approve.x.1", "-1.approve.x.1", "42.Approve!.x.1",
		"42.approve.%zz.1", "42.approve.x.-1", "42.approve.x.one", "42.approve.x.1.a.b", "42.approve.x.1.%zz",
		"42.approve.x.1." + strings.Repeat("a", 3000), "99999999999999999999.approve.x.1",
	} {
		if id, p, err := DecodePress(bad); err == nil {
			t.Errorf("%q was read as %d %+v", bad, id, p)
		}
	}
}

func FuzzDecodePress(f *testing.F) {
	f.Add("42.approve.regenerate.2")
	f.Add("42.choose.receive.1.6f1c")
	f.Fuzz(func(t *testing.T, s string) {
		id, p, err := DecodePress(s)
		if err == nil && (id < 1 || p.Verb == "" || p.By != "" || p.Reason != "") {
			t.Errorf("%q was read as %d %+v", s, id, p)
		}
	})
}

// No button is drawn that the state machine would refuse whoever pressed it.
func TestEveryOfferedPressLeadsSomewhere(t *testing.T) {
	for _, x := range states(t) {
		for _, text := range values(Card(x.s.r, x.s.context())) {
			_, p, err := DecodePress(text)
			if err != nil {
				t.Fatalf("%s: %v", x.name, err)
			}
			if p.Verb == ShowDetails || p.Verb == ShowHowTo || p.Verb == ShowOptions || p.Verb == FollowLink || p.Verb == rotation.StartOther {
				continue
			}
			accepted := false
			var why error
			for _, by := range []rotation.Person{starter, approver, other, x.s.r.Holder} {
				q := p
				q.By, q.Reason, q.Plan = by, "because", x.s.r.Plan
				if _, err := x.s.r.Clone().Press(q, x.s.now); err == nil {
					accepted = true
				} else {
					why = err
				}
			}
			if !accepted {
				t.Errorf("%s offers %s, and nobody can press it: %v", x.name, text, why)
			}
		}
	}
}
