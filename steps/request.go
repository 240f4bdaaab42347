package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rekey/rotation"
)

// Request asks another team for something, once, in a channel of theirs. While
// the new value hasn't come, receive says since when they were asked, and
// reminds them once.
type Request struct{ Slack Messages }

const kindRequest = "request"

type requestParams struct {
	To      string          `json:"to"`      // the team, as people call it: "Operations Engineering"
	Channel rotation.Handle `json:"channel"` // where it is asked
	Ask     string          `json:"ask"`     // what for: sentences
	Remind  within          `json:"remind"`  // after how long it is reminded: "3d"; empty: never
}

// Check reads the parameters.
func (Request) Check(p rotation.Params) error {
	var r requestParams
	if err := rotation.Decode(p, &r); err != nil {
		return err
	}
	if r.To == "" || r.Ask == "" || r.Channel.Name == "" {
		return errors.New("a request needs to, channel and ask")
	}
	if r.Remind < 0 {
		return errors.New("remind: must be a time like 3d")
	}
	return nil
}

// By says that nobody has to act.
func (Request) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do posts the request.
func (a Request) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p requestParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	at, err := postOnce(ctx, t, a.Slack, "request", p.Channel, addressed(t, p.To, p.Ask))
	if err != nil {
		return rotation.Outcome{}, err
	}
	return rotation.Done(p.To + " was asked in " + p.Channel.Name + " " + rotation.When(at)).Knowing(func(f *rotation.Facts) {
		f.Requested = at
	}), nil
}

// addressed says to whom a request goes, who asks, and what for.
func addressed(t *rotation.Task, to, words string) string {
	r := t.Rotation
	out := fmt.Sprintf("%s: %s asks, rotation %d of %s. %s", to, rotation.Mention(r.Holder), r.ID, r.Plan.Title, words)
	if r.Emergency() {
		out += " It is urgent: somebody else may know the present " + r.Plan.Noun + "."
	}
	return out
}

// postOnce posts a sentence into a channel once in this round, and returns when.
func postOnce(ctx context.Context, t *rotation.Task, slack Messages, purpose string, channel rotation.Handle, sentence string) (time.Time, error) {
	e, err := t.Effect(ctx, rotation.Change{
		Purpose: purpose,
		Settles: true,
		Before:  func(context.Context) (any, error) { return t.Now, nil },
		Send: func(ctx context.Context, id string, _ json.RawMessage) (any, error) {
			return slack.Post(ctx, channel, id, sentence)
		},
		Look: func(ctx context.Context, id string, before json.RawMessage) (rotation.Seen, any, error) {
			var since time.Time
			if err := json.Unmarshal(before, &since); err != nil {
				return rotation.SeenUnclear, nil, fmt.Errorf("reading back when it was posted: %w", err)
			}
			ts, err := slack.Find(ctx, channel, id, since)
			if err != nil || ts == "" {
				return rotation.SeenNothing, nil, err
			}
			return rotation.SeenLanded, ts, nil
		},
	})
	if p, definite := rotation.Definite(err); definite {
		return t.Now, &rotation.Error{
			What: "Slack doesn't let Rekey post in " + channel.Name + " (" + p.Code + ").",
			Safe: t.Rotation.Safe(),
			Next: "Invite Rekey into " + channel.Name + ", then press Retry.",
		}
	}
	return e.At, err
}

// reminded says since when another team was asked for the new value, and
// reminds it once when that is too long ago.
func reminded(ctx context.Context, t *rotation.Task, slack Messages) (note string, reminder time.Time, err error) {
	f, with := t.Rotation.Facts, t.Rotation.Plan.With(kindRequest)
	if f.Requested.IsZero() || len(with) == 0 {
		return "", f.Reminded, nil
	}
	var p requestParams
	if err := rotation.Decode(with, &p); err != nil {
		return "", f.Reminded, err
	}
	note = p.To + " was asked in " + p.Channel.Name + " " + rotation.When(f.Requested)
	reminder = f.Reminded
	if reminder.IsZero() && p.Remind > 0 && t.Now.Sub(f.Requested) >= time.Duration(p.Remind) {
		reminder, err = postOnce(ctx, t, slack, "remind", p.Channel, addressed(t, p.To, "This was asked on "+t.Day(f.Requested)+" and is still needed. "+p.Ask))
		if err != nil {
			return "", f.Reminded, err
		}
	}
	if !reminder.IsZero() {
		note += ", and reminded " + rotation.When(reminder)
	}
	return note + ".", reminder, nil
}
