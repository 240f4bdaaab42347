package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"rekey/rotation"
	"rekey/storage"
)

// dueNow is when the tests' reports are made: a Wednesday in November.
var dueNow = time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)

// dueCatalogue has names and titles that are too long, and that a spreadsheet
// or a calendar would take for something else.
var dueCatalogue = func() []byte {
	out := "secrets:\n"
	for _, x := range []struct{ name, title, review string }{
		{"overdue", `=HYPERLINK("https://example.org","PagerDuty"); the team's, and a very, very long title that no line of a calendar can hold: ` + strings.Repeat("é😀", 12), "2026-11-20"},
		{"a_name_that_is_much_longer_than_any_column_of_a_table-and-has-no.space", "@SUM(A1)", "2026-12-04"},
		{"fine", "Fine", "2027-12-04"},
	} {
		out += fmt.Sprintf("  - {name: %s, title: %q, usage: A test., location: \"-\", owner: \"@modernisation-platform\", channel: \"#modernisation-platform\", exempt: {reason: It is only for tests., review: %s}}\n", x.name, x.title, x.review)
	}
	return []byte(out)
}()

func dueOn(t *testing.T, change func(*due), fill func(db *storage.DB)) (out, note string) {
	t.Helper()
	dir := t.TempDir()
	d := &due{database: filepath.Join(dir, "rekey.db"), embedded: embedded(t), now: dueNow}
	db, err := storage.Open(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	if fill != nil {
		fill(db)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	change(d)
	var stdout, stderr bytes.Buffer
	if err := d.run(t.Context(), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String()
}

// seen gives every secret of the embedded catalogue a version that became
// current so many days ago.
func seen(t *testing.T, days map[string]int) func(db *storage.DB) {
	return func(db *storage.DB) {
		for name, n := range days {
			s := rotation.Sighting{About: name, Kind: rotation.KindVersion, Seen: dueNow.Add(-time.Hour), Looked: dueNow.Add(-time.Hour),
				Finding: rotation.Finding{Words: "Seen.", Dates: []rotation.Dated{{Name: "v1", Created: dueNow.AddDate(0, 0, -n).Unix()}}}}
			if err := db.Sight(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		blind := rotation.Sighting{About: "slack_webhook_url", Kind: rotation.KindVersion, Looked: dueNow, Failed: "=AWS refused\x1b[31m (AccessDenied)"}
		if err := db.Sight(t.Context(), blind); err != nil {
			t.Fatal(err)
		}
	}
}

var someAges = map[string]int{"github_ci_user_pat": 181, "modernisation_pat_multirepo": 170, "slack_webhook_url": 20, "azure_entraid_oidc": 160}

func TestTheTableOfWhatIsDue(t *testing.T) {
	out, note := dueOn(t, func(d *due) {}, seen(t, someAges))
	for _, want := range []string{
		"STATE      DUE         NAME                            WHY\n",
		"overdue    2026-11-24  github_ci_user_pat              policy\n",
		"start now  2026-12-15  azure_entraid_oidc              policy; start by\n" +
			"                                                       2026-12-01\n",
		"due        2026-12-05  modernisation_pat_multirepo     policy\n",
		"not known              pagerduty_userapi_token         nobody has looked yet\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "environment_management") || strings.Contains(out, "slack_webhook_url") {
		t.Errorf("what is fine is shown:\n%s", out)
	}
	if !strings.Contains(note, "--all") || !strings.Contains(note, "Providers were last asked 2026-11-25 11:00 GMT.") {
		t.Error(note)
	}
	all, _ := dueOn(t, func(d *due) { d.all = true }, seen(t, someAges))
	if !strings.Contains(all, "environment_management") || !strings.Contains(all, "as of Wed") || strings.Contains(all, "\x1b") {
		t.Error(all)
	}
}

func TestATableFitsEightyColumns(t *testing.T) {
	d := &due{now: dueNow, zone: time.UTC, all: true}
	var known []rotation.Standing
	for _, name := range []string{"short", strings.Repeat("no_space", 12), strings.Repeat("x", 200), "ünïcödé ünïcödé ünïcödé ünïcödé ünïcödé"} {
		for _, why := range []string{"no", strings.Repeat("The provider said no. ", 9), strings.Repeat("y", 200)} {
			known = append(known, rotation.Standing{Secret: rotation.Secret{Name: name}, Blind: &rotation.Sighting{Failed: why, Failing: dueNow}})
		}
	}
	var out bytes.Buffer
	if err := d.table(&out, rotation.NewReport(known, nil, dueNow, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	squeezed := strings.NewReplacer(" ", "", "\n", "").Replace(out.String())
	for _, whole := range []string{"known", "ünïcödé"} {
		if !strings.Contains(squeezed, whole) {
			t.Errorf("%q was lost", whole)
		}
	}
	if got := strings.Count(squeezed, "x"); got != 3*200 {
		t.Errorf("%d of 600 characters of a name are shown", got)
	}
}

func TestWhatIsDueAsJSON(t *testing.T) {
	out, note := dueOn(t, func(d *due) { d.asJSON = true }, seen(t, someAges))
	var got struct {
		At, Zone string
		Looked   string `json:"looked_at"`
		Secrets  int
		Items    []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if note != "" || got.Zone != "Europe/London" || got.At != "2026-11-25T11:00:00Z" || got.Looked != "2026-11-25T11:00:00Z" || got.Secrets != 20 {
		t.Errorf("%s, besides: %q", out, note)
	}
	first := got.Items[0]
	for key, want := range map[string]any{
		"name": "github_ci_user_pat", "state": "overdue", "due": "2026-11-24", "due_at": "2026-11-24T12:00:00Z", "clock": "policy", "reason": "policy",
		"start_by": "2026-11-23", "expires_at": nil, "owner": "@modernisation-platform", "rotation": nil, "seen_at": "2026-11-25T10:00:00Z", "unseen_from": nil,
	} {
		if first[key] != want {
			t.Errorf("%s is %v, not %v", key, first[key], want)
		}
	}
	for _, item := range got.Items {
		for _, key := range columns {
			if _, ok := item[key]; !ok || len(item) != len(columns) {
				t.Fatalf("%v lacks %s, or has more than is documented", item, key)
			}
		}
	}
}

func TestWhatIsDueAsCSVComputesNothing(t *testing.T) {
	out, _ := dueOn(t, func(d *due) {
		d.asCSV = true
		d.embedded = dueCatalogue
	}, nil)
	if n := strings.Count(out, "\n"); n != strings.Count(out, "\r\n") || n != 4 {
		t.Errorf("%d lines: %q", n, out)
	}
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(lines[0], ",") != strings.Join(columns, ",") || lines[1][0] != "overdue" || lines[1][2] != "overdue" {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		for _, cell := range line {
			if strings.IndexAny(cell, "=+-@\t\r") == 0 {
				t.Errorf("a spreadsheet would compute %q", cell)
			}
		}
	}
	if !strings.HasPrefix(lines[1][1], `'=HYPERLINK("https://example.org"`) {
		t.Errorf("%q", lines[1][1])
	}
}

func TestAnotherProgramReadsTheCalendar(t *testing.T) {
	for name, catalogue := range map[string][]byte{"long": dueCatalogue, "ours": embedded(t)} {
		out, note := dueOn(t, func(d *due) { d.asICS, d.embedded = true, catalogue }, seen(t, someAges))
		if note != "" {
			t.Error(note)
		}
		for _, line := range strings.SplitAfter(out, "\n") {
			if line != "" && !strings.HasSuffix(line, "\r\n") || len(line) > 75+len("\r\n") || !utf8.ValidString(line) {
				t.Errorf("a line of %d octets: %q", len(line), line)
			}
		}
		calendar, err := ical.NewDecoder(strings.NewReader(out)).Decode()
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]string{}
		for _, e := range calendar.Events() {
			id, _ := e.Props.Text(ical.PropUID)
			summary, _ := e.Props.Text(ical.PropSummary)
			said, _ := e.Props.Text(ical.PropDescription)
			from, err := e.DateTimeStart(time.UTC)
			if err != nil || ids[id] != "" || said == "" || summary == "" {
				t.Errorf("%s: %q, %q, %v", id, summary, said, err)
			}
			if to, err := e.DateTimeEnd(time.UTC); err != nil || to.Sub(from) != 24*time.Hour || e.Props.Get(ical.PropDateTimeStart).ValueType() != ical.ValueDate {
				t.Errorf("%s doesn't take one whole day: %s to %s, %v", id, from, to, err)
			}
			if at, err := e.Props.DateTime(ical.PropDateTimeStamp, nil); err != nil || !at.Equal(dueNow) {
				t.Errorf("%s: DTSTAMP %s, %v", id, at, err)
			}
			ids[id] = from.Format(time.DateOnly) + " " + summary + ": " + said
		}
		want := map[string]string{
			"due.github_ci_user_pat@rekey":      "2026-11-24 GitHub MP CI User PAT is due: Policy. Start by Mon 23 Nov 2026.",
			"start.azure_entraid_oidc@rekey":    "2026-12-01 Start to rotate AWS SSO Entra ID: Due Tue 15 Dec 2026. Policy.",
			"due.pagerduty_userapi_token@rekey": "2026-11-25 PagerDuty User Level API Token: not known when it is due: As of today: Nobody has looked yet.",
		}
		if name == "long" {
			want = map[string]string{"due.fine@rekey": "2027-12-04 Review: Fine isn't rotated: Its review is due then."}
			if got := ids["due.overdue@rekey"]; !strings.Contains(got, `Review: =HYPERLINK("https://example.org","PagerDuty"); the team's, and a very,`) || !strings.Contains(got, "é😀é") {
				t.Error(got)
			}
		}
		for id, text := range want {
			if ids[id] != text {
				t.Errorf("%s: %q, not %q", id, ids[id], text)
			}
		}
	}
}

// While a real bot holds the database, its report is the same as the bot's
// own, and nothing on the disk changes.
func TestWhatIsDueWhileABotRuns(t *testing.T) {
	h := newHouse(t)
	bot := h.serve().ready()
	dir := filepath.Dir(h.database())
	run := func(args ...string) (code int, out, errors string) {
		var stdout, stderr bytes.Buffer
		p := Process{Args: append([]string{"due", "--database", h.database()}, args...), Catalogue: embedded(t), Out: &stdout, Errors: &stderr}
		return p.Run(t.Context()), stdout.String(), stderr.String()
	}
	var out string
	bot.until("every secret was looked at", func() bool {
		_, out, _ = run("--json")
		return !strings.Contains(out, `"state": "unknown"`) && strings.Count(out, `"name": "rekey_`) == 5 // with Rekey's own
	})
	if code, _, text := run("--exit-code"); code != ExitDue || !strings.Contains(text, "overdue") {
		t.Errorf("code %d: %s", code, text)
	}
	if code, out, text := run("--config", filepath.Join(dir, "settings.yaml")); code != ExitOK || !regexp.MustCompile(`overdue +\S+ +aws_user_keys`).MatchString(out) {
		t.Errorf("code %d: %s %s", code, out, text)
	}
	bot.signal(syscall.SIGTERM)
	bot.ends(ExitOK)
	before := listed(t, dir)
	if code, after, text := run("--json"); code != ExitOK || at(after) != at(out) {
		t.Errorf("code %d, after the bot's end:\n%s\nbefore:\n%s%s", code, after, out, text)
	}
	if after := listed(t, dir); after != before {
		t.Errorf("files before: %s; after: %s", before, after)
	}
}

// at is a report without the moment that it was made.
func at(report string) string {
	return regexp.MustCompile(`"(at|looked_at|seen_at)": "[^"]*"`).ReplaceAllString(report, "")
}

func listed(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWhatStopsRekeyDue(t *testing.T) {
	catalogue := embedded(t)
	t.Chdir(t.TempDir())
	t.Setenv("DATABASE_URL", "")
	if err := os.WriteFile("settings.yaml", []byte("zone: Mars/Olympus\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		code int
		says string
	}{
		{nil, ExitDatabase, "There is no database at"},
		{[]string{"--catalogue", "none.yaml"}, ExitUsage, "none.yaml"},
		{[]string{"--config", "settings.yaml"}, ExitUsage, "Mars/Olympus"},
		{[]string{"--database", "postgres://u:hunter2@host/db"}, ExitDatabase, "not yet supported"},
		{[]string{"--json", "--csv"}, ExitUsage, "json"},
		{[]string{"github_ci_user_pat"}, ExitUsage, "unknown command"},
	} {
		var out, errors bytes.Buffer
		code := Process{Args: append([]string{"due"}, x.args...), Catalogue: catalogue, Out: &out, Errors: &errors}.Run(t.Context())
		if code != x.code || !strings.Contains(errors.String(), x.says) || out.Len() > 0 || strings.Contains(errors.String(), "hunter2") {
			t.Errorf("%v: code %d, %q, and on stdout %q", x.args, code, errors.String(), out.String())
		}
	}
	if listed(t, ".") != "settings.yaml" {
		t.Error("it made", listed(t, "."))
	}
}
