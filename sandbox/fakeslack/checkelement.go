package fakeslack

import (
	"fmt"
	"reflect"
	"strings"
)

// An elementRule is what Slack accepts in one type of element, beside type,
// and the blocks that it may stand in.
type elementRule struct {
	keys  string
	in    string
	check func(c *checker, at string, e object)
}

const (
	selectKeys = "action_id placeholder confirm focus_on_load "
	inputKeys  = "action_id placeholder focus_on_load dispatch_action_config "
)

var elementRules = map[string]elementRule{
	"button":                     {"text! action_id url value style confirm accessibility_label", "section actions", (*checker).button},
	"workflow_button":            {"text! workflow! action_id style accessibility_label", "section actions", (*checker).button},
	"overflow":                   {"action_id options! confirm", "section actions", (*checker).overflow},
	"image":                      {"alt_text! image_url slack_file", "section context", (*checker).picture},
	"checkboxes":                 {"action_id options! initial_options confirm focus_on_load", "section actions input", (*checker).choices},
	"radio_buttons":              {"action_id options! initial_option confirm focus_on_load", "section actions input", (*checker).choices},
	"static_select":              {selectKeys + "options option_groups initial_option", "section actions input", (*checker).staticSelect},
	"multi_static_select":        {selectKeys + "options option_groups initial_options max_selected_items", "section actions input", (*checker).staticSelect},
	"external_select":            {selectKeys + "initial_option min_query_length", "section actions input", nil},
	"multi_external_select":      {selectKeys + "initial_options min_query_length max_selected_items", "section actions input", nil},
	"users_select":               {selectKeys + "initial_user", "section actions input", nil},
	"multi_users_select":         {selectKeys + "initial_users max_selected_items", "section actions input", nil},
	"conversations_select":       {selectKeys + "initial_conversation default_to_current_conversation response_url_enabled filter", "section actions input", nil},
	"multi_conversations_select": {selectKeys + "initial_conversations default_to_current_conversation max_selected_items filter", "section actions input", nil},
	"channels_select":            {selectKeys + "initial_channel response_url_enabled", "section actions input", nil},
	"multi_channels_select":      {selectKeys + "initial_channels max_selected_items", "section actions input", nil},
	"datepicker":                 {selectKeys + "initial_date", "section actions input", nil},
	"timepicker":                 {selectKeys + "initial_time timezone", "section actions input", nil},
	"datetimepicker":             {"action_id initial_date_time confirm focus_on_load", "actions input", nil},
	"plain_text_input":           {inputKeys + "initial_value multiline min_length max_length", "input", (*checker).plainTextInput},
	"email_text_input":           {inputKeys + "initial_value", "input", nil},
	"url_text_input":             {inputKeys + "initial_value", "input", nil},
	"number_input":               {inputKeys + "is_decimal_allowed! initial_value min_value max_value", "input", nil},
	"rich_text_input":            {inputKeys + "initial_value", "input", nil},
	"file_input":                 {"action_id filetypes max_files", "input", (*checker).fileInput},
	"feedback_buttons":           {"action_id positive_button! negative_button!", "context_actions", nil},
	"icon_button":                {"action_id icon! text! value confirm accessibility_label visible_to_user_ids", "context_actions", nil},
}

func (c *checker) elements(at string, elements []any, in string) {
	ids := map[string]bool{}
	for i, v := range elements {
		here := fmt.Sprintf("%s/%d", at, i)
		e, ok := v.(object)
		if !ok {
			c.fault(here, "must be an object")
			continue
		}
		if id := str(e, "action_id"); id != "" {
			if ids[id] {
				c.fault(here+"/action_id", "`action_id` already exists")
			}
			ids[id] = true
		}
		c.element(here, e, in)
	}
}

func (c *checker) element(at string, e object, in string) {
	rule, ok := elementRules[str(e, "type")]
	if !ok || !strings.Contains(" "+rule.in+" ", " "+in+" ") {
		c.fault(at+"/type", "unsupported type: %v", e["type"])
		return
	}
	c.shape(at, e, "type! "+rule.keys)
	c.length(at+"/action_id", e["action_id"], 0, maxID)
	c.text(at+"/placeholder", e["placeholder"], maxPlaceholder, "plain_text")
	c.confirm(at+"/confirm", e["confirm"])
	if rule.check != nil {
		rule.check(c, at, e)
	}
}

func (c *checker) button(at string, e object) {
	c.text(at+"/text", e["text"], maxButtonText, "plain_text")
	c.length(at+"/value", e["value"], 0, maxButtonValue)
	c.url(at+"/url", e["url"])
	c.oneOf(at+"/style", e["style"], "primary danger")
	c.length(at+"/accessibility_label", e["accessibility_label"], 1, maxButtonText)
}

func (c *checker) overflow(at string, e object) {
	c.options(at+"/options", list(e, "options"), maxOverflow, "plain_text", true)
}

func (c *checker) choices(at string, e object) {
	c.options(at+"/options", list(e, "options"), maxChoices, "plain_text mrkdwn", false)
	c.initial(at, e, list(e, "options"))
}

func (c *checker) staticSelect(at string, e object) {
	if (e["options"] == nil) == (e["option_groups"] == nil) {
		c.fault(at, "must have either options or option_groups")
		return
	}
	if e["options"] != nil {
		c.options(at+"/options", list(e, "options"), maxOptions, "plain_text", false)
		c.initial(at, e, list(e, "options"))
		return
	}
	groups := list(e, "option_groups")
	c.count(at+"/option_groups", len(groups), 1, maxOptionGroups)
	var all []any
	for i, v := range groups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		g, _ := v.(object)
		c.shape(here, g, "label! options!")
		c.text(here+"/label", g["label"], maxGroupLabel, "plain_text")
		c.options(here+"/options", list(g, "options"), maxOptions, "plain_text", false)
		all = append(all, list(g, "options")...)
	}
	c.initial(at, e, all)
}

func (c *checker) options(at string, options []any, most int, kinds string, links bool) {
	c.count(at, len(options), 1, most)
	keys := "text! value! description"
	if links {
		keys += " url"
	}
	for i, v := range options {
		here := fmt.Sprintf("%s/%d", at, i)
		o, _ := v.(object)
		c.shape(here, o, keys)
		c.text(here+"/text", o["text"], maxOptionText, kinds)
		c.length(here+"/value", o["value"], 0, maxOptionValue)
		c.text(here+"/description", o["description"], maxOptionText, kinds)
		c.url(here+"/url", o["url"])
	}
}

// initial checks that what is selected at first is one of the options.
func (c *checker) initial(at string, e object, options []any) {
	selected := list(e, "initial_options")
	if one := e["initial_option"]; one != nil {
		selected = append(selected, one)
	}
	for _, s := range selected {
		found := false
		for _, o := range options {
			found = found || reflect.DeepEqual(s, o)
		}
		if !found {
			c.fault(at, "initial option must exactly match one of the options")
		}
	}
}

func (c *checker) plainTextInput(at string, e object) {
	c.number(at+"/min_length", e["min_length"], 0, maxInputLength)
	c.number(at+"/max_length", e["max_length"], 1, maxInputLength)
	c.length(at+"/initial_value", e["initial_value"], 0, maxInputLength)
}

func (c *checker) fileInput(at string, e object) {
	c.number(at+"/max_files", e["max_files"], 1, maxFiles)
	if c.surface != onModal {
		c.fault(at+"/type", "unsupported type: file_input")
	}
}
