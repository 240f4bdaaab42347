package message

import (
	"github.com/slack-go/slack"

	"rekey/rotation"
)

// staged reports whether somebody has to fetch the new value, which Rekey had
// made and staged, and put it where no API does.
func staged(r *rotation.Rotation) bool {
	s := r.Step()
	return s != nil && s.Kind == "guide" && r.Facts.Way == rotation.ByMint && r.Facts.Promoted.IsZero()
}

// fetchingStaged shows the ways to the staged value. The AWS console shows the
// current one only, which is the old one still.
func fetchingStaged(r *rotation.Rotation, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	where := "--secret-id " + quoted(secretID(r)) + " --region " + quoted(r.Plan.Region)
	take := "rekey take " + where + " --version " + r.Facts.New + " --stage AWSPENDING"
	query := "--query SecretString --output text"
	if r.Plan.Field != "" {
		take += " --field " + quoted(r.Plan.Field)
		query += " | jq -r " + quoted("."+r.Plan.Field)
	}
	p.section(strong("With rekey"), "It reads the new "+noun(r)+" with your own AWS identity. Nobody else sees it.")
	p.command(take + " --show")
	p.section(strong("Without rekey"), "The same with the AWS command. The "+noun(r)+" stays on your screen until you clear it.")
	p.command("aws secretsmanager get-secret-value " + where + " --version-id " + r.Facts.New + " --version-stage AWSPENDING " + query)
	p.section("The AWS console shows the current " + noun(r) + ", which is still the old one.")
	p.context("Don't paste the " + noun(r) + " into Slack: whatever passes through here counts as exposed.")
	return p.view("How to fetch it", "", "Close")
}
