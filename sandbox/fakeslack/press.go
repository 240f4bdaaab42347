package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
)

// Press presses a button of a message as it is now, and says yes to its
// confirm dialog. For a menu, value is the value of the option to choose.
// blockID may be empty when actionID is in one block only. An error other than
// ErrNoAnswer and ErrNotConnected means that nothing was there to press.
func (s *Slack) Press(user, channelID, ts, actionID, blockID string, value ...string) error {
	return s.pressMessage(user, channelID, ts, actionID, blockID, value, false)
}

// PressEphemeral is Press for a message that only user sees.
func (s *Slack) PressEphemeral(user, channelID, ts, actionID, blockID string, value ...string) error {
	return s.pressMessage(user, channelID, ts, actionID, blockID, value, true)
}

func (s *Slack) pressMessage(user, channelID, ts, actionID, blockID string, value []string, ephemeral bool) error {
	s.mu.Lock()
	p, err := s.active(user)
	m := s.message(channelID, ts)
	if err == nil && (m == nil || m.Ephemeral && m.For != user || m.Ephemeral != ephemeral) {
		err = fmt.Errorf("%s sees no such message %s in %s", user, ts, channelID)
	}
	var action object
	if err == nil {
		action, err = s.action(m.Blocks, blockID, actionID, value)
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	m.choose(action, value)
	payload := s.press(p, channelID, ts, m)
	payload["actions"] = []any{action}
	s.mu.Unlock()
	return s.sendPress(payload, m)
}

// choose remembers what was chosen in a menu, which later presses report too.
func (m *Message) choose(action object, value []string) {
	block := str(action, "block_id")
	if len(value) == 0 || singular[str(action, "type")]+plural[str(action, "type")] == "" {
		return
	}
	if m.typed == nil {
		m.typed = map[string]map[string]string{}
	}
	if m.typed[block] == nil {
		m.typed[block] = map[string]string{}
	}
	m.typed[block][str(action, "action_id")] = value[0]
}

// sendPress leaves Slack's warning beside a button that wasn't answered.
func (s *Slack) sendPress(payload object, m *Message) error {
	err := s.send("interactive", payload, nil)
	if m == nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Warning = ""
	if err != nil {
		m.Warning = err.Error()
	}
	s.w.Changed()
	return err
}

// action is what stands in a press's actions for an element.
func (s *Slack) action(blocks json.RawMessage, blockID, actionID string, value []string) (object, error) {
	block, e, err := find(blocks, blockID, actionID)
	if err != nil {
		return nil, err
	}
	o := object{"type": e["type"], "action_id": e["action_id"], "block_id": block, "action_ts": s.stamp()}
	one := ""
	if len(value) > 0 {
		one = value[0]
	}
	switch str(e, "type") {
	case "button", "icon_button", "workflow_button":
		o["text"] = e["text"]
		for _, key := range []string{"value", "url", "style"} {
			if e[key] != nil {
				o[key] = e[key]
			}
		}
	case "overflow":
		option, err := optionOf(e, one)
		if err != nil {
			return nil, err
		}
		o["selected_option"] = option
	default:
		entry, err := chosen(e, one)
		if err != nil {
			return nil, err
		}
		maps.Copy(o, entry)
		if e["placeholder"] != nil {
			o["placeholder"] = e["placeholder"]
		}
	}
	return o, nil
}

// press is a block_actions payload for a message, without its actions.
func (s *Slack) press(p *Person, channelID, ts string, m *Message) object {
	ephemeral := m != nil && m.Ephemeral
	container := object{"type": "message", "message_ts": ts, "channel_id": channelID, "is_ephemeral": ephemeral}
	payload := s.interaction("block_actions", p)
	payload["trigger_id"] = s.trigger(p.ID)
	payload["response_url"] = s.newResponseURL("actions", channelID, p.ID, ts)
	payload["container"] = container
	payload["channel"] = object{"id": channelID, "name": channelID}
	if c := s.channel(channelID); c != nil {
		payload["channel"] = object{"id": c.ID, "name": c.shown()}
	}
	payload["state"] = object{"values": object{}}
	if m == nil {
		return payload
	}
	payload["state"] = object{"values": state(m.Blocks, m.typed)}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	if !ephemeral {
		payload["message"] = s.json(m)
	}
	return payload
}

// PressRaw sends a press that no button of today would send: from an old copy
// of a message, from elsewhere, or forged. The payload is that of a real press
// on the message (if there is one), with action as its only action and then
// overrides laid over it, objects key by key; an override of nil removes.
func (s *Slack) PressRaw(user, channelID, ts string, action, overrides map[string]any) error {
	s.mu.Lock()
	p := s.person(user)
	if p == nil {
		p = &Person{ID: user, Name: user}
	}
	m := s.message(channelID, ts)
	payload := s.press(p, channelID, ts, m)
	a := object{"type": "button", "action_ts": s.stamp(), "text": object{"type": "plain_text", "text": "Button", "emoji": true}}
	maps.Copy(a, action)
	payload["actions"] = []any{a}
	payload = clone(payload).(object)
	overlay(payload, overrides)
	s.mu.Unlock()
	return s.sendPress(payload, nil)
}

func overlay(base, over object) {
	for key, value := range over {
		below, isObject := base[key].(object)
		above, both := value.(object)
		switch {
		case value == nil:
			delete(base, key)
		case isObject && both:
			overlay(below, above)
		default:
			base[key] = value
		}
	}
}

// PressView presses an element of what user has before them: the topmost modal
// or, when none is open, App Home. value is as in Press.
func (s *Slack) PressView(user, actionID, blockID string, value ...string) error {
	s.mu.Lock()
	p, err := s.active(user)
	v := s.top(user)
	if v == nil {
		v = s.homes[user]
	}
	if err == nil && v == nil {
		err = fmt.Errorf("%s has neither a modal nor a home view", user)
	}
	var action object
	if err == nil {
		action, err = s.action(v.Blocks, blockID, actionID, value)
	}
	if err == nil && len(value) > 0 && singular[str(action, "type")]+plural[str(action, "type")] != "" {
		err = v.enter(actionID, value[0])
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	payload := s.interaction("block_actions", p)
	payload["trigger_id"], payload["view"] = s.trigger(p.ID), s.viewJSON(v)
	payload["container"] = object{"type": "view", "view_id": v.ID}
	payload["actions"] = []any{action}
	s.mu.Unlock()

	err = s.send("interactive", payload, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		v.Warning = err.Error()
	}
	s.w.Changed()
	return err
}
