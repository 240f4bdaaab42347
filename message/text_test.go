package message

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// corpus is text that tries to be more than text, a line each.
func corpus(t testing.TB) []string {
	f, err := os.Open("testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		unescaped := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\x01`, "\x01", `\x02`, "\x02", `\u202e`, "\u202e", `\u2066`, "\u2066", `\u200b`, "\u200b", `\x1b`, "\x1b").Replace(lines.Text())
		out = append(out, unescaped)
	}
	return out
}

// reordering are the characters that could hide what a line says.
const reordering = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\u2028\u2029\x1b\r"

func TestForeignTextStaysText(t *testing.T) {
	for i, hostile := range corpus(t) {
		for j, x := range states(t) {
			if (i+j)%6 != 0 { // each state with some lines, each line with some states
				continue
			}
			r := x.s.r.Clone()
			clean := rotation.Clean(hostile)
			stuff(r, clean)
			r.Plan.Title, r.Reason, r.Plan.Users = hostile, hostile, []string{hostile}
			for i := range r.Claims {
				r.Claims[i].Reason = hostile
			}
			for i := range r.Steps {
				r.Steps[i].Title, r.Steps[i].Done = hostile, hostile
			}
			c := x.s.context()
			posts := []Post{Card(r, c), Turn(r, c), StatusOf(standing(r), c), Refusal(&rotation.Error{What: clean, Next: clean}, c)}
			views := []any{Details(r, c).Blocks, Reason(r, rotation.Refuse, c).Blocks, HowTo(r, c).Blocks}
			for _, p := range posts {
				harmless(t, hostile, "text", p.Text)
				views = append(views, p.Blocks)
			}
			for _, v := range views {
				texts(t, v, func(kind, text string) { harmless(t, hostile, kind, text) })
			}
		}
	}
}

// harmless fails if a rendered text has Slack's syntax that isn't ours.
func harmless(t *testing.T, hostile, kind, text string) {
	t.Helper()
	if strings.ContainsAny(text, reordering) {
		t.Errorf("%q: reordering characters in %q", hostile, text)
	}
	if kind == "text" && !strings.ContainsAny(text, "<") {
		return
	}
	if kind == "plain_text" && strings.ContainsAny(text, "<>") {
		t.Errorf("%q: angle brackets in plain text %q", hostile, text)
	}
	for _, ours := range []string{
		"<@U0STARTER>", "<@U0APPROVER>", "<@U0OTHER>", "<!subteam^S0TEAM>", "<!subteam^S0APPROVERS>", "<" + permalink + "|→ card>",
	} {
		text = strings.ReplaceAll(text, ours, "")
	}
	text = dates.ReplaceAllString(text, "")
	if strings.Contains(text, "<") && kind != "command" {
		t.Errorf("%q: syntax in %q", hostile, text)
	}
}

func TestTextMakesMentionsAndDatesOfMarksOnly(t *testing.T) {
	c := Context{Now: clock("12:00"), Zone: london}
	for sentence, want := range map[string]string{
		"a < b & c > d":                                         "a &lt; b &amp; c &gt; d",
		"by " + rotation.Mention(other):                         "by <@U0OTHER>",
		"at " + rotation.When(clock("10:42")):                   "at <!date^1795430520^{time}|10:42 London time>",
		"at " + rotation.When(clock("10:42").AddDate(0, 0, -3)): "at <!date^1795171320^{date_short} {time}|Fri 20 Nov 2026 10:42 London time>",
		"<@U1> <!here>":                                         "&lt;@U1&gt; &lt;!here&gt;",
		"two\nlines":                                            "two lines",
		strong("bold") + " and not":                             "*bold* and not",
	} {
		if got := Text(sentence, c); got != want {
			t.Errorf("Text(%q) = %q, want %q", sentence, got, want)
		}
	}
}

func TestALineIsNeverCutInsideAMark(t *testing.T) {
	c := Context{Now: clock("12:00"), Zone: london}
	sentence := strong("2  Done") + " · " + rotation.Mention(other) + " at " + rotation.When(clock("10:42")) + " with <much> & more"
	for limit := range 80 {
		got := c.render(sentence, limit, true)
		if strings.Count(got, "<") != strings.Count(got, ">") || strings.Count(got, "*")%2 != 0 || strings.HasSuffix(got, "&") {
			t.Errorf("cut at %d: %q", limit, got)
		}
	}
}

func TestCutCountsCharacters(t *testing.T) {
	for _, x := range []struct {
		s    string
		n    int
		want string
	}{{"déjà vu", 7, "déjà vu"}, {"déjà vu", 5, "déjà…"}, {"🔑🔑🔑", 2, "🔑…"}, {"abc", 1, "…"}, {"abc", 0, ""}} {
		if got := Cut(x.s, x.n); got != x.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", x.s, x.n, got, x.want)
		}
	}
}

func TestDaysAreInTheTeamsZone(t *testing.T) {
	late := time.Date(2026, 6, 3, 23, 30, 0, 0, time.UTC) // 00:30 on the 4th in London
	if got := Day(late, Context{Zone: london}); got != "Thu 4 Jun 2026" {
		t.Errorf("Day = %q", got)
	}
	if got := Day(late, Context{}); got != "Wed 3 Jun 2026" {
		t.Errorf("Day without a zone = %q", got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range corpus(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Context{Now: clock("12:00"), Zone: london}
		for _, got := range []string{Text(rotation.Clean(s), c), c.render(rotation.Clean(s), 20, true), plain(rotation.Clean(s), c)} {
			if strings.ContainsAny(got, "<>\n"+reordering) {
				t.Errorf("%q became %q", s, got)
			}
		}
	})
}
