package page_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

// An app is a small bot on the stage's Slack, so that the page has somebody to
// talk to.
type app struct {
	api   *slack.Client
	stage *stage.Stage

	mu      sync.Mutex
	presses []string // action ids
	forms   []map[string]map[string]slack.BlockAction
}

// site starts a stage with the page on it, and returns the page's address.
func site(t *testing.T, with page.Parts) (*stage.Stage, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	s, err := stage.New(stage.Options{Web: "http://" + server.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	with.Stage = s
	server.Config.Handler = page.New(with)
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, server.URL
}

// connect lets the app answer until the test ends.
func connect(t *testing.T, s *stage.Stage) *app {
	t.Helper()
	env := map[string]string{}
	for _, one := range s.Env() {
		for i := range one {
			if one[i] == '=' {
				env[one[:i]] = one[i+1:]
				break
			}
		}
	}
	a := &app{stage: s, api: slack.New(env["SLACK_BOT_TOKEN"], slack.OptionAppLevelToken(env["SLACK_APP_TOKEN"]), slack.OptionAPIURL(s.SlackURL))}
	client := socketmode.New(a.api)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = client.RunContext(ctx) }) // ends with the context's error
	running.Go(func() { a.serve(ctx, t, client) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	if err := s.Slack.Wait(t.Context(), func() bool { return s.Slack.Sockets() > 0 }); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *app) serve(ctx context.Context, t *testing.T, client *socketmode.Client) {
	for {
		var e socketmode.Event
		select {
		case <-ctx.Done():
			return
		case e = <-client.Events:
		}
		switch data := e.Data.(type) {
		case slack.SlashCommand:
			_ = client.Ack(*e.Request, map[string]any{"text": "You said " + data.Text + "."})
		case slack.InteractionCallback:
			_ = client.Ack(*e.Request)
			a.mu.Lock()
			for _, one := range data.ActionCallback.BlockActions {
				a.presses = append(a.presses, one.ActionID)
			}
			if data.Type == slack.InteractionTypeViewSubmission {
				a.forms = append(a.forms, data.View.State.Values)
			}
			a.mu.Unlock()
			if data.Type != slack.InteractionTypeBlockActions {
				a.stage.World.Changed()
				continue
			}
			if text := modals[data.ActionCallback.BlockActions[0].ActionID]; text != "" {
				var view slack.ModalViewRequest
				if err := json.Unmarshal([]byte(text), &view); err != nil {
					t.Error(err)
				}
				if _, err := a.api.OpenView(data.TriggerID, view); err != nil {
					t.Errorf("opening the modal: %v", err)
				}
			}
			a.stage.World.Changed()
		}
	}
}

// pressed waits until an element was pressed.
func (a *app) pressed(t *testing.T, action string) {
	t.Helper()
	err := a.stage.Slack.Wait(t.Context(), func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, p := range a.presses {
			if p == action {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("%s was not pressed: %v", action, err)
	}
}

// post posts blocks in the channel, below another message if ts isn't empty.
func (a *app) post(t *testing.T, ts, blocks string) string {
	t.Helper()
	var all slack.Blocks
	if err := json.Unmarshal([]byte(blocks), &all); err != nil {
		t.Fatal(err)
	}
	options := []slack.MsgOption{slack.MsgOptionText("text", false), slack.MsgOptionBlocks(all.BlockSet...)}
	if ts != "" {
		options = append(options, slack.MsgOptionTS(ts))
	}
	_, posted, err := a.api.PostMessageContext(t.Context(), stage.Platform, options...)
	if err != nil {
		t.Fatal(err)
	}
	return posted
}

// get fetches a page as one of the people.
func get(t *testing.T, address string, cookies ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		r.Header.Add("Cookie", c)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
