package fakeslack

import (
	"encoding/json"
	"fmt"
	"time"
)

// kept is what the workspace holds, in JSON. Sockets, trigger ids and rate
// limits aren't in it, and neither are refusals that somebody has ordered.
type kept struct {
	People     []*Person
	Channels   []*Channel
	Groups     []*Group
	Messages   []keptMessage
	Stacks     map[string][]keptView
	Homes      map[string]keptView
	Responses  map[string]keptResponse
	Uploads    map[string]keptUpload
	Hooks      keptHooks
	Duplicates int
	Envelopes  []Envelope
	Problems   []string
	LastTS     int64
}

type keptMessage struct {
	Message
	Metadata any
	Typed    map[string]map[string]string
}

type keptView struct {
	View
	User, Root, Previous string
	Body                 object
	Typed                map[string]map[string]string
}

type keptResponse struct {
	Channel, User, Original string
	Uses                    int
	Dies                    time.Time
}

type keptUpload struct {
	File   File
	Length int
	Sent   bool
}

type keptHooks struct {
	Live             []*Webhook
	Empty, Dead, All string
}

// maxKept is how many envelopes are kept; the oldest are left out.
const maxKept = 200

// Memory returns all that the workspace holds. What the app ever sent, which
// Transcript returns, isn't in it.
func (s *Slack) Memory() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := kept{
		People: s.people, Channels: s.channels, Groups: s.groups, Stacks: map[string][]keptView{}, Homes: map[string]keptView{},
		Responses: map[string]keptResponse{}, Uploads: map[string]keptUpload{}, Hooks: keptHooks{s.hooks.live, s.hooks.empty, s.hooks.dead, s.hooks.all},
		Duplicates: s.duplicates, Problems: s.problems, LastTS: s.lastTS,
	}
	for _, m := range s.messages {
		k.Messages = append(k.Messages, keptMessage{*m, m.metadata, m.typed})
	}
	for user, stack := range s.stacks {
		for _, v := range stack {
			k.Stacks[user] = append(k.Stacks[user], keptView{*v, v.user, v.root, v.previous, v.body, v.typed})
		}
	}
	for user, v := range s.homes {
		k.Homes[user] = keptView{*v, v.user, v.root, v.previous, v.body, v.typed}
	}
	for path, r := range s.responses {
		if s.w.Now().Before(r.dies) {
			k.Responses[path] = keptResponse{r.channel, r.user, r.original, r.uses, r.dies}
		}
	}
	for path, u := range s.uploads {
		k.Uploads[path] = keptUpload{u.file, u.length, u.sent}
	}
	for _, d := range s.deliveries[max(0, len(s.deliveries)-maxKept):] {
		k.Envelopes = append(k.Envelopes, d.Envelope)
	}
	return encode(k), nil
}

// Recall replaces all that the workspace holds by what Memory returned.
func (s *Slack) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading Slack: %w", err)
	}
	s.mu.Lock()
	defer s.w.Changed()
	defer s.mu.Unlock()
	s.people, s.channels, s.groups = k.People, k.Channels, k.Groups
	s.hooks = hooks{k.Hooks.Live, k.Hooks.Empty, k.Hooks.Dead, k.Hooks.All}
	s.duplicates, s.problems, s.lastTS = k.Duplicates, k.Problems, k.LastTS
	s.messages, s.deliveries = nil, nil
	s.stacks, s.homes, s.responses = map[string][]*View{}, map[string]*View{}, map[string]*responseURL{}
	for _, m := range k.Messages {
		one := m.Message
		one.metadata, one.typed, one.Blocks = m.Metadata, m.Typed, some(m.Blocks)
		s.messages = append(s.messages, &one)
	}
	for user, stack := range k.Stacks {
		for _, v := range stack {
			s.stacks[user] = append(s.stacks[user], v.recalled())
		}
	}
	for user, v := range k.Homes {
		s.homes[user] = v.recalled()
	}
	for path, r := range k.Responses {
		s.responses[path] = &responseURL{r.Channel, r.User, r.Original, r.Uses, r.Dies}
	}
	s.uploads = map[string]*upload{}
	for path, u := range k.Uploads {
		s.uploads[path] = &upload{u.File, u.Length, u.Sent}
	}
	for _, e := range k.Envelopes {
		d := &delivery{Envelope: e, done: make(chan struct{})}
		d.frame = encode(object{"envelope_id": e.ID, "type": e.Type, "accepts_response_payload": false, "payload": e.Payload})
		if e.Acks > 0 {
			close(d.done)
		} else {
			d.late = true
		}
		s.deliveries = append(s.deliveries, d)
	}
	return nil
}

func (k keptView) recalled() *View {
	v := k.View
	v.Blocks = some(v.Blocks)
	v.user, v.root, v.previous, v.body, v.typed = k.User, k.Root, k.Previous, k.Body, k.Typed
	if v.typed == nil {
		v.typed = map[string]map[string]string{}
	}
	return &v
}

// some is raw, unless that says that there is nothing.
func some(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}
