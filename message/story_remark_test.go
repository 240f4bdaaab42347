package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// remarking draws what is said of a step that somebody calls wrong.
func remarking(by map[string]*story, c Context, post func(string, Post), view func(string, slack.ModalViewRequest)) {
	r := by["none_32_run_failed"].r.Clone()
	view("wrong", Wrong(r, "an issue in ministryofjustice/modernisation-platform", c))
	x := rotation.Remark{
		Step: "regenerate", Title: "Regenerate the token and save it", Runbook: "github_pat", By: other, At: clock("10:50"),
		Text: "The password is with Operations Engineering. Ask <!channel> & <https://evil.example|them>.",
	}
	r.Remarks = []rotation.Remark{x, x}
	r.Remarks[1].Where = "https://github.com/ministryofjustice/modernisation-platform/issues/12"
	view("details_remarks", Details(r, c))
	post("history_remarks", History("GitHub MP CI User PAT", []*rotation.Rotation{r}, nil, c))
	post("remark", Remark("rekey:wrong:42:1", r, x, rotation.Handle{Name: "@modernisation-platform", ID: "S0TEAM"}, permalink, c))
	post("remark_without_a_card", Remark("rekey:wrong:42:1", r, x, rotation.Handle{Name: "#modernisation-platform", ID: "C0PLATFORM"}, "", c))
	post("digest_issues_stuck", Digest(Weekly{ID: "rekey:digest:2026-W48", Due: clock("09:00"), Stuck: "Rekey can't keep the issues in a/b: opening an issue: 403. Give it the right Issues: write on a/b."}, c))
}
