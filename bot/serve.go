package bot

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"rekey/commands"
	"rekey/rotation"
)

// A server answers envelopes: it decodes one, lets the handler do what was
// asked, and acknowledges on the connection that it came by. What isn't
// recorded isn't acknowledged.
type server struct {
	cfg     Config
	api     *api
	metrics *Metrics
	handler Handler
	answers func() // there is a private answer to deliver

	start sync.Once
	slots chan struct{}
	once  *once
}

const (
	atOnce     = 64              // envelopes being answered
	handleWait = 2 * time.Second // Slack waits three, and the way takes time too
	openWait   = 3 * time.Second // a trigger id lives no longer
)

// serve takes an envelope from a socket's reader. It blocks only while too
// many are being answered.
func (s *server) serve(k *socket, f frame) {
	s.start.Do(func() {
		s.slots = make(chan struct{}, atOnce)
		s.once = &once{store: s.cfg.Store, now: s.cfg.Now, flying: map[string]chan struct{}{}}
	})
	came := time.Now()
	s.metrics.Envelopes.Add(1)
	s.slots <- struct{}{}
	k.busy.Go(func() {
		defer func() { <-s.slots }()
		defer func() {
			if x := recover(); x != nil {
				s.metrics.Panics.Add(1)
				s.cfg.Log.Error("answering Slack panicked; nothing was acknowledged", "envelope", f.Envelope, "stack", string(debug.Stack()))
			}
		}()
		s.answer(k, f, came)
	})
}

func (s *server) answer(k *socket, f frame, came time.Time) {
	// A press in flight is finished also when the bot is stopped.
	ctx, cancel := context.WithTimeout(context.Background(), handleWait)
	defer cancel()
	l, err := open(f)
	switch {
	case err != nil:
		s.metrics.Broken.Add(1)
		s.cfg.Log.Warn("an envelope that can't be read was acknowledged and dropped", "envelope", f.Envelope, "error", err)
		s.ack(k, f.Envelope, nil, came)
		return
	case l.from != (home{}) && !s.ours(k, l.from):
		s.metrics.Foreign.Add(1)
		s.cfg.Log.Warn("an envelope from another app, workspace or organisation was acknowledged and dropped", "envelope", f.Envelope)
		s.ack(k, f.Envelope, nil, came)
		return
	case l.request.Kind == 0:
		s.ack(k, f.Envelope, nil, came)
		return
	}

	fresh, err := s.once.begin(ctx, f.Envelope)
	if err != nil {
		s.cfg.Log.Error("an envelope was not handled and not acknowledged", "envelope", f.Envelope, "error", err)
		return
	}
	if !fresh {
		s.metrics.Duplicates.Add(1)
		s.ack(k, f.Envelope, nil, came)
		return
	}
	handled := false
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), handleWait)
		defer cancel()
		if err := s.once.end(ctx, f.Envelope, handled); err != nil {
			s.cfg.Log.Warn("a redelivery of this envelope would be handled again", "envelope", f.Envelope, "error", err)
		}
	}()

	answer := s.handler.Handle(ctx, l.request)
	payload := inAck(l.request, answer)
	if fits := f.Accepts && len(payload) < maxAck-len(f.Envelope)-64; !fits {
		payload = nil
		if answer.Text != "" && !s.owe(l.request, answer.Text) {
			return
		}
	}
	handled = true
	s.ack(k, f.Envelope, payload, came)
	if answer.Open != nil {
		s.show(l.request, *answer.Open)
	}
	if answer.Home != nil {
		s.publish(l.request.User, *answer.Home)
	}
}

// ours reports whether an envelope is for the app that the socket belongs to,
// from the workspace that we are configured for.
func (s *server) ours(k *socket, from home) bool {
	return from == home{k.hello.Info.AppID, s.cfg.TeamID, s.cfg.EnterpriseID}
}

func (s *server) ack(k *socket, envelope string, payload json.RawMessage, came time.Time) {
	if err := k.ack(envelope, payload); err != nil {
		s.metrics.Unacked.Add(1)
		s.cfg.Log.Warn("handled, but not acknowledged", "envelope", envelope, "error", err)
		return
	}
	s.metrics.Acks.Add(1)
	if s.cfg.AckTime != nil {
		s.cfg.AckTime(time.Since(came))
	}
}

// inAck is the part of an answer that goes back in the acknowledgement, or nil.
func inAck(r commands.Request, a commands.Answer) json.RawMessage {
	var payload any
	switch {
	case r.Kind == commands.Submitted && len(a.Errors) > 0:
		payload = map[string]any{"response_action": "errors", "errors": a.Errors}
	case r.Kind == commands.Submitted && a.Update != nil:
		payload = map[string]any{"response_action": "update", "view": a.Update}
	case r.Kind == commands.Typed && (a.Text != "" || len(a.Blocks) > 0):
		payload = struct {
			Type   string        `json:"response_type"`
			Text   string        `json:"text"`
			Blocks []slack.Block `json:"blocks,omitempty"`
		}{"ephemeral", a.Text, a.Blocks}
	default:
		return nil
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return nil
	}
	return text
}

// owe records a private answer that Cards delivers, and reports whether it is
// on disk.
func (s *server) owe(r commands.Request, text string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), handleWait)
	defer cancel()
	channel := r.Channel
	if channel == "" {
		channel = s.cfg.Channel.ID
	}
	err := s.cfg.Store.Log(ctx, rotation.Event{
		At: s.cfg.Now(), By: r.User, Kind: "answered", Text: text,
		Reply: &rotation.Reply{To: r.User, Channel: channel, Text: text},
	})
	if err != nil {
		s.cfg.Log.Error("an answer could not be recorded, so nothing was acknowledged", "envelope", r.Envelope, "error", err)
		return false
	}
	s.answers()
	return true
}

// publish draws somebody's App Home, after the acknowledgement. One that isn't
// drawn is drawn when they open it again.
// https://docs.slack.dev/reference/methods/views.publish
func (s *server) publish(user rotation.Person, view slack.HomeTabViewRequest) {
	err := s.api.call(context.Background(), "views.publish", callWait, func(ctx context.Context, c *slack.Client) error {
		_, err := c.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: string(user), View: view})
		return err
	})
	if err != nil {
		s.cfg.Log.Warn("an App Home wasn't drawn", "user", user, "error", err)
	}
}

// show opens a form, after the acknowledgement; if it fails, the person is
// told.
// https://docs.slack.dev/reference/methods/views.open
// https://docs.slack.dev/reference/methods/views.push
func (s *server) show(r commands.Request, view slack.ModalViewRequest) {
	method, do := "views.open", (*slack.Client).OpenViewContext
	if r.Modal {
		method, do = "views.push", (*slack.Client).PushViewContext
	}
	err := s.api.call(context.Background(), method, openWait, func(ctx context.Context, c *slack.Client) error {
		_, err := do(c, ctx, r.Trigger, view)
		return err
	})
	if err != nil {
		s.cfg.Log.Warn("a form couldn't be opened", "error", err)
		s.owe(r, "Slack didn't open the form in time. Nothing has changed. Please try again.")
	}
}
