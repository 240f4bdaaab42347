package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/message"
	"rekey/rotation"
)

// reasonField is the block_id of the field for a reason.
const reasonField = "reason"

// pressed does what a button asks for: it opens a form, or changes the
// rotation.
func (c *Commands) pressed(ctx context.Context, r Request) Answer {
	action, _, _ := strings.Cut(r.Action, ":")
	id, press, err := message.DecodePress(r.Value)
	if err != nil {
		return c.pressedElsewhere(ctx, r, action)
	}
	if press.Verb == message.FollowLink {
		return Answer{}
	}
	if press.Verb == message.ShowWrong {
		return c.askWrong(ctx, r, id)
	}
	rot, err := c.onCard(ctx, r, id)
	if err != nil {
		return c.refused(ctx, r, id, err)
	}
	press.By = r.User
	switch press.Verb {
	case message.ShowDetails:
		return open(message.Details(rot, c.context()))
	case message.ShowHowTo:
		return open(message.HowTo(rot, c.context()))
	case message.ShowOptions:
		return open(message.Options(rot, c.context()))
	case rotation.StartOther:
		return c.start(ctx, r, press.Value)
	}
	if err := c.mayPress(rot, press); err != nil {
		return c.refused(ctx, r, id, err)
	}
	if message.NeedsReason(press.Verb) {
		return c.ask(ctx, r, rot, press)
	}
	if _, err := c.Engine.Press(ctx, id, press); err != nil {
		return c.refused(ctx, r, id, err)
	}
	return Answer{}
}

// pressedElsewhere does what a button asks for that is about no rotation.
func (c *Commands) pressedElsewhere(ctx context.Context, r Request, action string) Answer {
	switch action {
	case message.ActionStart:
		return c.start(ctx, r, r.Value)
	case message.ActionDrafts:
		return c.drafts(ctx, r)
	case message.ActionRefresh:
		return c.refresh(ctx, r)
	case message.ActionSnooze:
		return c.snooze(ctx, r, message.SnoozeNames(r.Value)...)
	case message.ActionPick:
		return c.pickCompromised(ctx, r)
	case message.ActionHome:
		return Answer{} // App Home is drawn after each press on it
	}
	return c.refused(ctx, r, 0, &rotation.Error{Reason: rotation.Stale, What: "Rekey doesn't know that button.", Next: "`/rotate status` shows the cards."})
}

// onCard returns the rotation if the button was on its present card: the row
// decides, not the button.
func (c *Commands) onCard(ctx context.Context, r Request, id rotation.ID) (*rotation.Rotation, error) {
	rot, err := c.Store.Rotation(ctx, id)
	if err != nil {
		return nil, err
	}
	card, err := c.Store.Card(ctx, id)
	if err != nil {
		return nil, err
	}
	// While the post isn't confirmed, Slack has said no other message is it.
	if card.Channel != r.Channel || card.TS != r.Message && card.TS != "" {
		return nil, &rotation.Error{Reason: rotation.Stale, What: fmt.Sprintf("That is not the present card of rotation %d.", id),
			Safe: "Nothing was changed.", Next: "`/rotate status " + rot.Plan.Secret + "` leads to the card."}
	}
	return rot, nil
}

// mayPress checks the right to press at all. Approving, refusing and letting
// pass are decided by asking Slack live, so they are not turned away here.
func (c *Commands) mayPress(rot *rotation.Rotation, p rotation.Press) error {
	if slices.Contains([]rotation.Verb{rotation.Approve, rotation.Refuse, rotation.PromoteAnyway, rotation.CloseReview}, p.Verb) {
		return nil
	}
	if p.By == rotation.Person(rot.Plan.User.ID) && p.Verb == rotation.Attest {
		return nil // whom it is for may be of any team
	}
	return c.may(p.By, rot.Plan.Owner, rot.Plan.Approvers)
}

// ask opens the form for a reason, unless the press would be refused anyway.
func (c *Commands) ask(ctx context.Context, r Request, rot *rotation.Rotation, p rotation.Press) Answer {
	if _, err := rot.Clone().Press(p, c.Engine.Now()); err != nil {
		return c.refused(ctx, r, rot.ID, err)
	}
	return open(message.Reason(rot, p.Verb, c.context()))
}

// submitted takes a form.
func (c *Commands) submitted(ctx context.Context, r Request) Answer {
	switch r.Callback {
	case "pick":
		return c.picked(ctx, r)
	case "reason":
		return c.reason(ctx, r)
	case message.WrongView:
		return c.wrong(ctx, r)
	case message.OptionsView:
		return c.options(ctx, r)
	case message.SnoozeView:
		return c.snoozed(ctx, r)
	}
	return Answer{}
}

// options takes what was chosen from a step's options.
func (c *Commands) options(ctx context.Context, r Request) Answer {
	id, press, err := message.DecodePress(r.Value)
	if err == nil {
		press.By, press.Values = r.User, strings.Split(r.Fields[message.OptionsField], ",")
		var rot *rotation.Rotation
		if rot, err = c.Store.Rotation(ctx, id); err == nil {
			err = c.mayPress(rot, press)
		}
	}
	if err == nil {
		_, err = c.Engine.Press(ctx, id, press)
	}
	if err != nil {
		return Answer{Errors: map[string]string{message.OptionsField: plain(err)}}
	}
	return Answer{}
}

func (c *Commands) picked(ctx context.Context, r Request) Answer {
	text := r.Fields["secret"]
	if strings.HasSuffix(r.Value, message.Compromised) {
		text += " " + message.Compromised
	}
	a := c.start(ctx, r, text)
	if a.Text == "" {
		return a
	}
	// A form has no message of its own: the answer is owed, like a press's.
	err := c.Store.Log(ctx, rotation.Event{At: c.Engine.Now(), By: r.User, Kind: "answered", Secret: r.Fields["secret"], Text: a.Text,
		Reply: &rotation.Reply{To: r.User, Channel: c.channel(r), Text: a.Text}})
	if err != nil {
		return Answer{Errors: map[string]string{"secret": "Rekey couldn't write that down. Try again in a moment."}}
	}
	return Answer{}
}

// channel is where a form was opened from.
func (c *Commands) channel(r Request) string {
	if channel, _, _ := strings.Cut(r.Value, " "); channel != "" && !strings.Contains(channel, ".") {
		return channel
	}
	return c.Channel
}

// reason does the press that had to wait for its reason.
func (c *Commands) reason(ctx context.Context, r Request) Answer {
	wrong := func(text string) Answer { return Answer{Errors: map[string]string{reasonField: text}} }
	text, problem := c.why(r)
	if problem != "" {
		return wrong(problem)
	}
	id, press, err := message.DecodePress(r.Value)
	if err != nil {
		return wrong("Rekey doesn't know this form any more. Close it and press the button on the card again.")
	}
	press.By, press.Reason = r.User, text
	rot, err := c.Store.Rotation(ctx, id)
	if err == nil {
		err = c.mayPress(rot, press)
	}
	if err == nil {
		_, err = c.Engine.Press(ctx, id, press)
	}
	if err != nil {
		return wrong(plain(err))
	}
	return Answer{}
}

// why reads the reason from a form, or says what is wrong with it.
func (c *Commands) why(r Request) (text, problem string) {
	text = strings.TrimSpace(r.Fields[reasonField])
	if kind := Credential(text); kind != "" {
		return "", rotation.Plain(exposed(kind).Error())
	}
	if Random(text) && !c.doubts.again(r.User, c.Engine.Now()) {
		return "", "A word in this looks like a password or a token, so it wasn't kept. If it is one, treat it as exposed. If not, submit again."
	}
	if text = rotation.Clean(text); len([]rune(text)) < 3 {
		return "", "Say in a few words why, so that others can follow later."
	}
	return text, ""
}

// plain is an error's words for a form's field, which takes no marks.
func plain(err error) string {
	var person *rotation.Error
	if errors.As(err, &person) {
		return rotation.Plain(person.Error())
	}
	return "Rekey couldn't do that. Nothing was changed. Try again in a moment, and tell whoever runs Rekey if it stays so."
}
