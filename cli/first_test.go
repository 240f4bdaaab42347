package cli

import (
	"context"
	"regexp"
	"testing"
	"time"
	"strings"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

func TestFirst(t *testing.T) {
	w := newTown(t, false, embedded(t))
	starter, _ := stage.PersonID("starter")
	approver, _ := stage.PersonID("approver")
	reply, err := w.stage.Slack.Command(starter, stage.Platform, "/rotate github_ci_user_pat")
	t.Log(reply.Text, err)
	card := func() (fakeslack.Message, string) {
		for _, m := range w.stage.Slack.Messages(stage.Platform) {
			if !m.Ephemeral && m.ThreadTS == "" {
				return m, fakeslack.PlainText(m.Blocks, w.stage.Slack.NameOf)
			}
		}
		return fakeslack.Message{}, ""
	}
	until := func(s string) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = w.stage.Slack.Wait(ctx, func() bool { _, c := card(); return strings.Contains(c, s) })
		_, c := card()
		t.Log(c)
	}
	until("[ Approve ]")
	m, _ := card()
	t.Log(w.stage.Slack.Press(approver, stage.Platform, m.TS, "approve", ""))
	until("How to save it")
	v, err := w.stage.Regenerate(stage.UserPAT)
	if err != nil { t.Fatal(err) }
	m, _ = card()
	t.Log(w.stage.Slack.Press(starter, stage.Platform, m.TS, "how_to", ""))
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = w.stage.Slack.Wait(ctx, func() bool { return len(w.stage.Slack.OpenViews(starter)) > 0 })
	text := ""
	for _, view := range w.stage.Slack.OpenViews(starter) { text = fakeslack.PlainText(view.Blocks, w.stage.Slack.NameOf) }
	t.Log(text)
	id := regexp.MustCompile(`--version ([0-9a-f-]{36})`).FindStringSubmatch(text)
	out, err := w.put(context.Background(), "starter", []string{"github_ci_user_pat", "--version", id[1]}, v+"\n")
	t.Log(out, err)
	until("See another workflow use it* · by Rekey")
	_, err = w.stage.GitHub.Run(stage.PlatformRepo, "new-environment.yml", "push", "")
	t.Log(err)
	until("rotated")
	for _, m := range w.stage.Slack.Messages(stage.Platform) {
		if m.ThreadTS != "" { t.Log(fakeslack.PlainText(m.Blocks, w.stage.Slack.NameOf)) }
	}
	t.Log(string(w.logs.Bytes()))
	t.Log(w.stage.Slack.Problems())
	for _, c := range w.stage.World.Journal.Calls() { if c.Applied {t.Log(c.Provider, c.Method, c.Resource, c.Token, c.Status) } }
}
