package message

import (
	"testing"
	"time"

	"rekey/rotation"
)

// The people of the tests.
const (
	starter  = rotation.Person("U0STARTER")
	approver = rotation.Person("U0APPROVER")
	other    = rotation.Person("U0OTHER")
)

var london = func() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return zone
}()

// clock is an instant on the day of the tests: "10:42".
func clock(hhmm string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+hhmm, london)
	if err != nil {
		panic(err)
	}
	return t
}

// plan is a small plan of the runbook for GitHub tokens.
func plan(overlap rotation.Overlap) rotation.Plan {
	p := rotation.Plan{
		Secret: "github_ci_user_pat", Title: "GitHub MP CI User PAT", Noun: "token",
		SecretID: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:github_ci_user_pat", Region: "eu-west-2",
		Console: "https://eu-west-2.console.aws.amazon.com/secretsmanager/secret?name=github_ci_user_pat&region=eu-west-2",
		Overlap: overlap, Entry: rotation.EntryCLI, Read: []string{"pending", "current", "previous"},
		Owner:     rotation.Handle{Name: "@modernisation-platform", ID: "S0TEAM"},
		Channel:   rotation.Handle{Name: "#modernisation-platform", ID: "C0PLATFORM"},
		Approvers: rotation.Handle{Name: "@mp-approvers", ID: "S0APPROVERS"},
		Quorum:    1, Every: 180,
		Users: []string{"terraform-github.yml", "new-environment.yml", "nuke.yml", "scheduled-baseline.yml"},
	}
	approve := rotation.Step{ID: "approve", Kind: rotation.KindApprove, Title: "Approve the plan", Done: "Plan approved", By: rotation.Rekey}
	receive := rotation.Step{
		ID: "regenerate", Kind: rotation.KindReceive, Title: "Regenerate the token and save it", Done: "Regenerated and saved", By: rotation.Holder,
		Text:    `Sign in to GitHub as modernisation-platform-ci (its password is in github_ci_user_password), open "terraform-github", press Regenerate and save the new token.`,
		Warning: "From that moment the old token stops working.",
		Links: []rotation.Link{
			{Title: "Open GitHub", URL: "https://github.com/settings/personal-access-tokens"},
			{Title: "Open the password", URL: "https://eu-west-2.console.aws.amazon.com/secretsmanager/secret?name=github_ci_user_password&region=eu-west-2"},
		},
	}
	promote := rotation.Step{ID: "promote", Kind: rotation.KindPromote, Title: "Check it and make it current", Done: "Checked and made current", By: rotation.Rekey}
	run := rotation.Step{ID: "run", Kind: "run_workflow", Title: `Run "Terraform: GitHub resources" on main`, Done: `Ran "Terraform: GitHub resources"`, By: rotation.Rekey}
	used := rotation.Step{ID: "used", Kind: "see_used", Title: "See another workflow use it", Done: "Another workflow used it", By: rotation.Rekey}
	if overlap == rotation.None {
		p.Steps = []rotation.Step{approve, receive, promote, run, used}
		return p
	}
	receive.ID, receive.Title, receive.Done, receive.Warning = "create", "Make a second token and save it", "Made and saved", ""
	receive.Text = `Sign in to GitHub as modernisation-platform-ci, make a new token with the permissions of "terraform-github" and save it. Leave the old one alone.`
	check := rotation.Step{ID: "check", Kind: "check", Title: "Check the new token", Done: "Checked", By: rotation.Rekey}
	promote.Title, promote.Done = "Make it current", "Made current"
	revoke := rotation.Step{ID: "revoke", Kind: "revoke", Title: "Revoke the old token", Done: "Old token revoked", By: rotation.Rekey}
	restore := rotation.Step{ID: "back_restore", Kind: rotation.KindRestore, Title: "Make the old token current again", Done: "Old token current again", By: rotation.Rekey}
	again := run
	again.ID = "back_run"
	p.Steps = []rotation.Step{receive, check, approve, promote, run, used, revoke}
	p.RollBack = []rotation.Step{restore, again}
	return p
}

// A story drives a rotation through the real state machine.
type story struct {
	t   testing.TB
	r   *rotation.Rotation
	now time.Time
}

func begin(t testing.TB, p rotation.Plan) *story {
	now := clock("10:30")
	r, _ := rotation.New(p, starter, now)
	r.ID, r.Version = 42, 1
	return &story{t, r, now}
}

func (s *story) at(hhmm string) *story {
	s.now = clock(hhmm)
	return s
}

// seen binds the plan to the version that is current.
func (s *story) seen() *story {
	s.r.Bind("0a4c9f5e-58b7-4b0e-9d6e-0f6f7f6b2c11", s.now)
	s.r.Facts.OldVersion = s.r.Plan.Baseline
	s.r.Version++
	return s.record(rotation.Wait(0, "").Knowing(func(f *rotation.Facts) {
		f.OldCreated, f.ARN = clock("09:00").AddDate(0, 0, -165), s.r.Plan.SecretID+"-AbCdEf"
	}))
}

func (s *story) record(o rotation.Outcome) *story {
	s.r.Record(o, s.now)
	s.r.Version++
	return s
}

func (s *story) press(by rotation.Person, v rotation.Verb, reason string) *story {
	s.t.Helper()
	step := s.r.Step()
	if _, err := s.r.Press(rotation.Press{Verb: v, Step: step.ID, Round: step.Round, By: by, Reason: reason}, s.now); err != nil {
		s.t.Fatalf("pressing %s: %v", v, err)
	}
	s.r.Version++
	return s
}

func (s *story) settle(by rotation.Person) *story {
	s.r.Settle([]rotation.Verdict{{By: by, Count: true}}, s.now)
	s.r.Version++
	return s
}

func (s *story) approve() *story {
	s.now = s.now.Add(time.Minute)
	return s.press(approver, rotation.Approve, "").settle(approver)
}

// received is the new value's arrival, and the old one's death without
// overlap.
func (s *story) received() *story {
	died := s.r.Plan.Overlap == rotation.None
	evidence := []string{"observed: new version " + rotation.When(clock("10:42"))}
	if died {
		evidence = append(evidence, "old token refused by GitHub "+rotation.When(clock("10:42")))
	}
	return s.at("10:42").record(rotation.Done(evidence...).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created, f.Old = s.r.Reserved(), rotation.ByPut, clock("10:42"), rotation.OldAlive
		if died {
			f.Old, f.OldDead, f.FailingSince = rotation.OldRefused, clock("10:42"), clock("10:41")
		}
	}))
}

var proof = []string{"belongs to modernisation-platform-ci", "expires Sat 15 May 2027", "3 permissions proven, 1 needs a write to prove"}

func learned(f *rotation.Facts) {
	f.Identity, f.Expires = "modernisation-platform-ci", time.Date(2027, 5, 15, 12, 0, 0, 0, time.UTC)
}

func (s *story) checked() *story { return s.record(rotation.Done(proof...).Knowing(learned)) }

func (s *story) promoted() *story {
	return s.at("10:43").record(rotation.Done(append(proof, "current "+rotation.When(s.now))...).Knowing(func(f *rotation.Facts) {
		learned(f)
		f.Promoted = clock("10:43")
	}))
}

var run1187 = rotation.Link{Title: "Open the run", URL: "https://github.com/ministryofjustice/modernisation-platform/actions/runs/1187"}

func (s *story) running() *story {
	s.r.Step().Effects = append(s.r.Step().Effects, rotation.Effect{
		ID: s.r.EffectID("run", "dispatch", 1), Purpose: "dispatch", Round: 1, State: rotation.Landed, At: clock("10:43"),
	})
	return s.record(rotation.Wait(0, "run 1187, in progress, started "+rotation.When(clock("10:43"))).Linking(run1187))
}

func (s *story) failed() *story {
	return s.at("10:47").record(rotation.Park(rotation.Problem{
		What: `"Terraform: GitHub resources" failed: run 1187, job "apply", ` + rotation.When(s.now) + ".",
		Safe: s.r.Safe() + " GitHub may still have the old copy.",
		Next: "Look at the run, mend what it says, then press Retry: it starts a new run.",
	}).Linking(run1187))
}

func (s *story) ran() *story {
	return s.at("10:52").record(rotation.Done("run 1187 succeeded " + rotation.When(s.now)).Linking(run1187).Knowing(func(f *rotation.Facts) { f.Run = "1187" }))
}

func (s *story) used() *story {
	return s.at("10:55").record(rotation.Done("used by new-environment.yml, run 1190 " + rotation.When(s.now)).Knowing(func(f *rotation.Facts) {
		f.Used, f.UsedBy = clock("10:55"), "new-environment.yml, run 1190"
	}))
}

// A state is a rotation that a card can show, by name.
type state struct {
	name string
	s    *story
}

// stories are the states that other files tell.
var stories []func(testing.TB) []state

// states are rotations in every state that a card can show.
func states(t testing.TB) []state {
	none := func() *story { return begin(t, plan(rotation.None)) }
	both := func() *story { return begin(t, plan(rotation.SideBySide)) }
	two := plan(rotation.None)
	two.Quorum = 2
	unread := plan(rotation.None)
	unread.Read = nil
	console := plan(rotation.None)
	console.Entry = rotation.EntryConsole
	missing := func(s *story) *story {
		return s.record(rotation.Park(rotation.Problem{
			What: `The new token lacks "Secrets: read".`, Safe: s.r.Safe(),
			Next:    "Give the token the permission and press Retry, or press Ask again and save another one.",
			Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}, {Verb: rotation.PromoteAnyway, Label: "Promote with what is missing…"}},
		}).Knowing(func(f *rotation.Facts) { f.Missing = []string{"Secrets: read"} }))
	}
	debt := rotation.Debt{What: "The old token of GitHub MP CI User PAT", Why: "Rekey may not read it, so its death isn't proven", Since: clock("10:42"), Version: "0a4c9f5e-58b7-4b0e-9d6e-0f6f7f6b2c11"}
	out := []state{
		{"none_01_new", none()},
		{"none_02_to_approve", none().seen()},
		{"none_02_to_approve_expiring", expiring(none().seen())},
		{"none_03_pressed_slack_silent", none().seen().at("10:31").press(approver, rotation.Approve, "")},
		{"none_04_one_of_two_approved", begin(t, two).seen().approve()},
		{"none_05_plan_changed", changed(none().seen())},
		{"none_06_taken_over", none().seen().press(other, rotation.TakeOver, "")},
		{"none_07_early_console_save", none().seen().record(rotation.Wait(0, "").Knowing(func(f *rotation.Facts) { f.Early = true; f.FailingSince = clock("10:20") }))},
		{"none_10_to_regenerate", none().seen().approve()},
		{"none_11_looked", none().seen().approve().at("10:35").record(rotation.Wait(0, "Looked "+rotation.When(clock("10:35"))+": no new version yet, and the old token still works."))},
		{"none_12_old_one_dead", none().seen().approve().at("10:42").record(rotation.Wait(0, "The old token is refused; the new one hasn't arrived yet.").Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.FailingSince = rotation.OldRefused, clock("10:42"), clock("10:42")
		}))},
		{"none_13_attestable", begin(t, unread).seen().approve().record(rotation.Wait(0, "Rekey may not read the old token. When it is regenerated and saved, press Attest….").Attestable())},
		{"none_14_console", begin(t, console).seen().approve()},
		{"none_15_nudged", nudged(none().seen().approve(), 1)},
		{"none_16_team_nudged", nudged(none().seen(), 2)},
		{"none_20_received", none().seen().approve().received()},
		{"none_21_asked_again", none().seen().approve().received().at("10:43").record(rotation.AskAgain("GitHub refuses the value that was saved."))},
		{"none_22_permission_missing", missing(none().seen().approve().received())},
		{"none_23_no_answer", unanswered(none().seen().approve().received())},
		{"none_30_promoted", none().seen().approve().received().promoted()},
		{"none_31_running", none().seen().approve().received().promoted().running()},
		{"none_32_run_failed", none().seen().approve().received().promoted().running().failed()},
		{"none_33_run_failed_next_day", at(none().seen().approve().received().promoted().running().failed(), 26*time.Hour)},
		{"none_40_to_be_used", none().seen().approve().received().promoted().running().ran().record(rotation.Wait(0, "no run of new-environment.yml yet").Attestable())},
		{"none_50_done", none().seen().approve().received().promoted().running().ran().used()},
		{"none_51_done_with_debts", none().seen().approve().received().record(rotation.Wait(0, "").Owing(debt)).promoted().running().ran().used()},
		{"none_52_done_with_gap", missing(none().seen().approve().received()).at("10:44").press(approver, rotation.PromoteAnyway, "It is named wrongly in the catalogue").settle(approver).promoted().running().ran().used()},
		{"none_53_done_by_two", begin(t, two).seen().approve().at("10:33").press(other, rotation.Approve, "").settle(other).received().promoted().running().ran().used()},
		{"none_60_refused", none().seen().at("10:33").press(approver, rotation.Refuse, "Not before the release on Thursday").settle(approver)},
		{"none_60_refused_after_console_save", none().seen().record(rotation.Wait(0, "").Knowing(func(f *rotation.Facts) { f.Early = true })).at("10:33").press(approver, rotation.Refuse, "Who saved that?").settle(approver)},
		{"none_61_cancelled", none().seen().at("10:33").press(starter, rotation.Cancel, "Wrong secret")},
		{"none_62_cancelling", none().seen().approve().at("10:33").press(starter, rotation.Cancel, "Wrong secret")},
		{"none_63_cancelled_after_approval", none().seen().approve().at("10:33").press(starter, rotation.Cancel, "Wrong secret").record(rotation.Done("the old token still works"))},
		{"none_64_not_cancelled", none().seen().approve().at("10:33").press(starter, rotation.Cancel, "Wrong secret").record(rotation.Resume("The old token is refused already, so there is nothing to go back to."))},
		{"both_01_to_create", both().seen()},
		{"both_02_two_versions", chooses(both().seen())},
		{"both_10_checking", both().seen().received()},
		{"both_11_to_approve", both().seen().received().checked()},
		{"both_12_asked_for_approval_again", both().seen().received().checked().approve().record(rotation.Reapprove(rotation.Mention(approver) + " approved this and may not approve any more, so somebody else has to."))},
		{"both_20_approved", both().seen().received().checked().approve()},
		{"both_30_running", both().seen().received().checked().approve().promoted().running()},
		{"both_31_run_failed", both().seen().received().checked().approve().promoted().running().failed()},
		{"both_40_soaking", both().seen().received().checked().approve().promoted().running().ran().used().record(rotation.Wait(time.Hour, "The old token is ended "+rotation.When(clock("11:55"))+", unless somebody rolls back before."))},
		{"both_50_done", both().seen().received().checked().approve().promoted().running().ran().used().at("11:56").record(rotation.Done("the old token is refused by GitHub " + rotation.When(clock("11:56"))).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead = rotation.OldRefused, clock("11:56")
		}))},
		{"both_60_rolling_back", both().seen().received().checked().approve().promoted().running().at("10:50").press(starter, rotation.RollBack, "The new one lacks a permission")},
		{"both_61_rolled_back", both().seen().received().checked().approve().promoted().running().at("10:50").press(approver, rotation.RollBack, "The new one lacks a permission").settle(approver).
			record(rotation.Done("the old token works and is current again").Owing(rotation.Debt{What: "The new token of GitHub MP CI User PAT", Why: "it was rolled back and still works", Since: clock("10:51"), Version: "6f1c2a30-0000-4000-8000-000000000001"})).
			at("10:58").record(rotation.Done("run 1191 succeeded " + rotation.When(clock("10:58"))))},
		{"both_62_cancelled_staged", both().seen().received().at("10:50").press(starter, rotation.Cancel, "Made with the wrong permissions").record(rotation.Done("AWSPENDING taken off our version"))},
	}
	for _, more := range stories {
		out = append(out, more(t)...)
	}
	return out
}

func expiring(s *story) *story {
	return s.record(rotation.Wait(0, "").Knowing(func(f *rotation.Facts) { f.OldExpires = time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC) }))
}

func at(s *story, later time.Duration) *story {
	s.now = s.now.Add(later)
	return s
}

func changed(s *story) *story {
	fresh := plan(rotation.None)
	fresh.Quorum = 3
	s.r.Compare(fresh, s.now)
	s.r.Version++
	return s
}

func nudged(s *story, times int) *story {
	for range times {
		s.at("15:31").r.Nudge = s.now
		s.r.Remind(s.now)
		s.r.Version++
	}
	return s
}

func unanswered(s *story) *story {
	s.r.NotAnswered("GitHub didn't answer (reading the user: timeout). Nothing is lost; Rekey asks again by itself.", s.now, s.now.Add(time.Minute))
	s.r.Version++
	return s
}

func chooses(s *story) *story {
	a, b := "6f1c2a30-0000-4000-8000-000000000001", "b7d4e811-0000-4000-8000-000000000002"
	return s.record(rotation.Park(rotation.Problem{
		What: "There are two new versions: " + a + " and " + b + ".", Safe: "Rekey changed nothing: it doesn't know which of the two is meant.",
		Next:    "Choose the one that holds the new value. The other stays in Secrets Manager without a use.",
		Choices: []rotation.Choice{{Verb: rotation.Choose, Label: "Use 6f1c2a30", Value: a}, {Verb: rotation.Choose, Label: "Use b7d4e811", Value: b}}, NoRetry: true,
	}))
}
