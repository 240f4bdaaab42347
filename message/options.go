package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// The form in which the holder chooses from a step's options.
const (
	OptionsView  = "options" // Options: private_metadata is the press
	OptionsField = "options"
)

// Options is the form that asks what of a step's options is meant. What
// doesn't fit into Slack's hundred isn't offered.
func Options(r *rotation.Rotation, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	p.section(strong(rotation.Clean(r.Plan.Title))+" · rotation "+itoa(r.ID), rotation.Clean(title(r)))
	s := r.Step()
	if s == nil || len(s.Options) == 0 {
		p.section("There is nothing to choose at the moment.")
		return p.view("Choose", "", "Close")
	}
	which := &slack.MultiSelectBlockElement{Type: slack.MultiOptTypeStatic, ActionID: OptionsField, Placeholder: words("Choose any", maxPlaceholder)}
	for _, o := range s.Options[:min(len(s.Options), maxOptions)] {
		which.Options = append(which.Options, slack.NewOptionBlockObject(Cut(o.Value, maxOptionValue), words(o.Text, maxOptionText), nil))
	}
	hint := "Nothing changes until somebody else has approved."
	if s.Is(rotation.KindReceive) { // the new value comes in before that, beside the old one
		hint = "The old " + noun(r) + " isn't touched until somebody else has approved."
	}
	p.blocks = append(p.blocks, slack.NewInputBlock(OptionsField, words("Which", maxLabel), words(hint, maxLabel), which))
	v := p.view("Choose", "Choose", "Go back")
	v.CallbackID, v.PrivateMetadata = OptionsView, EncodePress(r, rotation.Pick, "")
	return v
}
