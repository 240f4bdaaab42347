package fakeslack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// slackbot is who tells people that an app didn't answer.
const slackbot = "USLACKBOT"

// A Message is one message in a channel, as it is now.
type Message struct {
	Channel, TS, ThreadTS string
	User                  string // who wrote it: a person, the bot, or USLACKBOT
	Text                  string
	Blocks                json.RawMessage // with the ids that Slack filled in; nil without blocks
	Files                 []File
	Broadcast             bool // a reply that the channel sees too
	Ephemeral             bool // only For sees it, and the app can't update it
	For                   string
	Edited                int // how many times the app updated it
	Deleted               bool
	Warning               string // what a person sees beside a button that the app didn't answer

	metadata any
	typed    map[string]map[string]string // what people chose in menus, by block and action
}

// Messages lists everything in a channel, oldest first: replies, ephemeral
// messages and deleted ones too.
func (s *Slack) Messages(channel string) []Message {
	return s.pick(func(m *Message) bool { return m.Channel == channel })
}

// Visible lists what user sees in a channel and in its threads, oldest first.
func (s *Slack) Visible(user, channel string) []Message {
	return s.pick(func(m *Message) bool {
		return m.Channel == channel && !m.Deleted && (!m.Ephemeral || m.For == user)
	})
}

// Thread lists the message ts and the replies to it, without deleted ones.
func (s *Slack) Thread(channel, ts string) []Message {
	return s.pick(func(m *Message) bool {
		return m.Channel == channel && !m.Deleted && (m.TS == ts || m.ThreadTS == ts)
	})
}

func (s *Slack) pick(want func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if want(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Say posts a person's own message and returns its ts.
func (s *Slack) Say(user, channel, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.active(user); err != nil {
		return "", err
	}
	if c := s.channel(channel); c == nil || c.Archived {
		return "", fmt.Errorf("nobody can post in %s", channel)
	}
	m := &Message{Channel: channel, User: user, Text: text}
	s.add(m)
	return m.TS, nil
}

// Delete removes a message, as its author or an administrator does.
func (s *Slack) Delete(channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(channel, ts)
	if m == nil {
		return fmt.Errorf("there is no message %s in %s", ts, channel)
	}
	m.Deleted = true
	s.w.Changed()
	return nil
}

// add stamps m and keeps it.
func (s *Slack) add(m *Message) {
	m.TS = s.stamp()
	s.messages = append(s.messages, m)
	s.w.Changed()
}

// stamp is a message's ts: unique, and later than all before.
func (s *Slack) stamp() string {
	s.lastTS = max(s.lastTS+1, s.w.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

func (s *Slack) message(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// json is the message as the Web API and a press show it.
func (s *Slack) json(m *Message) object {
	o := object{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text, "team": s.cfg.TeamID}
	if m.User == s.cfg.BotUserID {
		s.addApp(o, s.cfg.BotID, s.cfg.AppID, s.cfg.BotName)
	}
	for _, a := range s.cfg.OtherApps {
		if m.User == a.BotUserID {
			s.addApp(o, "B"+a.ID, a.ID, a.Name)
		}
	}
	if m.Blocks != nil {
		o["blocks"] = m.Blocks
	}
	if len(m.Files) > 0 {
		o["files"] = filesOf(m)
	}
	if m.ThreadTS != "" {
		o["thread_ts"] = m.ThreadTS
	}
	if m.Broadcast { // https://docs.slack.dev/reference/events/message/thread_broadcast
		o["subtype"] = "thread_broadcast"
	}
	// An update of blocks shows no "(edited)", one of a text alone does.
	if m.Edited > 0 && m.Blocks == nil {
		o["edited"] = object{"user": s.cfg.BotUserID, "ts": m.TS}
	}
	s.addThread(o, m)
	return o
}

// addApp says which app a message is from.
func (s *Slack) addApp(o object, bot, app, name string) {
	o["bot_id"], o["app_id"] = bot, app
	o["bot_profile"] = object{
		"id": bot, "app_id": app, "name": name, "team_id": s.cfg.TeamID,
		"deleted": false, "updated": 1577836800, "icons": object{"image_36": "", "image_48": "", "image_72": ""},
	}
}

// addThread says on a message with replies how many there are.
func (s *Slack) addThread(o object, root *Message) {
	users, replies, latest := []string{}, 0, ""
	for _, m := range s.messages {
		if m.Channel != root.Channel || m.ThreadTS != root.TS || m.Deleted || m.Ephemeral {
			continue
		}
		replies++
		latest = m.TS
		if len(users) == 0 || users[len(users)-1] != m.User {
			users = append(users, m.User)
		}
	}
	if replies == 0 {
		return
	}
	o["thread_ts"], o["reply_count"], o["latest_reply"] = root.TS, replies, latest
	o["reply_users"], o["reply_users_count"], o["is_locked"], o["subscribed"] = users, len(users), false, false
}

// after compares two ts as numbers; an empty bound is no bound.
func after(ts, bound string, orEqual bool) bool {
	if bound == "" {
		return true
	}
	a, b := micros(ts), micros(bound)
	return a > b || orEqual && a == b
}

func micros(ts string) int64 {
	seconds, fraction, _ := strings.Cut(ts, ".")
	whole, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return 0
	}
	part, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil {
		return 0
	}
	return whole*1e6 + part
}
