package message

import (
	"testing"
	"time"

	"rekey/rotation"
)

func init() { stories = append(stories, clientSecrets) }

// entraPlan is the plan of the client secret with which people sign in to AWS,
// added by Rekey or by hand.
func entraPlan(byHand bool) rotation.Plan {
	portal := []rotation.Link{{Title: "Open Entra ID", URL: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/4f8d2b6e-91c3-4d57-a0be-7e63f1c9d204"}}
	p := plan(rotation.SideBySide)
	p.Secret, p.Title, p.Noun, p.Field, p.Entry = "azure_entraid_oidc", "AWS SSO Entra ID", "client secret", "client_secret", rotation.EntryAPI
	p.SecretID = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:azure_entraid_oidc"
	p.Console = "https://eu-west-2.console.aws.amazon.com/secretsmanager/secret?name=azure_entraid_oidc&region=eu-west-2"
	p.Users, p.Lead = []string{"signing in to AWS"}, 14
	add := rotation.Step{ID: "add", Kind: "add_client_secret", As: rotation.KindReceive, Title: "Add a client secret and stage it", Done: "Added and staged", By: rotation.Rekey, Links: portal}
	check := rotation.Step{ID: "check", Kind: "check", Title: "Check the new client secret", Done: "Checked", By: rotation.Rekey}
	approve := rotation.Step{ID: "approve", Kind: rotation.KindApprove, Title: "Approve the plan", Done: "Plan approved", By: rotation.Approvers}
	promote := rotation.Step{ID: "promote", Kind: rotation.KindPromote, Title: "Check it and make it current", Done: "Checked and made current", By: rotation.Rekey}
	run := rotation.Step{ID: "run", Kind: "run_workflow", Title: `Run "Management account apply" on main`, Done: `Ran "Management account apply"`, By: rotation.Rekey}
	used := rotation.Step{ID: "used", Kind: "confirm_use", As: rotation.KindUsed, Title: "See that people can sign in to AWS", Done: "It works", By: rotation.Holder,
		Text:  "Sign in to AWS in a private window, so that nothing is remembered, and open an account. Stay signed in elsewhere until it works.",
		Links: []rotation.Link{{Title: "Try it", URL: "https://moj.awsapps.com/start"}}}
	remove := rotation.Step{ID: "remove", Kind: "remove_client_secret", As: rotation.KindRevoke, Title: "Remove the old client secret", Done: "Old client secret removed", By: rotation.Rekey, Links: portal}
	restore := rotation.Step{ID: "back_restore", Kind: rotation.KindRestore, Title: "Make the old client secret current again", Done: "Old client secret current again", By: rotation.Rekey}
	p.Withdraw = []rotation.Step{{ID: "cancel_take_back", Kind: "withdraw_client_secret", As: rotation.KindWithdraw, Title: "Take back what was added", Done: "Nothing changed", By: rotation.Rekey}}
	if byHand {
		add.Kind, add.As, add.By, add.Title, add.Done = rotation.KindReceive, "", rotation.Holder, "Add a client secret and save it", "Added and saved"
		add.Text = "Sign in to the Azure portal with your justice.gov.uk account, open Certificates & secrets of justicedigital-panda-awsidentitycenter, add a client secret called aws-sso-entraid-integration that expires in 6 months, and save its value. It is shown once. Leave the old one alone."
		remove.Kind, remove.As, remove.Title, remove.Done = rotation.KindRevoke, "", "Delete the old client secret", "Old client secret deleted"
		p.Withdraw = nil
	}
	backRun, backUsed := run, used
	backRun.ID, backUsed.ID = "back_run", "back_used"
	p.Steps = []rotation.Step{add, check, approve, promote, run, used, remove}
	p.RollBack = []rotation.Step{restore, backRun, backUsed}
	return p
}

const addedVersion = "5d1f0a63-7c2e-5b4d-8a90-3e6b7f2c1d48"

// added is the client secret that Rekey had made.
func (s *story) added() *story {
	return s.at("10:32").record(rotation.Done("added, expires Sat 22 May 2027", `! unknown: "test" also lives, until Sat 25 Sep 2027`).Knowing(func(f *rotation.Facts) {
		f.New, f.Way, f.Created, f.NewKey, f.OldKey = addedVersion, rotation.ByMint, s.now, "0f3c9a51-2f0e-4f6f-9d55-6f8f7a4f3a10", "7c1d2b84-5a3e-4c0b-8b7e-9e2f1d3c4b5a"
		f.Expires, f.OldExpires = time.Date(2027, 5, 22, 9, 0, 0, 0, time.UTC), time.Date(2026, 12, 15, 9, 0, 0, 0, time.UTC)
	}))
}

func (s *story) signsIn() *story {
	return s.record(rotation.Done("Entra ID signs the application in with it", "expires Sat 22 May 2027").Knowing(func(f *rotation.Facts) {
		f.Identity = "4f8d2b6e-91c3-4d57-a0be-7e63f1c9d204"
	}))
}

func (s *story) madeCurrent() *story {
	return s.at("10:43").record(rotation.Done("Entra ID signs the application in with it", "expires Sat 22 May 2027", "current "+rotation.When(s.now)).Knowing(func(f *rotation.Facts) {
		f.Promoted = clock("10:43")
	}))
}

// clientSecrets are rotations of a client secret at Entra ID.
func clientSecrets(t testing.TB) []state {
	fresh := func() *story { return begin(t, entraPlan(false)).seen() }
	checked := func() *story { return fresh().added().signsIn() }
	applied := func() *story { return checked().approve().madeCurrent().running().ran() }
	confirmed := func() *story {
		return applied().record(rotation.Wait(0, "").Saying("It works…")).at("10:55").press(starter, rotation.Attest, "I signed in and opened two accounts")
	}
	soaking := func() *story {
		return confirmed().record(rotation.Wait(24*time.Hour, "The old client secret is removed "+rotation.When(clock("10:55").AddDate(0, 0, 1))+", unless somebody rolls back before."))
	}
	hand := func() *story { return begin(t, entraPlan(true)).seen() }
	emergency := entraPlan(false)
	emergency.Compromised = true
	emergency.Steps = append(emergency.Steps, lookedOver)
	options := []rotation.Option{{Value: "none", Text: "None of these: it is gone already"}, {Value: "a", Text: "test, from Wed 25 Sep 2025 to Sat 25 Sep 2027"}}
	return []state{
		{"entra_01_new", begin(t, entraPlan(false))},
		{"entra_02_adding", fresh()},
		{"entra_03_which_is_the_old_one", fresh().record(rotation.Wait(0, "Rekey can't tell which of the application's client secrets is the old one. Choose the one that is in use now: it is removed at the end. Nothing has been added yet.").Needing(rotation.Holder).Offering(options...))},
		{"entra_04_no_right", fresh().record(rotation.Park(rotation.Problem{
			What: "Rekey may not do this at Entra ID: adding a client secret was refused (403).", Safe: "Nothing has been changed.",
			Next: "Give Rekey the right Application.ReadWrite.OwnedBy, as an owner of the application, then press Retry. Or write `runbook: entra_by_hand` into its row of the catalogue and start Rekey again: people then do it by hand.",
		}))},
		{"entra_05_no_answer", fresh().record(rotation.Wait(time.Minute, "no answer came; Rekey looks what became of it before it sends anything again"))},
		{"entra_10_checking", fresh().added()},
		{"entra_11_not_accepted_yet", fresh().added().record(rotation.Wait(10*time.Second, "Entra ID doesn't accept the new client secret yet. It may take until "+rotation.When(clock("10:34"))+"; Rekey tries it again by itself."))},
		{"entra_12_rejected", fresh().added().record(rotation.AskAgain("The client secret that was saved stands beside another client_id than 4f8d2b6e-91c3-4d57-a0be-7e63f1c9d204, which the catalogue names.")).
			record(rotation.Park(rotation.Problem{
				What: "The client secret that was saved stands beside another client_id than 4f8d2b6e-91c3-4d57-a0be-7e63f1c9d204, which the catalogue names.",
				Safe: "Rekey removed it again. The old client secret is untouched and in use.", Next: "Mend the cause. Retry adds another.",
			}).Knowing(func(f *rotation.Facts) { f.NewKey = "" }))},
		{"entra_20_to_approve", checked()},
		{"entra_30_running", checked().approve().madeCurrent().running()},
		{"entra_40_to_be_confirmed", applied().record(rotation.Wait(0, "").Saying("It works…"))},
		{"entra_41_soaking", soaking()},
		{"entra_42_still_listed", at(soaking(), 24*time.Hour).record(rotation.Wait(10*time.Second, "Entra ID accepted the removal and still lists the old client secret; Rekey looks again by itself."))},
		{"entra_50_done", at(soaking(), 24*time.Hour).record(rotation.Done("removed, and not listed any more", "the old value is refused by Entra ID "+rotation.When(clock("10:55").AddDate(0, 0, 1))).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, clock("10:55").AddDate(0, 0, 1), clock("10:55").AddDate(0, 0, 1)
		}))},
		{"entra_60_rolling_back", applied().record(rotation.Wait(0, "").Saying("It works…")).at("10:56").press(starter, rotation.RollBack, "Nobody gets past the first page")},
		{"entra_61_rolled_back", applied().record(rotation.Wait(0, "").Saying("It works…")).at("10:56").press(starter, rotation.RollBack, "Nobody gets past the first page").
			record(rotation.Done("the old client secret works and is current again").Knowing(func(f *rotation.Facts) { f.Restored = clock("10:57") }).Owing(rotation.Debt{
				What: "The new client secret of AWS SSO Entra ID (version " + addedVersion + ")", Why: "the rotation was rolled back; it works until somebody revokes it", Since: clock("10:57"),
				Kind: "remove_client_secret", Key: "0f3c9a51-2f0e-4f6f-9d55-6f8f7a4f3a10", Version: addedVersion, Quiet: true,
			})).at("10:58").record(rotation.Done("run 1191 succeeded "+rotation.When(clock("10:58")))).
			record(rotation.Wait(0, "").Saying("It works…")).press(starter, rotation.Attest, "I can sign in again")},
		{"entra_62_cancelling", checked().at("10:50").press(starter, rotation.Cancel, "The release comes first")},
		{"entra_63_cancelled", checked().at("10:50").press(starter, rotation.Cancel, "The release comes first").record(rotation.Done("AWSPENDING taken off our version", "removed at Entra ID: 1"))},
		{"entra_70_compromised", begin(t, emergency).seen().added().signsIn()},
		{"entra_hand_10_to_add", hand()},
		{"entra_hand_40_to_delete", hand().received().signsIn().approve().madeCurrent().running().ran().record(rotation.Wait(0, "").Saying("It works…")).
			press(starter, rotation.Attest, "I signed in").record(rotation.Wait(0, "Delete the old client secret, then press Check now: Rekey proves that it is refused.").Needing(rotation.Holder))},
	}
}
