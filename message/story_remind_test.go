package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// reminding draws what reminds people of what is due, and what snoozes it.
func reminding(by map[string]*story, c Context, post func(string, Post), view func(string, slack.ModalViewRequest)) {
	owner := rotation.Handle{Name: "@modernisation-platform", ID: "S0TEAM"}
	row := func(title string, lead, left int, expires time.Time) Row {
		s := rotation.Secret{Name: strings.ToLower(strings.ReplaceAll(title, " ", "_")), Title: title, Noun: "token", Every: 180, Lead: rotation.Days(lead), Owner: owner.Name}
		return Row{Standing: rotation.Standing{Secret: s, Clocks: rotation.Clocks{Every: 180, Current: c.Now.AddDate(0, 0, left-180), Expires: expires}}}
	}
	late := row("GitHub MP CI User PAT", 1, -9, time.Time{})
	dying := row("Modernisation PAT MultiRepo", 1, 20, c.Now.AddDate(0, 0, 1))
	slow := row("AWS SSO Entra ID", 17, 17, time.Time{})
	review := Row{Standing: rotation.Standing{Secret: rotation.Secret{Name: "mod-platform-circleci", Title: "CircleCI", Owner: owner.Name, Exempt: &rotation.Exemption{}}, Clocks: rotation.Clocks{Review: c.Now.AddDate(0, 0, 7)}}}
	shown, more := Worst([]Row{review, slow, dying, late}, c)
	post("reminder", Remind(Reminder{ID: "rekey:reminder:2026-11-23:C0PLATFORM", Owners: []rotation.Handle{owner}, Rows: shown, More: more + 12}, c))
	post("reminder_of_one", Remind(Reminder{ID: "rekey:reminder:2026-11-23:C0PLATFORM", Owners: []rotation.Handle{owner}, Rows: shown[:1]}, c))
	post("escalation", Escalate(Escalation{ID: "rekey:escalation:2026-11-23:C0NOTIFY", To: rotation.Handle{Name: "@mp-approvers", ID: "S0APPROVERS"}, Late: []Late{
		{Row: late, Owner: owner, Days: 9, Told: rotation.Told{Times: 7, Last: c.Now.AddDate(0, 0, -1)}},
		{Row: dying, Owner: owner, Days: -1, Told: rotation.Told{Times: 1, Last: c.Now.AddDate(0, 0, -6)}},
		{Row: slow, Owner: owner, Days: 0},
	}, More: 3}, c))
	view("snooze", Snooze([]Row{late}, []int{1, 2, 3, 5, 7, 10, 14}, "C0PLATFORM", c))
	view("snooze_which", Snooze(shown, []int{1, 3}, "C0PLATFORM", c))
	late.Snooze = &rotation.Snooze{
		Secret: late.Secret.Name, Due: c.Now.AddDate(0, 0, -9).Format(time.DateOnly), Until: time.Date(2026, 12, 4, 0, 0, 0, 0, london), By: starter,
		Reason: "There is a release on Thursday, and nobody wants <!channel> to fail during it", At: c.Now.AddDate(0, 0, -1),
	}
	post("list_snoozed", List([]Row{late, slow}, nil, c))
	post("status_snoozed", StatusOf(late, c))
	post("digest_holidays_ended", Digest(Weekly{ID: "rekey:digest:2026-W48", Due: clock("09:00"), Rows: []Row{late}, Ended: 2028}, c))
}

// However much is due, a reminder is one message, and what isn't in it is
// counted.
func TestARemindersAndAnEscalationOfThousandsFit(t *testing.T) {
	c := Context{Now: clock("11:00"), Zone: london}
	var rows []Row
	for i := range 5000 {
		secret := rotation.Secret{Name: fmt.Sprintf("secret_%04d_%s", i, strings.Repeat("x", 150)), Title: strings.Repeat("&<é> ", 40), Every: 180}
		rows = append(rows, Row{Standing: rotation.Standing{Secret: secret, Clocks: rotation.Clocks{Every: 180, Current: c.Now.AddDate(0, 0, -181-i%360)}}})
	}
	shown, more := Worst(rows, c)
	if len(shown)+more != len(rows) || len(shown) != remindLines || shown[0].Clocks.Current.After(shown[1].Clocks.Current) {
		t.Errorf("%d shown, %d more", len(shown), more)
	}
	p := Remind(Reminder{ID: "rekey:reminder:2026-11-23:C0PLATFORM", Rows: shown, More: more}, c)
	within(t, rendering{name: "a reminder of 5000", post: &p})
	e := Escalation{ID: "rekey:escalation:2026-11-23:C0PLATFORM", More: more}
	for _, row := range shown {
		e.Late = append(e.Late, Late{Row: row, Owner: rotation.Handle{Name: "@" + strings.Repeat("é", 100)}, Days: 400, Told: rotation.Told{Times: 1000, Last: c.Now}})
	}
	p = Escalate(e, c)
	within(t, rendering{name: "an escalation of 5000", post: &p})
	v := Snooze(rows, []int{1, 14}, "C0PLATFORM", c)
	within(t, rendering{name: "a form of 5000", view: &v})
}

// Nobody is told twice in one message, and channels are no people.
func TestEachOwnerIsMentionedOnce(t *testing.T) {
	for _, x := range []struct {
		who  []rotation.Handle
		want string
	}{
		{nil, ""},
		{[]rotation.Handle{{Name: "@a", ID: "S1"}, {Name: "@b", ID: "S2"}}, "<!subteam^S1> <!subteam^S2>"},
		{[]rotation.Handle{{Name: "@p", ID: "U1"}}, "<@U1>"},
		{[]rotation.Handle{{Name: "#c", ID: "C1"}, {Name: "#g", ID: "G1"}, {Name: "@nobody"}}, ""},
	} {
		if got := mentions(x.who); got != x.want {
			t.Errorf("%v: %q, not %q", x.who, got, x.want)
		}
	}
}
