package rotation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ClassTag is the tag of a secret that hints at what it is: with the values
// "config" and "exempt" it isn't one.
const ClassTag = "class"

// Draft is a row of the catalogue for a secret that it doesn't name, as YAML:
// what is known filled in, and a comment where somebody has to fill in. It
// isn't accepted before that was done. With the tag class "config" or "exempt"
// the row says that the secret isn't rotated, and asks for the reason.
func (l Listed) Draft(now time.Time, zone *time.Location) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "    "+format+"\n", args...) }
	name := rowName(l.Name)
	fmt.Fprintf(&b, "  - name: %s\n", quoted(name))
	line("title: %s", quoted(l.Name))
	line("usage: \"\" # what it is for, and who uses it")
	line("location: AWS Secrets Manager")
	if name != l.Name {
		line("secret_id: %s", quoted(l.Name))
	}
	if parts := strings.Split(l.ARN, ":"); len(parts) > 4 {
		line("region: %s", quoted(parts[3]))
		line("account: %s", quoted(parts[4]))
	}
	line("owner: \"\" # the group that answers for it: \"@team\"")
	if hint := l.Tags[ClassTag]; hint == "config" || hint == "exempt" {
		line("exempt: # its tag %s says %q", ClassTag, hint)
		line("  reason: \"\" # why it isn't rotated, a sentence")
		line("  review: \"%s\"", now.In(zone).AddDate(0, 6, 0).Format(time.DateOnly))
	} else {
		line("every: 180d")
		line("channel: \"\" # where its cards are: \"#team\"")
		line("approvers: \"\" # the group that approves: \"@approvers\"")
		line("runbook: \"\" # one of those at the top of the catalogue")
		line("overlap: \"\" # side-by-side if the old value lives on beside the new one, else none")
		line("read: [] # what Rekey may read to prove it: pending, current, previous")
		line("values: {} # what the runbook asks for; rekey validate says what is missing")
	}
	for _, key := range slices.Sorted(maps.Keys(l.Tags)) {
		line("# tag %s: %s", quoted(key), quoted(l.Tags[key]))
	}
	return b.String()
}

// rowName is a name that people can type after /rotate.
func rowName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n<>&|*", r) {
			return '_'
		}
		return r
	}, name)
	if slices.Contains(Reserved, name) {
		name += "_secret"
	}
	return name
}

// quoted is a text as YAML takes it on one line, whatever is in it.
func quoted(text string) string {
	return strconv.QuoteToASCII(strings.ReplaceAll(Clean(text), "`", "'"))
}
