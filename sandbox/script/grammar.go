package script

import (
	_ "embed" // for the package's own description
	"regexp"
	"strings"
)

//go:embed doc.go
var documented string

// Grammar is all that a conversation can say, as a text to be read: this
// package's own description.
func Grammar() string {
	var out strings.Builder
	for line := range strings.Lines(documented) {
		if text, ok := strings.CutPrefix(line, "//"); ok {
			out.WriteString(strings.TrimPrefix(text, " "))
		}
	}
	_, whole, _ := strings.Cut(out.String(), "Package script plays conversations: ")
	return "Conversations are " + strings.ReplaceAll(whole, "\n# ", "\n## ")
}

// Asked lists the catalogues that a conversation asks for by name, in their
// order.
func Asked(text []byte) []string {
	var out []string
	for _, found := range asked.FindAllSubmatch(text, -1) {
		out = append(out, string(found[1]))
	}
	return out
}

var asked = regexp.MustCompile(`(?m)^\s*--- catalogue: (.+) ---\s*$`)
