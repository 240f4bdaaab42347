package page_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

func TestAPersonAddsAndRemovesAWebhook(t *testing.T) {
	s, address := site(t, page.Parts{})
	shows := func(path, text string) {
		t.Helper()
		answer := get(t, address+path)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), text) {
			t.Errorf("%s: %d (%v), without %q", path, answer.StatusCode, err, text)
		}
	}
	shows("/slack/apps", "Modernisation Platform Alerts")
	shows("/slack/apps/"+stage.AlertsApp+"/incoming-webhooks", "Add New Webhook to Workspace")
	if _, said := post(t, address, "webhook-add", "channel="+stage.Platform); strings.Contains(said, "error") {
		t.Error(said)
	}
	hooks := s.Slack.Webhooks(stage.AlertsApp)
	if len(hooks) != 2 || hooks[1].Channel != stage.Platform || s.Clipboard() != hooks[1].URL {
		t.Fatalf("there are %d webhooks", len(hooks))
	}
	shows("/slack/apps/"+stage.AlertsApp, hooks[1].URL)
	if _, said := post(t, address, "webhook-remove", "id="+hooks[0].ID); strings.Contains(said, "error") || s.Slack.PostWebhook(hooks[0].URL, "x") {
		t.Errorf("the webhook isn't removed: %s", said)
	}
	for action, form := range map[string]string{"webhook-add": "channel=C0NONE", "webhook-remove": "id=" + hooks[0].ID} {
		if _, said := post(t, address, action, form); !strings.Contains(said, `"error"`) {
			t.Errorf("%s %s: %s", action, form, said)
		}
	}
}

func TestTheWebhookPageInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	b.Open(address + "/slack/apps")
	b.Click("link", stage.AlertsName)
	b.See("Whoever has a webhook's URL can post in its channel.")
	b.Click("button", "Add New Webhook to Workspace")
	b.See("Added. The last one is the new webhook for #modernisation-platform-notifications.")
	shot(b, "webhooks")
	b.Size(390, 844)
	b.Open(address + "/slack/apps/" + stage.AlertsApp + "/incoming-webhooks")
	if wide := browser.Eval[int](b, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("the page is %d px wide on a phone", wide)
	}
	browser.Eval[any](b, "document.querySelector('#consoles').scrollIntoView({behavior: 'instant'})")
	shot(b, "webhooks-phone")
	old := s.Slack.Webhooks(stage.AlertsApp)[0]
	b.Click("button", "Remove webhook "+old.ID)
	b.See("Remove this webhook?")
	b.Click("button", "Remove")
	b.See("Removed. Its URL stopped working.")
	if hooks := s.Slack.Webhooks(stage.AlertsApp); len(hooks) != 1 || hooks[0].ID == old.ID {
		t.Errorf("%d webhooks are left", len(hooks))
	}
}
