package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// The callback ids of the views that are submitted, and the block ids of their
// fields.
const (
	ReasonView  = "reason" // Reason: private_metadata is the press
	ReasonField = "reason"
	PickView    = "pick" // Pick: private_metadata is the channel
	PickField   = "secret"
)

// view makes a modal of a page. Without a submit label there is nothing to
// submit.
func (p *page) view(title, submit, closing string) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type:   slack.VTModal,
		Title:  words(title, maxViewTitle),
		Close:  words(closing, maxViewTitle),
		Blocks: slack.Blocks{BlockSet: p.blocks},
	}
	if submit != "" {
		v.Submit = words(submit, maxViewTitle)
	}
	return v
}

// Reason is the form that asks why, for the verbs that need a reason. It says
// what follows, and carries the press in its private_metadata.
func Reason(r *rotation.Rotation, verb rotation.Verb, c Context) slack.ModalViewRequest {
	ask := asks(r, verb)
	p := newPage(c, "")
	p.section(strong(rotation.Clean(r.Plan.Title)) + " · rotation " + itoa(r.ID))
	p.section(ask.follows...)
	in := slack.NewPlainTextInputBlockElement(nil, ReasonField)
	in.Multiline, in.MaxLength, in.FocusOnLoad = true, maxReason, true
	p.blocks = append(p.blocks, slack.NewInputBlock(ReasonField,
		words(ask.label, maxLabel), words("Everybody in the channel can read it. Don't put a secret here.", maxLabel), in))
	v := p.view(ask.title, ask.submit, "Go back")
	v.CallbackID, v.PrivateMetadata = ReasonView, EncodePress(r, verb, chosen(r, verb))
	return v
}

// A question is what one Reason form says.
type question struct {
	title, label, submit string
	follows              []string
}

func asks(r *rotation.Rotation, verb rotation.Verb) question {
	switch verb {
	case rotation.Refuse:
		return question{"Refuse the plan", "Why not?", "Refuse", []string{
			"The rotation ends, and " + person(r.Starter) + " is told why. It can be started again at any time.",
		}}
	case rotation.Cancel:
		return cancels(r)
	case rotation.Attest:
		return question{"Vouch for this step", "What did you see, and where?", "Attest", []string{
			"Nothing can be observed here, so the step is ticked on your word. The card says: attested by you, with what you write.",
			"You vouch for: " + rotation.Clean(title(r)) + ".",
		}}
	case rotation.PromoteAnyway:
		missing := some(r.Facts.Missing, 5)
		if missing == "" {
			missing = "what the card names"
		}
		return question{"Promote all the same", "Why is that acceptable?", "Promote", []string{
			"The new " + noun(r) + " becomes current without: " + missing + ".",
			"This counts only from one of " + handle(r.Plan.Approvers) + ", and not from " + person(r.Starter) + ".",
		}}
	case rotation.Compromised:
		return question{"Compromised", "What happened?", "Go on as compromised", []string{
			"The old " + noun(r) + " is treated as known to others: one approval is enough, nothing waits longer than the catalogue says, and the approvers look over it afterwards.",
		}}
	case rotation.CloseReview:
		return question{"Close the review", "What did you find?", "Close the review", []string{
			"Say how the old " + noun(r) + " got out and what was done with it, as far as that is known.",
		}}
	case rotation.Owe:
		return question{"Leave it as a debt", "Who ends it, and by when?", "Leave it", []string{
			"The rotation goes on. The old " + noun(r) + " stays listed until it is seen dead.",
		}}
	case rotation.SettleDebt:
		return question{"It is gone", "How do you know?", "Settle it", []string{
			"Press Check it first: what is observed beats what anybody says. Your word settles what Rekey can't look at.",
		}}
	case rotation.RollBack:
		return question{"Roll back", "Why?", "Roll back", []string{
			"The old " + noun(r) + " becomes current again, and the steps that put the new one into use are undone. The new one stays on record until it is revoked.",
			"It happens at once if you hold this rotation; else once Slack confirms that you are in " + handle(r.Plan.Approvers) + ".",
		}}
	}
	return question{label(verb), "Why?", "Send", nil}
}

// cancels says what a cancellation undoes, and what the person vouches for
// where Rekey can't look.
func cancels(r *rotation.Rotation) question {
	q := question{title: "Cancel the rotation", label: "Why?", submit: "Cancel the rotation"}
	switch {
	case r.Facts.Way == rotation.ByMint && r.Plan.Withdraw != nil:
		q.follows = []string{"The new " + noun(r) + " is taken back first, unless somebody uses it already. The old one stays as it is."}
	case r.Facts.Way == rotation.ByMint && r.Plan.Overlap == rotation.None && r.Plan.Prover == "":
		q.submit, q.label = "Confirm and cancel", "Why, and how do you know?"
		q.follows = []string{
			"The new " + noun(r) + " is taken off AWSPENDING. Rekey can't see whether somebody has put it to use already.",
			strong("By sending this you say: I confirm that nobody set the new " + noun(r) + "."),
		}
	case r.Facts.New != "":
		q.follows = []string{"The new " + noun(r) + " is taken off AWSPENDING first. The old one stays current."}
	case r.Plan.Overlap == rotation.None && r.Committed() && !r.Plan.MayRead("current"):
		q.submit, q.label = "Confirm and cancel", "Why, and how do you know?"
		q.follows = []string{
			"Rekey may not read the old " + noun(r) + ", so it can't see whether it still works.",
			strong("By sending this you say: I confirm that nothing was regenerated."),
		}
	case r.Plan.Overlap == rotation.None && r.Committed():
		q.follows = []string{"Rekey first tries whether the old " + noun(r) + " still works. If it doesn't, there is nothing to go back to and the rotation goes on."}
	default:
		q.follows = []string{"Nothing was changed yet. The old " + noun(r) + " stays current."}
	}
	return q
}

// title is the title of the current step.
func title(r *rotation.Rotation) string {
	if s := r.Step(); s != nil {
		return s.Title
	}
	return r.Plan.Title
}

// chosen is the value that a parked step offers with a verb.
func chosen(r *rotation.Rotation, verb rotation.Verb) string {
	if open := r.OpenDebts(); verb == rotation.SettleDebt && len(open) > 0 {
		return open[0].ID
	}
	if s := r.Step(); s != nil && s.Problem != nil {
		for _, c := range s.Problem.Choices {
			if c.Verb == verb {
				return c.Value
			}
		}
	}
	return ""
}
