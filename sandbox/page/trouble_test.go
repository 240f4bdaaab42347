package page_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/page"
	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// text is a page as the starter sees it.
func text(t *testing.T, address string) string {
	t.Helper()
	body, err := io.ReadAll(get(t, address).Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTroubleIsOrderedShownAndTakenBack(t *testing.T) {
	s, address := site(t, page.Parts{})
	for _, c := range []struct{ action, form, says string }{
		{"trouble", "provider=aws&kind=down&seconds=5&times=-1", "AWS is down"},
		{"trouble", "provider=&kind=429&seconds=7&times=5", "Everything answers 429, to be tried again after 7s for the next 5 calls"},
		{"trouble", "provider=entra&kind=late&seconds=30&times=1", "Entra ID notices changes 30s late"},
		{"trouble-run", "file=terraform-github.yml&fate=cancelled", "The next run of terraform-github.yml will be cancelled"},
		{"trouble-slack", "do=twice", "deliver twice"},
	} {
		if _, said := post(t, address, c.action, c.form); !strings.Contains(said, c.says) || strings.Contains(said, `"error"`) {
			t.Errorf("%s: %s", c.form, said)
		}
	}
	panel := text(t, address+"/trouble")
	if !strings.Contains(text(t, address+"/terminal"), ">5 ordered<") {
		t.Error("the other pages don't say how much is ordered")
	}
	for _, waits := range []string{"is down: connections are reset", "answers 429", "is cancelled", "press or type twice", "30s late"} {
		if !strings.Contains(panel, waits) {
			t.Errorf("the panel doesn't show that it %s", waits)
		}
	}
	if fates := s.GitHub.Fates(); len(fates) != 1 || fates[0].Fate != fakegithub.Cancelled {
		t.Errorf("%+v", fates)
	}
	id := s.Troubles()[0].ID
	if _, said := post(t, address, "take-back", "id="+strings.ReplaceAll(id, " ", "+")); !strings.Contains(said, "Taken back: AWS is down") {
		t.Error(said)
	}
	if _, said := post(t, address, "take-back", "id="+strings.ReplaceAll(id, " ", "+")); !strings.Contains(said, "That is over already") {
		t.Error(said)
	}
	if _, said := post(t, address, "all-well", ""); !strings.Contains(said, "All is well again") || len(s.Troubles()) > 0 {
		t.Errorf("%s %+v", said, s.Troubles())
	}
	if !strings.Contains(text(t, address+"/journal?provider=sandbox"), "AWS is down: connections are reset until it is taken back") {
		t.Error("the journal doesn't say who ordered what")
	}
}

func TestTroubleThatMakesNoSenseIsRefused(t *testing.T) {
	s, address := site(t, page.Parts{})
	for _, c := range []struct{ action, form, says string }{
		{"trouble", "provider=aws&kind=down&seconds=0&times=1", "Seconds are a whole number from 1 to 600"},
		{"trouble", "provider=aws&kind=down&seconds=x&times=1", "Seconds are a whole number"},
		{"trouble", "provider=aws&kind=down&seconds=1&times=1000000", "Choose how often"},
		{"trouble", "provider=nobody&kind=down&seconds=1&times=1", "There is no such provider"},
		{"trouble", "provider=aws&kind=burn&seconds=1&times=1", "Nothing goes wrong in that way"},
		{"trouble", "provider=pagerduty&kind=late&seconds=1&times=1", "PagerDuty notices at once"},
		{"trouble-run", "file=other.yml&fate=failure", "Choose a workflow"},
		{"trouble-run", "file=terraform-github.yml&fate=other", "Choose a workflow"},
		{"trouble-slack", "do=other", "Choose what Slack is to do"},
		{"trouble-disk", "full=yes", "This system can't limit"},
		{"take-back", "id=fault+7", "That is over already"},
	} {
		if _, said := post(t, address, c.action, c.form); !strings.Contains(said, `"error":"`+c.says) {
			t.Errorf("%s %s: %s", c.action, c.form, said)
		}
	}
	if len(s.Troubles()) > 0 {
		t.Errorf("%+v", s.Troubles())
	}
	if !strings.Contains(text(t, address+"/trouble"), "<button disabled>Fill its disk</button>") {
		t.Error("the panel offers what this sandbox can't")
	}
}

func TestADiskIsFilledAndEmptiedFromThePanel(t *testing.T) {
	full := false
	var broken error
	_, address := site(t, page.Parts{
		FillDisk: func(on bool) error {
			if broken == nil {
				full = on
			}
			return broken
		},
		DiskFull: func() bool { return full },
	})
	if _, said := post(t, address, "trouble-disk", "full=yes"); !full || !strings.Contains(said, "disk is full") {
		t.Error(said)
	}
	if !strings.Contains(text(t, address+"/trouble"), "Make room on the disk") {
		t.Error("the panel doesn't show it")
	}
	broken = errors.New("it is stuck")
	if _, said := post(t, address, "all-well", ""); !strings.Contains(said, "It is stuck") {
		t.Error(said)
	}
	broken = nil
	if _, said := post(t, address, "trouble-disk", ""); full || !strings.Contains(said, "There is room") {
		t.Error(said)
	}
}

func TestSlackCanBeMadeToLetGo(t *testing.T) {
	s, address := site(t, page.Parts{})
	connect(t, s)
	for _, form := range []string{"do=drop", "do=refresh"} {
		before := opened(s)
		if _, said := post(t, address, "trouble-slack", form); strings.Contains(said, `"error"`) {
			t.Error(said)
		}
		// It comes back by itself.
		if err := s.Slack.Wait(t.Context(), func() bool { return opened(s) > before }); err != nil {
			t.Fatal(err)
		}
	}
}

func opened(s *stage.Stage) int {
	n := 0
	for _, c := range s.World.Journal.Calls() {
		if c.Method == "socket" {
			n++
		}
	}
	return n
}

func TestTheJournalIsPagedAndFiltered(t *testing.T) {
	s, address := site(t, page.Parts{})
	for i := range 120 {
		call := world.Call{At: s.World.Now(), Provider: "aws", Method: "DescribeSecret", Resource: "of-" + string(rune('a'+i%26)), Status: http.StatusOK}
		if i%10 == 0 {
			call.Method, call.Applied, call.Token = "PutSecretValue", true, "effect-1"
		}
		s.World.Journal.Record(call)
	}
	s.World.Journal.Record(world.Call{At: s.World.Now(), Provider: "github", Method: "GET user", Status: http.StatusUnauthorized, Fault: world.PostHang})
	rows := func(path string) int { return strings.Count(text(t, address+path), `<li id="call-`) }
	all := len(s.World.Journal.Calls())
	for path, want := range map[string]int{
		"/journal": 50, "/journal?before=" + "31": 30, "/journal?provider=github": 1, "/journal?provider=pagerduty": 0,
		"/journal?before=x": 0, "/journal?changes=only&provider=aws": 12, "/journal?before=1": 0,
	} {
		if got := rows(path); got != want {
			t.Errorf("%s has %d rows, want %d of %d", path, got, want, all)
		}
	}
	github := text(t, address+"/journal?provider=github")
	for _, shows := range []string{"done, and never answered", "GET user", `class="bad">401`, `href="/journal?changes=only&amp;provider=github"`} {
		if !strings.Contains(github, shows) {
			t.Errorf("the journal doesn't show %q", shows)
		}
	}
	if changes := text(t, address+"/journal?changes=only"); !strings.Contains(changes, "effect-1") || strings.Contains(changes, "DescribeSecret") {
		t.Error("the filter for changes lets reads through, or no change")
	}
}

func TestALeakIsAnAlertOnEveryPage(t *testing.T) {
	report := stage.LeakReport{}
	_, address := site(t, page.Parts{Leaks: func() stage.LeakReport { return report }})
	if !strings.Contains(text(t, address), "not searched yet") {
		t.Error("a search that hasn't been made looks like one that found nothing")
	}
	report = stage.LeakReport{At: world.New().Now(), Values: 14, Leaked: 1, Bytes: 3_100_000, Found: []string{"the log: token <7>, hex"}}
	for _, path := range []string{"/", "/terminal", "/journal"} {
		if got := text(t, address+path); !strings.Contains(got, `role="alert">A value has leaked: the log: token &lt;7&gt;, hex`) || !strings.Contains(got, "<b>1 of 14</b>") {
			t.Errorf("%s shows no alert", path)
		}
	}
}
