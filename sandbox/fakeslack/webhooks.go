package fakeslack

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// An OtherApp is an app of the workspace beside the bot's. All that it does is
// to lend its name to incoming webhooks.
type OtherApp struct{ ID, Name, BotUserID string }

// A Webhook is an incoming webhook: whoever has its URL can post in its channel
// as its app. See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
type Webhook struct {
	ID      string // "B" and letters, as in its URL
	App     string
	Channel string
	By      string // who added it
	URL     string // the secret itself
	Created time.Time
}

// webhookPath is where webhooks are; what follows it is a secret.
const webhookPath = "/services/"

// hooks are the incoming webhooks, and what they answer.
type hooks struct {
	live  []*Webhook
	empty string // to a message without a text; no_text if empty
	dead  string // for one that was removed; no_service if empty
	all   string // to everything; empty: as usual
}

// webhookWords are what an incoming webhook can answer beside "ok", with the
// status of each. Slack lists some of them; invalid_token was seen.
// https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
var webhookWords = map[string]int{
	"no_text": http.StatusBadRequest, "missing_text": http.StatusBadRequest, "missing_text_or_fallback_or_attachments": http.StatusBadRequest,
	"invalid_payload": http.StatusBadRequest, "user_not_found": http.StatusBadRequest,
	"action_prohibited": http.StatusForbidden, "invalid_token": http.StatusForbidden,
	"channel_not_found": http.StatusNotFound, "no_service": http.StatusNotFound, "no_team": http.StatusNotFound,
	"channel_is_archived": http.StatusGone, "rollup_error": http.StatusInternalServerError,
}

// ReachedAt says where the workspace can be reached, such as
// "http://127.0.0.1:8080", for URLs that are made before anybody calls.
func (s *Slack) ReachedAt(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
}

// AddWebhook adds an incoming webhook of an app to a channel, as a person does
// on the app's page. It returns an error if there is no such app, or if the
// channel takes no messages.
func (s *Slack) AddWebhook(app, user, channel string) (Webhook, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	switch {
	case s.otherApp(app) == nil:
		return Webhook{}, fmt.Errorf("the workspace has no app %s", app)
	case c == nil || c.Archived || c.User != "":
		return Webhook{}, fmt.Errorf("no webhook can post in %q", channel)
	}
	id, key := "B"+world.Random(10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), world.Random(24, world.Alphanumeric)
	h := &Webhook{ID: id, App: app, Channel: channel, By: user, Created: s.w.Now(), URL: s.base + webhookPath + s.cfg.TeamID + "/" + id + "/" + key}
	s.hooks.live = append(s.hooks.live, h)
	s.w.Values.Add("webhook "+id+" of #"+c.Name, h.URL)
	s.w.Values.Add("key of the webhook "+id+" of #"+c.Name, key)
	s.w.Changed()
	return *h, nil
}

// Webhooks lists the incoming webhooks of an app, oldest first.
func (s *Slack) Webhooks(app string) []Webhook {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Webhook
	for _, h := range s.hooks.live {
		if h.App == app {
			out = append(out, *h)
		}
	}
	return out
}

// RemoveWebhook removes an incoming webhook for good: its URL is dead.
func (s *Slack) RemoveWebhook(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.hooks.live, func(h *Webhook) bool { return h.ID == id })
	if i < 0 {
		return fmt.Errorf("there is no webhook %s", id)
	}
	s.hooks.live = slices.Delete(s.hooks.live, i, i+1)
	s.w.Changed()
	return nil
}

// WebhooksAnswer changes what webhooks answer. A word for a message without a
// text is what those get from now on; no_service and invalid_token are for
// webhooks that were removed; any other word is the answer to everything, until
// "ok" makes all as it was. It returns an error for a word that Slack hasn't.
func (s *Slack) WebhooksAnswer(word string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case word == "ok":
		s.hooks.empty, s.hooks.dead, s.hooks.all = "", "", ""
	case word == "no_text" || strings.HasPrefix(word, "missing_text"):
		s.hooks.empty = word
	case word == "no_service", word == "invalid_token":
		s.hooks.dead = word
	case webhookWords[word] != 0:
		s.hooks.all = word
	default:
		return fmt.Errorf("no webhook answers %s", word)
	}
	return nil
}

// PostWebhook posts a text to a webhook's URL, as a program does that isn't
// part of this sandbox, and reports whether the answer was "ok".
func (s *Slack) PostWebhook(url, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(s.webhook(url), args{"text": text}, &world.Call{}) == "ok"
}

func (s *Slack) serveWebhook(rw http.ResponseWriter, r *http.Request, body []byte) {
	call := &world.Call{Provider: "slack", Method: "webhook"}
	a, err := arguments(r, body)
	if err != nil || a.empty() {
		call.Method = "webhook probe"
	}
	s.w.Serve(rw, r, call, func(rw http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		rw.Header().Set("Content-Type", "text/html")
		h := s.webhook(r.URL.Path)
		if h != nil {
			call.Resource, call.Caller = h.Channel, h.App
			if wait := s.limited("webhook "+h.ID, tierPost, h.Channel, time.Now()); wait > 0 {
				rw.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
				rw.WriteHeader(http.StatusTooManyRequests)
				_, _ = rw.Write([]byte("rate_limited"))
				return
			}
		}
		word := "invalid_payload"
		if err == nil && len(body) > 0 && r.Method == http.MethodPost {
			word = s.post(h, a, call)
		}
		if status := webhookWords[word]; status != 0 {
			rw.WriteHeader(status)
		}
		_, _ = rw.Write([]byte(word))
	})
}

// empty reports whether there is nothing to post: such a call only asks whether
// the webhook is one.
func (a args) empty() bool { return a.str("text") == "" && a.raw("blocks") == nil }

// post does what a webhook was asked to do, and returns what it answers.
func (s *Slack) post(h *Webhook, a args, call *world.Call) string {
	switch {
	case s.hooks.all != "":
		return s.hooks.all
	case h == nil:
		return cmp.Or(s.hooks.dead, "no_service")
	case a.empty():
		return cmp.Or(s.hooks.empty, "no_text")
	case s.channel(h.Channel) == nil:
		return "channel_not_found"
	case s.channel(h.Channel).Archived:
		return "channel_is_archived"
	}
	m, refused := s.draft("webhook", a)
	if refused != nil {
		return "invalid_payload"
	}
	m.Channel, m.User, m.ThreadTS = h.Channel, s.otherApp(h.App).BotUserID, ""
	s.add(m)
	call.Applied = true
	return "ok"
}

// webhook finds a live one by its URL or the path of it.
func (s *Slack) webhook(url string) *Webhook {
	_, path, ok := strings.Cut(url, webhookPath)
	i := slices.IndexFunc(s.hooks.live, func(h *Webhook) bool { return strings.HasSuffix(h.URL, webhookPath+path) })
	if !ok || i < 0 {
		return nil
	}
	return s.hooks.live[i]
}

func (s *Slack) otherApp(id string) *OtherApp {
	i := slices.IndexFunc(s.cfg.OtherApps, func(a OtherApp) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return &s.cfg.OtherApps[i]
}
