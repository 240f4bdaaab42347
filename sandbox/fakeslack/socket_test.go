package fakeslack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"rekey/sandbox/fakeslack"
)

func TestACommandIsAnsweredInItsAcknowledgement(t *testing.T) {
	w := open(t, fakeslack.Config{EnterpriseID: "E0ORG"})
	b := w.connect(t, func(envelope) any { return map[string]any{"text": "42 has begun"} })
	if b.hello.Type != "hello" || b.hello.NumConnections != 1 || b.hello.ConnectionInfo.AppID != "A0SANDBOX1" {
		t.Errorf("hello is %+v", b.hello)
	}
	reply, err := w.Command(starter, platform, "/rotate github_ci_user_pat ")
	if err != nil || reply.Text != "42 has begun" || reply.InChannel {
		t.Fatalf("reply is %+v, %v", reply, err)
	}
	e := b.envelopes()[0]
	if e.Type != "slash_commands" || !e.Accepts {
		t.Errorf("envelope is %+v", e)
	}
	payload := decode[map[string]any](t, e.Payload)
	for key, want := range map[string]any{
		"command": "/rotate", "text": "github_ci_user_pat", "user_id": starter, "channel_id": platform, "team_id": "T0SANDBOX1",
		"channel_name": "modernisation-platform", "enterprise_id": "E0ORG", "api_app_id": "A0SANDBOX1", "is_enterprise_install": false,
	} {
		if payload[key] != want {
			t.Errorf("%s is %v, want %v", key, payload[key], want)
		}
	}
	if m := w.Visible(starter, platform); len(m) != 1 || !m[0].Ephemeral || m[0].TS != reply.TS {
		t.Errorf("the starter sees %+v", m)
	}
	if len(w.Visible(approver, platform)) != 0 {
		t.Error("the approver sees the private reply")
	}
	if times := w.AckTimes(); len(times) != 1 || times[0] <= 0 {
		t.Errorf("acknowledged after %v", times)
	}
	w.clean(t)
}

func TestPeopleSeeWhenTheAppDoesNotAnswer(t *testing.T) {
	w := open(t, fakeslack.Config{AckWait: 50 * time.Millisecond})
	_, err := w.Command(starter, platform, "/rotate x")
	if !errors.Is(err, fakeslack.ErrNotConnected) {
		t.Errorf("nobody connected: %v", err)
	}
	w.connect(t, func(envelope) any { return silent{} })
	_, err = w.Command(starter, platform, "/rotate x")
	if !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("nobody answers: %v", err)
	}
	seen := w.Visible(starter, platform)
	if len(seen) != 2 || !strings.Contains(seen[0].Text, "dispatch_failed") || !strings.Contains(seen[1].Text, "operation_timeout") {
		t.Errorf("the starter sees %+v", seen)
	}
	w.clean(t)
}

func TestPayloadsGoToAnyOfTheSockets(t *testing.T) {
	w := open(t, fakeslack.Config{})
	one, two := w.connect(t, acknowledge), w.connect(t, acknowledge)
	if two.hello.NumConnections != 2 {
		t.Errorf("the second hello counts %d", two.hello.NumConnections)
	}
	for range 4 {
		if _, err := w.Command(starter, platform, "/rotate"); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := len(one.envelopes()), len(two.envelopes()); a != 2 || b != 2 {
		t.Errorf("the sockets saw %d and %d envelopes", a, b)
	}
}

func TestADuplicateHasTheSameEnvelopeID(t *testing.T) {
	w := open(t, fakeslack.Config{})
	b := w.connect(t, acknowledge)
	w.Duplicate(1)
	for range 2 {
		if _, err := w.Command(starter, platform, "/rotate"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Redeliver(w.Envelopes()[0].ID); err != nil {
		t.Fatal(err)
	}
	acked := func() bool { return w.Envelopes()[0].Acks == 3 }
	if err := w.Wait(within(t, 5*time.Second), acked); err != nil {
		t.Fatal(err)
	}
	e := b.envelopes()
	if len(e) != 4 || e[0].ID != e[1].ID || e[1].ID == e[2].ID || e[3].ID != e[0].ID {
		t.Errorf("envelopes are %+v", e)
	}
	w.clean(t)
}

func TestATicketIsUsedOnce(t *testing.T) {
	w := open(t, fakeslack.Config{})
	_, url, err := w.api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	_, response, err := websocket.DefaultDialer.Dial(url, nil)
	if err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("the second use: %v", err)
	}
}

func TestASocketIsDisconnected(t *testing.T) {
	w := open(t, fakeslack.Config{RefreshWarning: time.Millisecond})
	for _, reason := range []string{"warning", "refresh_requested"} {
		b := w.connect(t, nil)
		w.Disconnect(reason)
		<-b.ended
		if e := b.envelopes(); len(e) != 1 || e[0].Type != "disconnect" || e[0].Reason != reason {
			t.Errorf("%s: frames are %+v", reason, e)
		}
	}
	b := w.connect(t, nil)
	w.SocketMode(false)
	<-b.ended
	if refused := w.connect(t, nil); refused.hello.Reason != "link_disabled" {
		t.Errorf("with Socket Mode off: %+v", refused.hello)
	}
	w.SocketMode(true)
	b = w.connect(t, nil)
	w.DropSockets()
	<-b.ended
	if err := w.Wait(within(t, 5*time.Second), func() bool { return w.Sockets() == 0 }); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		w.connect(t, nil)
	}
	if refused := w.connect(t, nil); refused.hello.Reason != "too_many_websockets" {
		t.Errorf("the eleventh socket: %+v", refused.hello)
	}
	w.clean(t)
}

func TestAMutedSocketSwallowsPayloads(t *testing.T) {
	w := open(t, fakeslack.Config{AckWait: 20 * time.Millisecond})
	b := w.connect(t, acknowledge)
	w.Mute()
	if _, err := w.Command(starter, platform, "/rotate"); !errors.Is(err, fakeslack.ErrNoAnswer) {
		t.Errorf("error is %v", err)
	}
	if len(b.envelopes()) != 0 {
		t.Error("the muted socket got something")
	}
}

func TestWrongAcknowledgementsAreProblems(t *testing.T) {
	w := open(t, fakeslack.Config{})
	ts := w.card(t)
	first := w.connect(t, func(envelope) any { return map[string]any{"text": "nobody reads this"} })
	if err := w.Press(starter, platform, ts, "approve", ""); err != nil {
		t.Fatal(err)
	}
	conn := w.dial(t)
	for _, id := range []string{"unknown", first.envelopes()[0].ID} {
		if err := conn.WriteJSON(map[string]any{"envelope_id": id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if err := w.Wait(within(t, 5*time.Second), func() bool { return len(w.Problems()) == 4 }); err != nil {
		t.Errorf("%v: %q", err, w.Problems())
	}
}

func TestAnEventIsSentAgainUntilItIsAcknowledged(t *testing.T) {
	w := open(t, fakeslack.Config{AckWait: 20 * time.Millisecond})
	b := w.connect(t, func(e envelope) any {
		if e.RetryAttempt < 2 {
			return silent{}
		}
		return nil
	})
	if err := w.OpenHome(starter); err != nil {
		t.Fatal(err)
	}
	e := b.envelopes()
	if len(e) != 3 || e[2].RetryReason != "timeout" || e[2].Type != "events_api" || e[2].Accepts {
		t.Fatalf("envelopes are %+v", e)
	}
	type event struct {
		ID    string `json:"event_id"`
		Event struct{ Type, User, Tab string }
	}
	first, last := decode[event](t, e[0].Payload), decode[event](t, e[2].Payload)
	if first.ID != last.ID || first.Event.Type != "app_home_opened" || first.Event.User != starter {
		t.Errorf("events are %+v and %+v", first, last)
	}
	w.clean(t)
}
