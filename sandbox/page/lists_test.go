package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

// modals are what the app opens when an element is pressed.
var modals = map[string]string{"howto": modalJSON, "choose": chooseJSON()}

const chooserJSON = `[{"type":"actions","elements":[{"type":"button","action_id":"choose","text":{"type":"plain_text","text":"Choose…"},"value":"x"},
 {"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Details"},"value":"d"},{"text":{"type":"plain_text","text":"Take over"},"value":"t"}]}]}]`

// chooseJSON is a form with lists that are long, and one that is short.
func chooseJSON() string {
	options := func(name string, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"text":{"type":"plain_text","text":"%s %d"},"value":"%s-%d"}`, name, i+1, strings.ToLower(name), i+1))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	input := func(id, label, element string) string {
		return fmt.Sprintf(`{"type":"input","block_id":"%s","label":{"type":"plain_text","text":"%s"},"element":{%s,"action_id":"%s"}}`, id, label, element, id)
	}
	return `{"type":"modal","callback_id":"choose","title":{"type":"plain_text","text":"Choose"},"submit":{"type":"plain_text","text":"Choose"},"blocks":[` + strings.Join([]string{
		input("which", "Which integrations", `"type":"multi_static_select","placeholder":{"type":"plain_text","text":"Choose any"},"options":`+options("Integration", 20)),
		input("secret", "Which secret", `"type":"static_select","placeholder":{"type":"plain_text","text":"Choose one"},"options":`+options("Secret", 12)),
		input("short", "How", `"type":"static_select","options":`+options("Way", 3)),
		input("sure", "I have", `"type":"checkboxes","options":`+options("Looked", 2)),
	}, ",") + `]}`
}

// A slash offers the app's commands; Tab takes the one that is meant.
func TestACommandIsCompleted(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	connect(t, s)
	b.Open(address)
	b.Gone("Rotate a secret, or see")
	b.Reach("Message or command to modernisation-platform")
	b.Key("/ro")
	b.See("/rotate " + stage.Commands()[0].Hint + "")
	shot(b, "completion")
	b.Key(kb.Tab)
	b.Key("list")
	b.Gone("Rotate a secret, or see")
	b.Key(kb.Enter)
	b.See("You said list.")
	b.Type("Message or command to modernisation-platform", "/")
	b.Click("button", "/rotate "+stage.Commands()[0].Hint+" Rotate a secret, or see how a rotation stands")
	if got := browser.Eval[string](b, "document.querySelector('#line').value + '|' + document.activeElement.id"); got != "/rotate |line" {
		t.Errorf("after a click the line and the focus are %q", got)
	}
	b.Type("Message or command to modernisation-platform", "status")
	b.Key(kb.Tab)
	if got := b.Focused(); got != "Send" {
		t.Errorf("after a whole command Tab leads to %q", got)
	}
}

// Long lists have a box to find something in them; all of it works by keyboard.
func TestAChoiceFromALongList(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	a := connect(t, s)
	a.post(t, "", chooserJSON)
	b.Open(address)
	b.Reach("More actions")
	b.Key(kb.Enter)
	b.Key(kb.ArrowDown)
	b.Key(kb.ArrowDown)
	b.Key(kb.Enter)
	a.pressed(t, "more")
	b.Reach("Choose…")
	b.Key(kb.Enter)
	b.See("Which integrations")

	b.Reach("Filter: Choose any")
	b.Key("integration 17")
	b.See("1 of 20 shown")
	b.Key(kb.Enter)
	if strings.Contains(b.Text(), "required field") {
		t.Error("Enter in the box sent the form")
	}
	b.Click("searchbox", "Filter: Choose any")
	for range "integration 17" {
		b.Key(kb.Backspace)
	}
	b.Key("3")
	b.See("2 of 20 shown")
	a.post(t, "", everythingJSON) // the page is drawn anew
	shot(b, "long-list")
	b.See("2 of 20 shown")
	b.Key(kb.ArrowDown)
	b.Key(" ")
	b.Reach("Filter: Choose one")
	b.Key("12")
	b.Key(kb.Enter)
	b.Choose("How", "Way 2")
	b.Reach("Looked 1")
	b.Key(" ")
	b.Key(kb.Enter)
	b.Gone("Which integrations")

	a.mu.Lock()
	defer a.mu.Unlock()
	form := a.forms[0]
	var chosen []string
	for _, o := range form["which"]["which"].SelectedOptions {
		chosen = append(chosen, o.Value)
	}
	if got := strings.Join(chosen, " "); got != "integration-3 integration-17" {
		t.Errorf("the chosen integrations arrived as %q", got)
	}
	if form["secret"]["secret"].SelectedOption.Value != "secret-12" || form["short"]["short"].SelectedOption.Value != "way-2" || form["sure"]["sure"].SelectedOptions[0].Value != "looked-1" {
		t.Errorf("the form arrived as %+v", form)
	}
	if got := browser.Eval[string](b, "document.activeElement.textContent"); got != "Choose…" {
		t.Errorf("after the window closed the keyboard is on %q", got)
	}
}
