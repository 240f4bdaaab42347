package fakeslack

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"rekey/sandbox/world"
)

// draft is what the app wants a message to say, or why Slack refuses it.
func (s *Slack) draft(method string, a args) (*Message, object) {
	m := &Message{User: s.cfg.BotUserID, Text: a.str("text"), ThreadTS: a.str("thread_ts")}
	if raw := a.raw("metadata"); raw != nil {
		if err := json.Unmarshal(raw, &m.metadata); err != nil {
			return nil, refuse("invalid_metadata_format")
		}
	}
	if a.str("attachments") != "" {
		s.note("%s: attachments are not understood here", method)
		return nil, refuse("invalid_attachments")
	}
	if faults := CheckMessage(a.raw("blocks")); len(faults) > 0 {
		return nil, s.invalid(method, "invalid_blocks", faults)
	}
	m.Blocks = complete(a.raw("blocks"))
	if m.Text == "" && m.Blocks == nil {
		return nil, refuse("no_text")
	}
	if utf8.RuneCountInString(m.Text) > maxMessageText {
		s.note("%s: text of more than %d characters", method, maxMessageText)
		return nil, refuse("msg_too_long")
	}
	return m, nil
}

func (s *Slack) invalid(method, code string, faults []string) object {
	for _, f := range faults {
		s.note("%s: %s: %s", method, code, f)
	}
	o := refuse(code)
	o["response_metadata"] = object{"messages": faults}
	if code == "invalid_blocks" {
		o["errors"] = faults
	}
	return o
}

// target is the channel to write in, or why the bot can't.
func (s *Slack) target(id string) (*Channel, object) {
	c := s.channel(id)
	switch {
	case c == nil, c.NoBot && c.Private:
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case c.NoBot && !slices.Contains(s.cfg.Scopes, "chat:write.public"):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func (s *Slack) postMessage(a args, call *world.Call) object {
	id := a.str("channel")
	if p := s.person(id); p != nil {
		id = s.direct(p.ID).ID
	}
	for _, c := range s.channels {
		if c.User == "" && c.Name == strings.TrimPrefix(id, "#") {
			id = c.ID
		}
	}
	c, refused := s.target(id)
	if refused != nil {
		return refused
	}
	m, refused := s.draft(call.Method, a)
	if refused != nil {
		return refused
	}
	m.Channel = c.ID
	m.ThreadTS = s.rootOf(c.ID, m.ThreadTS)
	m.Broadcast = m.ThreadTS != "" && a.bool("reply_broadcast")
	s.add(m)
	call.Applied = true
	return object{"ok": true, "channel": c.ID, "ts": m.TS, "message": s.json(m)}
}

// rootOf is the thread that a reply to ts lands in. When the message is gone,
// Slack posts the reply at the top level without a word (slack-go issue 1571);
// when it is a reply itself, the thread is its parent's.
func (s *Slack) rootOf(channel, ts string) string {
	parent := s.message(channel, ts)
	switch {
	case parent == nil:
		return ""
	case parent.ThreadTS != "":
		return parent.ThreadTS
	}
	return ts
}

func (s *Slack) postEphemeral(a args, call *world.Call) object {
	c, refused := s.target(a.str("channel"))
	if refused != nil {
		return refused
	}
	p := s.person(a.str("user"))
	if p == nil || p.Deleted || !c.has(p.ID) {
		return refuse("user_not_in_channel")
	}
	m, refused := s.draft(call.Method, a)
	if refused != nil {
		return refused
	}
	m.Channel, m.Ephemeral, m.For = c.ID, true, p.ID
	s.add(m)
	call.Applied = true
	return object{"ok": true, "message_ts": m.TS}
}

// own is one of the app's messages that it may still change, or why not.
func (s *Slack) own(a args, otherwise string) (*Message, object) {
	c := s.channel(a.str("channel"))
	if c == nil || c.NoBot && c.Private {
		return nil, refuse("channel_not_found")
	}
	if c.Archived {
		return nil, refuse("is_inactive")
	}
	m := s.message(c.ID, a.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.User != s.cfg.BotUserID, m.Ephemeral:
		return nil, refuse(otherwise)
	}
	return m, nil
}

func (s *Slack) updateMessage(a args, call *world.Call) object {
	m, refused := s.own(a, "cant_update_message")
	if refused != nil {
		return refused
	}
	d, refused := s.draft(call.Method, a)
	if refused != nil {
		return refused
	}
	m.Text, m.Blocks, m.Warning = d.Text, d.Blocks, ""
	if d.metadata != nil {
		m.metadata = d.metadata
	}
	m.Edited++
	call.Applied = true
	shown := s.json(m)
	delete(shown, "ts")
	return object{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text, "message": shown}
}

func (s *Slack) deleteMessage(a args, call *world.Call) object {
	m, refused := s.own(a, "cant_delete_message")
	if refused != nil {
		return refused
	}
	m.Deleted, call.Applied = true, true
	return object{"ok": true, "channel": m.Channel, "ts": m.TS}
}

func (s *Slack) permalink(a args, _ *world.Call) object {
	c := s.channel(a.str("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	m := s.message(c.ID, a.str("message_ts"))
	if m == nil || m.Ephemeral {
		return refuse("message_not_found")
	}
	link := "https://" + s.cfg.TeamDomain + ".slack.com/archives/" + c.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return object{"ok": true, "channel": c.ID, "permalink": link}
}
