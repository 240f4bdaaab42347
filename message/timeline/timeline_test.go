package timeline

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rekey/rotation"
)

var now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func item(name string, lead, due int, by rotation.Clock) rotation.Standing {
	s := rotation.Standing{Secret: rotation.Secret{Name: name, Every: 180, Lead: rotation.Days(lead)}}
	on := now.AddDate(0, 0, due)
	switch by {
	case rotation.ByExpiry:
		s.Clocks.Expires = on
	case rotation.ByReview:
		s.Secret.Exempt = &rotation.Exemption{Review: on.Format(time.DateOnly)}
		s.Clocks.Review = on
	case rotation.ByPolicy:
		s.Clocks = rotation.Clocks{Every: 400, Current: on.AddDate(0, 0, -400)}
	}
	return s
}

func report(known ...rotation.Standing) rotation.Report {
	return rotation.NewReport(known, nil, now, time.UTC)
}

func TestTheTimelineIsSaidInWordsToo(t *testing.T) {
	parked := item("webhook", 1, 20, rotation.ByPolicy)
	parked.Running = &rotation.Rotation{ID: 42, State: rotation.Running}
	p, err := Draw(report(
		item("pagerduty_userapi_token", 7, -6, rotation.ByPolicy), item("very_old", 1, -300, rotation.ByPolicy), item("github_ci_user_pat", 1, 4, rotation.ByExpiry),
		item("azure_entraid_oidc", 17, 19, rotation.ByExpiry), parked, item("nuke_account_ids", 0, 0, ""),
		item("modernisation_pat_multirepo", 1, 60, rotation.ByPolicy), item("github_ci_user_environments_repo_pat", 1, 171, rotation.ByPolicy),
		item("mod-platform-circleci", 0, 100, rotation.ByReview), item("later", 1, 300, rotation.ByPolicy),
		rotation.Standing{Secret: rotation.Secret{Name: "eu-west-2"}, Whole: true, Unlisted: &rotation.Sighting{Finding: rotation.Finding{Unlisted: make([]rotation.Listed, 3)}}},
	), now, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Due in the next 180 days · Mon 30 Nov 2026. webhook: 20 Dec, in progress (policy); very_old: 3 Feb, overdue (policy); pagerduty_userapi_token: 24 Nov, overdue (policy); ",
		"github_ci_user_pat: 4 Dec, start by 3 Dec (it expires)", "azure_entraid_oidc: 19 Dec, start by 2 Dec (it expires)",
		"nuke_account_ids: not known when", "mod-platform-circleci: 10 Mar (review)", "Not shown: 1 due later, 3 not in the catalogue.",
	} {
		if !strings.Contains(p.Alt, want) {
			t.Errorf("%q lacks %q", p.Alt, want)
		}
	}
	image, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil || image.Bounds().Dx() < 900 || len(p.PNG) > 500_000 {
		t.Errorf("%v, %v, %d bytes", err, image.Bounds(), len(p.PNG))
	}
	if path := os.Getenv("REKEY_PICTURE"); path != "" { // to look at it
		if err := os.WriteFile(path, p.PNG, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// However many secrets there are, and whatever they are called, it is one
// picture that isn't too tall, and words that Slack takes.
func TestATimelineOfThousandsFits(t *testing.T) {
	for _, n := range []int{0, 1, 25, 26, 5000} {
		var known []rotation.Standing
		for i := range n {
			known = append(known, item(fmt.Sprintf("%04d %s\x1b\n😀", i, strings.Repeat("é", 60)), i%20, i%170-20, rotation.ByPolicy))
		}
		p, err := Draw(report(known...), now, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		image, err := png.Decode(bytes.NewReader(p.PNG))
		if err != nil || image.Bounds().Dy() > 1100 || utf8.RuneCountInString(p.Alt) > 1000 || p.Title == "" {
			t.Errorf("%d: %v, %v, %d characters", n, err, image.Bounds(), utf8.RuneCountInString(p.Alt))
		}
		if n == 5000 && !strings.Contains(p.Alt, "Not shown: 4975 more within these days.") || n == 0 && !strings.Contains(p.Alt, "Nothing is due.") {
			t.Error(p.Alt)
		}
	}
}
