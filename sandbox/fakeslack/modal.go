package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// FieldErrors are what stands beside a form's fields, by block id, after a
// submission that Slack or the app refused.
type FieldErrors map[string]string

// Error lists the fields with what is wrong in them.
func (f FieldErrors) Error() string {
	var parts []string
	for _, block := range slices.Sorted(maps.Keys(f)) {
		parts = append(parts, block+": "+f[block])
	}
	return "the form was refused: " + strings.Join(parts, "; ")
}

// OpenViews lists the modals that user has open, the visible one last.
func (s *Slack) OpenViews(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.stacks[user] {
		out = append(out, *v)
	}
	return out
}

// Home is user's App Home; it is false before the app published one.
func (s *Slack) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[user]
	if v == nil {
		return View{}, false
	}
	return *v, true
}

// Fill enters values in user's topmost modal without submitting it. Keys are
// block ids or action ids; a value is a text, an option's value, an id or a
// date, or several of them parted by commas.
func (s *Slack) Fill(user string, values map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.top(user)
	if v == nil {
		return fmt.Errorf("%s has no modal open", user)
	}
	for key, value := range values {
		if err := v.enter(key, value); err != nil {
			return err
		}
	}
	s.w.Changed()
	return nil
}

func (s *Slack) top(user string) *View {
	stack := s.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

func (v *View) enter(key, value string) error {
	all, err := decodeArray(v.Blocks)
	if err != nil {
		return fmt.Errorf("reading the view: %w", err)
	}
	for _, one := range all {
		b, _ := one.(object)
		for _, e := range elementsOf(b) {
			block, action := str(b, "block_id"), str(e, "action_id")
			if key != block && key != action {
				continue
			}
			if _, err := chosen(e, value); err != nil {
				return err
			}
			if v.typed[block] == nil {
				v.typed[block] = map[string]string{}
			}
			v.typed[block][action] = value
			return nil
		}
	}
	return fmt.Errorf("the modal %q has no input %s", v.Title, key)
}

// Submit fills in user's topmost modal and submits it. It returns FieldErrors
// when Slack itself or the app refused the form, and ErrNoAnswer or
// ErrNotConnected when the app didn't answer; the modal stays open then.
func (s *Slack) Submit(user string, values map[string]string) error {
	if err := s.Fill(user, values); err != nil {
		return err
	}
	s.mu.Lock()
	p, err := s.active(user)
	v := s.top(user)
	if err == nil && (v == nil || v.Submit == "") {
		err = errors.New("the modal has no submit button")
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	v.Warning, v.Errors = "", v.refused()
	if len(v.Errors) > 0 {
		s.mu.Unlock()
		s.w.Changed()
		return FieldErrors(v.Errors)
	}
	payload := s.interaction("view_submission", p)
	payload["trigger_id"], payload["view"], payload["response_urls"] = s.trigger(user), s.viewJSON(v), []any{}
	s.mu.Unlock()

	var refused error
	err = s.send("interactive", payload, func(ack json.RawMessage) { refused = s.react(v, ack) })
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.w.Changed()
	if err != nil {
		v.Warning = "We had some trouble connecting. Try again?"
		return err
	}
	return refused
}

// refused is what Slack says about the form before the app sees it.
func (v *View) refused() FieldErrors {
	faults := FieldErrors{}
	all, err := decodeArray(v.Blocks)
	if err != nil {
		return faults
	}
	values := state(v.Blocks, v.typed)
	for _, one := range all {
		b, _ := one.(object)
		if str(b, "type") != "input" {
			continue
		}
		e, block := obj(b, "element"), str(b, "block_id")
		if word := unfit(e, obj(obj(values, block), str(e, "action_id")), flag(b, "optional")); word != "" {
			faults[block] = word
		}
	}
	return faults
}

// react does what an acknowledgement of a submission asks for. It holds the lock.
func (s *Slack) react(v *View, ack json.RawMessage) error {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 {
		if err := json.Unmarshal(ack, &answer); err != nil {
			s.note("acknowledging a view_submission: %v", err)
		}
	}
	var refused object
	switch answer.Action {
	case "":
		s.remove(v)
	case "clear":
		delete(s.stacks, v.user)
	case "errors":
		for block := range answer.Errors {
			if _, _, err := inputBlock(v.Blocks, block); err != nil {
				s.note("acknowledging a view_submission: errors for %s, which is no input block", block)
			}
		}
		v.Errors = answer.Errors
		return FieldErrors(answer.Errors)
	case "update":
		var fresh *View
		if fresh, refused = s.accept("view_submission update", answer.View, v.user); refused == nil {
			s.fill(v, fresh.body)
		}
	case "push":
		_, refused = s.push("view_submission push", answer.View, v.user)
	default:
		s.note("acknowledging a view_submission: unknown response_action %q", answer.Action)
		refused = refuse("invalid_response_action")
	}
	if refused != nil {
		v.Warning = "We had some trouble connecting. Try again?"
		return fmt.Errorf("the app's answer to the form was refused: %s", str(refused, "error"))
	}
	return nil
}

func inputBlock(blocks json.RawMessage, id string) (object, object, error) {
	all, err := decodeArray(blocks)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range all {
		if b, _ := one.(object); str(b, "block_id") == id && str(b, "type") == "input" {
			return b, obj(b, "element"), nil
		}
	}
	return nil, nil, fmt.Errorf("there is no input block %s", id)
}

func (s *Slack) remove(v *View) {
	s.stacks[v.user] = slices.DeleteFunc(s.stacks[v.user], func(one *View) bool { return one == v })
}

// CloseView closes user's topmost modal with its close button, or all of them
// if it says clear_on_close. The app is told of those that want it told.
func (s *Slack) CloseView(user string) error {
	s.mu.Lock()
	p, err := s.active(user)
	v := s.top(user)
	if err == nil && v == nil {
		err = fmt.Errorf("%s has no modal open", user)
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	closed := []*View{v}
	if v.ClearOnClose {
		closed = slices.Clone(s.stacks[user])
		slices.Reverse(closed)
	}
	var payloads []object
	for _, one := range closed {
		s.remove(one)
		if one.NotifyOnClose {
			payload := s.interaction("view_closed", p)
			payload["view"], payload["is_cleared"] = s.viewJSON(one), v.ClearOnClose
			payloads = append(payloads, payload)
		}
	}
	s.mu.Unlock()
	s.w.Changed()
	var failed error
	for _, payload := range payloads {
		failed = errors.Join(failed, s.send("interactive", payload, nil))
	}
	return failed
}
