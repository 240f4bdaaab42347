package rotation_test

import (
	"errors"
	"testing"
	"time"

	"rekey/rotation"
)

func TestSlackThatIsSilentLosesNoPress(t *testing.T) {
	within(t, "Slack that doesn't say who may approve loses no press", func(t *testing.T) {
		d := start(t, rotation.None, nil)
		quiet := true
		d.members = func(p rotation.Person) (bool, error) {
			if quiet {
				return false, &rotation.ProviderError{Provider: "Slack", Op: "usergroups.users.list", Code: "timeout"}
			}
			return approvers(p)
		}
		d.run()
		defer d.stop()
		d.after(time.Second)
		if err := d.press(rotation.Approve, bea); err != nil {
			t.Fatal(err)
		}
		r := d.after(10 * time.Minute)
		if r.Step().ID != "approve" || len(r.OpenClaims()) != 1 || len(d.events("slack silent")) != 1 {
			t.Errorf("%s", text(r.Claims))
		}
		quiet = false
		if r := d.after(time.Minute); r.Step().ID != "receive" {
			t.Errorf("%s", text(r.Step()))
		}
	})
}

func TestOnePersonThatSlackDoesNotKnowHoldsUpNobody(t *testing.T) {
	within(t, "in time", func(t *testing.T) {
		d := start(t, rotation.None, nil)
		d.members = func(p rotation.Person) (bool, error) {
			if p == dan {
				return false, errors.New("user_not_found")
			}
			return approvers(p)
		}
		d.run()
		defer d.stop()
		d.after(time.Second)
		if err := errors.Join(d.press(rotation.Approve, dan), d.press(rotation.Approve, bea)); err != nil {
			t.Fatal(err)
		}
		if r := d.after(3 * time.Minute); r.Step().ID != "receive" {
			t.Errorf("bea's approval isn't counted: %s", text(r.Claims))
		}
	})
}
