package page_test

import (
	"io"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// What an issue says is shown as GitHub would, and nothing in it works as HTML.
func TestAnIssueIsLookedAtAndClosedByHand(t *testing.T) {
	s, address := site(t, page.Parts{})
	body := "<!-- rekey:x -->\n**Due Fri 4 Dec 2026**.\n\n- Secret: `x`\n- Card: https://moj.slack.com/archives/C1/p1\n- `` <img src=x> `y` ``\n\n<script>alert(1)</script> [a](javascript:b) `open"
	n, err := s.GitHub.OpenIssue(stage.PlatformRepo, "rekey-bot", "Rotate <x> Credential", body, []string{"security"}, false)
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	shows := func(path string, has ...string) {
		t.Helper()
		text, err := io.ReadAll(get(t, address+path).Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range has {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s doesn't show %q:\n%s", path, want, text)
			}
		}
		for _, bad := range []string{"<img src=x", "<script>alert", "rekey:x", `href="javascript`} {
			if strings.Contains(string(text), bad) {
				t.Errorf("%s has %q", path, bad)
			}
		}
	}
	list, one := "/github/"+stage.PlatformRepo+"/issues", "/github/"+stage.PlatformRepo+"/issues/1"
	shows(list, "Rotate &lt;x&gt; Credential", "open · security")
	shows(one, "<p><strong>Due Fri 4 Dec 2026</strong>.</p>", "<li>Secret: <code>x</code></li>", `<a href="https://moj.slack.com/archives/C1/p1" rel="noreferrer">`,
		"<li><code>&lt;img src=x&gt; `y`</code></li>", "&lt;script&gt;alert(1)&lt;/script&gt; [a](javascript:b) `open", "Close issue")
	form := "repo=" + stage.PlatformRepo + "&number=1"
	if _, said := post(t, address, "issue-shut", form); strings.Contains(said, "error") {
		t.Error(said)
	}
	shows(one, "closed as completed", "Reopen issue")
	if _, said := post(t, address, "issue-open", form); strings.Contains(said, "error") {
		t.Error(said)
	}
	shows(one, "Close issue")
	if _, said := post(t, address, "issue-shut", "repo="+stage.PlatformRepo+"&number=9"); !strings.Contains(said, "has no issue 9") {
		t.Error(said)
	}
	if answer := get(t, address+list+"/9"); answer.StatusCode != 404 {
		t.Errorf("an issue that isn't there: %d", answer.StatusCode)
	}
}
