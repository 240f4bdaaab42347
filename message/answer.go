package message

import (
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Started answers whoever started a rotation, with a link to its card if it is
// posted already.
func Started(r *rotation.Rotation, link string) Post {
	return answer(Context{}, line{said: fmt.Sprintf("Rotation %d of %s has started.", r.ID, rotation.Clean(r.Plan.Title)) + where(r, link), card: link})
}

// AlreadyRunning answers whoever wants to start what is in progress.
func AlreadyRunning(r *rotation.Rotation, link string) Post {
	said := fmt.Sprintf("%s is being replaced already: rotation %d, held by %s.", rotation.Clean(r.Plan.Title), r.ID, holder(r))
	return answer(Context{}, line{said: said + where(r, link), card: link})
}

// where says where the card will be as long as it has no link.
func where(r *rotation.Rotation, link string) string {
	if sound(link) || r.Plan.Channel.Name == "" {
		return ""
	}
	return " Its card is in " + rotation.Clean(r.Plan.Channel.Name) + "."
}

// Help says what can be typed.
func Help() Post {
	return answer(Context{}, told([]string{
		strong("What you can type"),
		"`/rotate` shows the secrets and asks which one to replace.",
		"`/rotate NAME` starts a rotation; its card then says what to do, step by step.",
		"`/rotate NAME --compromised` does the same when somebody else may know the value: without delay, and with a review afterwards.",
		"`/rotate list` shows all secrets: what is in progress and what is due; `/rotate refresh` has their providers asked again.",
		"`/rotate due` shows what needs somebody; `/rotate history NAME` shows how a secret was rotated before.",
		"`/rotate status` shows what is in progress; `/rotate status NAME` shows one.",
		"`/rotate snooze NAME` asks why, and has nobody reminded of a secret for a while.",
		"`/rotate cancel NAME` asks why and ends a rotation, as long as nothing was changed.",
		"Never type a secret itself: whatever passes through Slack counts as exposed.",
	})...)
}

// Refusal puts an error into words. A rotation.Error is shown as it is; of any
// other error people see only that nothing was changed.
func Refusal(err error, c Context) Post {
	var known *rotation.Error
	if !errors.As(err, &known) {
		return answer(c, line{said: "Rekey couldn't do that, for a reason of its own. Nothing was changed. Try again in a minute; if it stays so, tell whoever runs Rekey."})
	}
	p := newPage(c, "")
	p.section(known.What, known.Safe, known.Next)
	var near *rotation.Nearest
	if errors.As(err, &near) && near.Name != "" && len(near.Name) <= maxButtonValue {
		p.buttons(slack.NewButtonBlockElement(ActionStart, near.Name, words("Rotate that", maxButtonText)))
	}
	var exempted *rotation.Exempted
	if errors.As(err, &exempted) && exempted.Name != "" {
		p.buttons(slack.NewButtonBlockElement(ActionStart, exempted.Name+" "+Walk, words("Walk me through it", maxButtonText)))
	}
	var exposed *rotation.Exposed
	if errors.As(err, &exposed) {
		p.buttons(slack.NewButtonBlockElement(ActionPick, "which", words("Rotate as compromised…", maxButtonText)))
	}
	return p.post()
}

// answer makes a private answer of lines.
func answer(c Context, lines ...line) Post {
	p := newPage(c, "")
	p.lines(maxLine, p.sectionBlock, lines...)
	return p.post()
}
