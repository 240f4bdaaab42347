package fakeslack_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
)

func form(title string) slack.ModalViewRequest {
	label := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	reason := slack.NewPlainTextInputBlockElement(nil, "reason_text").WithMinLength(3)
	note := slack.NewInputBlock("note", label("Note"), nil, slack.NewPlainTextInputBlockElement(nil, "note_text"))
	note.Optional = true
	return slack.ModalViewRequest{
		Type: "modal", Title: label(title), Submit: label("Send"), Close: label("Back"), CallbackID: "refuse", PrivateMetadata: "42", NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: []slack.Block{section("Why?"), slack.NewInputBlock("reason", label("Reason"), nil, reason), note, buttons("more", "details")}},
	}
}

// pressed connects a bot, lets the starter press a button and returns the
// trigger id that the bot got.
func (w workspace) pressed(t *testing.T, handle func(envelope) any) (trigger func() string) {
	t.Helper()
	b := w.connect(t, handle)
	ts := w.card(t)
	return func() string {
		if err := w.Press(starter, platform, ts, "approve", ""); err != nil {
			t.Fatal(err)
		}
		all := b.envelopes()
		return decode[slack.InteractionCallback](t, all[len(all)-1].Payload).TriggerID
	}
}

func TestATriggerOpensOneModal(t *testing.T) {
	w := open(t, fakeslack.Config{})
	trigger := w.pressed(t, acknowledge)
	id := trigger()
	if _, err := w.api.OpenView(id, form("Refuse")); err != nil {
		t.Fatal(err)
	}
	_, err := w.api.OpenView(id, form("Refuse"))
	wantError(t, err, "exchanged_trigger_id")
	_, err = w.api.OpenView("1.2.3", form("Refuse"))
	wantError(t, err, "invalid_trigger_id")

	late := open(t, fakeslack.Config{TriggerLife: time.Nanosecond})
	_, err = late.api.OpenView(late.pressed(t, acknowledge)(), form("Refuse"))
	wantError(t, err, "expired_trigger_id")
	if open := w.OpenViews(starter); len(open) != 1 || open[0].Title != "Refuse" || open[0].Submit != "Send" || open[0].PrivateMetadata != "42" {
		t.Errorf("open views are %+v", open)
	}
	if len(w.OpenViews(approver)) != 0 {
		t.Error("the modal is open for somebody else")
	}
}

func TestModalsAreStackedAndUpdated(t *testing.T) {
	w := open(t, fakeslack.Config{})
	trigger := w.pressed(t, acknowledge)
	_, err := w.api.PushView(trigger(), form("First"))
	wantError(t, err, "not_found")
	first, err := w.api.OpenView(trigger(), form("First"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Fill(starter, map[string]string{"reason": "because"}); err != nil {
		t.Fatal(err)
	}
	second, err := w.api.UpdateView(form("Second"), "", first.Hash, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := second.State.Values["reason"]["reason_text"].Value; got != "because" {
		t.Errorf("after the update the input holds %q", got)
	}
	_, err = w.api.UpdateView(form("Third"), "", first.Hash, first.ID)
	wantError(t, err, "hash_conflict")
	for range 2 {
		pushed, err := w.api.PushView(trigger(), form("Pushed"))
		if err != nil {
			t.Fatal(err)
		}
		if pushed.RootViewID != first.ID || pushed.PreviousViewID == "" {
			t.Errorf("pushed view is %+v", pushed.View)
		}
	}
	_, err = w.api.PushView(trigger(), form("Fourth"))
	wantError(t, err, "push_limit_reached")
	if err := w.CloseView(starter); err != nil {
		t.Fatal(err)
	}
	if n := len(w.OpenViews(starter)); n != 2 {
		t.Errorf("%d views are open", n)
	}
	w.clean(t)
}

func TestAFormIsSubmitted(t *testing.T) {
	w := open(t, fakeslack.Config{})
	var answer any
	var got slack.InteractionCallback
	trigger := w.pressed(t, func(e envelope) any {
		p := decode[slack.InteractionCallback](t, e.Payload)
		if p.Type != slack.InteractionTypeViewSubmission {
			return nil
		}
		if !e.Accepts {
			t.Error("a submission doesn't accept a payload")
		}
		got = p
		return answer
	})
	if _, err := w.api.OpenView(trigger(), form("Refuse")); err != nil {
		t.Fatal(err)
	}
	var fields fakeslack.FieldErrors
	for _, value := range []string{"", "no"} {
		if err := w.Submit(starter, map[string]string{"reason": value}); !errors.As(err, &fields) || fields["reason"] == "" || fields["note"] != "" {
			t.Errorf("with the reason %q: %v", value, err)
		}
	}
	if got.Type != "" {
		t.Error("Slack sent a form that isn't complete")
	}
	answer = map[string]any{"response_action": "errors", "errors": map[string]string{"reason": "Say more."}}
	if err := w.Submit(starter, map[string]string{"reason_text": "because"}); !errors.As(err, &fields) || fields["reason"] != "Say more." {
		t.Errorf("refused by the app: %v", err)
	}
	if v := got.View; v.State.Values["reason"]["reason_text"].Value != "because" || v.CallbackID != "refuse" || v.PrivateMetadata != "42" || v.Hash == "" {
		t.Errorf("the app got %+v", v)
	}
	if open := w.OpenViews(starter); len(open) != 1 || open[0].Errors["reason"] != "Say more." {
		t.Errorf("open views are %+v", open)
	}
	answer = map[string]any{"response_action": "update", "view": form("Sure?")}
	if err := w.Submit(starter, nil); err != nil || w.OpenViews(starter)[0].Title != "Sure?" {
		t.Errorf("updated: %v", err)
	}
	answer = map[string]any{"response_action": "push", "view": form("Really?")}
	if err := w.Submit(starter, nil); err != nil || len(w.OpenViews(starter)) != 2 {
		t.Errorf("pushed: %v", err)
	}
	answer = nil
	if err := w.Submit(starter, map[string]string{"reason": "because"}); err != nil || len(w.OpenViews(starter)) != 1 {
		t.Errorf("closed: %v", err)
	}
	answer = map[string]any{"response_action": "clear"}
	if err := w.Submit(starter, nil); err != nil || len(w.OpenViews(starter)) != 0 {
		t.Errorf("cleared: %v", err)
	}
	w.clean(t)
}

func TestAnElementOfAModalIsPressed(t *testing.T) {
	w := open(t, fakeslack.Config{})
	b := w.connect(t, acknowledge)
	if w.PressView(starter, "details", "") == nil {
		t.Error("something was pressed where nothing is")
	}
	home := slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{buttons("b1", "start")}}}
	published, err := w.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: starter, View: home})
	if err != nil {
		t.Fatal(err)
	}
	old := "1.old"
	_, err = w.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: starter, View: home, Hash: &old})
	wantError(t, err, "hash_conflict")
	if _, ok := w.Home(starter); !ok {
		t.Error("there is no home")
	}
	if err := w.PressView(starter, "start", ""); err != nil {
		t.Fatal(err)
	}
	p := decode[slack.InteractionCallback](t, b.envelopes()[0].Payload)
	if p.Container.ViewID != published.ID || p.View.ID != published.ID || p.View.Type != "home" || p.ActionCallback.BlockActions[0].Value != "42:start" {
		t.Errorf("payload is %s", b.envelopes()[0].Payload)
	}
	if _, err := w.api.OpenView(p.TriggerID, form("Start")); err != nil {
		t.Fatal(err)
	}
	if err := w.PressView(starter, "details", ""); err != nil {
		t.Fatal(err)
	}
	if err := w.CloseView(starter); err != nil {
		t.Fatal(err)
	}
	closed := decode[slack.InteractionCallback](t, b.envelopes()[2].Payload)
	if closed.Type != slack.InteractionTypeViewClosed || closed.View.CallbackID != "refuse" || closed.IsCleared {
		t.Errorf("closing: %s", b.envelopes()[2].Payload)
	}
	w.clean(t)
}

func TestABadViewIsRefused(t *testing.T) {
	w := open(t, fakeslack.Config{})
	trigger := w.pressed(t, acknowledge)
	long := form("A title of far more than 24 characters")
	_, err := w.api.OpenView(trigger(), long)
	wantError(t, err, "invalid_arguments")
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) || len(refused.ResponseMetadata.Messages) != 1 {
		t.Errorf("error is %#v", err)
	}
	huge := form("Huge")
	huge.PrivateMetadata = string(make([]byte, 300_000))
	_, err = w.api.OpenView(trigger(), huge)
	wantError(t, err, "view_too_large")
	if len(w.Problems()) != 2 {
		t.Errorf("problems are %q", w.Problems())
	}
	if raw, err := json.Marshal(form("Fine")); err != nil || len(fakeslack.CheckView(raw)) != 0 {
		t.Errorf("%v %v", err, fakeslack.CheckView(raw))
	}
}
