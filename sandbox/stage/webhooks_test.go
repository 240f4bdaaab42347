package stage

import (
	"testing"
	"time"

	"rekey/sandbox/fakegithub"
)

// conclusion runs a workflow to its end.
func conclusion(t *testing.T, s *Stage, file string) string {
	t.Helper()
	repo, _ := RepoOf(file)
	if _, err := s.GitHub.Run(repo, file, "push", ""); err != nil {
		t.Fatal(err)
	}
	s.GitHub.FinishRuns()
	return s.GitHub.Runs(repo, file)[0].Conclusion
}

func TestAWebhookIsReplaced(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	old, _ := s.AWS.Current(SlackWebhook)
	if got := conclusion(t, s, "vpn-maintenance.yml"); got != "success" {
		t.Errorf("with the first webhook the run ended in %s", got)
	}
	hook, err := s.AddWebhook("starter", Notifications)
	if err != nil {
		t.Fatal(err)
	}
	former, _ := s.Former(SlackWebhook)
	if newest, _ := s.Newest(SlackWebhook); newest != hook.URL || former != old || s.Clipboard() != hook.URL {
		t.Error("the new webhook should be the newest value, and on the clipboard")
	}
	if err := s.AWS.Save(accessKeyID("starter"), SlackWebhook, hook.URL); err != nil {
		t.Fatal(err)
	}
	if got := conclusion(t, s, Resources); got != "success" {
		t.Errorf("copying ended in %s", got)
	}
	for _, repo := range []string{PlatformRepo, Environments} {
		if v, _ := s.GitHub.SecretValue(repo, webhookCopy); v != hook.URL {
			t.Errorf("%s has no copy of the new webhook", repo)
		}
	}
	if err := s.RemoveOldWebhook(SlackWebhook); err != nil {
		t.Fatal(err)
	}
	before := len(s.Slack.Messages(Notifications))
	for _, file := range []string{"vpn-maintenance.yml", "failed-workflows-report.yml"} {
		if got := conclusion(t, s, file); got != "success" {
			t.Errorf("%s ended in %s", file, got)
		}
	}
	if said := s.Slack.Messages(Notifications); len(said) != before+2 || said[0].User != AlertsUser {
		t.Errorf("%d messages after %d", len(said), before)
	}
	if s.RemoveOldWebhook(SlackWebhook) == nil || s.RemoveNewWebhook(UserPAT) == nil {
		t.Error("the only webhook was removed, or one of a secret that is none")
	}
}

func TestARunWithADeadWebhookFails(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	if _, err := s.AddWebhook("starter", Platform); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveOldWebhook(SlackWebhook); err != nil {
		t.Fatal(err)
	}
	if got := conclusion(t, s, "vpn-maintenance.yml"); got != fakegithub.Failure {
		t.Errorf("it ended in %s", got)
	}
	if _, err := s.AddWebhook("starter", "C0NONE"); err == nil {
		t.Error("a webhook was added for a channel that isn't there")
	}
}
