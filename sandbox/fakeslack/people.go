package fakeslack

import (
	"fmt"
	"slices"
	"strings"
)

// A Person is a member of the workspace, a guest, or somebody from another
// workspace.
type Person struct {
	ID, Name, RealName string
	Email              string // the address of the account
	Deleted            bool   // the account is deactivated
	Restricted         bool   // a guest
	UltraRestricted    bool   // a guest of one channel
	Bot                bool   // another app's user
	Stranger           bool   // from another workspace, by Slack Connect
	TeamID             string // empty: the workspace's own
	TZ                 string // empty: Europe/London
}

// A Channel is a public or private channel, or a direct message with User.
type Channel struct {
	ID, Name string
	Members  []string // nil: everybody
	Private  bool
	Archived bool
	NoBot    bool   // the app's bot isn't a member
	User     string // set for a direct message
}

// A Group is a user group; its Handle is what people write after the @.
type Group struct {
	ID, Handle string
	Members    []string
	Disabled   bool
}

// People lists everybody, as they are now.
func (s *Slack) People() []Person { return snapshot(s, &s.people) }

// Channels lists all channels and direct messages, as they are now.
func (s *Slack) Channels() []Channel { return snapshot(s, &s.channels) }

// Groups lists all user groups, as they are now.
func (s *Slack) Groups() []Group { return snapshot(s, &s.groups) }

func snapshot[T any](s *Slack, all *[]*T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []T
	for _, one := range *all {
		out = append(out, *one)
	}
	return out
}

// SetPerson adds p or replaces the person with its id.
func (s *Slack) SetPerson(p Person) {
	put(s, &s.people, p, func(old *Person) bool { return old.ID == p.ID })
}

// SetGroup adds g or replaces the group with its id.
func (s *Slack) SetGroup(g Group) {
	put(s, &s.groups, g, func(old *Group) bool { return old.ID == g.ID })
}

// SetChannel adds c or replaces the channel with its id.
func (s *Slack) SetChannel(c Channel) {
	put(s, &s.channels, c, func(old *Channel) bool { return old.ID == c.ID })
}

func put[T any](s *Slack, all *[]*T, one T, same func(*T) bool) {
	s.mu.Lock()
	if i := slices.IndexFunc(*all, same); i >= 0 {
		(*all)[i] = &one
	} else {
		*all = append(*all, &one)
	}
	s.mu.Unlock()
	s.w.Changed()
}

// ArchiveChannel archives a channel; an unknown one is left unknown.
func (s *Slack) ArchiveChannel(id string) {
	s.changeChannel(id, func(c *Channel) { c.Archived = true })
}

// RemoveBot takes the app's bot out of a channel.
func (s *Slack) RemoveBot(channel string) {
	s.changeChannel(channel, func(c *Channel) { c.NoBot = true })
}

// InviteBot brings the app's bot into a channel.
func (s *Slack) InviteBot(channel string) {
	s.changeChannel(channel, func(c *Channel) { c.NoBot = false })
}

func (s *Slack) changeChannel(id string, change func(*Channel)) {
	s.mu.Lock()
	if c := s.channel(id); c != nil {
		change(c)
	}
	s.mu.Unlock()
	s.w.Changed()
}

// SetScopes replaces what the bot token is allowed to do.
func (s *Slack) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Scopes = scopes
}

// NameOf is what people call the owner of an id: a person's or the bot's name,
// a group's handle, a channel's name. It is empty for an unknown id.
func (s *Slack) NameOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.person(id); p != nil {
		return p.Name
	}
	if c := s.channel(id); c != nil {
		return c.Name
	}
	for _, g := range s.groups {
		if g.ID == id {
			return g.Handle
		}
	}
	return ""
}

func (s *Slack) person(id string) *Person {
	if id == s.cfg.BotUserID {
		return &Person{ID: id, Name: s.cfg.BotName, RealName: s.cfg.BotName, Bot: true}
	}
	for _, p := range s.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (s *Slack) channel(id string) *Channel {
	for _, c := range s.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (s *Slack) group(id string) *Group {
	for _, g := range s.groups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// direct is the direct message between the bot and user, made when first needed.
func (s *Slack) direct(user string) *Channel {
	for _, c := range s.channels {
		if c.User == user {
			return c
		}
	}
	c := &Channel{ID: "D" + strings.TrimLeft(user, "UW"), Name: "directmessage", User: user, Members: []string{user}}
	s.channels = append(s.channels, c)
	return c
}

// Direct returns the id of the direct message between a person and the bot.
func (s *Slack) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).ID
}

func (c *Channel) has(user string) bool {
	return c.Members == nil || slices.Contains(c.Members, user)
}

func (s *Slack) teamOf(p *Person) string {
	if p.TeamID != "" {
		return p.TeamID
	}
	return s.cfg.TeamID
}

// active returns a person who can do something now.
func (s *Slack) active(user string) (*Person, error) {
	p := s.person(user)
	switch {
	case p == nil:
		return nil, fmt.Errorf("there is no person %s", user)
	case p.Deleted:
		return nil, fmt.Errorf("the account of %s is deactivated", p.Name)
	}
	return p, nil
}
