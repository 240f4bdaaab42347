package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// Slack's old verification token stands in each payload and means nothing here.
const verificationToken = "sandbox-verification"

// A Reply is what a slash command answered at once; it is zero when the app
// acknowledged without a word.
type Reply struct {
	TS, Text  string
	Blocks    json.RawMessage
	InChannel bool // everybody sees it
}

// Command types line, such as "/rotate due", in a channel and waits for the
// app. The reply is also kept as a message. ErrNoAnswer and ErrNotConnected
// come with the warning that Slack shows to the person.
func (s *Slack) Command(user, channelID, line string) (Reply, error) {
	name, text, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(name, "/") {
		return Reply{}, fmt.Errorf("%q is not a slash command", line)
	}
	s.mu.Lock()
	p, err := s.active(user)
	c := s.channel(channelID)
	if err == nil && (c == nil || c.Archived || !c.has(user)) {
		err = fmt.Errorf("%s can't type in %s", user, channelID)
	}
	if err != nil {
		s.mu.Unlock()
		return Reply{}, err
	}
	payload := object{
		"token": verificationToken, "team_id": s.cfg.TeamID, "team_domain": s.cfg.TeamDomain, "api_app_id": s.cfg.AppID,
		"channel_id": c.ID, "channel_name": c.shown(), "user_id": p.ID, "user_name": p.Name, "is_enterprise_install": false,
		"command": name, "text": strings.TrimSpace(text), "trigger_id": s.trigger(p.ID),
		"response_url": s.newResponseURL("commands", c.ID, p.ID, ""),
	}
	if s.cfg.EnterpriseID != "" {
		payload["enterprise_id"], payload["enterprise_name"] = s.cfg.EnterpriseID, s.cfg.TeamDomain
	}
	s.mu.Unlock()

	var reply Reply
	var refused error
	err = s.send("slash_commands", payload, func(ack json.RawMessage) { reply, refused = s.reply(ack, c.ID, p.ID) })
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, ErrNoAnswer):
		s.whisper(c.ID, p.ID, name+" failed because the app did not respond (operation_timeout)")
		return Reply{}, err
	case err != nil:
		s.whisper(c.ID, p.ID, name+` failed with the error "dispatch_failed"`)
		return Reply{}, err
	}
	return reply, refused
}

// shown is the channel's name as payloads have it.
func (c *Channel) shown() string {
	switch {
	case c.User != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}

// whisper is what Slack itself says to one person.
func (s *Slack) whisper(channel, user, text string) {
	s.add(&Message{Channel: channel, User: slackbot, Text: text, Ephemeral: true, For: user})
}

// reply keeps the message in a command's acknowledgement. It holds the lock.
func (s *Slack) reply(ack json.RawMessage, channel, user string) (Reply, error) {
	a := args{}
	if len(ack) == 0 {
		return Reply{}, nil
	}
	if err := json.Unmarshal(ack, &a); err != nil {
		s.note("acknowledging a command: %v", err)
		return Reply{}, fmt.Errorf("reading the acknowledgement: %w", err)
	}
	if len(a) == 0 {
		return Reply{}, nil
	}
	m, refused := s.draft("slash command", a)
	if refused != nil {
		code := str(refused, "error")
		s.whisper(channel, user, fmt.Sprintf("The command failed with the error %q", code))
		return Reply{}, fmt.Errorf("the app's reply was refused: %s", code)
	}
	m.Channel, m.ThreadTS = channel, ""
	if a.str("response_type") != "in_channel" {
		m.Ephemeral, m.For = true, user
	}
	s.add(m)
	return Reply{TS: m.TS, Text: m.Text, Blocks: m.Blocks, InChannel: !m.Ephemeral}, nil
}

// interaction is what all interactive payloads have in common.
func (s *Slack) interaction(kind string, p *Person) object {
	o := object{
		"type": kind, "token": verificationToken, "api_app_id": s.cfg.AppID, "is_enterprise_install": false, "enterprise": nil,
		"team": object{"id": s.cfg.TeamID, "domain": s.cfg.TeamDomain},
		"user": object{"id": p.ID, "username": p.Name, "name": p.Name, "team_id": s.teamOf(p)},
	}
	if s.cfg.EnterpriseID != "" {
		o["enterprise"] = object{"id": s.cfg.EnterpriseID, "name": s.cfg.TeamDomain}
		o["team"] = object{
			"id": s.cfg.TeamID, "domain": s.cfg.TeamDomain, "enterprise_id": s.cfg.EnterpriseID, "enterprise_name": s.cfg.TeamDomain,
		}
	}
	return o
}

// maxEventTries is Slack's first sending and three more.
// https://docs.slack.dev/apis/events-api
const maxEventTries = 4

// OpenHome opens App Home: the app gets app_home_opened, and again at once
// under another envelope while it doesn't acknowledge.
func (s *Slack) OpenHome(user string) error {
	s.mu.Lock()
	p, err := s.active(user)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	event := object{
		"type": "app_home_opened", "user": p.ID, "channel": s.direct(p.ID).ID, "tab": "home", "event_ts": s.stamp(),
	}
	if v := s.homes[p.ID]; v != nil {
		event["view"] = s.viewJSON(v)
	}
	var enterprise any
	if s.cfg.EnterpriseID != "" {
		enterprise = s.cfg.EnterpriseID
	}
	payload := object{
		"token": verificationToken, "team_id": s.cfg.TeamID, "api_app_id": s.cfg.AppID, "type": "event_callback", "event": event,
		"event_id": "Ev" + world.Random(9, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), "event_time": time.Now().Unix(),
		"authorizations": []any{object{
			"enterprise_id": enterprise, "team_id": s.cfg.TeamID, "user_id": s.cfg.BotUserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": false,
	}
	s.mu.Unlock()
	for try := range maxEventTries {
		reason := ""
		if try > 0 {
			reason = "timeout"
		}
		d := s.envelope("events_api", payload, nil, object{"retry_attempt": try, "retry_reason": reason})
		if err = s.deliver(d, true); !errors.Is(err, ErrNoAnswer) {
			return err
		}
	}
	return err
}
