package cli

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/page/browser"
)

// What is due as a newcomer meets it: the clock is moved on, a reminder comes,
// and one secret of it is snoozed with a reason.
func TestAReminderInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	shot := shots(b, "reminder")
	b.Open(runSandbox(t))
	b.See("Bot: connected")
	everythingKnown(t, b)
	toWednesday(t, b)
	b.See("Nobody has started ·")
	b.See("Reminder · Wed")
	b.See("secrets need somebody.")
	shot("1-reminded")

	b.Click("button", "Snooze…")
	b.See("Why can it wait?")
	shot("2-asked")
	browser.Eval[any](b, chosen) // in a menu, or in a list if there are many
	b.Choose("Until", "in 7 days")
	b.Type("Why can it wait?", "there is a release until Monday")
	b.Click("button", "Snooze")
	b.See("Nobody is reminded of GitHub MP CI User PAT until")
	b.Type("Message or command to modernisation-platform", "/rotate due")
	b.Click("button", "Send")
	b.See("there is a release until Monday")
	shot("3-snoozed")
	b.Size(390, 844)
	shot("4-phone")
}

// chosen picks one secret of the form, however many it offers.
const chosen = `(() => {
	const one = [...document.querySelectorAll('dialog option, dialog input')].find((x) => x.value === 'github_ci_user_pat');
	if (one.tagName !== 'OPTION') return one.click();
	one.selected = true;
	one.parentElement.dispatchEvent(new Event('change', {bubbles: true}));
})()`

// everythingKnown asks for the list until every secret was looked at.
func everythingKnown(t *testing.T, b *browser.Browser) {
	t.Helper()
	for n := 1; n <= 60; n++ {
		b.Type("Message or command to modernisation-platform", "/rotate list")
		b.Click("button", "Send")
		heads := listHead.FindAllString(b.Text(), -1)
		if len(heads) > 0 && !strings.Contains(heads[len(heads)-1], "not known") {
			return
		}
	}
	t.Fatalf("it isn't known when everything is due:\n%s", b.Text())
}

// listHead is what a list begins with, up to the mark of its first line.
var listHead = regexp.MustCompile(`\d+ secrets[^!?○–●]*`)

// toWednesday moves the clock to a Wednesday after half past nine in London, by
// the buttons that the page has.
func toWednesday(t *testing.T, b *browser.Browser) {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(london)
	click := func(button string, step time.Duration) {
		b.Click("button", button)
		now = now.Add(step).In(london)
		b.See(now.Format("Mon 2 Jan 2006, 15:"))
		for browser.Eval[bool](b, `document.querySelector('form[aria-label=Clock]').ariaBusy === "true"`) {
			continue // the same button twice would be one press
		}
	}
	for now.Hour() < 10 {
		click("One hour later", time.Hour)
	}
	for first := true; first || now.Weekday() != time.Wednesday; first = false {
		click("One day later", 24*time.Hour)
	}
}
