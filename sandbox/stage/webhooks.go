package stage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/fakeslack"
)

// The incoming webhook that alarms are posted with.
const (
	SlackWebhook  = "slack_webhook_url"
	Notifications = "C0NOTIFY" // #modernisation-platform-notifications

	AlertsApp  = "A0ALERTS"
	AlertsName = "Modernisation Platform Alerts"
	AlertsUser = "U0ALERTS" // who its messages are from

	DoorbellApp  = "A0DOORBELL" // another app with webhooks, which isn't the team's
	DoorbellUser = "U0DOORBELL"

	webhookCopy = "SLACK_WEBHOOK_URL"
)

// webhookCopies are the Actions secrets that hold it.
var webhookCopies = []fakegithub.Copy{
	{Secret: SlackWebhook, Repo: PlatformRepo, Name: webhookCopy},
	{Secret: SlackWebhook, Repo: Environments, Name: webhookCopy},
}

func webhooks() part {
	return part{
		secrets: []string{SlackWebhook}, readable: []string{SlackWebhook}, fills: webhookCopies, seed: (*Stage).seedWebhook,
		workflows: []workflowIn{
			{Environments, fakegithub.Workflow{File: "vpn-maintenance.yml", Name: "VPN maintenance", UsesSecret: webhookCopy, Job: "notify"},
				announces("VPN maintenance is planned."), nil},
			{PlatformRepo, fakegithub.Workflow{File: "failed-workflows-report.yml", Name: "Failed workflows report", UsesSecret: webhookCopy, Job: "report"},
				announces("No workflow failed."), nil},
		},
	}
}

// announces is a job that posts to the webhook and succeeds when the answer is
// "ok".
func announces(text string) func(*Stage, string) bool {
	return func(s *Stage, url string) bool { return s.Slack.PostWebhook(url, text) }
}

func (s *Stage) seedWebhook() error {
	s.Slack.ReachedAt(strings.TrimSuffix(s.SlackURL, "/api/"))
	hook, err := s.Slack.AddWebhook(AlertsApp, person{handle: "member"}.id(), Notifications)
	if err != nil {
		return fmt.Errorf("adding the webhook: %w", err)
	}
	s.values[SlackWebhook] = []string{hook.URL}
	s.AWS.AddSecret(SlackWebhook, hook.URL)
	s.AWS.Backdate(SlackWebhook, 168*day)
	for _, c := range webhookCopies {
		if err := s.GitHub.SetSecret(c.Repo, c.Name, hook.URL); err != nil {
			return fmt.Errorf("giving %s its copy of the webhook: %w", c.Repo, err)
		}
	}
	return nil
}

// AddWebhook adds a webhook of the alerts' app for a channel, by its id, as a
// person does on the app's page. Its URL is on the clipboard.
func (s *Stage) AddWebhook(handle, channel string) (fakeslack.Webhook, error) {
	return s.addWebhook(AlertsApp, handle, channel)
}

// AddOtherWebhook is AddWebhook with an app that isn't the right one.
func (s *Stage) AddOtherWebhook(handle, channel string) (fakeslack.Webhook, error) {
	return s.addWebhook(DoorbellApp, handle, channel)
}

func (s *Stage) addWebhook(app, handle, channel string) (fakeslack.Webhook, error) {
	id, _ := PersonID(handle)
	hook, err := s.Slack.AddWebhook(app, id, channel)
	if err != nil {
		return fakeslack.Webhook{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied(SlackWebhook, hook.URL)
	s.copied(SlackWebhooks, hook.URL)
	return hook, nil
}

// RemoveOldWebhook removes the oldest webhook of a secret unless it is the only
// one.
func (s *Stage) RemoveOldWebhook(secret string) error {
	return s.removeWebhook(secret, func(hooks []fakeslack.Webhook) fakeslack.Webhook { return hooks[0] })
}

// RemoveNewWebhook removes the newest webhook of a secret unless it is the only
// one.
func (s *Stage) RemoveNewWebhook(secret string) error {
	return s.removeWebhook(secret, func(hooks []fakeslack.Webhook) fakeslack.Webhook { return hooks[len(hooks)-1] })
}

func (s *Stage) removeWebhook(secret string, choose func([]fakeslack.Webhook) fakeslack.Webhook) error {
	s.mu.Lock()
	known := slices.Clone(s.values[secret])
	s.mu.Unlock()
	hooks := slices.DeleteFunc(s.Slack.Webhooks(AlertsApp), func(h fakeslack.Webhook) bool { return !slices.Contains(known, h.URL) })
	switch {
	case secret != SlackWebhook && secret != SlackWebhooks:
		return fmt.Errorf("%s is no webhook", secret)
	case len(hooks) < 2:
		return errors.New("the app has no second webhook, so none is old or new")
	}
	return s.Slack.RemoveWebhook(choose(hooks).ID)
}
