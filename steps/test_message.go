package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

// TestMessage posts one message through the new webhook, and sees it in the
// channel and from the app that it has to be from. Where Rekey may not read the
// channel, the holder looks. A message whose answer got lost isn't posted again
// unless somebody says so: people see every one of them.
type TestMessage struct {
	AWS interface {
		Labels
		Values
	}
	Webhooks Webhooks
	Slack    Messages
}

type testMessage struct {
	Channel rotation.Handle `json:"channel"` // where it has to arrive
	App     string          `json:"app"`     // whose name it has to bear; empty: any
}

// Check reads the parameters.
func (TestMessage) Check(p rotation.Params) error {
	var params testMessage
	if err := rotation.Decode(p, &params); err != nil {
		return err
	}
	if params.Channel.Name == "" {
		return errors.New("channel: is needed: where the message has to arrive")
	}
	return nil
}

// By says that nobody has to act, as long as Rekey may read the channel.
func (TestMessage) By(rotation.Params) rotation.Party { return rotation.Rekey }

// itIsThere is the button by which the holder vouches for the message.
const itIsThere = "It is there…"

// Do posts the message and looks for it.
func (a TestMessage) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p testMessage
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	if e, posted := t.Landed("test"); posted {
		return a.find(ctx, t, p, e) // without reading the value again and again
	}
	v, err := look(ctx, t, a.AWS)
	if err != nil {
		return rotation.Outcome{}, err
	}
	value, readable, err := read(ctx, t, a.AWS, v, t.Rotation.Facts.New)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if !readable {
		return a.ask(t, p, "Rekey may not read the new "+t.Rotation.Plan.Noun+". Post a message through it yourself."), nil
	}
	e, err := a.post(ctx, t, p, value)
	answer, definite := rotation.Definite(err)
	switch {
	case dead(err):
		return rotation.AskAgain("Slack refuses the " + t.Rotation.Plan.Noun + " that was saved (" + answer.Code + ")."), nil
	case definite:
		return rotation.Park(rotation.Problem{
			What:    "Slack didn't take the test message (" + answer.Code + ").",
			Safe:    t.Rotation.Safe(),
			Next:    "See whether " + rotation.Clean(p.Channel.Name) + " takes messages, then press Retry, which posts another one. Or press Ask again and save another " + t.Rotation.Plan.Noun + ".",
			Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
		}), nil
	case err != nil:
		return rotation.Outcome{}, err
	}
	return a.find(ctx, t, p, e)
}

// post sends the message once.
func (a TestMessage) post(ctx context.Context, t *rotation.Task, p testMessage, value rotation.Value) (rotation.Effect, error) {
	return t.Effect(ctx, rotation.Change{
		Purpose: "test",
		Before:  func(context.Context) (any, error) { return t.Now, nil },
		Send: func(ctx context.Context, id string, _ json.RawMessage) (any, error) {
			text := fmt.Sprintf("This is a test. Rekey replaces the %s of %s, and this message came through the new one (rotation %d, %s).",
				t.Rotation.Plan.Noun, t.Rotation.Plan.Title, t.Rotation.ID, mark(id))
			return nil, a.Webhooks.Post(ctx, value, text)
		},
		Look: func(ctx context.Context, id string, before json.RawMessage) (rotation.Seen, any, error) {
			var since time.Time
			if err := json.Unmarshal(before, &since); err != nil {
				return rotation.SeenUnclear, nil, err
			}
			found, err := a.Slack.Seen(ctx, p.Channel, mark(id), since)
			if _, definite := rotation.Definite(err); err != nil && !definite {
				return rotation.SeenUnclear, nil, err
			}
			if err == nil && found.TS != "" {
				return rotation.SeenLanded, nil, nil
			}
			return rotation.SeenUnclear, nil, nil
		},
		Unclear: func() rotation.Outcome {
			return rotation.Park(rotation.Problem{
				What:    "Slack's answer to the test message got lost, so it was posted or not.",
				Safe:    t.Rotation.Safe(),
				Next:    "Look for it in " + rotation.Clean(p.Channel.Name) + from(p) + ". Press It is there… if you see it. If not, press Retry, which posts another one, or Ask again to save another " + t.Rotation.Plan.Noun + ".",
				Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
			}).Saying(itIsThere)
		},
	})
}

// mark is what makes one test message differ from all others.
func mark(id string) string { return "test " + id[:8] }

// from is the app that a message has to be from, for a sentence.
func from(p testMessage) string {
	if p.App == "" {
		return ""
	}
	return ", from " + rotation.Clean(p.App)
}

// find sees the message where it has to be.
func (a TestMessage) find(ctx context.Context, t *rotation.Task, p testMessage, e rotation.Effect) (rotation.Outcome, error) {
	where := rotation.Clean(p.Channel.Name)
	found, err := a.Slack.Seen(ctx, p.Channel, mark(e.ID), e.At)
	if _, definite := rotation.Definite(err); definite {
		return a.ask(t, p, "Slack took a test message, and Rekey may not read "+where+"."), nil
	}
	switch {
	case err != nil:
		return rotation.Outcome{}, err
	case found.TS != "" && p.App != "" && found.App != "" && found.App != p.App:
		return a.astray(t, p, "The test message is in "+where+", but from "+rotation.Clean(found.App)+": the "+t.Rotation.Plan.Noun+" belongs to another app."), nil
	case found.TS != "":
		return rotation.Done("a test message arrived in " + where + " " + rotation.When(e.At)), nil
	case t.Now.Sub(e.At) < t.Waits().Copies:
		return rotation.Wait(0, "Slack took a test message; Rekey looks for it in "+where+"."), nil
	}
	return a.astray(t, p, "Slack took the test message, but it isn't in "+where+": the "+t.Rotation.Plan.Noun+" posts somewhere else."), nil
}

// ask leaves it to the holder's eyes.
func (a TestMessage) ask(t *rotation.Task, p testMessage, why string) rotation.Outcome {
	where := rotation.Clean(p.Channel.Name)
	return rotation.Wait(0, why+" Look for it in "+where+from(p)+", and say so. If it is anywhere else, remove that "+t.Rotation.Plan.Noun+" and press Ask again.").
		Needing(rotation.Holder).Saying(itIsThere).Rejectable("The test message wasn't in " + where + from(p) + ".")
}

// astray parks with what was seen instead.
func (a TestMessage) astray(t *rotation.Task, p testMessage, what string) rotation.Outcome {
	noun := t.Rotation.Plan.Noun
	return rotation.Park(rotation.Problem{
		What:    what,
		Safe:    t.Rotation.Safe(),
		Next:    "Remove that " + noun + ", make one for " + rotation.Clean(p.Channel.Name) + from(p) + ", then press Ask again and save it. Retry posts another test message.",
		Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
	})
}
