package rotation

import (
	"strings"
	"testing"
)

func TestAnybodyMayCallAStepWrongAtAnyTime(t *testing.T) {
	r := &Rotation{ID: 4, State: Complete, At: 1, Plan: Plan{Secret: "x"}, Steps: []StepRun{{Step: Step{ID: "save", Title: "Save it"}, State: Ticked}}}
	press := Press{Verb: CallWrong, By: "U1", Value: "save", Reason: "It is another team's.", Runbook: "github_pat"}
	events, err := r.Press(press, november)
	if err != nil || len(events) != 1 || events[0].Kind != RemarkMade || events[0].Step != "save" || events[0].By != "U1" || !strings.Contains(events[0].Text, "another team's") {
		t.Fatalf("%+v, %v", events, err)
	}
	if x := r.Remarks[0]; x.Title != "Save it" || x.Runbook != "github_pat" || x.Text != press.Reason || x.Where != "" || !x.At.Equal(november) {
		t.Errorf("%+v", x)
	}
	press.Value = "gone"
	if _, err := r.Press(press, november); !Is(err, Stale) {
		t.Error(err)
	}
	press.Value = "save"
	for len(r.Remarks) < maxRemarks {
		if _, err := r.Press(press, november); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Press(press, november); !Is(err, NotNow) {
		t.Error("there is no end of them", err)
	}
}
