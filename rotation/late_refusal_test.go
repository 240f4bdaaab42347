package rotation_test

import (
	"strings"
	"testing"

	"rekey/rotation"
)

// An approval that is asked for again after the switch can be given or withheld;
// refusing it couldn't undo the switch.
func TestARefusalAfterTheSwitchIsNotTaken(t *testing.T) {
	s := side(t, "revoke")
	s.record(rotation.Reapprove("An approver left."))
	s.at("approve", rotation.Open)
	if s.r.MayRefuse() {
		t.Error("a refusal is offered")
	}
	_, err := s.r.Press(s.pressing(rotation.Refuse, bea), s.later())
	if !rotation.Is(err, rotation.NotNow) || !strings.Contains(err.Error(), "Roll it back") {
		t.Errorf("got %v", err)
	}
	s.approve(bea)
	s.at("revoke", rotation.Open)
}

// What was seen of one secret says nothing of another.
func TestANewPlanForAnotherSecretStartsAnew(t *testing.T) {
	s := tell(t, rotation.None)
	fresh := thePlan(rotation.None)
	fresh.SecretID = "elsewhere"
	s.r.Compare(fresh, s.later())
	press := s.pressing(rotation.NewPlan, ann)
	press.Plan = fresh
	if _, err := s.r.Press(press, s.later()); !rotation.Is(err, rotation.NotNow) || !strings.Contains(err.Error(), "Cancel this rotation and start a new one") {
		t.Errorf("got %v", err)
	}
	s.at("approve", rotation.Parked)
}

// An approver who started it may well say no to it.
func TestTheStarterMayRefuseAsAnApprover(t *testing.T) {
	s := tell(t, rotation.None)
	if _, err := s.r.Press(s.pressing(rotation.Refuse, ann), s.later()); err != nil {
		t.Fatal(err)
	}
	s.settle(ann)
	s.ended(rotation.Refused, "because")
}
