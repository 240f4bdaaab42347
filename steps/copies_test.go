package steps_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestCopies(t *testing.T) {
	for _, code := range []string{"403", "404"} {
		within(t, "that GitHub doesn't show ("+code+") stop the rotation before anybody approves", func(t *testing.T) {
			hidden := "CopyUpdated " + environments
			town := visitAfter(t, func(town *town) { town.faults[hidden] = refused("GitHub", "reading", code, "") })
			town.parked("approve", "GitHub doesn't show the Actions secret TERRAFORM_GITHUB_TOKEN of "+environments+" ("+code+")", "Rekey changed nothing there.",
				"Give Rekey's GitHub identity the right Secrets: read on "+environments)
			town.fault(hidden, nil)
			town.press(rotation.Retry, ann, "")
			town.approve()
			town.makes("fresh", "old")
			town.pass(time.Minute)
			town.put("fresh")
			town.fault(hidden, refused("GitHub", "reading", code, ""))
			town.ends("success")
			town.parked("confirm", "GitHub doesn't show the Actions secret", "", "then press Retry")
		})
	}
	within(t, "that didn't move are waited for, and then asked about", func(t *testing.T) {
		town := promoting(t)
		before := town.copies[environments+" "+copyName].updated
		town.pass(time.Minute)
		town.world.mu.Lock()
		r := town.runs[0]
		r.Status, r.Conclusion, r.Updated = "completed", "success", town.second() // and it wrote nothing
		town.world.mu.Unlock()
		town.pass(time.Minute)
		if s := town.at("confirm", rotation.Open); s.Note != "waiting for GitHub to show a new date on TERRAFORM_GITHUB_TOKEN in "+environments {
			t.Errorf("%q", s.Note)
		}
		town.pass(5 * time.Minute)
		town.parked("confirm", "GitHub shows no new date on TERRAFORM_GITHUB_TOKEN in "+environments, "That copy still holds the old one.", "Retry looks again.")
		town.world.mu.Lock()
		town.copies[environments+" "+copyName].updated = town.second()
		town.world.mu.Unlock()
		town.press(rotation.Retry, ann, "")
		town.at("used", rotation.Open)
		if f := town.r().Facts; !f.CopiesBefore[environments+" "+copyName].Equal(before) || !f.Copied.Equal(town.copies[environments+" "+copyName].updated) {
			t.Errorf("%+v", f)
		}
	})
	within(t, "that Rekey may not write are written by a person, and ticked by their date", func(t *testing.T) {
		town := visit(t)
		town.fault("PutCopy", refused("GitHub", "writing", "403", "Secrets: write on "+platform))
		town.approve()
		town.makes("fresh", "old")
		town.pass(time.Minute)
		town.put("fresh")
		s, r := town.at("replace", rotation.Open), town.r()
		if s.By != rotation.Holder || r.Turn.To != rotation.Holder || r.Turn.Kind != rotation.TurnStep || !strings.HasPrefix(s.Note, "GitHub doesn't let Rekey write it") || !strings.Contains(s.Note, "Set the Actions secret TERRAFORM_GITHUB_TOKEN of "+platform) {
			t.Errorf("%s, %+v, %q", s.By, r.Turn, s.Note)
		}
		if town.made("Dispatch") != 0 {
			t.Error("the workflow was started with the dead token")
		}
		town.world.mu.Lock()
		*town.copies[platform+" "+copyName] = copied{town.second(), "fresh"}
		town.world.mu.Unlock()
		town.pass(6 * time.Second)
		town.at("run", rotation.Open)
	})
	within(t, "are written once though GitHub doesn't answer", func(t *testing.T) {
		town := visit(t)
		town.fault("PutCopy", noAnswer("GitHub", "writing"))
		town.approve()
		town.makes("fresh", "old")
		town.pass(time.Minute)
		town.put("fresh")
		town.at("replace", rotation.Open)
		town.world.mu.Lock()
		*town.copies[platform+" "+copyName] = copied{town.second(), "fresh"}
		town.world.mu.Unlock()
		town.pass(2 * time.Minute)
		town.at("run", rotation.Open)
		if town.made("PutCopy") != 1 {
			t.Errorf("%v", town.calls)
		}
	})
	within(t, "that moved by somebody else's hand count", func(t *testing.T) {
		town := visit(t)
		town.fault("Try", noAnswer("GitHub", "trying"))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.fault("Try", nil)
		town.pass(time.Minute)
		town.ends("success")
		town.at("used", rotation.Open)
	})
}

func TestAnotherWorkflow(t *testing.T) {
	within(t, "whose job was skipped doesn't count, and the card says so", func(t *testing.T) {
		town := using(t)
		town.pass(time.Minute)
		town.consumer("skipped", 1)
		s := town.at("used", rotation.Open)
		if !strings.Contains(s.Note, "Waiting for a run of new-environment.yml, expected by Sun 9 Jan 2000.") || !strings.Contains(s.Note, `Run 1188 of new-environment.yml doesn't count: job "create-environment" ended as skipped.`) {
			t.Errorf("%q", s.Note)
		}
		town.pass(time.Minute)
		town.consumer("success", 1)
		town.done("used", "used by new-environment.yml, run 1189")
	})
	within(t, "that was run again doesn't count", func(t *testing.T) {
		town := using(t)
		town.pass(time.Minute)
		town.consumer("failure", 2)
		if s := town.at("used", rotation.Open); !strings.Contains(s.Note, "ended as failure, and a re-run proves nothing.") {
			t.Errorf("%q", s.Note)
		}
	})
	within(t, "without the named job doesn't count", func(t *testing.T) {
		town := using(t)
		town.pass(time.Minute)
		town.world.mu.Lock()
		town.begin(platform, "new-environment.yml", "push", "somebody")
		town.world.mu.Unlock()
		town.ends("success", rotation.Job{Name: "other", Conclusion: "success"})
		if s := town.at("used", rotation.Open); !strings.Contains(s.Note, "ended as without a job create-environment") {
			t.Errorf("%q", s.Note)
		}
	})
	within(t, "that began before the copy moved doesn't count", func(t *testing.T) {
		town := promoting(t)
		town.world.mu.Lock()
		early := town.begin(platform, "new-environment.yml", "push", "somebody")
		early.Status, early.jobs = "completed", []rotation.Job{{Name: "create-environment", Conclusion: "success"}}
		fills := town.runs[0]
		town.world.mu.Unlock()
		town.pass(time.Minute)
		town.world.mu.Lock()
		fills.Status, fills.Conclusion, fills.Updated = "completed", "success", town.second()
		for _, c := range town.copies {
			c.updated = town.second()
		}
		town.world.mu.Unlock()
		town.pass(10 * time.Second)
		if s := town.at("used", rotation.Open); strings.Contains(s.Note, "1188") {
			t.Errorf("%q", s.Note)
		}
	})
	within(t, "is waited for without a reminder, and then asked for", func(t *testing.T) {
		town := using(t)
		town.pass(7 * 24 * time.Hour)
		if town.at("used", rotation.Open); town.logged("reminded") != 0 {
			t.Error("somebody was reminded of what nobody has to do")
		}
		town.pass(25 * time.Hour)
		town.parked("used", "No other workflow was seen to use the new token by Sun 9 Jan 2000.", "safe in Secrets Manager, and current", "Run one of new-environment.yml, then press Retry")
	})
	within(t, "can be vouched for by the holder", func(t *testing.T) {
		town := using(t)
		if !town.at("used", rotation.Open).Attestable {
			t.Fatal("it can't be attested")
		}
		town.press(rotation.Attest, ann, "")
		if r := town.r(); r.State != rotation.Complete || r.Find(rotation.KindUsed).Attested != ann {
			t.Errorf("%s", r.State)
		}
	})
	within(t, "is run by Rekey where the catalogue says so", func(t *testing.T) {
		town := using(t, "dispatch: false", "dispatch: true")
		if town.made("Dispatch new-environment.yml") != 1 {
			t.Fatalf("%v", town.calls)
		}
		town.ends("success", rotation.Job{Name: "create-environment", Conclusion: "success"})
		town.done("used", "used by new-environment.yml, run 1188")
	})
}

func TestACopyThatRekeyMayNotWriteIsTriedOnce(t *testing.T) {
	within(t, "a round", func(t *testing.T) {
		town := visit(t)
		town.fault("PutCopy", refused("GitHub", "writing", "403", "Secrets: write on "+platform))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.pass(time.Minute)
		if n := town.made("PutCopy"); n != 1 {
			t.Errorf("the value was sent %d times in a minute, and refused each time; the log has it %d times", n, town.logged("effect refused"))
		}
	})
}

func TestRetryWaitsAnotherEightDaysForAConsumer(t *testing.T) {
	within(t, "as it says", func(t *testing.T) {
		town := using(t)
		town.pass(8*24*time.Hour + time.Hour)
		town.parked("used", "No other workflow was seen", "", "Retry looks for another 8 days.")
		town.press(rotation.Retry, ann, "")
		town.pass(time.Minute)
		town.at("used", rotation.Open)
	})
}
