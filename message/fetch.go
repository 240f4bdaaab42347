package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// fetching shows the ways to fetch what was delivered for somebody, who signs
// in to AWS as they always do. The value never passes through Slack.
func fetching(p *page, r *rotation.Rotation) slack.ModalViewRequest {
	where := "--secret-id " + quoted(secretID(r)) + " --region " + quoted(r.Plan.Region)
	take := "rekey take " + where + " --version " + r.Facts.New
	p.section(strong("With rekey, into the shell that you have open"), "It signs in with your own AWS identity and prints the "+noun(r)+" on standard output, nowhere else.")
	p.command(`eval "$(` + take + ` --as env)"`)
	p.section("As a profile for the AWS CLI, in a file that doesn't exist yet:")
	p.command("(umask 077; " + take + " --as credentials-file > new-credentials)")
	p.section("As it is, for a program that reads it; here, the clipboard of a Mac:")
	p.command(take + " --as raw | pbcopy")
	p.section(strong("Without rekey"), "It shows the value on the screen.")
	p.command("aws secretsmanager get-secret-value " + where + " --version-id " + r.Facts.New + " --version-stage AWSCURRENT --query SecretString --output text")
	p.section(strong("In the AWS console"), "Retrieve secret value.")
	if sound(r.Plan.Console) {
		b := slack.NewButtonBlockElement(string(FollowLink), EncodePress(r, FollowLink, ""), words("Open Secrets Manager", maxButtonText))
		b.URL = r.Plan.Console
		p.buttons(b)
	}
	p.context("Replace the old " + noun(r) + " wherever it is used, then press the button on the card. Don't paste the " + noun(r) + " into Slack: whatever passes through here counts as exposed.")
	return p.view("How to fetch it", "", "Close")
}
