package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

// The guide says what the catalogue says.
func TestTheGuideNamesRowsOfTheCatalogue(t *testing.T) {
	s, err := stage.New(stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", http.NoBody)
	shown := httptest.NewRecorder()
	page.New(page.Parts{Stage: s}).ServeHTTP(shown, r)
	body, err := io.ReadAll(shown.Body)
	if err != nil {
		t.Fatal(err)
	}
	book, err := loadCatalogue("", embedded(t), anyHandle())
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]string{}
	for _, secret := range book.Secrets {
		titles[secret.Name] = secret.Title
	}
	named := regexp.MustCompile(`ype <code>/rotate ([a-z]+_[^<]+)</code>`).FindAllStringSubmatch(string(body), -1)
	if len(named) < 4 {
		t.Errorf("the guide leads through %d rotations only", len(named))
	}
	for _, one := range named {
		name := one[1]
		_, _, member := strings.Cut(name, " ")
		if titles[name] == "" || !member && !strings.Contains(string(body), ">"+titles[name]+"<") {
			t.Errorf("the guide has no %s called %q", name, titles[name])
		}
	}
}

// Whoever does what the guide says gets there: here with the token that no
// other test rotates in a browser.
func TestTheGuideLeadsToTheEnd(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	b.Size(1280, 1000)
	address := runSandbox(t)
	be := func(who string) {
		b.Choose("You are", who)
		b.See("You are " + who)
	}
	rotate := func(secret string) {
		b.Type("Message or command to modernisation-platform", "/rotate "+secret)
		b.Click("button", "Send")
	}
	save := func(value string) {
		b.Click("button", "How to save it")
		b.See("The same, where the catalogue is at hand")
		line := putLine(t, browser.Eval[string](b, `[...document.querySelectorAll('dialog pre')].map((p) => p.textContent).join('\n')`))
		b.Click("button", "Close")
		b.Gone("The same, where the catalogue is at hand")
		b.Click("link", "Terminal")
		b.Type("Command line", line)
		b.Click("button", "Run")
		b.Type("New value (hidden):", value)
		b.Click("button", "Enter")
		b.See("Saved as AWSPENDING")
	}
	approved := 0
	approve := func() {
		approved++
		b.See(strconv.Itoa(approved) + " needs one approval") // and the card stands still
		be("Ada")
		b.Click("button", "Approve")
		b.See("Plan approved")
		be("Sam")
	}

	b.Open(address + "terminal")
	rotate("pagerduty_userapi_token")
	b.See("2 of 6 At PagerDuty")
	b.Click("link", "PagerDuty")
	browser.Eval[any](b, `[...document.querySelectorAll('.guide a')][0].click()`)
	b.Click("button", "Create key")
	save(b.TextOf("#pd-value"))
	b.See("4 of 6")
	shot(b, "guide-pagerduty")
	approve()
	b.See("5 of 6")
	b.See("unless somebody rolls back")
	b.Click("button", "One hour later")
	b.Click("button", "One hour later")
	b.See("which belongs to")
	b.Open(address + "pagerduty/users/me/user-settings")
	shot(b, "guide-pagerduty-old")
	b.Click("button", browser.Eval[string](b, `[...document.querySelectorAll('[data-testid=pd-delete]')][0].getAttribute('aria-label')`))
	b.Click("button", "Delete")
	b.See("6 of 6")
	b.Click("button", "Check now")
	b.See("PagerDuty User Level API Token is rotated")

	b.Click("link", "Others to try")
	shot(b, "guide-start")
	b.Click("button", "Close the guide")
	b.See("Show the next step above every console")
}
