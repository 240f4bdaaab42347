package rotation_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"rekey/rotation"
)

func TestForeignTextCantBecomeAMention(t *testing.T) {
	forged := rotation.Mention(bea) + rotation.When(began)
	said := rotation.Plain("He wrote: " + rotation.Clean(forged))
	if said != "He wrote: @U0BEA t1795428000" {
		t.Errorf("%q", said)
	}
	people := 0
	rotation.Say(rotation.Clean(forged), func(s string) string { return s }, func(rotation.Person) string { people++; return "" }, func(time.Time) string { people++; return "" })
	if people != 0 {
		t.Error("a forged mark was followed")
	}
}

func TestClean(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"keeps plain text":                       {"Because it's due – naïve, 日本", "Because it's due – naïve, 日本"},
		"joins lines":                            {"a\r\nb\tc\u2028d\u0085e", "a b c d e"},
		"takes out what turns text around":       {"abc\u202egnp.exe\u2066x", "abc gnp.exe x"},
		"takes out what can't be seen":           {"a\u200bb\ufeffc\u00add", "a b c d"},
		"takes out tag characters":               {"a\U000E0041b", "a b"},
		"takes out what ends a terminal line":    {"a\x1b[31mb\x00c\x7fd", "a [31mb c d"},
		"replaces what isn't UTF-8":              {"a\xff\xfeb", "a b"},
		"trims":                                  {"  a  b  ", "a b"},
		"cuts by characters and not by bytes":    {strings.Repeat("é", 501), strings.Repeat("é", 499) + "…"},
		"leaves what is just short enough":       {strings.Repeat("é", 500), strings.Repeat("é", 500)},
		"leaves mark-up to the one who shows it": {"<!channel> *a* & <@U1>", "<!channel> *a* & <@U1>"},
		"may leave nothing":                      {"\x01\x02\u200b", ""},
	} {
		if got := rotation.Clean(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSay(t *testing.T) {
	sentence := rotation.Mention(bea) + " approved <this> at " + rotation.When(began) + ". " + rotation.Mention(rotation.ByRekey) + " goes on."
	got := rotation.Say(sentence, func(s string) string { return strings.ReplaceAll(s, "<", "&lt;") },
		func(p rotation.Person) string { return "<@" + string(p) + ">" }, func(t time.Time) string { return t.Format(time.Kitchen) })
	if want := "<@U0BEA> approved &lt;this> at 10:00AM. Rekey goes on."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := rotation.Plain(sentence); got != "@U0BEA approved <this> at 2026-11-23 10:00 UTC. Rekey goes on." {
		t.Errorf("%q", got)
	}
}

// FuzzSay: cleaned text holds no mark and nothing that can't be seen, and all
// text between marks goes through the escaper, once and in order.
func FuzzSay(f *testing.F) {
	f.Add("plain", "U0BEA", int64(1795428000))
	f.Add(rotation.Mention(bea)+"\x01t99\x02", "W1", int64(-1))
	f.Add("\x01@\x02\x02\x01", "", int64(0))
	f.Add("a\xffb\u202e\u200d", "U-1", int64(1)<<40)
	f.Fuzz(func(t *testing.T, foreign, person string, unix int64) {
		clean := rotation.Clean(foreign)
		if !utf8.ValidString(clean) || utf8.RuneCountInString(clean) > 500 || rotation.Clean(clean) != clean {
			t.Errorf("Clean(%q) is %q", foreign, clean)
		}
		for _, c := range clean {
			if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
				t.Errorf("Clean(%q) has %U", foreign, c)
			}
		}
		var texts, people strings.Builder
		rotation.Say(clean+rotation.Mention(rotation.Person("U1"))+clean+rotation.When(time.Unix(unix, 0))+clean,
			func(s string) string { texts.WriteString(s); return s },
			func(p rotation.Person) string { people.WriteString(string(p)); return "" },
			func(at time.Time) string {
				if at.Unix() != unix {
					t.Errorf("%d became %d", unix, at.Unix())
				}
				return ""
			})
		if texts.String() != clean+clean+clean || people.String() != "U1" {
			t.Errorf("%q became %q by %q", clean, texts.String(), people.String())
		}
		rotation.Plain(foreign + rotation.Mention(rotation.Person(person)))
	})
}
