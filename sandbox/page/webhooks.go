package page

import (
	"errors"
	"fmt"
	"net/http"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// Where an app's incoming webhooks are, below api.slack.com.
const (
	appsPath     = "/slack/apps"
	webhooksPath = appsPath + "/" + stage.AlertsApp + "/incoming-webhooks"
)

// webhookRoutes serves the pages of the workspace's other app under Slack's own
// addresses.
func (s *site) webhookRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/slack", "/slack/{$}", appsPath, appsPath + "/{$}"} {
		mux.HandleFunc("GET "+path, s.apps)
	}
	for _, path := range []string{appsPath + "/" + stage.AlertsApp, appsPath + "/" + stage.AlertsApp + "/general", webhooksPath} {
		mux.HandleFunc("GET "+path, s.webhooks)
	}
}

func (s *site) apps(rw http.ResponseWriter, r *http.Request) {
	s.show(rw, r, console{Tab: "slack-app", Title: "Your apps", Template: "slack-apps", Data: []named{{stage.AlertsName, webhooksPath, false}}})
}

// A webhookRow is one incoming webhook as Slack lists it, its URL included.
type webhookRow struct{ ID, URL, Channel, By, Added string }

func (s *site) webhooks(rw http.ResponseWriter, r *http.Request) {
	zone := s.reader(s.visitor(r)).zone
	var rows []webhookRow
	for _, h := range s.Stage.Slack.Webhooks(stage.AlertsApp) {
		rows = append(rows, webhookRow{h.ID, h.URL, s.Stage.Slack.NameOf(h.Channel), s.Stage.Slack.NameOf(h.By), clock(h.Created, zone)})
	}
	s.show(rw, r, console{Tab: "slack-app", Title: "Incoming webhooks", Template: "slack-webhooks", Data: map[string]any{
		"App": stage.AlertsName, "List": appsPath, "Rows": rows, "Channels": s.webhookChannels(), "Usual": stage.Notifications,
	}})
}

// webhookChannels are those that a webhook can be for.
func (s *site) webhookChannels() []fakeslack.Channel {
	var out []fakeslack.Channel
	for _, c := range s.channels() {
		if c.User == "" && !c.Archived {
			out = append(out, c)
		}
	}
	return out
}

func (s *site) webhookAdd(r request) (answer, error) {
	for _, c := range s.webhookChannels() {
		if c.ID != r.PostForm.Get("channel") {
			continue
		}
		if _, err := s.Stage.AddWebhook(r.me.Name, c.ID); err != nil {
			return answer{}, fmt.Errorf("adding a webhook for #%s: %w", c.Name, err)
		}
		return answer{Notice: "Added. The last one is the new webhook for #" + c.Name + ".", Location: webhooksPath}, nil
	}
	return answer{}, errors.New("choose a channel for the webhook first")
}

func (s *site) webhookRemove(r request) (answer, error) {
	if err := s.Stage.Slack.RemoveWebhook(r.PostForm.Get("id")); err != nil {
		return answer{}, err
	}
	return answer{Notice: "Removed. Its URL stopped working.", Location: webhooksPath}, nil
}
