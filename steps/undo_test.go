package steps_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestRevoking(t *testing.T) {
	within(t, "is done once though GitHub doesn't answer", func(t *testing.T) {
		town := revoking(t)
		town.fault("Revoke", noAnswer("GitHub", "revoking"))
		town.pass(62 * time.Minute)
		town.world.mu.Lock()
		town.tokens["old"].dead = true // it had landed
		town.world.mu.Unlock()
		town.pass(2 * time.Minute)
		town.done("revoke", "the old token is refused by GitHub")
		if town.made("Revoke") != 1 {
			t.Errorf("%v", town.calls)
		}
	})
	within(t, "that GitHub accepts and doesn't do is looked at again", func(t *testing.T) {
		town := revoking(t)
		town.world.mu.Lock()
		town.lenient = true
		town.world.mu.Unlock()
		town.pass(62 * time.Minute)
		if s := town.at("revoke", rotation.Open); !strings.Contains(s.Note, "GitHub accepted the revocation and still answers the old token") {
			t.Errorf("%q", s.Note)
		}
		town.world.mu.Lock()
		town.tokens["old"].dead = true
		town.world.mu.Unlock()
		town.pass(2 * time.Minute)
		town.done("revoke", "the old token is refused by GitHub")
		if town.made("Revoke") != 1 {
			t.Errorf("%v", town.calls)
		}
	})
	within(t, "is asked about again if the approver left meanwhile", func(t *testing.T) {
		town := revoking(t)
		town.mu.Lock()
		town.in = func(p rotation.Person) bool { return p == "U0CYD" }
		town.mu.Unlock()
		town.pass(62 * time.Minute)
		if s := town.at("approve", rotation.Open); !strings.Contains(rotation.Plain(s.Asked), "@U0BEA approved this and may not approve any more") || town.made("Revoke") != 0 {
			t.Errorf("%q", s.Asked)
		}
		town.press(rotation.Approve, "U0CYD", "")
		town.pass(2 * time.Minute)
		if town.r().State != rotation.Complete || town.made("Revoke old") != 1 || town.made("Dispatch") != 1 {
			t.Errorf("%s, %v", town.r().State, town.calls)
		}
	})
	within(t, "by a person is proven by Check now", func(t *testing.T) {
		town := revoking(t, "with: {by: rekey, soak: 1h}", "with: {by: holder, soak: 1h}")
		town.pass(62 * time.Minute)
		s, r := town.at("revoke", rotation.Open), town.r()
		if s.By != rotation.Holder || r.Turn.To != rotation.Holder || s.Note != "Delete the old token, which belongs to modernisation-platform-ci, then press Check now: Rekey proves that it is refused." {
			t.Errorf("%s %+v %q", s.By, r.Turn, s.Note)
		}
		town.press(rotation.Check, ann, "")
		if s := town.at("revoke", rotation.Open); !strings.Contains(s.Note, "The old token still works.") {
			t.Errorf("%q", s.Note)
		}
		town.world.mu.Lock()
		town.tokens["old"].dead = true
		town.world.mu.Unlock()
		town.pass(time.Minute)
		town.press(rotation.Check, ann, "")
		town.done("revoke", "the old token is refused by GitHub")
		if town.r().State != rotation.Complete || town.made("Revoke") != 0 {
			t.Errorf("%s", town.r().State)
		}
	})
	within(t, "what may not be read is left to the holder's word, and stays a debt", func(t *testing.T) {
		town := revoking(t, "read: [pending, current, previous]", "read: [pending, current]")
		town.pass(62 * time.Minute)
		s := town.at("revoke", rotation.Open)
		if !s.Attestable || !strings.Contains(s.Note, "press Attest… when it is.") {
			t.Errorf("%q", s.Note)
		}
		town.press(rotation.Attest, ann, "")
		if r := town.r(); r.State != rotation.Complete || len(r.Debts) != 1 || town.made("Revoke") != 0 {
			t.Errorf("%s, %v", r.State, r.Debts)
		}
	})
}

func TestCancellingLeavesNothingBehind(t *testing.T) {
	within(t, "when nothing was regenerated", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.press(rotation.Cancel, ann, "")
		if r := town.r(); r.State != rotation.Cancelled || rotation.Plain(strings.Join(r.Find(rotation.KindWithdraw).Evidence, "|")) != "the old token still works" || town.made("Move") != 0 {
			t.Errorf("%s, %v", r.State, town.calls)
		}
	})
	within(t, "of a staged version, and the old one stays current", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.put("fresh")
		town.at("approve", rotation.Open)
		town.press(rotation.Cancel, ann, "")
		town.done("withdraw", "AWSPENDING taken off our version")
		if town.r().State != rotation.Cancelled || town.label(rotation.Pending) != "" || town.label(rotation.Current) != v1 {
			t.Errorf("%v", town.secrets[name].labels)
		}
	})
	within(t, "of a staged version that a refusal ended", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.put("fresh")
		town.press(rotation.Refuse, bea, "")
		if town.pass(time.Second); town.r().State != rotation.Refused || town.label(rotation.Pending) != "" {
			t.Errorf("%s, %v", town.r().State, town.secrets[name].labels)
		}
	})
	within(t, "but a token that was regenerated already needs its new one", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.press(rotation.Cancel, ann, "")
		if s := town.at("regenerate", rotation.Open); s.Asked != "It can't be cancelled: the old token is refused already, so its users need the new one." {
			t.Errorf("%q", s.Asked)
		}
		town.put("fresh")
		town.at("run", rotation.Open)
	})
	within(t, "but a new value that is current already is finished", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.fault("Describe", noAnswer("AWS", "DescribeSecret"))
		town.pass(6 * time.Second)
		town.makes("fresh", "old")
		town.save(v3, "fresh")
		town.press(rotation.Cancel, ann, "")
		town.fault("Describe", nil)
		town.pass(time.Minute)
		if s := town.r().Find(rotation.KindReceive); s.Asked != "It can't be cancelled: a new token was saved and is current already." || s.State != rotation.Ticked {
			t.Errorf("%+v", s)
		}
		town.at("run", rotation.Open)
	})
	within(t, "and a foreign AWSPENDING is left alone", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.stage(v3, "stranger")
		town.pass(6 * time.Second)
		town.at("regenerate", rotation.Parked)
		town.press(rotation.Cancel, ann, "")
		if town.r().State != rotation.Cancelled || town.label(rotation.Pending) != v3 {
			t.Errorf("%s, %v", town.r().State, town.secrets[name].labels)
		}
	})
	within(t, "whether AWS answers or not", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		staged := town.put("fresh")
		town.fault("Move", noAnswer("AWS", "UpdateSecretVersionStage"))
		town.press(rotation.Cancel, ann, "")
		town.at("withdraw", rotation.Open)
		town.fault("Move", nil)
		town.pass(30 * time.Second)
		if town.r().State != rotation.Cancelled || town.label(rotation.Pending) != "" || town.made("Move "+rotation.Pending+" to  from "+staged) != 2 {
			t.Errorf("%s, %v", town.r().State, town.calls)
		}
	})
}

func TestNobodyIsSaidToHaveAttestedWhoDidNot(t *testing.T) {
	within(t, "a cancellation whose old token may not be read", func(t *testing.T) {
		town := visit(t, "read: [pending, current, previous]", "read: []")
		town.approve()
		town.press(rotation.Cancel, ann, "")
		r := town.r()
		if w := r.Find(rotation.KindWithdraw); r.State == rotation.Cancelled && w.Attested == "" {
			t.Errorf("it ended on %q, which nobody did", w.Evidence)
		}
	})
}

func TestARevocationThatLandedIsNotAskedAboutAgain(t *testing.T) {
	within(t, "when its approver leaves", func(t *testing.T) {
		town := revoking(t)
		town.world.mu.Lock()
		town.lenient = true
		town.world.mu.Unlock()
		town.pass(62 * time.Minute)
		town.at("revoke", rotation.Open)
		town.mu.Lock()
		town.in = func(rotation.Person) bool { return false }
		town.mu.Unlock()
		town.world.mu.Lock()
		town.tokens["old"].dead = true
		town.world.mu.Unlock()
		town.pass(2 * time.Minute)
		if r := town.r(); r.State != rotation.Complete {
			t.Errorf("%s asks %q for what is done", r.Step().ID, rotation.Plain(r.Step().Asked))
		}
	})
}
