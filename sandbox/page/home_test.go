package page_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// App Home shows what the app drew for this person, and nobody else's.
func TestAppHomeIsAPlaceOfItsOwn(t *testing.T) {
	s, address := site(t, page.Parts{})
	app := connect(t, s)
	me, _ := stage.PersonID("starter")
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, "Waiting for you", false, false)),
	}}}
	if _, err := app.api.PublishViewContext(context.Background(), slack.PublishViewContextRequest{UserID: me, View: view}); err != nil {
		t.Fatal(err)
	}
	for cookies, want := range map[string]string{
		"rekey-sandbox-channel=home":                          "Waiting for you",
		"rekey-sandbox-channel=home; rekey-sandbox-me=member": "The app hasn&#39;t drawn its Home yet.",
		"": "Message or command to modernisation-platform",
	} {
		answer := get(t, address+"/", cookies)
		body, err := io.ReadAll(answer.Body)
		if err != nil || !strings.Contains(strings.ReplaceAll(string(body), "hasn't", "hasn&#39;t"), want) {
			t.Errorf("with %q there is no %q (%v)", cookies, want, err)
		}
	}
	if _, said := post(t, address, "look", "channel=home", ""); strings.Contains(said, "error") {
		t.Error(said)
	}
}
