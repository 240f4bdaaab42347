package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
)

// Issues in the platform's repository.
var issueForms = []form{
	{`issue{card} | {phrases}`, (*player).issueSays},
	{`issue{card} ! {text}`, (*player).issueLacks},
	{`no issue has {text}`, (*player).noIssue},
	{`github has {n} issues`, (*player).issueCount},
	{`github> outsider opens the issue {text}`, func(p *player, m match) error { return p.opensIssue(m["text"], "outsider", true) }},
	{`github> {who} opens the issue {text}`, func(p *player, m match) error { return p.opensIssue(m["text"], m["who"], false) }},
	{`github> {who} closes the issue{card}`, (*player).closesIssue},
	{`github> {who} writes below the issue{card} {text}`, (*player).writesIssue},
	{`github> the issue{card} is deleted`, (*player).deletesIssue},
	{`github> the issue{card} is moved`, (*player).movesIssue},
	{`github> issues are switched off`, func(p *player, _ match) error { return p.Stage.GitHub.SetIssues(stage.PlatformRepo, false) }},
	{`github> issues are switched on`, func(p *player, _ match) error { return p.Stage.GitHub.SetIssues(stage.PlatformRepo, true) }},
	{`github> the next {n} lists of issues are empty`, func(p *player, m match) error { p.Stage.GitHub.HideIssues(m.number()); return nil }},
}

var speaksOfIssues = regexp.MustCompile(`(?m)^\s*(issue |no issue |github has \d+ issues|github> .*\bissues?\b)`)

// SpeaksOfIssues reports whether a conversation is about issues, so that the
// bot has to keep some.
func SpeaksOfIssues(text []byte) bool { return speaksOfIssues.Match(text) }

// issue is the newest one that contains a text in quotation marks.
func (p *player) issue(which string) (fakegithub.IssueView, error) {
	which = strings.Trim(which, ` "`)
	for _, x := range p.Stage.GitHub.Issues(stage.PlatformRepo) {
		if strings.Contains(issueText(x), which) {
			return x, nil
		}
	}
	return fakegithub.IssueView{}, errors.New("there is no such issue")
}

var hidden = regexp.MustCompile(`(?s)<!--.*?-->`)

// issueText is what a reader of the page sees, in the order in which it stands
// there.
func issueText(x fakegithub.IssueView) string {
	state := "open"
	if !x.Open {
		state = "closed as " + x.Reason
	}
	parts := []string{x.Title, state, "labels: " + strings.Join(x.Labels, ", "), "by " + x.Author, x.Body}
	for _, c := range x.Comments {
		parts = append(parts, "comment by "+c.Author+": "+c.Body)
	}
	return plainText(hidden.ReplaceAllString(strings.Join(parts, " · "), ""))
}

func plainText(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("*", "", "`", "").Replace(text)), " ")
}

func (p *player) issueSays(m match) error {
	return p.until(func() error {
		x, err := p.issue(m["card"])
		if err != nil {
			return err
		}
		return about("the issue", holds(issueText(x), m["phrases"]))
	})
}

func (p *player) issueLacks(m match) error {
	x, err := p.issue(m["card"])
	if err != nil {
		return err
	}
	return about("the issue", lacks(issueText(x), m["text"]))
}

func (p *player) noIssue(m match) error {
	if x, err := p.issue(m["text"]); err == nil {
		return fmt.Errorf("issue %d has it: %s", x.Number, issueText(x))
	}
	return nil
}

func (p *player) issueCount(m match) error {
	return p.until(func() error { return count(len(p.Stage.GitHub.Issues(stage.PlatformRepo)), m.number(), "issues") })
}

func (p *player) opensIssue(title, who string, outside bool) error {
	_, err := p.Stage.GitHub.OpenIssue(stage.PlatformRepo, who, title, "The secret is older than 180 days.", []string{"security", "kanban"}, outside)
	return err
}

func (p *player) onIssue(m match, do func(number int) error) error {
	x, err := p.issue(m["card"])
	if err != nil {
		return err
	}
	return do(x.Number)
}

func (p *player) closesIssue(m match) error {
	return p.onIssue(m, func(n int) error { return p.Stage.GitHub.CloseIssue(stage.PlatformRepo, n) })
}

func (p *player) writesIssue(m match) error {
	x, err := p.issue(m["card"])
	if err != nil {
		return err
	}
	return p.Stage.GitHub.WriteIssue(stage.PlatformRepo, x.Number, fmt.Sprintf("%s\n\n%s", x.Body, m["text"]))
}

func (p *player) deletesIssue(m match) error {
	return p.onIssue(m, func(n int) error { return p.Stage.GitHub.DeleteIssue(stage.PlatformRepo, n) })
}

func (p *player) movesIssue(m match) error {
	return p.onIssue(m, func(n int) error { return p.Stage.GitHub.TransferIssue(stage.PlatformRepo, n, stage.Environments) })
}
