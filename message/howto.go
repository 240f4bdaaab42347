package message

import (
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// HowTo shows the ways to save the new value, the one that the secret prefers
// first. There is nothing to type into: a value never passes through Slack.
// The commands are whole, so that they work without a catalogue and without
// Slack.
func HowTo(r *rotation.Rotation, c Context) slack.ModalViewRequest {
	if staged(r) {
		return fetchingStaged(r, c)
	}
	p := newPage(c, "")
	if fetched(r) {
		return fetching(p, r)
	}
	ways := []func(*page, *rotation.Rotation){putWay, awsWay, consoleWay}
	if r.Plan.Entry == rotation.EntryConsole {
		ways = []func(*page, *rotation.Rotation){consoleWay, putWay, awsWay}
	}
	for _, way := range ways {
		way(p, r)
	}
	p.context("Don't paste the " + noun(r) + " into Slack: whatever passes through here counts as exposed.")
	return p.view("How to save it", "", "Close")
}

// putWay is rekey's own command.
func putWay(p *page, r *rotation.Rotation) {
	args := "--secret-id " + quoted(secretID(r)) + " --region " + quoted(r.Plan.Region) + " --version " + r.Reserved()
	if r.Plan.Field != "" {
		args += " --field " + quoted(r.Plan.Field)
	}
	says := "It asks for the " + noun(r) + " without showing it and stages it with your own AWS identity; nothing is switched yet. Running it twice does no harm."
	if r.Plan.Field != "" {
		says += " Only the field " + code(rotation.Clean(r.Plan.Field)) + " of the JSON is replaced."
	}
	p.section(strong("With rekey"), says)
	p.command("rekey put " + args)
	p.section("The same, where the catalogue is at hand:")
	p.command("rekey put " + quoted(r.Plan.Secret) + " --version " + r.Reserved())
}

// secretID is the secret's full name, as soon as AWS has said it.
func secretID(r *rotation.Rotation) string {
	if r.Facts.ARN != "" {
		return r.Facts.ARN
	}
	return r.Plan.SecretID
}

// awsWay is for people without the binary. It replaces the whole value, so it
// is no way for one field of a JSON.
func awsWay(p *page, r *rotation.Rotation) {
	if r.Plan.Field != "" {
		return
	}
	p.section(strong("Without rekey, in bash"), "Paste the "+noun(r)+" after the first line and press Enter: it isn't shown, isn't an argument and isn't in the shell's history.")
	p.command(`read -rs v; printf %s "$v" | aws secretsmanager put-secret-value --secret-id ` + quoted(secretID(r)) +
		" --region " + quoted(r.Plan.Region) + " --client-request-token " + r.Reserved() +
		" --version-stages AWSPENDING --secret-string file:///dev/stdin; unset v")
}

// consoleWay is the secret's page at AWS, where saving is the switch.
func consoleWay(p *page, r *rotation.Rotation) {
	says := "Retrieve secret value, Edit, replace it, Save. Saving makes it current at once, before it is checked."
	if r.Plan.Field != "" {
		says += " Replace only the field " + code(rotation.Clean(r.Plan.Field)) + "."
	}
	p.section(strong("In the AWS console"), says)
	if sound(r.Plan.Console) {
		b := slack.NewButtonBlockElement(string(FollowLink), EncodePress(r, FollowLink, ""), words("Open Secrets Manager", maxButtonText))
		b.URL = r.Plan.Console
		p.buttons(b)
	}
}

// command shows a line to copy, exactly as it is.
func (p *page) command(line string) {
	p.blocks = append(p.blocks, slack.NewRichTextBlock("", &slack.RichTextPreformatted{
		Type:     slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(line, nil)},
	}))
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quoted makes one word of the shell of s.
func quoted(s string) string {
	s = tame(s)
	if bare.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
