package fakeslack_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

const (
	platform = "C0PLATFORM"
	starter  = "U0STARTER1"
	approver = "U0APPROVE1"
	outsider = "U0OUTSIDE1"
)

// A workspace is a fake with a client of its Web API.
type workspace struct {
	*fakeslack.Slack
	world *world.World
	url   string
	api   *slack.Client
}

func open(t *testing.T, cfg fakeslack.Config) workspace {
	t.Helper()
	w := world.New()
	s := fakeslack.New(w, cfg)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	return workspace{s, w, server.URL, slack.New("xoxb-sandbox",
		slack.OptionAPIURL(server.URL+"/api/"), slack.OptionAppLevelToken("xapp-sandbox"))}
}

// clean fails the test if the fake saw a mistake of the app.
func (w workspace) clean(t *testing.T) {
	t.Helper()
	for _, p := range w.Problems() {
		t.Errorf("problem: %s", p)
	}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// An envelope is what a bot reads from its socket.
type envelope struct {
	Type           string          `json:"type"`
	ID             string          `json:"envelope_id"`
	Accepts        bool            `json:"accepts_response_payload"`
	Payload        json.RawMessage `json:"payload"`
	Reason         string          `json:"reason"`
	NumConnections int             `json:"num_connections"`
	ConnectionInfo struct {
		AppID string `json:"app_id"`
	} `json:"connection_info"`
	RetryAttempt int    `json:"retry_attempt"`
	RetryReason  string `json:"retry_reason"`
}

// silent is what a bot's handler returns in place of an acknowledgement.
type silent struct{}

// A bot is one socket whose envelopes go to handle; what that returns is the
// payload of the acknowledgement.
type bot struct {
	conn  *websocket.Conn
	hello envelope
	ended chan struct{}

	mu   sync.Mutex
	seen []envelope
}

func (w workspace) connect(t *testing.T, handle func(envelope) any) *bot {
	t.Helper()
	b := &bot{conn: w.dial(t), ended: make(chan struct{})}
	if err := b.conn.ReadJSON(&b.hello); err != nil {
		t.Fatalf("reading the first frame: %v", err)
	}
	go func() {
		defer close(b.ended)
		for {
			var e envelope
			if b.conn.ReadJSON(&e) != nil {
				return
			}
			b.mu.Lock()
			b.seen = append(b.seen, e)
			b.mu.Unlock()
			if e.ID == "" || handle == nil {
				continue
			}
			ack := map[string]any{"envelope_id": e.ID}
			switch payload := handle(e).(type) {
			case silent:
				continue
			case nil:
			default:
				ack["payload"] = payload
			}
			if b.conn.WriteJSON(ack) != nil {
				return
			}
		}
	}()
	return b
}

func (w workspace) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	_, url, err := w.api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatalf("apps.connections.open: %v", err)
	}
	conn, _, err := websocket.DefaultDialer.Dial(url, map[string][]string{"Origin": {"https://api.slack.com"}})
	if err != nil {
		t.Fatalf("dialling %s: %v", url, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (b *bot) envelopes() []envelope {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]envelope(nil), b.seen...)
}

func acknowledge(envelope) any { return nil }

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("decoding %s: %v", raw, err)
	}
	return v
}

func wantError(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), code) {
		t.Errorf("error is %v, want %s", err, code)
	}
}

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", text, false, false), nil, nil)
}

func buttons(block string, values ...string) slack.Block {
	var elements []slack.BlockElement
	for _, v := range values {
		elements = append(elements, slack.NewButtonBlockElement(v, "42:"+v, slack.NewTextBlockObject("plain_text", v, false, false)))
	}
	return slack.NewActionBlock(block, elements...)
}
