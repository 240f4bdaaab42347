package steps_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestATokenIsRegenerated(t *testing.T) {
	within(t, "by put, from the command to the proof", func(t *testing.T) {
		town := promoting(t)
		town.done("approve", "@U0BEA")
		town.done("regenerate", "observed: new version 2000-01-01 00:01 UTC", "old token refused by GitHub")
		town.done("promote", "belongs to modernisation-platform-ci", "expires Sat 1 Jul 2000", "3 permissions proven", "1 permission needs a write to prove", "current 2000-01-01 00:01 UTC")
		town.done("replace", "TERRAFORM_GITHUB_TOKEN in "+platform)
		if town.copies[platform+" "+copyName].value != "fresh" || town.copies[environments+" "+copyName].value != "" {
			t.Errorf("the copies are %+v", town.copies)
		}
		r := town.r()
		if town.label(rotation.Current) != r.Facts.New || town.label(rotation.Previous) != v1 || town.label(rotation.Pending) != "" || r.Facts.New != r.EffectID(rotation.KindReceive, "put", 1) {
			t.Errorf("labels %v, new %s", town.secrets[name].labels, r.Facts.New)
		}
		town.pass(time.Minute)
		town.ends("success")
		town.done("run", "run 1187 succeeded")
		town.done("confirm", "TERRAFORM_GITHUB_TOKEN in 2 repositories")
		town.pass(time.Minute)
		town.consumer("success", 1)
		town.done("used", "used by new-environment.yml, run 1188")
		r = town.r()
		f := r.Facts
		if r.State != rotation.Complete || len(r.Debts) != 0 || f.Old != rotation.OldRefused || f.Run != "1187" || f.UsedBy != "new-environment.yml, run 1188" {
			t.Errorf("%s, debts %v, %+v", r.State, r.Debts, f)
		}
		if f.FailingSince.IsZero() || f.FailingSince.After(f.OldDead) || !f.Promoted.After(f.FailingSince) || !f.Used.After(f.Copied) {
			t.Errorf("failing since %s, dead %s, promoted %s, copied %s, used %s", f.FailingSince, f.OldDead, f.Promoted, f.Copied, f.Used)
		}
		for _, once := range []string{"Move " + rotation.Current, "Move " + rotation.Pending, "PutCopy", "Dispatch"} {
			if n := town.made(once); n != 1 {
				t.Errorf("%s was sent %d times", once, n)
			}
		}
		if n := town.made("Owner old"); n != 2 {
			t.Errorf("the old token was tried %d times: once at the start, once when the new one came", n)
		}
	})
	within(t, "and saved in the console", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.save(v3, "fresh")
		town.done("regenerate", "observed: saved in the console", "old token refused")
		town.at("run", rotation.Open)
		if f := town.r().Facts; f.Way != rotation.ByConsole || f.Promoted != f.Created || f.New != v3 || town.made("Move") != 0 {
			t.Errorf("%+v, %v", f, town.calls)
		}
		town.pass(time.Minute)
		town.ends("success")
		town.pass(time.Minute)
		town.consumer("success", 1)
		if r := town.r(); r.State != rotation.Complete {
			t.Errorf("%s", r.State)
		}
	})
	within(t, "and saved in the console before the approval, which covers what is left", func(t *testing.T) {
		town := visit(t)
		town.makes("fresh", "old")
		town.save(v3, "fresh")
		if s := town.at("approve", rotation.Open); !town.r().Facts.Early || s.Note == "" {
			t.Errorf("early %t, note %q", town.r().Facts.Early, s.Note)
		}
		town.approve()
		town.done("regenerate", "observed: saved in the console")
		town.at("run", rotation.Open)
	})
	within(t, "when the old one had expired before", func(t *testing.T) {
		town := visitAfter(t, func(town *town) { town.tokens["old"].dead = true })
		town.approve()
		town.makes("fresh", "")
		town.put("fresh")
		town.done("regenerate", "old token refused by GitHub")
		town.at("run", rotation.Open)
	})
	within(t, "whose old value may not be read stays a debt", func(t *testing.T) {
		town := promoting(t, "read: [pending, current, previous]", "read: [pending]")
		town.done("regenerate", "old token: not proven dead")
		if s := town.at("replace", rotation.Open); s.By != rotation.Holder || !strings.Contains(s.Note, "Rekey may not read the value. Set the Actions secret") {
			t.Errorf("%s: %s", s.By, s.Note)
		}
		if d := town.r().Debts; len(d) != 1 || d[0].What != "The old token of GitHub MP CI User PAT" || town.made("Owner old") != 0 {
			t.Errorf("debts %v, %v", d, town.calls)
		}
	})
}

func TestATokenIsReplacedBesideTheOldOne(t *testing.T) {
	within(t, "and the old one is revoked last, after an hour", func(t *testing.T) {
		town := revoking(t)
		town.done("create", "observed: new version")
		town.done("check", "belongs to modernisation-platform-ci")
		var order []string
		for _, s := range town.r().Steps {
			order = append(order, s.ID)
		}
		if want := []string{"create", "check", "approve", "promote", "replace", "run", "confirm", "used", "revoke"}; !slices.Equal(order, want) {
			t.Errorf("%v", order)
		}
		town.pass(50 * time.Minute)
		town.at("revoke", rotation.Open)
		if town.tokens["old"].dead {
			t.Error("the old token was revoked too early")
		}
		town.pass(12 * time.Minute)
		town.done("revoke", "the old token is refused by GitHub")
		if r := town.r(); r.State != rotation.Complete || town.made("Revoke old") != 1 || len(r.Debts) != 0 || r.Facts.Old != rotation.OldRefused {
			t.Errorf("%s, %v", r.State, r.Debts)
		}
	})
	within(t, "and rolled back while the old one is kept", func(t *testing.T) {
		town := revoking(t)
		town.press(rotation.RollBack, ann, "")
		town.at("back_run", rotation.Open)
		town.done("back_restore", "the old token works and is current again")
		if town.label(rotation.Current) != v1 || town.copies[platform+" "+copyName].value != "old" {
			t.Errorf("labels %v, copies %v", town.secrets[name].labels, town.copies)
		}
		town.pass(time.Minute)
		town.ends("success")
		town.pass(time.Minute)
		town.consumer("success", 1)
		r := town.r()
		if r.State != rotation.RolledBack || len(r.Debts) != 1 || r.Debts[0].What != "The new token of GitHub MP CI User PAT (version "+r.Facts.New+")" || town.made("Revoke") != 0 {
			t.Errorf("%s, debts %v", r.State, r.Debts)
		}
	})
	within(t, "is not rolled back over a third version", func(t *testing.T) {
		town := revoking(t)
		town.save(v4, "stranger")
		town.world.mu.Lock()
		town.secrets[name].labels["kept"] = v1
		town.secrets[name].labels[rotation.Previous] = v1
		town.world.mu.Unlock()
		town.press(rotation.RollBack, ann, "")
		town.parked("back_restore", "Somebody else changed the secret: AWSCURRENT is on version "+v4, "Rekey moved nothing.", "then press Retry")
	})
	within(t, "asks again when the approver left before the switch", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.fault("Move "+rotation.Current, refused("AWS", "UpdateSecretVersionStage", "AccessDeniedException", "secretsmanager:UpdateSecretVersionStage on "+name))
		town.put("fresh")
		town.approve()
		town.parked("promote", "Rekey may not do this at AWS", "not yet current. The old one is untouched.", "secretsmanager:UpdateSecretVersionStage")
		town.mu.Lock()
		town.in = func(rotation.Person) bool { return false }
		town.mu.Unlock()
		town.fault("Move "+rotation.Current, nil)
		town.press(rotation.Retry, ann, "")
		if s := town.at("approve", rotation.Open); rotation.Plain(s.Asked) != "@U0BEA approved this and may not approve any more, so somebody else has to." {
			t.Errorf("asked %q", s.Asked)
		}
	})
	within(t, "asks again for an approval that is older than a week", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.fault("Owner fresh", noAnswer("GitHub", "signing in"))
		town.put("fresh")
		town.at("check", rotation.Open)
		town.fault("Owner fresh", nil)
		town.pass(time.Minute)
		town.fault("Owner fresh", noAnswer("GitHub", "signing in"))
		town.approve()
		town.at("promote", rotation.Open)
		town.pass(8 * 24 * time.Hour)
		if s := town.at("approve", rotation.Open); rotation.Plain(s.Asked) != "The approval by @U0BEA is older than it may be, so it is asked for again." {
			t.Errorf("asked %q", s.Asked)
		}
	})
}

func TestARollBackThatIsImpossibleRunsNothingAgain(t *testing.T) {
	within(t, "the old one is dead", func(t *testing.T) {
		town := revoking(t)
		town.world.mu.Lock()
		town.tokens["old"].dead = true
		town.world.mu.Unlock()
		town.press(rotation.RollBack, ann, "")
		town.pass(2 * time.Minute)
		if r := town.r(); r.State != rotation.Complete || town.made("Dispatch") != 1 || town.made("PutCopy") != 1 {
			t.Errorf("%s at %d of %d steps, %v", r.State, r.At, len(r.Steps), town.calls)
		}
	})
}

func TestLooksThatShowNothingNewAreNotLogged(t *testing.T) {
	within(t, "of a run that goes on", func(t *testing.T) {
		town := promoting(t)
		before := town.r().Version
		town.pass(2 * time.Minute)
		if n := town.r().Version - before; n > 0 {
			t.Errorf("%d new versions, each of which redraws the card", n)
		}
	})
	within(t, "of a save before the approval", func(t *testing.T) {
		town := visit(t)
		town.makes("fresh", "old")
		town.save(v3, "fresh")
		before := town.r().Version
		town.pass(2 * time.Minute)
		if n := town.r().Version - before; n > 0 {
			t.Errorf("%d new versions, each of which redraws the card", n)
		}
	})
	within(t, "of a run that doesn't count", func(t *testing.T) {
		town := using(t)
		town.pass(time.Minute)
		town.consumer("skipped", 1)
		before := town.r().Version
		town.pass(2 * time.Minute)
		if n := town.r().Version - before; n > 0 {
			t.Errorf("%d new versions, each of which redraws the card", n)
		}
	})
}

func TestAnIntendedSwitchIsNotAskedAboutAgain(t *testing.T) {
	within(t, "when its approver leaves", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		staged := town.put("fresh")
		town.fault("Move "+rotation.Current, noAnswer("AWS", "UpdateSecretVersionStage"))
		town.approve()
		town.at("promote", rotation.Open)
		town.world.mu.Lock() // it had landed
		s := town.secrets[name]
		s.labels[rotation.Current], s.labels[rotation.Previous] = staged, v1
		town.world.mu.Unlock()
		town.mu.Lock()
		town.in = func(rotation.Person) bool { return false }
		town.mu.Unlock()
		town.pass(time.Minute)
		town.at("run", rotation.Open)
	})
}

func TestARollBackWithoutCopiesSeesItsOwnRuns(t *testing.T) {
	within(t, "only", func(t *testing.T) {
		town := revoking(t, `      copies:
        - {repo: ministryofjustice/modernisation-platform, name: TERRAFORM_GITHUB_TOKEN, needed_by_workflow: true}
        - {repo: ministryofjustice/modernisation-platform-environments, name: TERRAFORM_GITHUB_TOKEN}
`, "      copies: []\n")
		town.press(rotation.RollBack, ann, "")
		town.pass(time.Minute)
		town.ends("success")
		if r := town.r(); r.State != rotation.Running {
			t.Errorf("%s, used by %s, which ran before the roll back", r.State, r.Facts.UsedBy)
		}
	})
}
