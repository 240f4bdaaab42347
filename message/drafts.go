package message

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// ActionDrafts is the press that opens Drafts.
const ActionDrafts = "drafts"

// maxDrafts is how many secrets one form shows: each takes two blocks.
const maxDrafts = (maxViewBlocks - 3) / 2

// Drafts shows the secrets that the catalogue doesn't name: how old each is,
// its tags, and the row that a catalogue would have for it, to be copied and
// filled in. What doesn't fit is counted.
func Drafts(seen []rotation.Sighting, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	p.section("Secrets Manager has these, and the catalogue doesn't name them, so nobody is told when they are due. " +
		"Copy a row into the catalogue, fill in what its comments ask for, and run `rekey validate`. What belongs to others goes under `ignore:`.")
	n, left := 0, 0
	for _, s := range seen {
		for _, l := range s.Finding.Unlisted {
			draft := l.Draft(c.Now, c.zone())
			if n == maxDrafts {
				left++
				continue
			}
			n++
			p.section(strong(Cut(rotation.Clean(l.Name), 100))+" · "+made(l, c), tagged(l))
			p.command(cutLines(draft, maxInput))
		}
		if s.Failed != "" {
			p.context("As of " + rotation.When(s.Seen) + ": " + rotation.Clean(s.Failed))
		}
	}
	switch {
	case n == 0:
		p.section("At present there are none.")
	case left > 0:
		p.context("… and " + count(left, "secret") + ", not shown: name or ignore some of these first.")
	}
	p.trim(maxViewBlocks)
	return p.view("Not in the catalogue", "", "Close")
}

// drafts is the button that opens Drafts.
func drafts() *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(ActionDrafts, "drafts", words("Draft rows…", maxButtonText))
}

// made says how old a secret is.
func made(l rotation.Listed, c Context) string {
	said := "nobody knows when it was made"
	if l.Created != 0 {
		said = "made " + Day(time.Unix(l.Created, 0), c)
	}
	if l.Changed != 0 {
		said += ", last changed " + Day(time.Unix(l.Changed, 0), c)
	}
	return said
}

// tagged says what its tags hint at.
func tagged(l rotation.Listed) string {
	switch hint := l.Tags[rotation.ClassTag]; {
	case hint != "":
		return "Its tag says that it is of the class " + code(Cut(rotation.Clean(hint), 60)) + "."
	case len(l.Tags) == 0:
		return "It has no tags."
	}
	return ""
}

// cutLines is as many whole lines as fit.
func cutLines(text string, most int) string {
	size := 0
	var b strings.Builder
	for line := range strings.Lines(text) {
		if size += len(line); size > most {
			b.WriteString("    # … and more tags\n")
			break
		}
		b.WriteString(line)
	}
	return b.String()
}
