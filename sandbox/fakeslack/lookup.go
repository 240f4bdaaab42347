package fakeslack

import (
	"slices"
	"strconv"
	"strings"

	"rekey/sandbox/world"
)

func (s *Slack) usergroupsList(a args, _ *world.Call) object {
	groups := []object{}
	for _, g := range s.groups {
		if g.Disabled && !a.bool("include_disabled") {
			continue
		}
		o := object{
			"id": g.ID, "team_id": s.cfg.TeamID, "is_usergroup": true, "is_subteam": true, "name": g.Handle, "handle": g.Handle,
			"description": "", "is_external": false, "date_create": 1577836800, "date_update": 1577836800, "date_delete": 0,
			"auto_provision": false, "created_by": s.cfg.BotUserID, "updated_by": s.cfg.BotUserID, "user_count": len(g.Members),
			"prefs": object{"channels": []string{}, "groups": []string{}},
		}
		if g.Disabled {
			o["date_delete"] = 1609459200
		}
		if a.bool("include_users") {
			o["users"] = append([]string{}, g.Members...)
		}
		groups = append(groups, o)
	}
	return object{"ok": true, "usergroups": groups}
}

func (s *Slack) usergroupsUsersList(a args, _ *world.Call) object {
	g := s.group(a.str("usergroup"))
	if g == nil {
		return refuse("no_such_subteam")
	}
	users := []string{}
	if !g.Disabled || a.bool("include_disabled") {
		users = append(users, g.Members...)
	}
	return object{"ok": true, "users": users}
}

// usersLookupByEmail finds active people only, as Slack does.
// https://docs.slack.dev/reference/methods/users.lookupByEmail
func (s *Slack) usersLookupByEmail(a args, _ *world.Call) object {
	i := slices.IndexFunc(s.people, func(p *Person) bool {
		return p.Email != "" && strings.EqualFold(p.Email, a.str("email")) && !p.Deleted && !p.Stranger
	})
	if i < 0 {
		return refuse("users_not_found")
	}
	return s.about(s.people[i])
}

func (s *Slack) usersInfo(a args, _ *world.Call) object {
	p := s.person(a.str("user"))
	if p == nil {
		return refuse("user_not_found")
	}
	return s.about(p)
}

func (s *Slack) about(p *Person) object {
	tz := p.TZ
	if tz == "" {
		tz = "Europe/London"
	}
	o := object{
		"id": p.ID, "team_id": s.teamOf(p), "name": p.Name, "deleted": p.Deleted, "real_name": p.RealName, "is_bot": p.Bot,
		"is_app_user": false, "updated": 1577836800,
		"profile": object{"real_name": p.RealName, "display_name": p.Name, "team": s.teamOf(p)},
	}
	if !p.Deleted {
		o["tz"] = tz
		for key, on := range map[string]bool{
			"is_admin": false, "is_owner": false, "is_primary_owner": false,
			"is_restricted": p.Restricted || p.UltraRestricted, "is_ultra_restricted": p.UltraRestricted,
		} {
			o[key] = on
		}
	}
	if p.Stranger {
		o["is_stranger"] = true
	}
	if s.cfg.EnterpriseID != "" && !p.Stranger {
		o["enterprise_user"] = object{"id": p.ID, "enterprise_id": s.cfg.EnterpriseID, "teams": []string{s.cfg.TeamID}}
	}
	return object{"ok": true, "user": o}
}

func (s *Slack) conversationsInfo(a args, _ *world.Call) object {
	c := s.channel(a.str("channel"))
	if c == nil || c.NoBot && c.Private {
		return refuse("channel_not_found")
	}
	if c.User != "" {
		return object{"ok": true, "channel": object{"id": c.ID, "created": 1577836800, "is_im": true, "is_archived": false, "user": c.User}}
	}
	return object{"ok": true, "channel": object{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": 1577836800, "creator": s.cfg.BotUserID,
		"is_channel": !c.Private, "is_group": c.Private, "is_im": false, "is_mpim": false, "is_private": c.Private,
		"is_archived": c.Archived, "is_member": !c.NoBot && !c.Archived, "is_general": false, "is_shared": false,
		"is_ext_shared": false, "is_org_shared": false, "context_team_id": s.cfg.TeamID,
		"topic":   object{"value": "", "creator": "", "last_set": 0},
		"purpose": object{"value": "", "creator": "", "last_set": 0},
	}}
}

func (s *Slack) conversationsOpen(a args, call *world.Call) object {
	if id := a.str("channel"); id != "" {
		if c := s.channel(id); c == nil || c.User == "" {
			return refuse("channel_not_found")
		}
		return object{"ok": true, "channel": object{"id": id}}
	}
	users := a.str("users")
	if strings.Contains(users, ",") {
		s.note("%s: messages to several people are not understood here", call.Method)
		return refuse("not_supported")
	}
	p := s.person(users)
	switch {
	case p == nil:
		return refuse("user_not_found")
	case p.Deleted:
		return refuse("user_disabled")
	}
	call.Applied = true
	return object{"ok": true, "channel": object{"id": s.direct(p.ID).ID}}
}

// readable is a channel whose messages the bot may read, or why it can't.
func (s *Slack) readable(a args) (*Channel, object) {
	c := s.channel(a.str("channel"))
	switch {
	case c == nil, c.NoBot && c.Private:
		return nil, refuse("channel_not_found")
	case c.NoBot:
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func (s *Slack) conversationsHistory(a args, _ *world.Call) object {
	c, refused := s.readable(a)
	if refused != nil {
		return refused
	}
	var found []*Message
	for _, m := range s.messages {
		if m.Channel == c.ID && !m.Deleted && !m.Ephemeral && (m.ThreadTS == "" || m.Broadcast) && within(m.TS, a) {
			found = append(found, m)
		}
	}
	slices.Reverse(found)
	return s.page(found, a, nil)
}

func (s *Slack) conversationsReplies(a args, _ *world.Call) object {
	c, refused := s.readable(a)
	if refused != nil {
		return refused
	}
	root := s.message(c.ID, s.rootOf(c.ID, a.str("ts")))
	if root == nil {
		return refuse("thread_not_found")
	}
	var found []*Message
	for _, m := range s.messages {
		if m.Channel == c.ID && !m.Deleted && !m.Ephemeral && m.ThreadTS == root.TS && within(m.TS, a) {
			found = append(found, m)
		}
	}
	return s.page(found, a, root)
}

func within(ts string, a args) bool {
	return after(ts, a.str("oldest"), a.bool("inclusive")) && (a.str("latest") == "" || after(a.str("latest"), ts, a.bool("inclusive")))
}

// page cuts found to what one answer holds. A thread's root leads each page.
func (s *Slack) page(found []*Message, a args, root *Message) object {
	start := 0
	if cursor := a.str("cursor"); cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 0 || n > len(found) {
			return refuse("invalid_cursor")
		}
		start = n
	}
	limit := min(max(a.int("limit", 100), 1), 999)
	end := min(start+limit, len(found))
	o := object{"ok": true, "has_more": end < len(found)}
	if end < len(found) {
		o["response_metadata"] = object{"next_cursor": strconv.Itoa(end)}
	}
	messages := []object{}
	if root != nil {
		messages = append(messages, s.json(root))
	}
	for _, m := range found[start:end] {
		shown := s.json(m)
		if m.metadata != nil && a.bool("include_all_metadata") {
			shown["metadata"] = m.metadata
		}
		messages = append(messages, shown)
	}
	o["messages"] = messages
	return o
}
