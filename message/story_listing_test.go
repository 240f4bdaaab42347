package message

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// unlisted are secrets that the catalogue doesn't name: as many as there are
// tags to try.
func unlisted(n int) rotation.Sighting {
	s := rotation.Sighting{About: "Secrets Manager in eu-west-2", Kind: rotation.KindUnlisted, Seen: clock("10:15"), Looked: clock("10:15")}
	for i := range n {
		l := rotation.Listed{Name: "forgotten_" + string(rune('a'+i%26)), ARN: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:forgotten-AbCdEf"}
		switch i % 3 {
		case 0:
			l.Created, l.Changed = clock("09:00").AddDate(-1, 0, 0).Unix(), clock("09:00").AddDate(0, -1, 0).Unix()
		case 1:
			l.Tags = map[string]string{"class": "config", "owner": "<@U1> ```*x*", "long": strings.Repeat("&", 400)}
		case 2:
			l.Tags = map[string]string{"application": "modernisation-platform"}
		}
		s.Finding.Unlisted = append(s.Finding.Unlisted, l)
	}
	return s
}

// listing draws what the catalogue doesn't name: on a list, and as drafts.
func listing(c Context, post func(string, Post), view func(string, slack.ModalViewRequest)) {
	blind := unlisted(0)
	blind.Seen, blind.Failed, blind.Failing = time.Time{}, "AWS refused (ListSecrets: AccessDeniedException)", clock("10:15")
	rows := func(s rotation.Sighting) []Row {
		var out []Row
		for _, one := range (&rotation.Catalogue{}).Standings(nil, []rotation.Sighting{s}, nil) {
			out = append(out, Row{Standing: one})
		}
		return out
	}
	post("list_unlisted", List(rows(unlisted(5)), nil, c))
	post("list_unlisted_blind", List(rows(blind), nil, c))
	post("digest_unlisted", Digest(Weekly{Due: clock("09:00"), Rows: rows(unlisted(1))}, c))
	view("drafts", Drafts([]rotation.Sighting{unlisted(3)}, c))
	view("drafts_none", Drafts(nil, c))
}

func TestDraftsOfManySecretsFitIntoAForm(t *testing.T) {
	c := Context{Now: clock("11:00"), Zone: london}
	v := Drafts([]rotation.Sighting{unlisted(300)}, c)
	if n := len(v.Blocks.BlockSet); n > maxViewBlocks {
		t.Errorf("%d blocks", n)
	}
	last, ok := v.Blocks.BlockSet[len(v.Blocks.BlockSet)-1].(*slack.ContextBlock)
	if !ok || !strings.Contains(last.ContextElements.Elements[0].(*slack.TextBlockObject).Text, "not shown") {
		t.Errorf("the rest isn't counted: %+v", last)
	}
}
