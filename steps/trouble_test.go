package steps_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// What AWS can refuse, at the first look: before anybody breaks a token.
func TestASecretThatCantBeRotated(t *testing.T) {
	for story, c := range map[string]struct {
		err              error
		what, safe, next string
	}{
		"is missing":                {refused("AWS", "DescribeSecret", "ResourceNotFoundException", ""), "There is no secret github_ci_user_pat in eu-west-2", "Nothing has been changed.", "Check the name"},
		"is scheduled for deletion": {refused("AWS", "DescribeSecret", "InvalidRequestException: marked for deletion", ""), "is scheduled for deletion", "Nothing has been changed.", "Restore it"},
		"may not be looked at":      {refused("AWS", "DescribeSecret", "AccessDeniedException", "secretsmanager:DescribeSecret on github_ci_user_pat"), "Rekey may not do this at AWS", "Nothing has been changed.", "Give Rekey the right secretsmanager:DescribeSecret on github_ci_user_pat"},
		"has a key that refuses":    {refused("AWS", "GetSecretValue", "AccessDeniedException: KMS", "kms:Decrypt on the key of github_ci_user_pat"), "The KMS key of this secret refused Rekey", "Nothing has been changed.", "kms:Decrypt"},
	} {
		within(t, story, func(t *testing.T) {
			town := visitAfter(t, func(town *town) { town.faults["Describe"] = c.err })
			town.parked("approve", c.what, c.safe, c.next)
			town.fault("Describe", nil)
			town.press(rotation.Retry, ann, "")
			town.approve()
			town.at("regenerate", rotation.Open)
		})
	}
	within(t, "has no value yet", func(t *testing.T) {
		town := visitAfter(t, func(town *town) { delete(town.secrets[name].labels, rotation.Current) })
		town.parked("approve", "no version is AWSCURRENT", "Nothing has been changed.", "Save a first value in Secrets Manager, then press Retry.")
	})
	within(t, "has an AWSPENDING that isn't ours", func(t *testing.T) {
		town := visitAfter(t, func(town *town) { town.stage(v3, "stranger") })
		town.parked("approve", "AWSPENDING of github_ci_user_pat is on version "+v3+", which this rotation didn't reserve.", "Rekey wrote nothing", "take the label off, then press Retry")
		town.world.mu.Lock()
		delete(town.secrets[name].labels, rotation.Pending)
		town.world.mu.Unlock()
		town.press(rotation.Retry, ann, "")
		town.approve()
		town.stage(v4, "stranger")
		town.pass(6 * time.Second)
		town.parked("regenerate", "AWSPENDING of github_ci_user_pat is on version "+v4, "Rekey wrote nothing", "")
		if town.made("Move") != 0 || town.made("PutCopy") != 0 {
			t.Errorf("%v", town.calls)
		}
	})
	within(t, "doesn't answer for a while", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.fault("Describe", noAnswer("AWS", "DescribeSecret"))
		town.put("fresh")
		if s := town.at("regenerate", rotation.Open); !strings.Contains(s.Note, "AWS didn't answer (DescribeSecret: timeout).") {
			t.Errorf("%q", s.Note)
		}
		town.fault("Describe", nil)
		town.pass(time.Minute)
		town.at("run", rotation.Open)
	})
	within(t, "changed under the switch", func(t *testing.T) {
		town := visit(t, sideBySide...)
		town.makes("fresh", "")
		town.fault("Owner fresh", nil)
		town.put("fresh")
		town.fault("Try", noAnswer("GitHub", "trying"))
		town.approve()
		town.save(v4, "stranger")
		town.fault("Try", nil)
		town.pass(time.Minute)
		town.parked("promote", "AWSCURRENT is on version "+v4+", which this rotation doesn't know.", "Rekey moved nothing.", "then press Retry")
		if town.made("Move "+rotation.Current) != 0 {
			t.Errorf("%v", town.calls)
		}
	})
	within(t, "moves once though AWS doesn't answer", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.makes("fresh", "old")
		town.fault("Move "+rotation.Current, noAnswer("AWS", "UpdateSecretVersionStage"))
		staged := town.put("fresh")
		town.at("promote", rotation.Open)
		town.world.mu.Lock() // it had landed
		s := town.secrets[name]
		s.labels[rotation.Current], s.labels[rotation.Previous] = staged, v1
		town.world.mu.Unlock()
		town.pass(30 * time.Second)
		town.at("run", rotation.Open)
		if n := town.made("Move " + rotation.Current); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

func TestCheckNowWhileTheNewTokenIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.press(rotation.Check, ann, "")
		if s := town.at("regenerate", rotation.Open); !strings.Contains(s.Note, "no new version yet, and the old token still works") {
			t.Errorf("%q", s.Note)
		}
		town.press(rotation.Check, ann, "")
		if s := town.at("regenerate", rotation.Open); !strings.Contains(s.Note, "Rekey tries it at most once a minute.") {
			t.Errorf("%q", s.Note)
		}
		town.makes("fresh", "old")
		town.pass(time.Minute)
		town.press(rotation.Check, ann, "")
		s, f := town.at("regenerate", rotation.Open), town.r().Facts
		if s.Note != "The old token is refused already. Save the new one now." || f.Old != rotation.OldRefused || f.FailingSince.IsZero() {
			t.Errorf("%q, %+v", s.Note, f)
		}
		tries := town.made("Owner old")
		town.pass(2 * time.Minute)
		town.press(rotation.Check, ann, "")
		if town.made("Owner old") != tries {
			t.Errorf("tried again after a 401")
		}
		town.put("fresh")
		town.at("run", rotation.Open)
	})
}

func TestTheWorkflowThatFillsTheCopies(t *testing.T) {
	refusedRun := func(t *testing.T, conclusion string, words string, jobs ...rotation.Job) {
		town := promoting(t)
		town.ends(conclusion, jobs...)
		town.parked("run", words, "GitHub may still have the old copy.", "it starts a new run.")
		town.press(rotation.Retry, ann, "")
		if s := town.at("run", rotation.Open); town.made("Dispatch") != 2 || !strings.Contains(s.Note, "run 1188, queued") {
			t.Errorf("%q, %v", s.Note, town.calls)
		}
		town.ends("success")
		town.done("run", "run 1188 succeeded")
		town.at("used", rotation.Open)
	}
	within(t, "fails, with the job", func(t *testing.T) {
		refusedRun(t, "failure", `"Terraform: GitHub resources" failed: run 1187, job "apply", 2000-01-01`,
			rotation.Job{Name: "plan", Conclusion: "success"}, rotation.Job{Name: "apply", Conclusion: "failure"})
	})
	within(t, "is cancelled", func(t *testing.T) {
		refusedRun(t, "cancelled", `"Terraform: GitHub resources" was cancelled: run 1187`)
	})
	within(t, "times out", func(t *testing.T) {
		refusedRun(t, "timed_out", `"Terraform: GitHub resources" ended as timed out: run 1187`)
	})
	within(t, "doesn't exist", func(t *testing.T) {
		town := visit(t)
		town.fault("Dispatch", refused("GitHub", "starting the workflow terraform-github.yml", "404", ""))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.parked("run", "GitHub refused: starting the workflow terraform-github.yml: 404.", "The new token is safe in Secrets Manager, and current. The old one no longer works.", "then press Retry")
		town.fault("Dispatch", nil)
		town.press(rotation.Retry, ann, "")
		town.at("run", rotation.Open)
	})
	within(t, "never appears", func(t *testing.T) {
		town := visitAfter(t, func(town *town) { town.silent = true })
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		if s := town.at("run", rotation.Open); s.Note != "GitHub accepted the run; it isn't listed yet" {
			t.Errorf("%q", s.Note)
		}
		town.pass(59 * time.Minute)
		town.at("run", rotation.Open)
		town.pass(2 * time.Minute)
		town.parked("run", `GitHub accepted the run of "Terraform: GitHub resources" but never showed it.`, "", "it starts a new run.")
	})
	within(t, "appears late, and isn't started twice", func(t *testing.T) {
		town := visitAfter(t, func(town *town) { town.silent = true })
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.world.mu.Lock()
		town.begin(platform, "terraform-github.yml", "workflow_dispatch", "somebody-else")
		town.begin(platform, "terraform-github.yml", "workflow_dispatch", "rekey-bot")
		town.world.mu.Unlock()
		town.pass(10 * time.Second)
		if s := town.at("run", rotation.Open); !strings.Contains(s.Note, "run 1188, queued") || town.made("Dispatch") != 1 {
			t.Errorf("%q", s.Note)
		}
	})
	within(t, "waits in the queue for ever", func(t *testing.T) {
		town := promoting(t)
		town.pass(62 * time.Minute)
		p := town.parked("run", `Run 1187 of "Terraform: GitHub resources" has been queued for a long time.`, "", "it may wait for a runner or an approval")
		if s := town.r().Step(); len(s.More) != 1 || !strings.HasSuffix(s.More[0].URL, "/actions/runs/1187") {
			t.Errorf("%+v %v", p, s.More)
		}
	})
	within(t, "is started once though GitHub doesn't answer", func(t *testing.T) {
		town := visit(t)
		town.fault("Dispatch", noAnswer("GitHub", "starting"))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.world.mu.Lock()
		town.begin(platform, "terraform-github.yml", "workflow_dispatch", "rekey-bot")
		town.world.mu.Unlock()
		town.pass(100 * time.Second)
		if s := town.at("run", rotation.Open); !strings.Contains(s.Note, "no answer came") || town.made("Dispatch") != 1 {
			t.Errorf("%q", s.Note)
		}
		town.pass(20 * time.Second)
		if s := town.at("run", rotation.Open); !strings.Contains(s.Note, "run 1187, queued") || town.made("Dispatch") != 1 {
			t.Errorf("%q", s.Note)
		}
	})
	within(t, "is asked about when two runs came of one start", func(t *testing.T) {
		town := visit(t)
		town.fault("Dispatch", noAnswer("GitHub", "starting"))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.world.mu.Lock()
		town.begin(platform, "terraform-github.yml", "workflow_dispatch", "rekey-bot")
		town.begin(platform, "terraform-github.yml", "workflow_dispatch", "rekey-bot")
		town.world.mu.Unlock()
		town.pass(2 * time.Minute)
		town.parked("run", "Rekey sent a change and got no answer", "Nothing more was sent.", "Look at the provider's page")
	})
}

func TestSilenceThatIsOverIsNotShownAnyMore(t *testing.T) {
	within(t, "while the value is awaited", func(t *testing.T) {
		town := visit(t)
		town.approve()
		town.fault("Describe", noAnswer("AWS", "DescribeSecret"))
		town.pass(time.Minute)
		town.fault("Describe", nil)
		town.pass(2 * time.Minute)
		if s := town.at("regenerate", rotation.Open); strings.Contains(s.Note, "didn't answer") {
			t.Errorf("AWS answers again, and the card says %q", s.Note)
		}
	})
}

func TestARunThatGitHubDoesNotShowYetIsWaitedFor(t *testing.T) {
	within(t, "although its number is known", func(t *testing.T) {
		town := visit(t)
		town.fault("Run", refused("GitHub", "reading the run", "404", ""))
		town.approve()
		town.makes("fresh", "old")
		town.put("fresh")
		town.pass(10 * time.Second)
		town.fault("Run", nil)
		town.pass(time.Minute)
		town.at("run", rotation.Open)
	})
}
