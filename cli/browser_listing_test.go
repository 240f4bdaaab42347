package cli

import (
	"testing"

	"rekey/sandbox/page/browser"
)

// What is in Secrets Manager and in no row of the catalogue, as a person comes
// across it in App Home, and the rows that one press drafts.
func TestWhatTheCatalogueDoesNotNameInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "listing")
	b.Open(runSandbox(t))
	b.Click("link", "Journal")
	b.See("ListSecrets")
	b.Click("button", " rekey: Home")
	b.See("secrets that the catalogue doesn't name")
	shot("1-home")
	b.Click("button", "Draft rows…")
	b.See("cooker_test_api_key")
	b.See("one of those at the top of the catalogue")
	shot("2-drafts")
}
