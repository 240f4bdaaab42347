package rotation

import (
	"context"
	"strings"
	"testing"
	"time"
)

var november = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// dueIn is an item of a secret that is due in so many days and takes seven.
func dueIn(days int) Item {
	return Standing{
		Secret: Secret{Name: "x", Title: "X", Owner: "@team", Lead: 7, Every: 180},
		Clocks: Clocks{Every: 180, Current: november.AddDate(0, 0, days-180)},
	}.Item(november, time.UTC)
}

func TestAnIssueIsWantedFromTheDayOnWhichItHasToBeStarted(t *testing.T) {
	with := func(days int, change func(*Item)) Item {
		e := dueIn(days)
		change(&e)
		return e
	}
	running := func(promoted time.Time) func(*Item) {
		return func(e *Item) { e.Running = &Rotation{State: Running, Facts: Facts{Promoted: promoted}} }
	}
	for name, c := range map[string]struct {
		item Item
		want string
	}{
		"before it":                      {dueIn(8), ""},
		"on it":                          {dueIn(7), "due:x:2026-12-02"},
		"overdue":                        {dueIn(-30), "due:x:2026-10-26"},
		"nobody knows when it is due":    {Standing{Secret: Secret{Name: "x", Lead: 7}}.Item(november, time.UTC), ""},
		"it isn't rotated":               {with(-1, func(e *Item) { e.Secret.Exempt = &Exemption{} }), ""},
		"its members are due, not it":    {with(-1, func(e *Item) { e.Whole = true }), ""},
		"somebody has started early":     {with(3, running(time.Time{})), "due:x:2026-11-28"},
		"the new value is in use":        {with(3, running(november)), ""},
		"an old credential is left over": {with(3, func(e *Item) { e.Debt = &Debt{} }), ""},
	} {
		got, due := c.item.NewTicket("a/b")
		if got.Key != c.want || due != (c.want != "") {
			t.Errorf("%s: %q, %t", name, got.Key, due)
		}
		if due && (got.Title != "Rotate x Credential" || got.State != TicketWanted || got.Over()) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWhatEndsAnIssue(t *testing.T) {
	ticket := Ticket{Secret: "x", Due: "2026-12-02", State: TicketOpen, Wanted: november.Add(-time.Hour)}
	ended := func(state State, at time.Time) func(*Item) {
		return func(e *Item) { e.Last = &Rotation{ID: 4, State: state, Ended: at} }
	}
	for name, c := range map[string]struct {
		days   int
		change func(*Item)
		reason string
		why    string
	}{
		"nothing happened":                   {7, func(*Item) {}, "", ""},
		"it runs":                            {180, func(e *Item) { e.Running = &Rotation{} }, "", ""},
		"its rotation is complete":           {180, ended(Complete, november), "completed", ""},
		"its rotation was cancelled":         {7, ended(Cancelled, november), "", ""},
		"its rotation was rolled back":       {7, ended(RolledBack, november), "", ""},
		"an earlier rotation was complete":   {7, ended(Complete, november.AddDate(0, -6, 0)), "", ""},
		"it isn't rotated any more":          {7, func(e *Item) { e.Secret.Exempt = &Exemption{Reason: "The service is gone."} }, "not_planned", "The service is gone."},
		"it was changed outside Rekey":       {180, func(e *Item) { e.Outside = november }, "completed", "changed outside Rekey"},
		"what was saved outside is refused":  {180, func(e *Item) { e.Outside, e.Alarms = november, []Sighting{{Kind: KindVersion}} }, "", ""},
		"it turns out to be due later":       {40, func(*Item) {}, "not_planned", "isn't due yet"},
		"it turns out to be due earlier":     {2, func(*Item) {}, "", ""},
		"nobody knows any more when it was":  {7, func(e *Item) { e.Due = Due{} }, "", ""},
		"it is due later, to be started now": {7, func(e *Item) { e.Due.On = e.Due.On.Add(-time.Hour) }, "", ""},
	} {
		e := dueIn(c.days)
		c.change(&e)
		got, over := e.Ending(ticket)
		if over != (c.reason != "") || got.Reason != c.reason || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %t, %+v", name, over, got)
		}
	}
}

func writer() *ticketText {
	d := Desk{Zone: time.UTC, Names: func(_ context.Context, p Person) (string, error) { return "Sam `@everybody` <" + string(p) + ">", nil }}
	return d.writer(context.Background())
}

func TestAnIssueSaysWhenItIsDueAndWhereItStands(t *testing.T) {
	ticket, _ := dueIn(7).NewTicket("a/b")
	e := dueIn(7)
	text := writer().section(ticket, e, "")
	for _, want := range []string{"<!-- rekey:" + ticket.ID() + " -->\n**Due Wed 2 Dec 2026** (policy). To be started by Wed 25 Nov 2026: it takes 7 days.", "- State: nobody has started it\n", "- Owner: `@team`\n", "`/rotate x`", "\n<!-- rekey:end -->"} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
	e.Running = &Rotation{ID: 9, State: Running, Holder: "U1", Steps: []StepRun{{Step: Step{Title: "Save @team #1 `it`"}, State: Parked}}}
	text = writer().section(ticket, e, "https://example.slack.com/x")
	for _, want := range []string{"**Due Wed 2 Dec 2026**.", "- State: rotation 9 is parked at `` Save @team #1 `it` ``", "- Held by: ``Sam `@everybody` <U1>``", "- Card: https://example.slack.com/x"} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
	if again := writer().section(ticket, e, "https://example.slack.com/x"); again != text {
		t.Error("the same is written otherwise")
	}
	later := e
	later.now = november.Add(50 * time.Hour)
	if writer().section(ticket, later, "https://example.slack.com/x") != text {
		t.Error("it is rewritten only because time goes by")
	}
}

func TestTheSummarySaysWhoWhenAndOnWhatEvidence(t *testing.T) {
	ticket := Ticket{Key: "due:x:2026-12-02", Secret: "x", Due: "2026-12-02", Repo: "a/b", Wanted: november}
	r := &Rotation{
		ID: 9, State: Complete, Starter: "U1", Holder: "U2", Started: november, Ended: november.Add(75 * time.Minute),
		Claims: []Claim{{By: "U3", Verb: Approve, State: Counted}, {By: "U4", Verb: Approve, State: Void}},
		Steps: []StepRun{
			{Step: Step{Title: "Save it"}, State: Ticked, Evidence: []string{"seen by " + Mention("U2") + " at " + When(november), "@org/admins look"}},
			{Step: Step{Title: "Not needed"}, State: Skipped},
		},
		Debts: []Debt{{What: "old key AKIA", Owner: "@team"}},
	}
	text := writer().summary(ticket, Ending{Rotation: r, Reason: "completed"}, dueIn(180))
	for _, want := range []string{
		"Rotation 9 is complete: started by ``Sam `@everybody` <U1>``", "from 25 Nov 2026, 12:00 UTC to 25 Nov 2026, 13:15 UTC (75 minutes).", "Approved by ``Sam `@everybody` <U3>``.",
		"- `Save it`: ``seen by Sam `@everybody` <U2> at 25 Nov 2026, 12:00 UTC · @org/admins look``", "- Still owed: `old key AKIA`, with `@team`", "Next due Mon 24 May 2027.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "U4") || strings.Contains(text, "Not needed") {
		t.Error(text)
	}
}

func TestForeignTextIsHarmlessInAnIssue(t *testing.T) {
	for text, want := range map[string]string{
		"@org/team #12":                     "`@org/team #12`",
		"a`b``c":                            "```a`b``c```",
		"`x`":                               "`` `x` ``",
		"one\ntwo\u202e":                    "`one two`",
		"<!-- rekey:end --><img src=x>":     "`<! -- rekey:end --><img src=x>`",
		"":                                  "",
		"[a](http://evil.example) www.x.uk": "`[a](http://evil.example) www.x.uk`",
	} {
		if got := Quoted(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

func TestWhatPeopleWriteAroundOurPartStays(t *testing.T) {
	ticket := Ticket{Key: "due:x:2026-12-02", Repo: "a/b", Wanted: november}
	first, second := enclosed(ticket, []string{"first"}), enclosed(ticket, []string{"second $1"})
	for before, want := range map[string]string{
		"":                                 second,
		" \n":                              second,
		first:                              second,
		"Hello.\r\n\r\n" + first + "\nBye": "Hello.\n\n" + second + "\nBye",
		"The old workflow's text.":         second + "\n\nThe old workflow's text.",
		enclosed(Ticket{Key: "due:x:2026-06-02", Repo: "a/b"}, []string{"of last time"}): second,
	} {
		if got := withSection(before, second); got != want {
			t.Errorf("%q became %q, not %q", before, got, want)
		}
	}
}
