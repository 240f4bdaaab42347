package fakeslack

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// plural are the elements where a person may choose several, and the property
// that holds what was chosen; singular is the same for one choice.
var (
	plural = map[string]string{
		"multi_static_select": "selected_options", "multi_external_select": "selected_options", "checkboxes": "selected_options",
		"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations", "multi_channels_select": "selected_channels",
	}
	singular = map[string]string{
		"static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
		"users_select": "selected_user", "conversations_select": "selected_conversation", "channels_select": "selected_channel",
		"datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
		"plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
		"rich_text_input": "rich_text_value",
	}
)

// state is state.values for blocks: what was typed, or else what the app put
// there to begin with.
func state(blocks json.RawMessage, typed map[string]map[string]string) object {
	values := object{}
	all, err := decodeArray(blocks)
	if err != nil {
		return values
	}
	for _, v := range all {
		b, _ := v.(object)
		for _, e := range elementsOf(b) {
			kind := str(e, "type")
			if plural[kind] == "" && singular[kind] == "" {
				continue
			}
			block, action := str(b, "block_id"), str(e, "action_id")
			one, entered := typed[block][action]
			entry := initial(e)
			if entered {
				// An option that an update has taken away isn't chosen any more.
				if now, err := chosen(e, one); err == nil {
					entry = now
				}
			}
			if values[block] == nil {
				values[block] = object{}
			}
			values[block].(object)[action] = entry
		}
	}
	return values
}

func initial(e object) object {
	kind := str(e, "type")
	entry := object{"type": kind}
	if key := plural[kind]; key != "" {
		entry[key] = []any{}
		if first, ok := e[strings.Replace(key, "selected", "initial", 1)].([]any); ok {
			entry[key] = first
		}
		return entry
	}
	key := singular[kind]
	entry[key] = e["initial_"+strings.TrimPrefix(strings.TrimPrefix(key, "selected_"), "rich_text_")]
	return entry
}

// chosen is an element's entry in the state once a person entered value: an
// option's value, an id, a date or a text; several of them parted by commas.
func chosen(e object, value string) (object, error) {
	kind := str(e, "type")
	entry := object{"type": kind}
	if key := plural[kind]; key != "" {
		picked := []any{}
		for _, one := range strings.Split(value, ",") {
			if one == "" {
				continue
			}
			var choice any = one
			if key == "selected_options" {
				option, err := optionOf(e, one)
				if err != nil {
					return nil, err
				}
				choice = option
			}
			picked = append(picked, choice)
		}
		entry[key] = picked
		return entry, nil
	}
	key, known := singular[kind]
	switch {
	case !known:
		return nil, fmt.Errorf("nobody can enter anything in a %s", kind)
	case value == "":
		entry[key] = nil
	case key == "selected_option":
		option, err := optionOf(e, value)
		if err != nil {
			return nil, err
		}
		entry[key] = option
	case key == "selected_date_time":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading the date and time: %w", err)
		}
		entry[key] = n
	case key == "rich_text_value":
		text := object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": value}}}
		entry[key] = object{"type": "rich_text", "elements": []any{text}}
	default:
		entry[key] = value
	}
	return entry, nil
}

func optionOf(e object, value string) (object, error) {
	options := list(e, "options")
	for _, v := range list(e, "option_groups") {
		g, _ := v.(object)
		options = append(options, list(g, "options")...)
	}
	for _, v := range options {
		if o, _ := v.(object); str(o, "value") == value {
			return o, nil
		}
	}
	return nil, fmt.Errorf("%s has no option %q", str(e, "action_id"), value)
}

// empty says whether a required input would be refused for want of an answer.
func empty(entry object) bool {
	for key, v := range entry {
		if key == "type" {
			continue
		}
		if several, ok := v.([]any); v != nil && v != "" && (!ok || len(several) > 0) {
			return false
		}
	}
	return true
}

// unfit is what Slack itself says beside an input before it sends a form.
func unfit(e, entry object, optional bool) string {
	if empty(entry) {
		if optional {
			return ""
		}
		return "Please complete this required field."
	}
	text, ok := entry["value"].(string)
	if !ok || str(e, "type") != "plain_text_input" {
		return ""
	}
	n := float64(utf8.RuneCountInString(text))
	if least, ok := e["min_length"].(float64); ok && n < least {
		return fmt.Sprintf("Add at least %v characters.", least)
	}
	if most, ok := e["max_length"].(float64); ok && n > most {
		return fmt.Sprintf("Use at most %v characters.", most)
	}
	return ""
}
