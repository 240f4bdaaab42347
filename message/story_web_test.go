package message

import (
	"testing"
	"time"

	"rekey/rotation"
)

func init() { stories = append(stories, webhooks, passwords, siblingsDue) }

// webhookPlan is the plan of the Slack webhook.
func webhookPlan() rotation.Plan {
	apps := []rotation.Link{{Title: "Open Slack's apps", URL: "https://api.slack.com/apps"}}
	p := plan(rotation.SideBySide)
	p.Secret, p.Title, p.Noun = "slack_webhook_url", "Slack Webhook URL", "webhook"
	p.SecretID = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:slack_webhook_url"
	p.Users = []string{"failed-workflows-report.yml", "vpn-maintenance.yml"}
	step := func(id, kind, title, done string, by rotation.Party) rotation.Step {
		return rotation.Step{ID: id, Kind: kind, Title: title, Done: done, By: by}
	}
	create := step("create", rotation.KindReceive, "Add a new webhook and save it", "Added and saved", rotation.Holder)
	create.Text = `Open "Modernisation Platform Alerts" at Slack, choose Incoming Webhooks, press Add New Webhook, choose #modernisation-platform-notifications and save the new URL. Leave the old webhook alone.`
	create.Links = apps
	replace := step("replace", "replace_copies", "Replace the copies in GitHub", "Copies written", rotation.Rekey)
	run := step("run", "run_workflow", `Run "Terraform: GitHub resources" on main`, `Ran "Terraform: GitHub resources"`, rotation.Rekey)
	confirm := step("confirm", "confirm_copies", "See the copies in GitHub replaced", "Copies replaced", rotation.Rekey)
	used := step("used", rotation.KindUsed, "See a workflow post with it", "A workflow posted with it", rotation.Rekey)
	revoke := step("revoke", rotation.KindRevoke, "Remove the old webhook", "Old webhook removed", rotation.Rekey)
	revoke.Text, revoke.Links = `Open "Modernisation Platform Alerts" at Slack, choose Incoming Webhooks and remove the older webhook of #modernisation-platform-notifications.`, apps
	p.Steps = []rotation.Step{
		create, step("check", "check", "Check the new webhook", "Checked", rotation.Rekey),
		step("test", "test_message", "Post a test message with it", "Test message posted", rotation.Rekey),
		step("approve", rotation.KindApprove, "Approve the plan", "Plan approved", rotation.Approvers),
		step("promote", rotation.KindPromote, "Make it current", "Checked and made current", rotation.Rekey),
		replace, run, confirm, used, revoke,
	}
	p.RollBack = []rotation.Step{step("back_restore", rotation.KindRestore, "Make the old webhook current again", "Old webhook current again", rotation.Rekey), replace, run, confirm, used}
	return p
}

func webhooks(t testing.TB) []state {
	const there = "It is there…"
	again := []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}}
	saved := func() *story { return begin(t, webhookPlan()).seen().received() }
	answered := func() *story { return saved().record(rotation.Done("Slack answers no_text")) }
	tested := func() *story {
		return answered().record(rotation.Done("a test message arrived in #modernisation-platform-notifications " + rotation.When(clock("10:43"))))
	}
	current := func() *story {
		return tested().approve().at("10:45").record(rotation.Done("Slack answers no_text", "current "+rotation.When(clock("10:45"))).Knowing(func(f *rotation.Facts) { f.Promoted = clock("10:45") }))
	}
	posted := func() *story {
		return current().record(rotation.Done("SLACK_WEBHOOK_URL in 2 repositories")).running().ran().
			record(rotation.Done("SLACK_WEBHOOK_URL in 2 repositories " + rotation.When(clock("10:52")))).
			at("10:55").record(rotation.Done("used by failed-workflows-report.yml, run 1190 " + rotation.When(clock("10:55"))).Knowing(func(f *rotation.Facts) {
			f.Used, f.UsedBy = clock("10:55"), "failed-workflows-report.yml, run 1190"
		}))
	}
	toRemove := func() *story {
		return posted().at("11:56").record(rotation.Wait(0, "Delete the old webhook, then press Check now: Rekey proves that it is refused.").Needing(rotation.Holder))
	}
	return []state{
		{"webhook_01_to_add", begin(t, webhookPlan()).seen()},
		{"webhook_02_dead", saved().record(rotation.AskAgain("Slack refuses the webhook that was saved (404 no_service): it is mistyped, expired or not the newest one."))},
		{"webhook_03_unclear", unclearWebhook(saved())},
		{"webhook_04_removed_too_early", saved().record(rotation.Done("Slack answers no_text", "the old webhook is refused already by Slack "+rotation.When(clock("10:43"))).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.FailingSince = rotation.OldRefused, clock("10:43"), clock("10:43")
		}))},
		{"webhook_10_to_test", answered()},
		{"webhook_11_look_for_it", answered().record(rotation.Wait(0, "Slack took a test message, and Rekey may not read #modernisation-platform-notifications. Look for it in #modernisation-platform-notifications, from Modernisation Platform Alerts, and say so. If it is anywhere else, remove that webhook and press Ask again.").
			Needing(rotation.Holder).Saying(there).Rejectable("The test message wasn't in #modernisation-platform-notifications, from Modernisation Platform Alerts."))},
		{"webhook_12_lost", answered().record(rotation.Park(rotation.Problem{
			What: "Slack's answer to the test message got lost, so it was posted or not.", Safe: "The new webhook is safe in Secrets Manager, not yet current. The old one is untouched.",
			Next: "Look for it in #modernisation-platform-notifications, from Modernisation Platform Alerts. Press It is there… if you see it. If not, press Retry, which posts another one, or Ask again to save another webhook.", Choices: again,
		}).Saying(there))},
		{"webhook_13_wrong_app", answered().record(rotation.Park(rotation.Problem{
			What: "The test message is in #modernisation-platform-notifications, but from Doorbell: the webhook belongs to another app.", Safe: "The new webhook is safe in Secrets Manager, not yet current. The old one is untouched.",
			Next: "Remove that webhook, make one for #modernisation-platform-notifications, from Modernisation Platform Alerts, then press Ask again and save it. Retry posts another test message.", Choices: again,
		}))},
		{"webhook_20_to_approve", tested()},
		{"webhook_30_copy_by_hand", current().record(rotation.Wait(0, "GitHub doesn't let Rekey write it (403). Set the Actions secret SLACK_WEBHOOK_URL of ministryofjustice/modernisation-platform to the new value yourself; this ticks when GitHub shows that it was written.").Needing(rotation.Holder))},
		{"webhook_31_running", current().record(rotation.Done("SLACK_WEBHOOK_URL in 2 repositories")).running()},
		{"webhook_40_soaking", posted().record(rotation.Wait(time.Hour, "The old webhook is ended "+rotation.When(clock("11:55"))+", unless somebody rolls back before."))},
		{"webhook_41_to_remove", toRemove()},
		{"webhook_50_done", toRemove().record(rotation.Done("the old webhook is refused by Slack " + rotation.When(clock("11:56"))).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, clock("11:56"), clock("11:56")
		}))},
		{"webhook_60_rolling_back", posted().press(starter, rotation.RollBack, "The reports fail")},
		{"webhook_62_cancelled", tested().press(starter, rotation.Cancel, "The wrong channel").record(rotation.Done("AWSPENDING taken off our version"))},
	}
}

func unclearWebhook(s *story) *story {
	s.r.NotAnswered("Slack didn't answer (trying the webhook: 403 action_prohibited). Nothing is lost; Rekey asks again by itself.", s.now, s.now.Add(time.Minute))
	s.r.Version++
	return s
}

// passwordPlan is the plan of the CI user's password.
func passwordPlan() rotation.Plan {
	p := plan(rotation.None)
	p.Secret, p.Title, p.Noun, p.Field, p.Entry, p.Users = "github_ci_user_password", "GitHub MP CI User Password", "password", "password", rotation.EntryAPI, nil
	p.SecretID, p.Read = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:github_ci_user_password", []string{"current"}
	p.Steps = []rotation.Step{
		{ID: "approve", Kind: rotation.KindApprove, Title: "Approve the plan", Done: "Plan approved", By: rotation.Approvers},
		{ID: "generate", Kind: "generate", As: rotation.KindReceive, Title: "Make a new password and stage it", Done: "Made and staged", By: rotation.Rekey},
		{ID: "set", Kind: "guide", Title: "Set the new password at GitHub", Done: "Password set", By: rotation.Holder,
			Text:    "Sign in to GitHub as modernisation-platform-ci with the old password, open Settings, Password and authentication, and change it to the new one.",
			Warning: "From that moment the old password stops working. No API can prove it, so Rekey goes by your word.",
			Links:   []rotation.Link{{Title: "Open GitHub", URL: "https://github.com/settings/security"}}},
		{ID: "promote", Kind: rotation.KindPromote, Title: "Make it current", Done: "Made current", By: rotation.Rekey},
	}
	return p
}

const madeVersion = "8b7d5c1e-1a2f-5e3d-9c4b-7f6a2d1e0c93"

func passwords(t testing.TB) []state {
	approved := func() *story { return begin(t, passwordPlan()).seen().approve() }
	made := func() *story {
		return approved().at("10:32").record(rotation.Done("made by Secrets Manager and staged " + rotation.When(clock("10:32"))).Knowing(func(f *rotation.Facts) {
			f.New, f.Way, f.Created = madeVersion, rotation.ByMint, clock("10:32")
		})).record(rotation.Wait(0, "").Saying("Password is set…").Final())
	}
	set := func() *story { return made().at("10:40").press(starter, rotation.Attest, "I signed in with it") }
	return []state{
		{"password_01_to_approve", begin(t, passwordPlan()).seen()},
		{"password_02_making", approved()},
		{"password_03_refused", approved().record(rotation.Park(rotation.Problem{
			What: "Rekey may not do this at AWS: GetRandomPassword was refused (AccessDeniedException).", Safe: "Nothing has been changed.",
			Next: "Give Rekey the right secretsmanager:GetRandomPassword on *, then press Retry.",
		}))},
		{"password_04_shape", approved().record(rotation.Park(rotation.Problem{
			What: "The secret is a JSON object, and the catalogue doesn't say which field of it holds the password.", Safe: "Nothing was made, and nothing has been changed.",
			Next: "Look at the secret in Secrets Manager and correct field: in the catalogue, then cancel this rotation and start a new one.",
		}))},
		{"password_10_to_set", made()},
		{"password_20_set", set()},
		{"password_50_done", set().record(rotation.Done("no API can prove it", "current "+rotation.When(clock("10:40"))).Knowing(func(f *rotation.Facts) { f.Promoted = clock("10:40") }))},
		{"password_62_cancelled", made().press(starter, rotation.Cancel, "I can't sign in").record(rotation.Done("attested by "+rotation.Mention(starter)+": nobody set the new password", "AWSPENDING taken off our version"))},
	}
}

// siblingsDue are tokens behind one login.
func siblingsDue(t testing.TB) []state {
	done := func(next ...rotation.Next) *story {
		s := begin(t, plan(rotation.None)).seen().approve().received().promoted().running().ran().used()
		s.r.Next = next
		return s
	}
	multi := rotation.Next{Name: "modernisation_pat_multirepo", Title: "Modernisation PAT MultiRepo", On: clock("10:00").AddDate(0, 0, 18)}
	other := rotation.Next{Name: "github_ci_user_environments_repo_pat", Title: "GitHub MP CI User Environments Repo PAT", On: clock("10:00").AddDate(0, 0, 30)}
	return []state{
		{"sibling_11_wait", begin(t, plan(rotation.None)).seen().approve().record(rotation.Wait(0, "modernisation_pat_multirepo is failing since "+rotation.When(clock("10:20"))+" (rotation 43): finish that first."))},
		{"sibling_50_one_due", done(multi)},
		{"sibling_51_two_due", done(multi, other)},
	}
}
