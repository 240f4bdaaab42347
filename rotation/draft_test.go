package rotation_test

import (
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func TestWhatATagHintsAt(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	one := rotation.Listed{Name: "net/ids", ARN: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:net/ids-AbCdEf"}
	for class, exempt := range map[string]bool{"": false, "secret": false, "odd \n# thing": false, "config": true, "exempt": true} {
		one.Tags = map[string]string{"class": class}
		draft := one.Draft(now, time.UTC)
		if strings.Contains(draft, "exempt:") != exempt || strings.Contains(draft, "every:") == exempt || strings.Contains(draft, "review: \"2027-05-25\"") != exempt {
			t.Errorf("%q:\n%s", class, draft)
		}
		for _, want := range []string{`name: "net/ids"`, `region: "eu-west-1"`, `account: "111122223333"`} {
			if !strings.Contains(draft, want) {
				t.Errorf("%q lacks %s:\n%s", class, want, draft)
			}
		}
	}
}

func TestADraftTakesAnyName(t *testing.T) {
	for name, want := range map[string]string{"list": `name: "list_secret"`, "a b*c": `name: "a_b_c"`, "x`" + `"y`: `name: "x'\"y"`} {
		if draft := (rotation.Listed{Name: name}).Draft(time.Now(), time.UTC); !strings.Contains(draft, want) {
			t.Errorf("%q lacks %s:\n%s", name, want, draft)
		}
	}
}

func TestWhatIsIgnored(t *testing.T) {
	for pattern, covers := range map[rotation.Ignored]bool{"team/*": true, "team/x": true, "team/": false, "team/x*": true, "other*": false} {
		if got := pattern.Covers("team/x"); got != covers {
			t.Errorf("%s: %t", pattern, got)
		}
	}
}
