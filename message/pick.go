package message

import (
	"fmt"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Pick is the form that asks which secret to rotate. The caller sets its
// PrivateMetadata to the channel that it was asked for in.
func Pick(secrets []rotation.Secret, running map[string]rotation.ID, c Context) slack.ModalViewRequest {
	var options []*slack.OptionBlockObject
	left, size := 0, 0
	for _, s := range secrets {
		if utf8.RuneCountInString(s.Name) > maxOptionValue || len(options) == maxOptions*maxGroups || size > maxView/2 {
			left++
			continue
		}
		state := fmt.Sprintf("replaced every %d days", int(s.Every))
		if id, ok := running[s.Name]; ok {
			state = "rotation " + itoa(id) + " is in progress"
		}
		if s.Exempt != nil {
			state = "not rotated, to be reviewed " + Day(s.Exempt.Due(), c)
		}
		o := slack.NewOptionBlockObject(s.Name, words(s.Title, maxOptionText), words(state, maxOptionText))
		options = append(options, o)
		size += len(o.Value) + len(o.Text.Text) + len(o.Description.Text) + 200 // JSON's own
	}
	p := newPage(c, "")
	if len(options) == 0 {
		p.section("There is no secret to choose from. `/rotate list` shows what there is.")
		return p.view("Rotate a secret", "", "Close")
	}
	which := &slack.SelectBlockElement{
		Type: slack.OptTypeStatic, ActionID: PickField, Placeholder: words("Choose a secret", maxPlaceholder), FocusOnLoad: true,
	}
	if len(options) <= maxOptions {
		which.Options = options
	} else {
		which.OptionGroups = groups(options)
	}
	p.blocks = append(p.blocks, slack.NewInputBlock(PickField, words("Secret", maxLabel), words("Nothing changes until somebody else has approved.", maxLabel), which))
	if left > 0 {
		p.context(fmt.Sprintf("%d more don't fit into this list. Type `/rotate` and the name.", left))
	}
	v := p.view("Rotate a secret", "Start", "Go back")
	v.CallbackID = PickView
	return v
}

// groups splits a long list as Slack wants it, named by first and last title.
func groups(options []*slack.OptionBlockObject) []*slack.OptionGroupBlockObject {
	var out []*slack.OptionGroupBlockObject
	for len(options) > 0 {
		n := min(len(options), maxOptions)
		some := options[:n]
		label := Cut(some[0].Text.Text, 35) + " – " + Cut(some[n-1].Text.Text, 35)
		out = append(out, slack.NewOptionGroupBlockElement(words(label, maxGroupLabel), some...))
		options = options[n:]
	}
	return out
}
