package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func settingsFrom(t testing.TB, text string) (Settings, []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readSettings(path)
}

func TestSettingsAreRead(t *testing.T) {
	holidays := filepath.Join(t.TempDir(), "bank-holidays.json")
	if err := os.WriteFile(holidays, []byte(`{"england-and-wales": {"division": "england-and-wales", "events": [{"title": "A day", "date": "2030-06-03"}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, problems := settingsFrom(t, `# everything that there is
workspace: {app: A0REKEY, team: T0REKEY, enterprise: E0MOJ}
zone: UTC
hours: {from: 8, to: 17}
features: {history: true}
handles:
  "@mp-approvers": S0APPROVERS
  "#modernisation-platform": C0PLATFORM
  '#private': G0PRIVATE
waits:
  send: 1s
  approval: 24h
  roster: 1m30s
links: {"https://github.com": "http://127.0.0.1:8020/github"}
reminders: {schedule: 0 8 * * MON-FRI, ladder: [20, 5], snooze_cap: 10, escalate_to: "#private", escalate_after: 3}
holidays: `+holidays+"\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := Settings{
		Zone: "UTC", Hours: Hours{8, 17}, Features: Features{History: true}, Digest: Digest{Schedule: "0 9 * * MON"},
		Reminders: Reminders{Schedule: "0 8 * * MON-FRI", Ladder: []int{20, 5}, SnoozeCap: 10, EscalateTo: "#private", EscalateAfter: 3}, Holidays: holidays,
		Handles: map[string]string{"@mp-approvers": "S0APPROVERS", "#modernisation-platform": "C0PLATFORM", "#private": "G0PRIVATE"},
		Waits:   map[string]string{"send": "1s", "approval": "24h", "roster": "1m30s"},
		Links:   map[string]string{"https://github.com": "http://127.0.0.1:8020/github"},
	}
	want.Workspace.App, want.Workspace.Team, want.Workspace.Enterprise = "A0REKEY", "T0REKEY", "E0MOJ"
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	w, slack, _ := s.waits()
	if w.Send != time.Second || w.Approval != 24*time.Hour || slack.Roster != 90*time.Second || w.Poll != 0 {
		t.Errorf("%+v %+v", w, slack)
	}
	if h, err := s.holidays(); err != nil || h.On(time.Date(2030, 6, 3, 0, 0, 0, 0, time.UTC)) != "A day" {
		t.Error(h, err)
	}
	if to := s.link("https://github.com/a"); to != "http://127.0.0.1:8020/github/a" {
		t.Error(to)
	}
}

func TestWhatIsLeftEmptyKeepsItsDefault(t *testing.T) {
	for _, text := range []string{
		"workspace: {team: T0REKEY}",
		"workspace: {team: T0REKEY}\nzone:\nhours:\nfeatures: {}\nhandles:\nwaits: {}\nlinks:\n",
		"workspace: {team: T0REKEY, app: }\nhours: {from: }\n",
	} {
		s, problems := settingsFrom(t, text)
		if len(problems) > 0 || s.Zone != "Europe/London" || s.Hours != (Hours{9, 18}) || s.Features.History || len(s.Handles) > 0 {
			t.Errorf("%q: %+v %q", text, s, problems)
		}
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	const team = "settings: workspace: team is missing, the id of the Slack workspace (T…)"
	for name, c := range map[string]struct {
		text string
		want []string // beginnings
	}{
		"nothing":            {"", []string{team}},
		"only a remark":      {"# later\n", []string{team}},
		"a word":             {"hello", []string{"settings, line 1: this must be keys, each with a value", team}},
		"a list":             {"- a\n- b\n", []string{"settings, line 1: this must be keys", team}},
		"two documents":      {"workspace: {team: T}\n---\nzone: UTC\n", []string{"the settings must be one YAML document"}},
		"a handle unquoted":  {"workspace: {team: T}\nhandles:\n  @mp-approvers: S1\n", []string{"the settings are not YAML: [3:3]"}},
		"the same key twice": {"workspace: {team: T}\nzone: UTC\nzone: UTC\n", []string{"the settings are not YAML: [3:1]"}},
		"an alias":           {"workspace: &w {team: T}\nfeatures: *w\n", []string{"settings, line 1: workspace must be keys", "settings, line 2: features must be keys", team}},
		"shapes": {"workspace: {team: [T]}\nzone: {a: b}\nhours: 9-18\nhandles: yes\nfeatures:\n  history: 1\n", []string{
			"settings, line 1: workspace.team must be text", "settings, line 2: zone must be text", "settings, line 3: hours must be keys",
			"settings, line 4: handles must be names, each with a text", "settings, line 6: features.history must be true or false", team}},
		"hours": {"workspace: {team: T}\nhours: {from: nine, to: 25}\n", []string{"settings, line 2: hours.from must be a whole number", "settings: hours: from must be before to"}},
		"zones": {"workspace: {team: T}\nzone: \"\"\n", []string{`settings: zone: there is no time zone ""`}},
		"no id": {"workspace: {team: T}\nhandles: {\"@a\": , \"#b\": \"\"}\n", []string{`settings: handles: #b needs the id of a channel`, `settings: handles: @a needs the id of a group`}},
		"reminders": {"workspace: {team: T}\nreminders: {schedule: at nine, ladder: [0, 7, 7], snooze_cap: 0, escalate_to: \"@x\", escalate_after: 400}\n", []string{
			`settings: reminders: escalate_after: must be a number of days between 1 and 365`, `settings: reminders: escalate_to: the handle @x has no id`,
			`settings: reminders: ladder: 0 is not a number of days`, `settings: reminders: ladder: 7 is there twice`,
			`settings: reminders: schedule: "at nine" is not a time like`, `settings: reminders: snooze_cap: must be a number of days`}},
		"ladders":     {"workspace: {team: T}\nreminders: {ladder: 30d, later: 1}\n", []string{"settings, line 2: reminders.ladder must be whole numbers, like [30, 14, 7, 1]", "settings, line 2: there is no setting reminders.later"}},
		"holidays":    {"workspace: {team: T}\nholidays: settings_test.go\n", []string{"settings: holidays: settings_test.go: it isn't in the format of https://www.gov.uk/bank-holidays.json"}},
		"no holidays": {"workspace: {team: T}\nholidays: nowhere.json\n", []string{"settings: holidays: open nowhere.json"}},
		"issues": {"workspace: {team: T}\nissues: {repository: modernisation-platform, labels: [a, a, \"\"]}\n", []string{
			`settings: issues: labels: "" is not a label`, `settings: issues: labels: "a" stands there twice`, `settings: issues: repository: "modernisation-platform" is not a repository's owner/name`}},
		"issues nowhere": {"workspace: {team: T}\nissues: {labels: [security], titles: x}\n", []string{"settings, line 2: there is no setting issues.titles", "settings: issues: labels mean nothing without a repository"}},
		"labels":         {"workspace: {team: T}\nissues: {repository: a/b, labels: security}\n", []string{"settings, line 2: issues.labels must be a list of texts"}},
		"no unit":        {"workspace: {team: T}\nwaits: {poll: 5, send: 0s}\n", []string{`settings: waits: poll: "5" is not a time`, `settings: waits: send: "0s" is not a time`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := settingsFrom(t, c.text)
			if len(problems) != len(c.want) {
				t.Fatalf("%q", problems)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(problems[i], want) {
					t.Errorf("%q, not %q", problems[i], want)
				}
			}
		})
	}
}

func TestAddressesStayWithTheVendorOrOnThisMachine(t *testing.T) {
	for address, fine := range map[string]bool{
		"":                                      true,
		"https://slack.com/api/":                true,
		"https://moj.enterprise.slack.com/api/": true,
		"http://127.0.0.1:8020/api/":            true,
		"https://127.8.9.1/":                    true,
		"http://localhost:1":                    true,
		"http://[::1]:1":                        true,
		"http://slack.com/api/":                 false,
		"https://slack.com.example/":            false,
		"https://notslack.com/":                 false,
		"https://slack.com@evil.example":        false,
		"https://slack.com:x@127.0.0.1":         false,
		"http://127.0.0.1.nip.example/":         false,
		"http://localhost.example/":             false,
		"http://0.0.0.0/":                       false,
		"http://169.254.169.254/":               false,
		"https://2130706433/":                   false,
		"slack.com":                             false,
		"//slack.com/":                          false,
		"file:///etc/passwd":                    false,
		"ws://127.0.0.1/":                       false,
		"https://\x00":                          false,
	} {
		if problem := checkAddress("X", address, "slack.com"); (problem == "") != fine {
			t.Errorf("%q: %q", address, problem)
		}
	}
}

func FuzzSettings(f *testing.F) {
	f.Add("workspace: {team: T}\nhandles: {\"@a\": S1}\nwaits: {poll: 5s}\n")
	f.Add("? [a]\n: b\n<<: *x\n")
	f.Add("!!binary x: |\n  y\n&a zone: *a")
	f.Fuzz(func(t *testing.T, text string) {
		s := Settings{Zone: "UTC", Hours: Hours{9, 18}}
		problems, ok := decode([]byte(text), s.places())
		if !ok && len(problems) == 0 {
			t.Error("it wasn't read, and nothing is said")
		}
		s.check()
	})
}
