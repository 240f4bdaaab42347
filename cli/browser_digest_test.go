package cli

import (
	"strings"
	"testing"

	"rekey/sandbox/page/browser"
)

// What nobody has to ask for, as a person sees it: the digest with its picture,
// and App Home.
func TestTheDigestAndAppHomeInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "digest")
	b.Open(runSandbox(t))
	b.Click("button", "One week later") // a new installation begins with its next digest
	b.See("Reminder")
	for browser.Eval[bool](b, `document.querySelector('form[aria-label=Clock]').ariaBusy === "true"`) {
		continue // the same button twice would be one press
	}
	b.Click("button", "One week later")
	b.See("Secrets this week")
	b.See("Download due.png")
	picture := func(about string) string {
		return browser.Eval[string](b, `(async () => { const i = document.querySelector('figure.file img'); await i.decode(); return String(`+about+`); })()`)
	}
	if wide := picture("i.naturalWidth > 900 && i.width <= document.querySelector('#messages').clientWidth"); wide != "true" {
		t.Error("the picture doesn't show, or is wider than its channel")
	}
	if alt := picture("i.alt"); !strings.Contains(alt, "github_ci_user_pat: ") || !strings.Contains(alt, "overdue (policy)") {
		t.Error(alt)
	}
	browser.Eval[any](b, "document.querySelector('figure.file').scrollIntoView({behavior: 'instant', block: 'end'})")
	shot("1-picture")

	b.Click("button", " rekey: Home")
	b.See("Waiting for you")
	b.See("AWS seen ")
	b.See("1 to 20 of 26") // with Rekey's own, and what the catalogue doesn't name
	b.Click("button", "Not rotated (7)")
	b.See("1 to 7 of 7")
	shot("2-home")
}
