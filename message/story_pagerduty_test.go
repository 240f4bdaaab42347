package message

import (
	"os"
	"sync"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/steps"
)

func init() { stories = append(stories, pagerDutyTokens, integrationKeys, teamUser) }

// embedded is the catalogue itself, read once for all stories.
var embedded = sync.OnceValues(func() (*rotation.Catalogue, error) {
	text, err := os.ReadFile("../catalogue.yaml")
	if err != nil {
		return nil, err
	}
	book := steps.Book(steps.Providers{})
	book.ID = func(handle string) (string, bool) {
		return map[string]string{"@modernisation-platform": "S0TEAM", "@mp-approvers": "S0APPROVERS", "#modernisation-platform": "C0PLATFORM"}[handle], true
	}
	return rotation.LoadCatalogue(text, book)
})

// planOf is the plan of a row of the catalogue.
func planOf(t testing.TB, o rotation.Order) rotation.Plan {
	t.Helper()
	catalogue, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	p, err := catalogue.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var workflowOfPagerDuty = rotation.Link{Title: "Open the run", URL: "https://github.com/ministryofjustice/modernisation-platform/actions/runs/1187"}

// asked is the request to Operations Engineering.
func (s *story) asked() *story {
	return s.record(rotation.Done("Operations Engineering was asked in #ask-operations-engineering " + rotation.When(s.now)).Knowing(func(f *rotation.Facts) { f.Requested = s.now }))
}

// tokenChecked is the proof of a PagerDuty token, by what it shows.
func (s *story) tokenChecked(shows ...string) *story {
	return s.record(rotation.Done(append(shows, "expiry unknown")...).Knowing(func(f *rotation.Facts) { f.Identity = "mina@digital.justice.gov.uk" }))
}

// usedInRun is the promotion, and Terraform's run with the new token.
func (s *story) usedInRun() *story {
	s.at("10:43").record(rotation.Done("a key of the account moj-digital-tools", "current "+rotation.When(s.now)).Knowing(func(f *rotation.Facts) { f.Promoted = s.now }))
	return s.at("10:52").record(rotation.Done("used by terraform-pagerduty.yml, run 1187 " + rotation.When(s.now)).Linking(workflowOfPagerDuty).Knowing(func(f *rotation.Facts) {
		f.Used, f.UsedBy = s.now, "terraform-pagerduty.yml, run 1187"
	}))
}

// pagerDutyTokens are rotations of PagerDuty's two tokens.
func pagerDutyTokens(t testing.TB) []state {
	const note = "Operations Engineering was asked in #ask-operations-engineering "
	fresh := func() *story { return begin(t, planOf(t, rotation.Order{Secret: "pagerduty_token"})) }
	waiting := func() *story { return fresh().asked().seen() }
	approvable := func() *story {
		return waiting().received().tokenChecked("a key of the account moj-digital-tools").record(rotation.Wait(0, ""))
	}
	debt := rotation.Debt{What: "The old token of PagerDuty Organisation Level Token", Why: "it works until somebody deletes it", Owner: "Operations Engineering"}
	deleting := func() *story {
		return approvable().approve().usedInRun().at("11:53").record(rotation.Wait(0, note+rotation.When(clock("11:53"))+" to delete it. When they have, press Check now: Rekey proves that it is refused.").Needing(rotation.Holder).Owable(debt))
	}
	own := func() *story { return begin(t, planOf(t, rotation.Order{Secret: "pagerduty_userapi_token"})).seen() }
	urgent := planOf(t, rotation.Order{Secret: "pagerduty_token", Compromised: true})
	return []state{
		{"pagerduty_01_asking", fresh()},
		{"pagerduty_02_not_in_channel", fresh().record(rotation.Park(rotation.Problem{
			What: "Slack doesn't let Rekey post in #ask-operations-engineering (not_in_channel).", Safe: "Nothing has been changed.",
			Next: "Invite Rekey into #ask-operations-engineering, then press Retry.",
		}))},
		{"pagerduty_03_asked", waiting().record(rotation.Wait(0, note+rotation.When(clock("10:30"))+"."))},
		{"pagerduty_04_reminded", at(waiting(), 73*time.Hour).record(rotation.Wait(0, note+rotation.When(clock("10:30"))+", and reminded "+rotation.When(clock("11:30").AddDate(0, 0, 3))+"."))},
		{"pagerduty_05_wrong_token", waiting().received().record(rotation.AskAgain("The token that was saved is a key of Mina's own, and one of the account is needed."))},
		{"pagerduty_10_to_approve", approvable()},
		{"pagerduty_11_compromised", begin(t, urgent).asked().seen().received().tokenChecked("a key of the account moj-digital-tools").record(rotation.Wait(0, ""))},
		{"pagerduty_20_soaking", approvable().approve().usedInRun().record(rotation.Wait(time.Hour, "The old token is ended "+rotation.When(clock("11:52"))+", unless somebody rolls back before."))},
		{"pagerduty_21_to_delete", deleting()},
		{"pagerduty_22_still_works", deleting().record(rotation.Wait(0, "The old token still works. "+note+rotation.When(clock("11:53"))+" to delete it. When they have, press Check now: Rekey proves that it is refused.").Needing(rotation.Holder).Owable(debt))},
		{"pagerduty_30_done", deleting().at("12:30").record(rotation.Done("the old token is refused by PagerDuty " + rotation.When(clock("12:30"))).Knowing(func(f *rotation.Facts) { f.Old, f.OldDead = rotation.OldRefused, clock("12:30") }))},
		{"pagerduty_31_done_with_debt", deleting().at("12:30").press(starter, rotation.Owe, "They are on holiday until Monday")},
		{"pagerduty_40_cancelling", waiting().at("10:33").press(starter, rotation.Cancel, "We wait for the new account").record(rotation.Done("nothing had been staged"))},
		{"pagerduty_user_01_to_make", own()},
		{"pagerduty_user_10_to_approve", own().received().tokenChecked("belongs to Mina (mina@digital.justice.gov.uk)").record(rotation.Wait(0, ""))},
		{"pagerduty_user_20_to_delete", own().received().tokenChecked("belongs to Mina (mina@digital.justice.gov.uk)").approve().usedInRun().
			record(rotation.Wait(0, "Delete the old token, which belongs to sam@digital.justice.gov.uk, then press Check now: Rekey proves that it is refused.").Needing(rotation.Holder).Owable(debt))},
	}
}

// integrationKeys are rotations of the keys that Terraform owns.
func integrationKeys(t testing.TB) []state {
	options := []rotation.Option{{Value: "cooker_cloudwatch", Text: "cooker_cloudwatch: Cooker"}, {Value: "sprinkler_cloudwatch", Text: "sprinkler_cloudwatch: Sprinkler"}}
	fresh := func() *story { return begin(t, planOf(t, rotation.Order{Secret: "pagerduty_integration_keys"})) }
	choosing := func() *story {
		return fresh().seen().record(rotation.Wait(0, "6 keys in the secret, each of them in PagerDuty's list.").Offering(options...))
	}
	chosen := func() *story {
		return choosing().record(rotation.Done("2 of 6").Knowing(func(f *rotation.Facts) {
			f.Picked = []string{"cooker_cloudwatch", "sprinkler_cloudwatch"}
			f.Meanwhile = "No alerts until the new keys are in use: Cooker (Mina on call), Sprinkler (Ada on call)."
		})).record(rotation.Wait(0, "Test alerts of the new keys will go to Sprinkler (Ada on call)."))
	}
	guided := func() *story {
		return chosen().approve().record(rotation.Wait(0, "").Saying("Merged…").Final())
	}
	merged := func() *story { return guided().at("10:40").press(starter, rotation.Attest, "Both are merged") }
	written := func() *story {
		return merged().ran().record(rotation.Done("by Terraform " + rotation.When(clock("10:50"))).Knowing(func(f *rotation.Facts) {
			f.New, f.Way, f.Created, f.Promoted, f.FailingSince = "6f1c2a30-0000-4000-8000-000000000001", rotation.ByOwner, clock("10:50"), clock("10:50"), clock("10:50")
		}))
	}
	checked := func() *story {
		return written().record(rotation.Done("6 of 6 listed", "2 new accepted", "old ones gone", "test alert of Sprinkler resolved").Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead = rotation.OldRefused, clock("10:53")
		}))
	}
	return []state{
		{"keys_01_to_choose", choosing()},
		{"keys_02_not_listed", fresh().seen().record(rotation.Wait(0, "6 keys in the secret; PagerDuty doesn't list 1 of them: nomis_prod_alarms; 2 more keys at PagerDuty aren't in the secret.").Offering(options...))},
		{"keys_10_to_approve", chosen()},
		{"keys_20_to_replace", guided()},
		{"keys_21_cancelling", guided().press(starter, rotation.Cancel, "The release comes first")},
		{"keys_22_not_cancelled", guided().press(starter, rotation.Cancel, "I changed my mind").record(rotation.Resume("It can't be cancelled: PagerDuty no longer lists the old key of Cooker.").Knowing(func(f *rotation.Facts) { f.NoReturn, f.FailingSince = clock("10:35"), clock("10:35") }))},
		{"keys_23_cancelled", guided().press(starter, rotation.Cancel, "The release comes first").record(rotation.Done("PagerDuty still lists every key that was chosen"))},
		{"keys_30_running", merged().running()},
		{"keys_31_run_failed", merged().running().at("10:47").record(rotation.Park(rotation.Problem{
			What: `"Terraform: PagerDuty resources" failed: run 1187, job "apply", ` + rotation.When(clock("10:47")) + ".", Safe: merged().r.Safe(),
			Next: "Look at the run, mend what it says, then press Retry: it starts a new run.",
		}))},
		{"keys_40_nothing_written", merged().ran().record(rotation.Park(rotation.Problem{
			What: "The run succeeded, and Terraform wrote no new version: probably nothing was replaced.", Safe: merged().r.Safe(),
			Next: "Look at the run's plan. Merge the change that replaces what was chosen, let it be applied, then press Retry: it looks again.",
		}))},
		{"keys_41_differ", written().record(rotation.Park(rotation.Problem{
			What: "The secret and PagerDuty's list differ: nomis_prod_alarms isn't listed, Sprinkler still has its old key.", Safe: written().r.Safe(),
			Next: "Look at the run's plan, mend it, let Terraform apply it, then press Retry: it compares again.",
		}))},
		{"keys_42_test_alert", written().record(rotation.Wait(0, "Test alerts go to Sprinkler (Ada on call) now, and are resolved at once."))},
		{"keys_50_applying", checked().record(rotation.Wait(0, "1 of 2 consumers have applied them: cooker.yml, run 1190. Waiting for sprinkler.yml.").Attestable())},
		{"keys_51_not_applied", checked().record(rotation.Park(rotation.Problem{
			What: "1 of 2 consumers have applied them. Not applied: cooker.yml, run 1190: failure.", Safe: "The new set of keys is current in Secrets Manager, and the old one dead.",
			Next: "Mend it, then press Retry: Rekey runs its own again and looks for the others.",
		}))},
		{"keys_60_done", checked().at("11:20").record(rotation.Done("all 2 consumers: cooker.yml, run 1190, sprinkler.yml, run 1191").Knowing(func(f *rotation.Facts) {
			f.Used, f.UsedBy = clock("11:19"), "cooker.yml, run 1190, sprinkler.yml, run 1191"
		}))},
	}
}

// teamUser is the walk through a password reset.
func teamUser(t testing.TB) []state {
	fresh := func() *story {
		return begin(t, planOf(t, rotation.Order{Secret: "pagerduty_team_user", Walk: true})).record(rotation.Wait(0, "").Saying("Link is sent…"))
	}
	set := func() *story {
		return fresh().press(starter, rotation.Attest, "The mail is there").record(rotation.Wait(0, "").Saying("Password is set…"))
	}
	return []state{
		{"reset_01_link", fresh()},
		{"reset_02_set", set()},
		{"reset_03_done", set().press(starter, rotation.Attest, "Forty characters, not kept").record(rotation.Wait(0, "").Saying("Looked…")).press(starter, rotation.Attest, "One contact method, no tokens")},
	}
}
