package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// ShowWrong opens Wrong: its button stands at the end of Details, so that it is
// found in the same place on every card and after its end.
const ShowWrong rotation.Verb = "show_wrong"

// The form by which somebody says that a step is wrong.
const (
	WrongView = "wrong" // Wrong: private_metadata is the press; its reason is in ReasonField
	WrongStep = "step"
)

// Wrong is the form that asks which step of the runbook is wrong, and how.
func Wrong(r *rotation.Rotation, where string, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	p.section(strong(rotation.Clean(r.Plan.Title))+" · rotation "+itoa(r.ID), "What you write goes to "+rotation.Clean(where)+", and stays in the record of this rotation. The rotation itself isn't changed.")
	which := &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: WrongStep, Placeholder: words("Choose a step", maxPlaceholder)}
	for i := range r.Steps {
		s := &r.Steps[i]
		if len(which.Options) == maxOptions || len(s.ID) > maxOptionValue {
			continue
		}
		o := slack.NewOptionBlockObject(s.ID, words(s.Title, maxOptionText), nil)
		which.Options = append(which.Options, o)
		if i == r.At || which.InitialOption == nil {
			which.InitialOption = o
		}
	}
	why := slack.NewPlainTextInputBlockElement(nil, ReasonField)
	why.Multiline, why.MaxLength = true, maxReason
	p.blocks = append(p.blocks,
		slack.NewInputBlock(WrongStep, words("Step", maxLabel), nil, which),
		slack.NewInputBlock(ReasonField, words("What is wrong with it?", maxLabel), words("Whoever reads that place can read it. Don't put a secret here.", maxLabel), why))
	v := p.view("This step is wrong", "Send", "Go back")
	v.CallbackID, v.PrivateMetadata = WrongView, EncodePress(r, rotation.CallWrong, "")
	return v
}

// wrongButton is the way to Wrong.
func (p *page) wrongButton(r *rotation.Rotation) {
	p.buttons(slack.NewButtonBlockElement(string(ShowWrong), EncodePress(r, ShowWrong, ""), words("This step is wrong…", maxButtonText)))
}

// remarks lists what people said of the steps.
func remarks(r *rotation.Rotation) []string {
	if len(r.Remarks) == 0 {
		return nil
	}
	out := []string{strong("Called wrong")}
	for _, x := range r.Remarks {
		said := "• " + rotation.Clean(x.Title) + ", by " + person(x.By) + ", " + rotation.When(x.At) + ": " + rotation.Clean(x.Text)
		if x.Where == "" {
			said += " (not passed on yet)"
		} else {
			said += " (passed on: " + rotation.Clean(x.Where) + ")"
		}
		out = append(out, said)
	}
	return out
}

// Remark is the message to the owner of a runbook about a step that somebody
// calls wrong. Its first block's id is the given one.
func Remark(id string, r *rotation.Rotation, x rotation.Remark, owner rotation.Handle, card string, c Context) Post {
	p := newPage(c, id)
	p.lines(maxLine, p.sectionBlock,
		line{mention: mentions([]rotation.Handle{owner}), said: strong("Runbook " + rotation.Clean(x.Runbook) + ", step \"" + rotation.Clean(x.Title) + "\": " + rotation.Clean(r.Plan.Secret))},
		line{said: person(x.By) + " calls this step wrong: " + rotation.Clean(x.Text)})
	if sound(card) {
		b := slack.NewButtonBlockElement(string(FollowLink), "card", words("Open the card", maxButtonText))
		b.URL = card
		p.buttons(b)
	}
	return p.post()
}
