package fakeslack_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
)

func (w workspace) card(t *testing.T) string {
	t.Helper()
	option := func(v string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(v, slack.NewTextBlockObject("plain_text", v, false, false), nil)
	}
	more := slack.NewOverflowBlockElement("more", option("cancel"), option("take"))
	choose := slack.NewOptionsSelectBlockElement("static_select", nil, "choose", option("a"), option("b"))
	_, ts, err := w.api.PostMessage(platform, slack.MsgOptionText("card", false),
		slack.MsgOptionBlocks(section("42"), buttons("b1", "approve", "refuse"), slack.NewActionBlock("b2", more, choose)))
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func TestAPressCarriesTheWholeMessage(t *testing.T) {
	w := open(t, fakeslack.Config{})
	b := w.connect(t, acknowledge)
	ts := w.card(t)
	if err := w.Press(approver, platform, ts, "approve", ""); err != nil {
		t.Fatal(err)
	}
	e := b.envelopes()[0]
	if e.Type != "interactive" || e.Accepts {
		t.Errorf("envelope is %+v", e)
	}
	p := decode[slack.InteractionCallback](t, e.Payload)
	action := p.ActionCallback.BlockActions[0]
	if p.Type != "block_actions" || p.User.ID != approver || p.Channel.ID != platform || p.Container.MessageTs != ts || p.Message.Timestamp != ts ||
		len(p.Message.Blocks.BlockSet) != 3 || p.TriggerID == "" || p.ResponseURL == "" || p.APIAppID != "A0SANDBOX1" || p.Team.ID != "T0SANDBOX1" {
		t.Errorf("payload is %s", e.Payload)
	}
	if action.ActionID != "approve" || action.BlockID != "b1" || action.Value != "42:approve" || action.ActionTs == "" || action.Type != "button" {
		t.Errorf("action is %+v", action)
	}

	for _, menu := range []string{"more", "choose"} {
		if err := w.Press(approver, platform, ts, menu, "b2", "zz"); err == nil {
			t.Errorf("%s took an option that isn't there", menu)
		}
	}
	if err := w.Press(approver, platform, ts, "more", "b2", "take"); err != nil {
		t.Fatal(err)
	}
	if err := w.Press(approver, platform, ts, "choose", "b2", "b"); err != nil {
		t.Fatal(err)
	}
	p = decode[slack.InteractionCallback](t, b.envelopes()[1].Payload)
	if got := p.ActionCallback.BlockActions[0].SelectedOption.Value; got != "take" {
		t.Errorf("the overflow's option is %q", got)
	}
	p = decode[slack.InteractionCallback](t, b.envelopes()[2].Payload)
	if got := p.BlockActionState.Values["b2"]["choose"].SelectedOption.Value; got != "b" {
		t.Errorf("the state holds %q", got)
	}
	w.clean(t)
}

func TestOnlyWhatIsThereCanBePressed(t *testing.T) {
	w := open(t, fakeslack.Config{})
	b := w.connect(t, acknowledge)
	ts := w.card(t)
	for name, err := range map[string]error{
		"unknown action":  w.Press(starter, platform, ts, "explode", ""),
		"another block":   w.Press(starter, platform, ts, "approve", "b2"),
		"unknown message": w.Press(starter, platform, "1.000000", "approve", ""),
		"unknown person":  w.Press("U0NOBODY", platform, ts, "approve", ""),
		"as ephemeral":    w.PressEphemeral(starter, platform, ts, "approve", ""),
	} {
		if err == nil {
			t.Errorf("%s was pressed", name)
		}
	}
	if len(b.envelopes()) != 0 {
		t.Error("the app heard of it")
	}
	w.SetPerson(fakeslack.Person{ID: starter, Name: "starter", Deleted: true})
	if w.Press(starter, platform, ts, "approve", "") == nil {
		t.Error("a deactivated person pressed")
	}

	forged := map[string]any{"action_id": "explode", "block_id": "old", "value": "41:approve"}
	if err := w.PressRaw(outsider, platform, ts, forged, map[string]any{"team": map[string]any{"id": "T0OTHER"}, "message": nil}); err != nil {
		t.Fatal(err)
	}
	p := decode[slack.InteractionCallback](t, b.envelopes()[0].Payload)
	if p.Team.ID != "T0OTHER" || p.Team.Domain != "sandbox" || p.Message.Timestamp != "" || p.ActionCallback.BlockActions[0].Value != "41:approve" {
		t.Errorf("the forged payload is %s", b.envelopes()[0].Payload)
	}
}

func TestAnUnansweredPressLeavesAWarning(t *testing.T) {
	w := open(t, fakeslack.Config{AckWait: 20 * time.Millisecond})
	ts := w.card(t)
	if err := w.Press(starter, platform, ts, "approve", ""); !errors.Is(err, fakeslack.ErrNotConnected) {
		t.Errorf("error is %v", err)
	}
	w.connect(t, func(envelope) any { return silent{} })
	if err := w.Press(starter, platform, ts, "approve", ""); !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("error is %v", err)
	}
	if m := w.Messages(platform)[0]; m.Warning == "" {
		t.Error("there is no warning")
	}
}

func TestAResponseURLWorksFiveTimes(t *testing.T) {
	w := open(t, fakeslack.Config{})
	b := w.connect(t, acknowledge)
	private, err := w.api.PostEphemeral(platform, starter, slack.MsgOptionText("sure?", false), slack.MsgOptionBlocks(buttons("b1", "yes")))
	if err != nil {
		t.Fatal(err)
	}
	if w.PressEphemeral(approver, platform, private, "yes", "") == nil {
		t.Error("somebody else pressed a private button")
	}
	if err := w.PressEphemeral(starter, platform, private, "yes", ""); err != nil {
		t.Fatal(err)
	}
	p := decode[slack.InteractionCallback](t, b.envelopes()[0].Payload)
	if !p.Container.IsEphemeral || p.Container.MessageTs != private || p.Message.Timestamp != "" {
		t.Errorf("payload is %s", b.envelopes()[0].Payload)
	}
	post := func(body string) (int, string) {
		response, err := http.Post(p.ResponseURL, "application/json", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	for _, body := range []string{
		`{"replace_original":true,"text":"done"}`, `{"text":"private"}`, `{"text":"all","response_type":"in_channel"}`,
		`{"delete_original":true}`, `{"text":"fifth"}`,
	} {
		if code, text := post(body); code != http.StatusOK || text != "ok" {
			t.Errorf("%s: %d %s", body, code, text)
		}
	}
	if code, text := post(`{"text":"sixth"}`); code != http.StatusNotFound || !bytes.Contains([]byte(text), []byte("used_url")) {
		t.Errorf("the sixth use: %d %s", code, text)
	}
	m := w.Messages(platform)
	if len(m) != 4 || m[0].Text != "done" || !m[0].Deleted || !m[1].Ephemeral || m[2].Ephemeral {
		t.Errorf("messages are %+v", m)
	}

	if _, err := w.Command(starter, platform, "/rotate"); err != nil {
		t.Fatal(err)
	}
	p.ResponseURL = decode[slack.SlashCommand](t, b.envelopes()[1].Payload).ResponseURL
	w.world.Advance(31 * time.Minute)
	if _, text := post(`{"text":"late"}`); !bytes.Contains([]byte(text), []byte("expired_url")) {
		t.Errorf("after 31 minutes: %s", text)
	}
}
