package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// weekly draws what shows the same as the list, elsewhere: the digest, App
// Home, what is due, and a history.
func weekly(rows []Row, owing []Owed, by map[string]*story, c Context, post func(string, Post), home func(string, slack.HomeTabViewRequest)) {
	slow := rotation.Secret{Name: "entra", Title: "AWS SSO Entra ID", Noun: "client secret", Every: 180, Lead: 17}
	quick := rotation.Secret{Name: "webhook", Title: "Slack Webhook URL", Noun: "webhook", Every: 180, Lead: 1}
	rows = append(rows,
		Row{Standing: rotation.Standing{Secret: slow, Clocks: rotation.Clocks{Every: 180, Current: c.Now.AddDate(0, 0, -158)}}},
		Row{Standing: rotation.Standing{Secret: quick, Clocks: rotation.Clocks{Every: 180, Current: c.Now.AddDate(0, 0, -179)}}},
		Row{Standing: rotation.Standing{Secret: rotation.Secret{Name: "pat", Title: "GitHub MP CI User PAT"}, Running: by["none_32_run_failed"].r}, Link: permalink},
	)
	worn := []Worn{{"github_pat", "#modernisation-platform", c.Now.AddDate(0, 0, -3)}, {"iam_user_key", "#modernisation-platform", c.Now.AddDate(1, 0, 0)}}
	w := Weekly{ID: "rekey:digest:2026-W48", Due: clock("09:00"), Rows: rows, Owing: owing, Worn: worn, Audit: strings.Repeat("8c1f", 16)}
	post("digest", Digest(w, c))
	w.Late, w.Rows, w.Owing, w.Worn = true, nil, nil, nil
	post("digest_late_and_quiet", Digest(w, c))
	post("due", Due(rows, owing, c))
	post("due_nothing", Due(nil, nil, c))
	post("history", History("GitHub MP CI User PAT", []*rotation.Rotation{
		by["none_32_run_failed"].r, by["both_50_done"].r, by["none_51_done_with_debts"].r, by["none_60_refused"].r, by["both_61_rolled_back"].r,
	}, map[rotation.ID]string{42: permalink}, c))
	post("history_none", History("GitHub MP CI User PAT", nil, nil, c))
	h := Home{Me: starter, Rows: rows, Owing: owing, Mine: rows[len(rows)-1:], Ended: []*rotation.Rotation{by["none_50_done"].r}, Providers: []rotation.Freshness{
		{Provider: "AWS", Seen: clock("10:57"), Looks: 20, Blind: 1, Failed: "AWS refused (DescribeSecret: AccessDeniedException)"}, {Provider: "Entra ID", Seen: clock("10:40"), Looks: 1},
		{Provider: "PagerDuty", Seen: clock("10:42").AddDate(0, 0, -6), Looks: 1, Blind: 1, Failed: "PagerDuty didn't answer"}, {Provider: "Slack", Looks: 1, Blind: 1, Failed: "no answer"},
	}, Part: "all", By: "Rekey v1"}
	home("home", DrawHome(h, c))
	h.Part, h.Mine, h.Held = "fine", nil, h.Mine
	home("home_fine", DrawHome(h, c))
}

// However many secrets there are, the digest is one message and App Home one
// view, and every secret is shown or counted.
func TestADigestAndAHomeOfThousandsFit(t *testing.T) {
	c := Context{Now: clock("11:00"), Zone: london}
	for _, n := range []int{0, 1, 26, 130} {
		var rows []Row
		for i := range n {
			secret := rotation.Secret{Name: fmt.Sprintf("secret_%04d", i), Title: strings.Repeat("&<é> ", 40), Every: 180}
			clocks := rotation.Clocks{Every: 180, Current: c.Now.AddDate(0, 0, -i%360)}
			rows = append(rows, Row{Standing: rotation.Standing{Secret: secret, Clocks: clocks}})
		}
		p := Digest(Weekly{ID: "rekey:digest:2026-W48", Due: c.Now, Rows: rows}, c)
		within(t, rendering{name: fmt.Sprintf("a digest of %d", n), post: &p})
		seen, last := 0, -1
		for page := 0; page != last; page++ {
			view := DrawHome(Home{Rows: rows, Part: "all", Page: page}, c)
			within(t, rendering{name: fmt.Sprintf("page %d of a home of %d", page, n), home: &view})
			var said string
			texts(t, view.Blocks.BlockSet, func(_, text string) { said += text })
			seen += strings.Count(said, "secret_")
			if !strings.Contains(said, "Next page") {
				last = page + 1
			}
		}
		if seen != n {
			t.Errorf("App Home shows %d of %d", seen, n)
		}
	}
	many := make([]Row, 5000)
	for i := range many {
		many[i].Secret = rotation.Secret{Name: fmt.Sprintf("secret_%04d", i), Title: strings.Repeat("&<é> ", 40), Every: 180}
	}
	p, view := Digest(Weekly{ID: "rekey:digest:2026-W48", Due: c.Now, Rows: many}, c), DrawHome(Home{Rows: many, Part: "all", Page: 9999}, c)
	within(t, rendering{name: "a digest of 5000", post: &p})
	within(t, rendering{name: "the last page of a home of 5000", home: &view})
}

// The earliest clock decides, and a secret that takes long shows up in the week
// in which it has to be started.
func TestWhatTakesLongIsStartedEarlier(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, london)
	c := Context{Now: now, Zone: london}
	for _, x := range []struct {
		lead, due int // days
		want      string
	}{
		{1, 0, "start today, since it takes a day"},
		{1, 4, "start by Thu 3 Dec 2026, since it takes a day"},
		{17, 19, "start by Wed 2 Dec 2026, since it takes 17 days"},
		{17, 17, "start today, since it takes 17 days"},
		{17, 10, "start today, since it takes 17 days"},
		{1, 30, "○ "},
		{0, 2, "○ "},
	} {
		secret := rotation.Secret{Name: "s", Title: "S", Every: 180, Lead: rotation.Days(x.lead)}
		row := Row{Standing: rotation.Standing{Secret: secret, Clocks: rotation.Clocks{Every: 180, Current: now.AddDate(0, 0, x.due-180).Add(time.Hour)}}}
		if got := row.entry(c).line.said; !strings.Contains(got, x.want) {
			t.Errorf("due in %d days, %d days long: %s", x.due, x.lead, got)
		}
	}
}
