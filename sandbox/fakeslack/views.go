package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rekey/sandbox/world"
)

// A View is a modal or a home view, as its user sees it now.
type View struct {
	ID, Type, CallbackID string
	Title, Submit, Close string
	PrivateMetadata      string
	ExternalID           string
	Hash                 string
	Blocks               json.RawMessage
	Errors               map[string]string // by block id, from the last submission
	Warning              string            // when the app didn't answer
	NotifyOnClose        bool
	ClearOnClose         bool
	user, root, previous string
	body                 object                       // as the app sent it, with the blocks completed
	typed                map[string]map[string]string // what the person entered, by block and action
}

// A trigger lets an app open a modal for the person who did something.
type trigger struct {
	user string
	dies time.Time // real time, since people don't wait in the world's
	used bool
}

// trigger mints a trigger id for something that user is just doing.
func (s *Slack) trigger(user string) string {
	id := fmt.Sprintf("%d.%d.%s", time.Now().UnixMilli(), s.lastTS%1e9, world.Random(32, "0123456789abcdef"))
	s.triggers[id] = &trigger{user: user, dies: time.Now().Add(s.cfg.TriggerLife)}
	return id
}

func viewArgument(a args) (object, error) {
	raw := a.raw("view")
	if raw == nil {
		return nil, errors.New("there is no view")
	}
	var v object
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("reading the view: %w", err)
	}
	return v, nil
}

// accept checks a view that the app sends and gives it an id and a hash.
func (s *Slack) accept(method string, raw json.RawMessage, user string) (*View, object) {
	if len(raw) > maxViewBytes {
		s.note("%s: a view of %d bytes", method, len(raw))
		return nil, refuse("view_too_large")
	}
	if faults := CheckView(raw); len(faults) > 0 {
		return nil, s.invalid(method, "invalid_arguments", faults)
	}
	var body object
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, refuse("invalid_arguments")
	}
	v := &View{
		ID: "V" + world.Random(10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), user: user, typed: map[string]map[string]string{},
	}
	v.root = v.ID
	s.fill(v, body)
	return v, nil
}

// fill gives v a new content and a new hash; what the person typed stays where
// block and action keep their ids.
func (s *Slack) fill(v *View, body object) {
	v.Type, v.CallbackID, v.PrivateMetadata, v.ExternalID = str(body, "type"), str(body, "callback_id"), str(body, "private_metadata"), str(body, "external_id")
	v.Title, v.Submit, v.Close = textOf(body, "title"), textOf(body, "submit"), textOf(body, "close")
	v.NotifyOnClose, v.ClearOnClose = flag(body, "notify_on_close"), flag(body, "clear_on_close")
	v.Blocks = complete(encode(list(body, "blocks")))
	v.body, v.Errors, v.Warning = body, nil, ""
	v.Hash = fmt.Sprintf("%d.%s", s.w.Now().Unix(), world.Random(8, world.Alphanumeric))
	for block, actions := range v.typed {
		for action := range actions {
			if _, _, err := find(v.Blocks, block, action); err != nil {
				delete(actions, action)
			}
		}
	}
}

// json is the view as the Web API and interactions show it.
func (s *Slack) viewJSON(v *View) object {
	o := object{
		"id": v.ID, "team_id": s.cfg.TeamID, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata,
		"callback_id": v.CallbackID, "external_id": v.ExternalID, "hash": v.Hash, "clear_on_close": v.ClearOnClose,
		"notify_on_close": v.NotifyOnClose, "root_view_id": v.root, "previous_view_id": nil, "app_id": s.cfg.AppID,
		"app_installed_team_id": s.cfg.TeamID, "bot_id": s.cfg.BotID, "state": object{"values": state(v.Blocks, v.typed)},
		"title": v.body["title"], "submit": v.body["submit"], "close": v.body["close"],
	}
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	if v.Blocks == nil {
		o["blocks"] = []any{}
	}
	if v.Type == onHome {
		o["title"] = object{"type": "plain_text", "text": "View Title", "emoji": true}
	}
	return o
}

// exchange spends a trigger id and returns whose it was.
func (s *Slack) exchange(a args) (string, object) {
	t := s.triggers[a.str("trigger_id")]
	switch {
	case t == nil:
		return "", refuse("invalid_trigger_id")
	case t.used:
		return "", refuse("exchanged_trigger_id")
	case time.Now().After(t.dies):
		return "", refuse("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}

func (s *Slack) viewsOpen(a args, call *world.Call) object {
	user, refused := s.exchange(a)
	if refused != nil {
		return refused
	}
	call.Resource = user
	v, refused := s.accept(call.Method, a.raw("view"), user)
	if refused != nil {
		return refused
	}
	if v.Type != onModal {
		return s.invalid(call.Method, "invalid_arguments", []string{"[ERROR] must be a modal [json-pointer:/view/type]"})
	}
	s.stacks[user] = []*View{v}
	call.Applied = true
	return object{"ok": true, "view": s.viewJSON(v)}
}

func (s *Slack) viewsPush(a args, call *world.Call) object {
	user, refused := s.exchange(a)
	if refused != nil {
		return refused
	}
	call.Resource = user
	v, refused := s.push(call.Method, a.raw("view"), user)
	if refused != nil {
		return refused
	}
	call.Applied = true
	return object{"ok": true, "view": s.viewJSON(v)}
}

// push puts a modal on top of the ones that user has open.
func (s *Slack) push(method string, raw json.RawMessage, user string) (*View, object) {
	stack := s.stacks[user]
	switch {
	case len(stack) == 0:
		return nil, refuse("not_found")
	case len(stack) >= maxModalStack:
		return nil, refuse("push_limit_reached")
	}
	v, refused := s.accept(method, raw, user)
	if refused != nil {
		return nil, refused
	}
	v.root, v.previous = stack[0].ID, stack[len(stack)-1].ID
	s.stacks[user] = append(stack, v)
	return v, nil
}

func (s *Slack) viewsUpdate(a args, call *world.Call) object {
	v := s.view(func(v *View) bool {
		return v.ID == a.str("view_id") || v.ExternalID != "" && v.ExternalID == a.str("external_id")
	})
	if v == nil {
		return refuse("not_found")
	}
	if hash := a.str("hash"); hash != "" && hash != v.Hash {
		return refuse("hash_conflict")
	}
	fresh, refused := s.accept(call.Method, a.raw("view"), v.user)
	if refused != nil {
		return refused
	}
	s.fill(v, fresh.body)
	call.Applied = true
	return object{"ok": true, "view": s.viewJSON(v)}
}

func (s *Slack) view(want func(*View) bool) *View {
	for _, stack := range s.stacks {
		if i := slices.IndexFunc(stack, want); i >= 0 {
			return stack[i]
		}
	}
	for _, v := range s.homes {
		if want(v) {
			return v
		}
	}
	return nil
}

func (s *Slack) viewsPublish(a args, call *world.Call) object {
	p := s.person(a.str("user_id"))
	if p == nil || p.Deleted {
		return refuse("user_not_found")
	}
	old := s.homes[p.ID]
	if hash := a.str("hash"); hash != "" && (old == nil || hash != old.Hash) {
		return refuse("hash_conflict")
	}
	v, refused := s.accept(call.Method, a.raw("view"), p.ID)
	if refused != nil {
		return refused
	}
	if v.Type != onHome {
		return s.invalid(call.Method, "invalid_arguments", []string{"[ERROR] must be a home view [json-pointer:/view/type]"})
	}
	if old != nil {
		s.fill(old, v.body)
		v = old
	}
	s.homes[p.ID] = v
	call.Applied = true
	return object{"ok": true, "view": s.viewJSON(v)}
}
