package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/commands"
	"rekey/sandbox/fakeslack"
)

func TestACommandIsAnsweredInItsAcknowledgement(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		if q.Kind != commands.Typed || q.User != starter || q.Channel != platform || q.Text != "due soon" || q.Envelope == "" || q.Trigger == "" {
			t.Errorf("the request is %+v", q)
		}
		return commands.Answer{Text: "Nothing is due.", Blocks: []slack.Block{section("Nothing is due.")}}
	}).run()
	reply, err := r.Command(starter, platform, "/rotate  due soon ")
	if err != nil || reply.Text != "Nothing is due." || reply.InChannel || len(reply.Blocks) == 0 {
		t.Errorf("the reply is %+v, %v", reply, err)
	}
	r.clean()
}

func TestAPressIsAcknowledgedOnlyWhenItWasHandled(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	var over atomic.Bool
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		close(begun)
		<-release
		over.Store(true)
		return commands.Answer{}
	}).run()
	answered := make(chan error, 1)
	go func() { answered <- r.press(approver, "42.approve") }()
	<-begun
	if n := r.Envelopes()[0].Acks; n != 0 {
		t.Fatalf("%d acknowledgements while it was being handled", n)
	}
	close(release)
	if err := <-answered; err != nil || !over.Load() {
		t.Errorf("the press was answered with %v; handled: %v", err, over.Load())
	}
	r.clean()
}

func TestAPressIsAnsweredPrivatelyAfterwards(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		if q.Kind != commands.Pressed || q.Action != "approve" || q.Value != "42.approve" || q.Channel != platform || q.Message != "1.000001" || q.Ephemeral || q.Stranger {
			t.Errorf("the request is %+v", q)
		}
		return commands.Answer{Text: "You started this <rotation>."}
	}).run()
	if err := r.press(starter, "42.approve"); err != nil {
		t.Fatal(err)
	}
	r.until("the answer is there", func() bool { return len(private(r, starter)) == 1 })
	if got := private(r, starter)[0].Text; got != "You started this &lt;rotation&gt;." {
		t.Errorf("the answer is %q", got)
	}
	r.until("nothing is owed", func() bool { owed, _ := r.db.Owed(t.Context()); return len(owed) == 0 })
	r.clean()
}

func TestAnAnswerGetsThereAlsoAfterAStop(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, func(context.Context, commands.Request) commands.Answer {
		return commands.Answer{Text: "Not you."}
	}).run()
	r.Refuse("chat.postEphemeral", "internal_error", -1)
	if err := r.press(starter, "1"); err != nil {
		t.Fatal(err)
	}
	r.halt()
	r.Accept()
	r.run()
	r.until("the answer is there", func() bool { return len(private(r, starter)) == 1 })
}

func TestSomebodyWhoIsNotInTheChannelIsAnsweredDirectly(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{Channels: []fakeslack.Channel{{ID: platform, Name: "modernisation-platform", Members: []string{approver}}}},
		func(context.Context, commands.Request) commands.Answer { return commands.Answer{Text: "Not you."} }).run()
	if err := r.press(outsider, "1"); err != nil {
		t.Fatal(err)
	}
	r.until("the answer is there", func() bool { return len(r.Messages(r.Direct(outsider))) == 1 })
}

func TestAFormIsOpenedRefusedAndReplaced(t *testing.T) {
	t.Parallel()
	form := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "refuse", PrivateMetadata: "42.refuse", Title: plainText("Refuse"), Submit: plainText("Refuse"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("reason", plainText("Why?"), nil, slack.NewPlainTextInputBlockElement(nil, "text"))}},
	}
	after := slack.ModalViewRequest{Type: slack.VTModal, Title: plainText("Refused"), Blocks: slack.Blocks{BlockSet: []slack.Block{section("Done.")}}}
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		switch {
		case q.Kind == commands.Pressed:
			return commands.Answer{Open: &form}
		case q.Callback != "refuse" || q.Value != "42.refuse" || q.Kind != commands.Submitted:
			t.Errorf("the submission is %+v", q)
		case q.Fields["reason"] == "no":
			return commands.Answer{Errors: map[string]string{"reason": "Say more."}}
		}
		return commands.Answer{Update: &after}
	}).run()
	if err := r.press(approver, "42.refuse"); err != nil {
		t.Fatal(err)
	}
	r.until("the form is open", func() bool { return len(r.OpenViews(approver)) == 1 })
	var refused fakeslack.FieldErrors
	if err := r.Submit(approver, map[string]string{"reason": "no"}); !errors.As(err, &refused) || refused["reason"] != "Say more." {
		t.Errorf("a bad reason: %v", err)
	}
	if err := r.Submit(approver, map[string]string{"reason": "because"}); err != nil {
		t.Error(err)
	}
	if v := r.OpenViews(approver); len(v) != 1 || v[0].Title != "Refused" {
		t.Errorf("the views are %+v", v)
	}
	r.clean()
}

func TestAFormThatSlackDoesNotOpenIsExplained(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, func(context.Context, commands.Request) commands.Answer {
		return commands.Answer{Open: &slack.ModalViewRequest{Type: slack.VTModal, Title: plainText("Form"), Blocks: slack.Blocks{BlockSet: []slack.Block{section("x")}}}}
	}).run()
	r.Refuse("views.open", "expired_trigger_id", 1)
	if err := r.press(starter, "1"); err != nil {
		t.Fatal(err)
	}
	r.until("the answer is there", func() bool { return len(private(r, starter)) == 1 })
	if got := private(r, starter)[0].Text; !strings.Contains(got, "try again") {
		t.Errorf("the answer is %q", got)
	}
}

func TestWhatAsksForNothingIsOnlyAcknowledged(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		t.Errorf("handled: %+v", q)
		return commands.Answer{}
	}).run()
	link := map[string]any{"action_id": "link:1", "block_id": "b", "url": "https://example.org/"}
	for what, err := range map[string]error{
		"a link":                 r.PressRaw(starter, platform, "1.1", link, nil),
		"another app":            r.PressRaw(starter, platform, "1.1", map[string]any{"action_id": "a", "block_id": "b"}, map[string]any{"api_app_id": "A0OTHER"}),
		"another workspace":      r.PressRaw(starter, platform, "1.1", map[string]any{"action_id": "a", "block_id": "b"}, map[string]any{"team": map[string]any{"id": "T0OTHER"}}),
		"another organisation":   r.PressRaw(starter, platform, "1.1", map[string]any{"action_id": "a", "block_id": "b"}, map[string]any{"enterprise": map[string]any{"id": "E0OTHER"}}),
		"a press without action": r.PressRaw(starter, platform, "1.1", nil, map[string]any{"actions": []any{}}),
		"a press of no shape":    r.PressRaw(starter, platform, "1.1", nil, map[string]any{"actions": "none"}),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := r.bot.Metrics.Foreign.Load(); n != 3 {
		t.Errorf("%d foreign envelopes, want 3", n)
	}
	r.clean()
}

func TestAPressFromAnotherWorkspaceSaysSo(t *testing.T) {
	t.Parallel()
	got := make(chan bool, 1)
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		got <- q.Stranger
		return commands.Answer{}
	}).run()
	r.SetPerson(fakeslack.Person{ID: "U0STRANGER", Name: "stranger", Stranger: true, TeamID: "T0OTHER"})
	if err := r.press("U0STRANGER", "1"); err != nil || !<-got {
		t.Errorf("not known as a stranger; %v", err)
	}
}

func TestAnEnvelopeIsHandledOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	handled := map[string]int{}
	count := func(_ context.Context, q commands.Request) commands.Answer {
		mu.Lock()
		defer mu.Unlock()
		handled[q.Envelope]++
		return commands.Answer{}
	}
	r := newRig(t, fakeslack.Config{}, count).run()
	r.Duplicate(1)
	if err := r.press(approver, "1"); err != nil {
		t.Fatal(err)
	}
	id := r.Envelopes()[0].ID
	again := func(deliveries int) {
		t.Helper()
		r.until("every delivery is acknowledged", func() bool { e := r.Envelopes()[0]; return e.Acks == deliveries && e.Deliveries == deliveries })
		mu.Lock()
		defer mu.Unlock()
		if handled[id] != 1 {
			t.Fatalf("handled %d times", handled[id])
		}
	}
	again(2)
	_ = r.Redeliver(id)
	again(3)
	r.DropSockets()
	r.until("it is connected anew", func() bool { return r.Sockets() == 2 })
	_ = r.Redeliver(id)
	again(4)
	r.halt()
	r.run()
	_ = r.Redeliver(id)
	again(5)
	r.clean()
}

func TestWhatPanickedIsNotAcknowledgedAndIsHandledWhenItComesAgain(t *testing.T) {
	t.Parallel()
	var times atomic.Int32
	r := newRig(t, fakeslack.Config{AckWait: 300 * time.Millisecond}, func(context.Context, commands.Request) commands.Answer {
		if times.Add(1) == 1 {
			panic("a mistake")
		}
		return commands.Answer{}
	}).run()
	if err := r.press(approver, "1"); !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("the press was answered: %v", err)
	}
	e := r.Envelopes()[0]
	r.until("the panic was counted", func() bool { return r.bot.Metrics.Panics.Load() == 1 })
	_ = r.Redeliver(e.ID)
	r.until("it is acknowledged", func() bool { return r.Envelopes()[0].Acks == 1 })
	if times.Load() != 2 {
		t.Errorf("handled %d times", times.Load())
	}
}

func TestALateAnswerIsStillSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{AckWait: 100 * time.Millisecond}, func(ctx context.Context, _ commands.Request) commands.Answer {
		<-ctx.Done()
		return commands.Answer{Text: "Recorded, late."}
	}).run()
	if err := r.press(starter, "1"); !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("the press was answered: %v", err)
	}
	r.until("the answer is there", func() bool { return len(private(r, starter)) == 1 })
	r.until("it is acknowledged", func() bool { return r.Envelopes()[0].Acks == 1 })
}

func TestNothingIsAcknowledgedThatCanNotBeRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{AckWait: 300 * time.Millisecond}, func(context.Context, commands.Request) commands.Answer {
		t.Error("handled")
		return commands.Answer{}
	}).run()
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.press(starter, "1"); !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("the press was answered: %v", err)
	}
}

func TestAPressInFlightIsFinishedWhenTheBotStops(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	r := newRig(t, fakeslack.Config{}, func(context.Context, commands.Request) commands.Answer {
		close(begun)
		<-release
		return commands.Answer{}
	}).run()
	answered := make(chan error, 1)
	go func() { answered <- r.press(approver, "1") }()
	<-begun
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.halt() }()
	r.until("it isn't ready any more", func() bool { return r.bot.Ready() != nil })
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("the press was lost: %v", err)
	}
	<-stopped
}

func TestBrokenFramesAreSkipped(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakeslack.Config{}, silent).run()
	opens := r.bot.Metrics.Opens.Load()
	for _, frame := range [][]byte{
		[]byte("{"), []byte("null"), []byte("[]"), {0xff, 0xfe, 0}, []byte(`{"type":"interactive"}`), []byte(`{"type":7}`),
		[]byte(strings.Repeat("[", 3000)), []byte(strings.Repeat(`{"a":`, 20000)), []byte(`"` + strings.Repeat("x", 2<<20) + `"`),
		[]byte(`{"type":"disconnect","reason":"warning"`), []byte(`{"type":"new","reason":"x"}`),
	} {
		if err := r.SendFrame(frame); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		if err := r.press(approver, "1"); err != nil {
			t.Error(err)
		}
	}
	if now := r.bot.Metrics.Opens.Load(); now != opens {
		t.Errorf("%d sockets had to be opened again", now-opens)
	}
	r.clean()
}

func private(r *rig, user string) []fakeslack.Message {
	var out []fakeslack.Message
	for _, m := range r.Visible(user, platform) {
		if m.Ephemeral && m.User != "USLACKBOT" {
			out = append(out, m)
		}
	}
	return out
}

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", text, false, false), nil, nil)
}

func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}
