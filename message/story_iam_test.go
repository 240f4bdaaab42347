package message

import (
	"testing"
	"time"

	"rekey/rotation"
)

func init() { stories = append(stories, accessKeys) }

const (
	oldKey       = "AKIAOLDOLDOLDOLDOLD1"
	newKey       = "AKIANEWNEWNEWNEWNEW2"
	keyDelivered = "9c0e6f21-3a57-5f0d-a2b1-7d4c8e1f6b35"
)

// keyPlan is the plan of a collaborator's access key, or what is done first
// when others may know it.
func keyPlan(compromised bool) rotation.Plan {
	iam := []rotation.Link{{Title: "Open IAM", URL: "https://us-east-1.console.aws.amazon.com/iam/home#/users/details/sam.collaborator?section=security_credentials"}}
	p := plan(rotation.SideBySide)
	p.Secret, p.Title, p.Noun, p.Entry = "aws_user_keys sam.collaborator", "AWS user access & secret keys of sam.collaborator", "access key", rotation.EntryAPI
	p.SecretID = "collaborators/sam.collaborator/access-key"
	p.Console = "https://eu-west-2.console.aws.amazon.com/secretsmanager/secret?name=collaborators/sam.collaborator/access-key&region=eu-west-2"
	p.User, p.Users, p.Read, p.Lead = rotation.Handle{Name: "@sam", ID: string(other)}, nil, nil, 14
	create := rotation.Step{ID: "create", Kind: "create_key", As: rotation.KindReceive, Title: "Make a new access key and deliver it", Done: "Made and delivered", By: rotation.Rekey, Links: iam}
	confirm := rotation.Step{ID: "confirm", Kind: "confirm_key", As: rotation.KindUsed, Title: "Fetch the new key, use it, and say so", Done: "In use", By: rotation.User, Links: iam,
		Text: `Fetch the new key of sam.collaborator as "How to fetch it" shows and give it to whatever uses the old one. When nothing needs the old one any more, press "It is in use…".`}
	approve := rotation.Step{ID: "approve", Kind: "approve_key", As: rotation.KindApprove, Title: "Approve the plan", Done: "Plan approved", By: rotation.Approvers}
	deactivate := rotation.Step{ID: "deactivate", Kind: "deactivate_key", As: rotation.KindPromote, Title: "Deactivate the old key", Done: "Old key deactivated", By: rotation.Rekey, Links: iam}
	remove := rotation.Step{ID: "delete", Kind: "delete_key", As: rotation.KindRevoke, Title: "Delete the old key", Done: "Old key deleted", By: rotation.Rekey, Links: iam}
	p.Steps = []rotation.Step{create, confirm, approve, deactivate, remove}
	p.RollBack = []rotation.Step{{ID: "back_restore", Kind: "restore_key", As: rotation.KindRestore, Title: "Activate the old key again", Done: "Old key active again", By: rotation.Rekey}}
	p.Withdraw = []rotation.Step{{ID: "cancel_take_back", Kind: "withdraw_key", As: rotation.KindWithdraw, Title: "Take back the new key", Done: "Taken back", By: rotation.Rekey}}
	if compromised {
		stop := deactivate
		stop.ID, stop.Kind, stop.As, stop.Warning = "stop", "stop_key", rotation.KindRevoke, "From that moment whatever uses the old key fails, until it has the new one."
		p.Steps = []rotation.Step{approve, stop, create, confirm, remove, {ID: "review", Kind: rotation.KindReview, Title: "Look over what happened", Done: "Looked over", By: rotation.Approvers,
			Text: "Find out how the old value got out, what was done with it, and whether anything else has to be replaced. Then close the review with what you found."}}
		p.Overlap, p.RollBack, p.Compromised = rotation.None, nil, true
	}
	return p
}

// keyMade is the new key, delivered.
func (s *story) keyMade() *story {
	return s.at("10:32").record(rotation.Done(newKey + " in collaborators/sam.collaborator/access-key " + rotation.When(s.now)).Knowing(func(f *rotation.Facts) {
		f.New, f.NewKey, f.Way, f.Created = keyDelivered, newKey, rotation.ByMint, s.now
		if s.r.Plan.Compromised {
			f.Promoted = s.now
		}
	}))
}

// keyConfirmed is the user's word, and AWS's.
func (s *story) keyConfirmed() *story {
	s.record(rotation.Wait(0, "").Saying("It is in use…").Beside()).at("10:55").press(other, rotation.Attest, "the pipeline and my laptop have it")
	return s.record(rotation.Done("used for sts in eu-west-2 "+rotation.When(clock("10:50")), "confirmed by "+rotation.Mention(other)+": the pipeline and my laptop have it").AttestedBy(other).Knowing(func(f *rotation.Facts) {
		f.Used, f.UsedBy, f.Unused = clock("10:50"), "sts in eu-west-2", s.now
	}))
}

func (s *story) keyShown() *story {
	note := "The old key " + oldKey + " was last used " + rotation.When(clock("10:20")) + " for sts in eu-west-2."
	learn := func(f *rotation.Facts) { f.OldUse = note }
	if s.r.Plan.Compromised {
		return s.record(rotation.Wait(0, "").Knowing(learn))
	}
	return s.record(rotation.Wait(0, note).Knowing(learn))
}

func (s *story) keyStopped() *story {
	return at(s, 25*time.Hour).record(rotation.Done(oldKey + " deactivated " + rotation.When(s.now) + ", last used Mon 23 Nov 2026 for sts in eu-west-2").Knowing(func(f *rotation.Facts) { f.Promoted = f.Created }))
}

func (s *story) keyGone() *story {
	return at(s, 7*24*time.Hour).record(rotation.Done(oldKey + " deleted; IAM lists it no more " + rotation.When(s.now)).Knowing(func(f *rotation.Facts) {
		f.Old, f.OldDead, f.NoReturn = rotation.OldRefused, s.now, s.now
	}))
}

// accessKeys are rotations of an IAM user's access key.
func accessKeys(t testing.TB) []state {
	fresh := func(compromised bool) *story {
		return begin(t, keyPlan(compromised)).seen().record(rotation.Wait(rotation.AtOnce, "").Knowing(func(f *rotation.Facts) {
			f.OldKey, f.OldCreated = oldKey, time.Date(2026, 5, 9, 9, 0, 0, 0, time.UTC)
		}))
	}
	parked := func(s *story, what, safe, next string) *story {
		return s.record(rotation.Park(rotation.Problem{What: what, Safe: safe, Next: next}))
	}
	confirm := func() *story {
		return fresh(false).keyMade().record(rotation.Wait(0, "").Saying("It is in use…").Beside())
	}
	approved := func() *story { return fresh(false).keyMade().keyConfirmed().keyShown().at("11:02").approve() }
	soaking := func() *story {
		return approved().keyStopped().record(rotation.Wait(0, oldKey+" is inactive and is deleted Tue 1 Dec 2026 12:00. If anything misses it, press Roll back: that activates it again."))
	}
	stopped := func() *story {
		return fresh(true).keyShown().approve().record(rotation.Done(oldKey + " deactivated " + rotation.When(clock("10:32"))).Knowing(func(f *rotation.Facts) {
			f.Old, f.OldDead, f.NoReturn, f.FailingSince = rotation.OldRefused, clock("10:32"), clock("10:32"), clock("10:32")
		}))
	}
	debt := rotation.Debt{What: "The new access key " + newKey + " of sam.collaborator", Why: "the rotation was rolled back; it works until somebody deletes it in IAM", Key: newKey, Quiet: true, Since: clock("11:30")}
	return []state{
		{"iam_01_making", fresh(false)},
		{"iam_02_two_keys", parked(begin(t, keyPlan(false)).seen(),
			"two.keys has as many access keys as AWS allows: "+oldKey+" (active, made Sat 9 May 2026, last used Mon 23 Nov 2026 for sts in eu-west-2) and "+newKey+" (active, made Tue 3 Nov 2026, never seen used).",
			"Rekey changed nothing: it can't tell which of them is in use.", "Ask "+rotation.Mention(other)+" which of them nothing uses, delete that one in IAM, then press Retry.")},
		{"iam_03_to_fetch", confirm()},
		{"iam_04_seen_used", confirm().record(rotation.Wait(0, "AWS saw the new key used "+rotation.When(clock("10:50"))+" for sts in eu-west-2. "+rotation.Mention(other)+" has yet to say that nothing uses the old one.").Saying("It is in use…").Beside())},
		{"iam_05_said_and_not_seen", confirm().at("10:55").press(other, rotation.Attest, "all moved").record(rotation.Wait(0, rotation.Mention(other)+" says: all moved. AWS hasn't seen the new key used yet, which it may notice hours later.").Needing(rotation.Rekey))},
		{"iam_10_to_approve", fresh(false).keyMade().keyConfirmed().keyShown()},
		{"iam_20_watching", approved().record(rotation.Wait(0, oldKey+" is deactivated tomorrow 10:55, if AWS sees nothing use it until then. It was last used "+rotation.When(clock("10:20"))+" for sts in eu-west-2."))},
		{"iam_21_still_used", parked(approved(), "The old access key "+oldKey+" was last used "+rotation.When(clock("11:10"))+" for s3 in eu-west-1, although nothing was said to need it.",
			"Both keys work, and Rekey deactivates neither.", "Ask "+rotation.Mention(other)+" what still uses it. Once that has the new key, press Retry: Rekey watches for another 24 hours.")},
		{"iam_30_soaking", soaking()},
		{"iam_31_activated_again", parked(soaking(), "Somebody activated the old access key "+oldKey+" again.", "It works, like the new one, and Rekey deletes neither.",
			"Find out who needs it. Press Roll back to keep it, or deactivate it in IAM when nothing uses it any more, then press Retry.")},
		{"iam_40_done", soaking().keyGone()},
		{"iam_50_rolling_back", soaking().press(starter, rotation.RollBack, "The nightly export has it built in")},
		{"iam_51_rolled_back", soaking().press(starter, rotation.RollBack, "The nightly export has it built in").record(rotation.Done(oldKey+" is active", "AWSCURRENT is on the old key's version again").Owing(debt))},
		{"iam_60_cancelling", confirm().press(starter, rotation.Cancel, "We wait for the release")},
		{"iam_61_cancelled", confirm().press(starter, rotation.Cancel, "We wait for the release").record(rotation.Done(newKey+" deleted, never used", "AWSCURRENT is on the old key's version again"))},
		{"iam_70_compromised", fresh(true).keyShown()},
		{"iam_71_stopped", stopped()},
		{"iam_72_to_fetch", stopped().keyMade().record(rotation.Wait(0, "").Saying("It is in use…").Beside())},
		{"iam_73_to_review", stopped().keyMade().keyConfirmed().keyGone()},
	}
}
