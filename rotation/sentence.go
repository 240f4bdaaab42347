package rotation

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Sentences name people and instants by marks between these two control
// characters, which Clean takes out of all foreign text. So nothing that a
// person typed or a provider answered can become a mention.
const (
	markStart = "\x01"
	markEnd   = "\x02"
)

var mark = regexp.MustCompile(markStart + `([@t])([A-Za-z0-9-]+)` + markEnd)

// Mention names a person in a sentence.
func Mention(p Person) string {
	if p == ByRekey {
		return "Rekey"
	}
	return markStart + "@" + string(p) + markEnd
}

// When names an instant in a sentence.
func When(t time.Time) string {
	return markStart + "t" + strconv.FormatInt(t.Unix(), 10) + markEnd
}

// Clean makes foreign text fit for a sentence: control and bidirectional
// formatting characters become spaces, and it is cut to 500 characters.
func Clean(s string) string {
	out := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == unicode.ReplacementChar {
			return ' '
		}
		return c
	}, s)
	out = strings.Join(strings.Fields(out), " ")
	if runes := []rune(out); len(runes) > 500 {
		out = string(runes[:499]) + "…"
	}
	return out
}

// Say replaces the marks in a sentence by what people and at return, and
// passes everything between them through text.
func Say(sentence string, text func(string) string, person func(Person) string, at func(time.Time) string) string {
	var out strings.Builder
	rest := 0
	for _, m := range mark.FindAllStringSubmatchIndex(sentence, -1) {
		out.WriteString(text(sentence[rest:m[0]]))
		what := sentence[m[4]:m[5]]
		if sentence[m[2]:m[3]] == "@" {
			out.WriteString(person(Person(what)))
		} else if unix, err := strconv.ParseInt(what, 10, 64); err == nil {
			out.WriteString(at(time.Unix(unix, 0).UTC()))
		}
		rest = m[1]
	}
	out.WriteString(text(sentence[rest:]))
	return out.String()
}

// Plain renders a sentence for a log or a terminal: "@U024BE7LH", "2026-11-23
// 10:42 UTC".
func Plain(sentence string) string {
	return Say(sentence, func(s string) string { return s },
		func(p Person) string { return "@" + string(p) },
		func(t time.Time) string { return t.Format("2006-01-02 15:04 MST") })
}
