package script_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"rekey/sandbox/stage"
)

// stub is a bot of few words, in place of the real one: it posts a card that
// knows one approval and one put, and answers everything.
type stub struct {
	t     *testing.T
	stage *stage.Stage
	api   *slack.Client

	reading sync.WaitGroup

	mu      sync.Mutex
	conn    *websocket.Conn
	deaf    bool // acknowledges nothing
	ts      string
	round   int
	says    string
	pressed []string
}

func newStub(t *testing.T, s *stage.Stage) *stub {
	t.Helper()
	env := map[string]string{}
	for _, pair := range s.Env() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	b := &stub{t: t, stage: s, says: "waits", api: slack.New(env["SLACK_BOT_TOKEN"],
		slack.OptionAPIURL(env["SLACK_API_URL"]), slack.OptionAppLevelToken(env["SLACK_APP_TOKEN"]))}
	b.connect()
	t.Cleanup(func() {
		_ = b.conn.Close()
		b.reading.Wait()
	})
	return b
}

func (b *stub) connect() {
	b.t.Helper()
	_, url, err := b.api.StartSocketModeContext(context.Background())
	if err != nil {
		b.t.Fatalf("opening a socket: %v", err)
	}
	conn, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		b.t.Fatalf("dialling: %v", err)
	}
	if _, _, err := conn.ReadMessage(); err != nil { // hello
		b.t.Fatalf("reading hello: %v", err)
	}
	b.mu.Lock()
	b.conn = conn
	b.mu.Unlock()
	b.reading.Go(func() { b.read(conn) })
}

// restart is what the cast's Kill does: the socket is gone, then there is a
// new one. What the bot knows, it keeps, as from a database.
func (b *stub) restart() error {
	b.mu.Lock()
	old := b.conn
	b.mu.Unlock()
	if err := old.Close(); err != nil {
		return err
	}
	if err := b.stage.Slack.Wait(context.Background(), func() bool { return b.stage.Slack.Sockets() == 0 }); err != nil {
		return err
	}
	b.connect()
	return nil
}

type frame struct {
	ID      string `json:"envelope_id"`
	Type    string `json:"type"`
	Payload struct {
		Type    string `json:"type"`
		Command string `json:"command"`
		Text    string `json:"text"`
		Trigger string `json:"trigger_id"`
		UserID  string `json:"user_id"`
		User    struct{ ID string }
		Team    struct{ ID string }
		Channel struct{ ID string }
		Actions []struct {
			ActionID string                 `json:"action_id"`
			Value    string                 `json:"value"`
			Selected struct{ Value string } `json:"selected_option"`
		}
		View struct {
			State struct {
				Values map[string]map[string]struct {
					Value    string
					Selected struct{ Value string } `json:"selected_option"`
				}
			}
		}
	}
}

func (b *stub) read(conn *websocket.Conn) {
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			b.t.Errorf("reading a frame: %v", err)
			return
		}
		b.mu.Lock()
		deaf := b.deaf
		b.mu.Unlock()
		if f.ID == "" || deaf {
			continue
		}
		answer, after := b.handle(f)
		ack := map[string]any{"envelope_id": f.ID}
		if answer != nil {
			ack["payload"] = answer
		}
		if conn.WriteJSON(ack) != nil {
			return
		}
		if after != nil {
			after()
		}
	}
}

func (b *stub) handle(f frame) (answer any, after func()) {
	switch f.Payload.Type {
	case "":
		return b.command(f)
	case "view_submission":
		for _, actions := range f.Payload.View.State.Values {
			for _, v := range actions {
				if strings.Contains(v.Value, "github_pat_") {
					return map[string]any{"response_action": "errors", "errors": map[string]string{"why": "That looks like a token."}}, nil
				}
				return nil, func() { b.set("told: " + v.Value + v.Selected.Value) }
			}
		}
		return nil, func() { b.set("submitted") }
	}
	a := f.Payload.Actions[0]
	value := a.Value + a.Selected.Value
	b.mu.Lock()
	b.pressed = append(b.pressed, fmt.Sprintf("%s %s %s %s", b.stage.Slack.NameOf(f.Payload.User.ID), value, f.Payload.Channel.ID, f.Payload.Team.ID))
	round := b.round
	b.mu.Unlock()
	return nil, func() { b.pressedButton(f, value, round) }
}

func (b *stub) command(f frame) (any, func()) {
	switch f.Payload.Text {
	case "":
		return nil, func() {
			b.open(f, "Which one?", slack.NewInputBlock("pick", plain("Secret"), nil, slack.NewOptionsSelectBlockElement("static_select", plain("Choose"), "pick",
				slack.NewOptionBlockObject(stage.UserPAT, plain("GitHub MP CI User PAT"), nil))))
		}
	case "wrong":
		return map[string]any{"text": "Did you mean github_ci_user_pat?", "blocks": []slack.Block{
			section("Did you mean github_ci_user_pat?"), slack.NewActionBlock("near", button("Rotate that", "start")),
		}}, nil
	}
	return map[string]any{"text": "Rotation 1 has started."}, b.post
}

func (b *stub) pressedButton(f frame, value string, round int) {
	id, verb, _ := strings.Cut(value, ".")
	switch {
	case value == "start":
		b.post()
	case value == "menu.cancel":
		b.set("cancelled")
	case id != "1" || !strings.HasSuffix(verb, fmt.Sprint(round)):
		b.whisper(f, "That button is old or isn't ours.")
	case strings.HasPrefix(verb, "refuse"):
		b.open(f, "Why?", slack.NewInputBlock("why", plain("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "why")))
	case strings.HasPrefix(verb, "how"):
		b.open(f, "How to save it", slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{
			slack.NewRichTextSectionTextElement("rekey put --secret-id "+stage.UserPAT+" --region eu-west-2 --version 6f1c0000-0000-4000-8000-000000000001", nil)}},
			&slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(
				`printf %s "$v" | aws secretsmanager put-secret-value --secret-id `+stage.UserPAT+` --region eu-west-2 --client-request-token 6f1c0000-0000-4000-8000-000000000001 --version-stages AWSPENDING --secret-string file:///dev/stdin`, nil)}}))
	default:
		b.mu.Lock()
		b.round++
		b.mu.Unlock()
		b.set("approved by <@" + f.Payload.User.ID + ">")
		b.reply("<@U0STARTER> your turn")
		b.whisper(f, "Your press is kept.")
	}
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", s, false, false)
}

func section(s string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", s, false, false), nil, nil)
}

func button(label, value string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(label, value, plain(label))
}

func (b *stub) card() []slack.Block {
	return []slack.Block{
		section("*GitHub MP CI User PAT*\nround " + fmt.Sprint(b.round) + " · " + b.says),
		slack.NewActionBlock("buttons",
			button("Approve", fmt.Sprintf("1.approve.%d", b.round)), button("Refuse…", fmt.Sprintf("1.refuse.%d", b.round)),
			button("How to save it", fmt.Sprintf("1.how.%d", b.round)),
			slack.NewOverflowBlockElement("more", slack.NewOptionBlockObject("menu.cancel", plain("Cancel…"), nil))),
	}
}

func (b *stub) post() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ts, err := b.api.PostMessageContext(context.Background(), stage.Platform, slack.MsgOptionText("the card", false), slack.MsgOptionBlocks(b.card()...))
	if err != nil {
		b.t.Errorf("posting: %v", err)
	}
	b.ts = ts
}

func (b *stub) set(says string) {
	b.mu.Lock()
	if b.ts == "" {
		b.mu.Unlock()
		b.post()
		return
	}
	defer b.mu.Unlock()
	b.says = says
	if _, _, _, err := b.api.UpdateMessageContext(context.Background(), stage.Platform, b.ts, slack.MsgOptionText("the card", false), slack.MsgOptionBlocks(b.card()...)); err != nil {
		b.t.Errorf("updating: %v", err)
	}
}

func (b *stub) reply(text string) {
	if _, _, err := b.api.PostMessageContext(context.Background(), stage.Platform, slack.MsgOptionText(text, false), slack.MsgOptionTS(b.ts)); err != nil {
		b.t.Errorf("replying: %v", err)
	}
}

func (b *stub) whisper(f frame, text string) {
	if _, err := b.api.PostEphemeralContext(context.Background(), stage.Platform, f.Payload.User.ID, slack.MsgOptionText(text, false)); err != nil {
		b.t.Errorf("whispering: %v", err)
	}
}

func (b *stub) open(f frame, title string, blocks ...slack.Block) {
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: plain(title), Close: plain("Close"), Blocks: slack.Blocks{BlockSet: blocks}}
	if _, input := blocks[0].(*slack.InputBlock); input {
		view.Submit = plain("Send")
	}
	if _, err := b.api.OpenViewContext(context.Background(), f.Payload.Trigger, view); err != nil {
		b.t.Errorf("opening %q: %v", title, err)
	}
}

func (b *stub) presses() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.pressed...)
}

func (b *stub) listen(deaf bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deaf = deaf
}
