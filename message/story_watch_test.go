package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

func init() { stories = append(stories, raised) }

// raised are rotations that Rekey started by itself, and the walk-through of
// the same row by a person.
func raised(t testing.TB) []state {
	start := func(p rotation.Plan, by rotation.Person) *story {
		s := begin(t, p)
		s.r, _ = rotation.New(p, by, s.now)
		s.r.ID, s.r.Version = 42, 1
		return s
	}
	seen := func() *story { return start(walkPlan(seenKey), rotation.ByRekey).record(rotation.Wait(0, seenKey)) }
	gone := rotation.Done("observed: the user has no access key", rotation.When(clock("10:50")))
	rotated := plan(rotation.None)
	rotated.Alarm = "The token belongs to somebody who has left @modernisation-platform."
	silent := func(s *story) *story { // asked through AWS, which doesn't answer
		s.r.NotAnswered("AWS didn't answer (ListAccessKeys: timeout). Nothing is lost; Rekey asks again by itself.", s.now, s.now.Add(time.Minute))
		return s
	}
	return []state{
		{"watch_01_raised", seen()},
		{"watch_02_nudged", nudged(seen(), 1)},
		{"watch_03_taken_over", seen().press(other, rotation.TakeOver, "")},
		{"watch_04_silent", silent(seen())},
		{"watch_05_gone", seen().at("10:50").record(gone)},
		{"watch_06_taken_over_and_gone", seen().press(other, rotation.TakeOver, "").at("10:50").record(gone)},
		{"watch_07_cancelled", seen().press(other, rotation.Cancel, "It is a drill, until Friday")},
		{"watch_10_walk", start(walkPlan(""), starter).record(rotation.Wait(0, "").Saying("It is there…"))},
		{"watch_20_rotation", start(rotated, rotation.ByRekey).seen()},
		{"watch_21_rotation_approved", start(rotated, rotation.ByRekey).seen().approve()},
		{"watch_22_rotation_parked", start(rotated, rotation.ByRekey).seen().approve().received().promoted().running().failed()},
	}
}

// walkPlan is the runbook for a break-glass user with a key.
func walkPlan(alarm string) rotation.Plan {
	p := plan(rotation.None)
	p.Secret, p.Title, p.Noun = "ModernisationPlatformOrganisationManagement", "ModernisationPlatformOrganisationManagement IAM user in MoJ root account", "access key"
	p.Walk, p.Alarm, p.Every, p.Users, p.Console = true, alarm, 0, nil, ""
	p.Steps = []rotation.Step{{
		ID: "gone", Kind: "see_no_keys", By: rotation.Holder, Title: "See that the user has no active access key", Done: "No active access key",
		Text:  "Find out who made it and why; CloudTrail shows CreateAccessKey. Once nothing needs it, have Operations Engineering deactivate or delete it (#ask-operations-engineering).",
		Links: []rotation.Link{{Title: "Open the user", URL: "https://us-east-1.console.aws.amazon.com/iam/home#/users/details/x"}},
	}}
	if alarm == "" {
		p.Steps = append([]rotation.Step{{
			ID: "ask", Kind: "guide", By: rotation.Holder, Title: "Ask Operations Engineering for what is needed", Done: "Asked Operations Engineering",
			Text: "Nobody in the team can make a key or a password for this user. Ask in #ask-operations-engineering, say what it is for and for how long, and tell the team.",
		}}, p.Steps...)
	}
	return p
}

const breakGlass = "ModernisationPlatformOrganisationManagement"

// seenKey is what a look at a break-glass user with a key shows.
var seenKey = "The user has an active access key: AKIAIOSFODNN7EXAMPLE, made " + rotation.When(clock("10:12")) + ", never used as far as AWS has noticed."

// watched draws what is known by looking: the list, the answers about what
// isn't rotated, and what is still owed.
func watched(by map[string]*story, c Context, post func(string, Post), view func(string, slack.HomeTabViewRequest)) {
	sight := func(about, kind string, f rotation.Finding, seen string) rotation.Sighting {
		return rotation.Sighting{About: about, Kind: kind, Finding: f, Seen: clock(seen), Looked: clock(seen)}
	}
	version := func(id string, days int) rotation.Finding {
		return rotation.Finding{Dates: []rotation.Dated{{Name: id, Created: clock("09:00").AddDate(0, 0, -days).Unix()}}}
	}
	outside := func(c rotation.Foreign) rotation.Finding {
		f := version(c.Version, 3)
		f.Outside, f.Alarm, f.Since = &c, c.Wrong, clock("10:57").Unix()
		return f
	}
	old := clock("09:00").AddDate(0, 0, -2)
	blind := func(about, failed string, f rotation.Finding, seen time.Time) rotation.Sighting {
		return rotation.Sighting{About: about, Kind: rotation.KindVersion, Finding: f, Seen: seen, Looked: clock("10:00"), Failed: failed, Failing: old}
	}
	alarmed := rotation.Finding{Words: seenKey, Alarm: true, Since: clock("10:15").Unix()}
	inventory := rotation.Finding{
		Words: "3 IAM users under /collaborators/, with 3 active access keys. The catalogue doesn't name leaver, so nobody is told when the keys there are due.",
		Alarm: true, Since: clock("10:15").Unix(), Dates: []rotation.Dated{{Name: "sam", Created: clock("09:00").AddDate(0, 0, -170).Unix()}},
	}
	refused := "AWS refused (DescribeSecret: AccessDeniedException)"
	all := []rotation.Sighting{
		sight(breakGlass, "no_active_keys", alarmed, "10:15"),
		sight("overdue", rotation.KindVersion, version("v1", 200), "10:15"),
		sight("by_hand", rotation.KindVersion, outside(rotation.Foreign{Version: "v9", Said: ", and it works", Settled: true}), "10:57"),
		blind("refused", refused, rotation.Finding{}, time.Time{}),
		blind("stale", "AWS didn't answer (DescribeSecret: timeout)", version("v1", 100), old),
		sight("keys", "iam_users", inventory, "10:15"),
		sight("mistyped", rotation.KindVersion, outside(rotation.Foreign{Version: "v9", Said: ", and GitHub refuses it", Wrong: true, Settled: true}), "10:57"),
	}
	seen := rotation.Sort(all)
	secret := func(name, title string) rotation.Secret {
		return rotation.Secret{Name: name, Title: title, Noun: "token", Every: 180}
	}
	exempt := func(name, title, review string) rotation.Secret {
		return rotation.Secret{Name: name, Title: title, Exempt: &rotation.Exemption{Reason: "It isn't one.", Review: review}}
	}
	member := secret("keys sam", "AWS user keys of sam")
	member.Of = "keys"
	done := by["none_50_done"].r
	expires := done.Clone()
	expires.Facts.Expires = time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)
	expires.Facts.Promoted = old
	whole := rotation.Stand(secret("keys", "AWS user keys"), nil, seen)
	whole.Whole = true
	rows := []Row{
		{Standing: rotation.Stand(secret("by_hand", "Saved in the console"), done, seen)},
		{Standing: rotation.Stand(secret("mistyped", "Mistyped in the console"), done, seen)},
		{Standing: rotation.Stand(secret("expires", "Expires before policy says"), expires, seen)},
		{Standing: rotation.Stand(exempt("circleci", "mod-platform-circleci", "2027-06-01"), nil, seen)},
		{Standing: rotation.Stand(exempt("review", "environment_management", "2026-11-01"), nil, seen)},
		{Standing: rotation.Stand(secret("refused", "nuke_account_ids"), nil, seen)},
		{Standing: rotation.Stand(secret("new", "Nobody has looked"), nil, seen)},
		{Standing: rotation.Stand(secret("stale", "Slack Webhook URL"), nil, seen)},
		{Standing: rotation.Stand(member, nil, seen)},
		{Standing: rotation.Stand(secret("overdue", "PagerDuty User Level API Token"), nil, seen)},
		{Standing: rotation.Stand(exempt(breakGlass, "ModernisationPlatformOrganisationManagement IAM user in MoJ root account", "2027-05-22"), by["watch_01_raised"].r, seen), Link: permalink},
		{Standing: whole},
	}
	owing := []Owed{{Rotation: by["none_51_done_with_debts"].r, Link: permalink}}
	post("list_watched", List(rows, owing, c))
	weekly(rows, owing, by, c, post, view)
	refusal := &rotation.Error{Reason: rotation.NotNow, What: breakGlass + " isn't rotated: It is kept for break-glass purposes.", Next: "Owner @modernisation-platform, to be reviewed Sat 22 May 2027."}
	for name, about := range map[string]rotation.Sighting{
		"seen": all[0], "blind": blind(breakGlass, "AWS didn't answer (ListAccessKeys: timeout)", rotation.Finding{Words: "The user has no access key."}, old), "never": all[3],
	} {
		refusal.Safe = Seen([]rotation.Sighting{about})
		post("exempted_"+name, Refusal(&rotation.Exempted{Refusal: refusal, Row: breakGlass, Name: breakGlass}, c))
	}
	post("refreshing", Refreshing())
}

// However many secrets there are, and however long their names, the list fits
// into the acknowledgement of a command, and counts what doesn't.
func TestAListOfThousandsFits(t *testing.T) {
	for _, n := range []int{0, 1, 60, 5000} {
		var rows []Row
		for i := range n {
			secret := rotation.Secret{Name: fmt.Sprintf("secret_%04d", i), Title: strings.Repeat("&<é> ", 40), Every: 180}
			rows = append(rows, Row{Standing: rotation.Stand(secret, nil, nil)})
		}
		p := List(rows, nil, Context{Now: clock("11:00"), Zone: london})
		x := rendering{name: fmt.Sprintf("a list of %d", n), post: &p}
		within(t, x)
		if size := len(encode(t, x)); size > maxAck {
			t.Errorf("%s has %d bytes", x.name, size)
		}
		var said string
		texts(t, p.Blocks, func(_, text string) { said += text })
		shown := strings.Count(said, "secret_")
		if rest := fmt.Sprintf("… and %d more", n-shown); shown < n && !strings.Contains(said, rest) {
			t.Errorf("%s shows %d and doesn't say %q", x.name, shown, rest)
		}
		if !strings.Contains(p.Text, count(n, "secret")) {
			t.Errorf("%s doesn't count them", x.name)
		}
	}
}
