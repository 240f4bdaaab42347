package rotation_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// Whatever there is to know of a secret has one rank, one word for scripts and
// one sentence, wherever it is shown.
func TestAReportRanksWhatIsKnown(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	due := func(name string, lead, in int) rotation.Standing {
		return rotation.Standing{Secret: rotation.Secret{Name: name, Lead: rotation.Days(lead)}, Clocks: rotation.Clocks{Every: 180, Current: now.AddDate(0, 0, in-180)}}
	}
	exempt := func(name string, in int) rotation.Standing {
		review := now.AddDate(0, 0, in)
		return rotation.Standing{Secret: rotation.Secret{Name: name, Exempt: &rotation.Exemption{Review: review.Format(time.DateOnly)}}, Clocks: rotation.Clocks{Review: review}}
	}
	running, parked, alarm, blind := due("running", 1, 5), due("parked", 1, 5), due("alarm", 1, 5), due("blind", 0, 100)
	running.Running = &rotation.Rotation{ID: 41, State: rotation.Running, Holder: "U1", Started: now, Steps: []rotation.StepRun{{Step: rotation.Step{Title: "Save it"}, Opened: now}}}
	parked.Running = &rotation.Rotation{ID: 42, State: rotation.Running, Holder: "U1", Started: now, Steps: []rotation.StepRun{{Step: rotation.Step{Title: "Run it"}, State: rotation.Parked}}}
	alarm.Alarms = []rotation.Sighting{{Finding: rotation.Finding{Words: "It has a key.", Alarm: true}}}
	blind.Blind = &rotation.Sighting{Failed: "AWS refused", Seen: now.AddDate(0, 0, -6), Failing: now.AddDate(0, 0, -5)}
	stale := due("stale", 0, 90)
	stale.Seen = now.AddDate(0, 0, -3)
	whole := rotation.Standing{Secret: rotation.Secret{Name: "whole"}, Whole: true}
	debtor := &rotation.Rotation{ID: 39, State: rotation.Complete, Plan: rotation.Plan{Secret: "webhook"}, Debts: []rotation.Debt{{ID: "1", What: "The old webhook", Owner: "@team", Since: now.AddDate(0, 0, -9)}}}
	busy := &rotation.Rotation{ID: 40, State: rotation.Running, Debts: debtor.Debts}

	r := rotation.NewReport([]rotation.Standing{
		exempt("exempt", 200), stale, blind, due("fine", 1, 40), due("soon", 1, 20), {Secret: rotation.Secret{Name: "unknown"}}, due("start", 17, 19),
		due("today", 17, 17), due("overdue", 1, -6), exempt("review", -10), running, parked, alarm, whole,
	}, []*rotation.Rotation{debtor, busy}, now, time.UTC)

	want := []struct{ name, state, words string }{
		{"alarm", "alarm", "It has a key."},
		{"parked", "parked", "42 is with @U1, parked: Run it"},
		{"running", "running", "41 is with @U1: Save it, since 2026-11-30 09:00 UTC"},
		{"review", "overdue", "not rotated, and the review of that is overdue since Fri 20 Nov 2026"},
		{"overdue", "overdue", "overdue since Tue 24 Nov 2026 (policy)"},
		{"today", "start", "due Thu 17 Dec 2026 (policy); start today, since it takes 17 days"},
		{"start", "start", "due Sat 19 Dec 2026 (policy); start by Wed 2 Dec 2026, since it takes 17 days"},
		{"", "owed", "still owed, with @team, for 9 days"},
		{"unknown", "unknown", "not known when it is due: nobody has looked yet"},
		{"soon", "due", "due Sun 20 Dec 2026 (policy)"},
		{"fine", "due", "due Sat 9 Jan 2027 (policy)"},
		{"stale", "due", "due Sun 28 Feb 2027 (policy) · as of Fri 27 Nov 2026"},
		{"blind", "due", "due Wed 10 Mar 2027 (policy) · as of Tue 24 Nov 2026: AWS refused"},
		{"exempt", "exempt", "not rotated, review due Fri 18 Jun 2027"},
	}
	if len(r.Items) != len(want) || r.Secrets != 13 || r.Count(rotation.RankOverdue) != 2 {
		t.Fatalf("%d items, %d secrets, %d overdue", len(r.Items), r.Secrets, r.Count(rotation.RankOverdue))
	}
	startable := map[string]bool{"overdue": true, "today": true, "start": true, "unknown": true, "soon": true, "fine": true, "stale": true, "blind": true}
	fine := map[string]bool{"fine": true, "stale": true, "blind": true, "exempt": true}
	for n, w := range want {
		i := r.Items[n]
		if i.Secret.Name != w.name || i.Rank.String() != w.state || rotation.Plain(i.Words()) != w.words {
			t.Errorf("%d: %s is %q, %q; want %v", n, i.Secret.Name, i.Rank, rotation.Plain(i.Words()), w)
		}
		if i.Startable() != startable[w.name] || i.Fine() != fine[w.name] {
			t.Errorf("%s: startable %t, fine %t", w.name, i.Startable(), i.Fine())
		}
		if reason := i.Reason(); reason == "" || strings.Contains(reason, "start by") {
			t.Errorf("%s: the reason is %q", w.name, reason)
		}
	}
	if about := r.Items[7].About(); about != debtor {
		t.Error(about)
	}
}
