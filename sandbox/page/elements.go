package page

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
)

// An element is one thing inside a block: a button, a menu, a text.
// https://docs.slack.dev/reference/block-kit/block-elements
type element struct {
	block block
	o     object
}

// An option is one line of a menu or one box to tick.
type option struct {
	Value, Text, Description string
	URL                      string
	Chosen                   bool
	Press                    string
	Group                    string // above it, if it is the first of a group
}

// Kind says how the page draws the element.
func (e *element) Kind() string {
	switch str(e.o, "type") {
	case "plain_text", "mrkdwn":
		return "words"
	case "button", "workflow_button":
		if e.URL() != "" {
			return "link"
		}
		return "button"
	case "overflow", "image", "checkboxes", "radio_buttons":
		return str(e.o, "type")
	case "static_select", "multi_static_select", "users_select", "multi_users_select",
		"conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select":
		if e.Multiple() || e.Labelled() && e.Long() {
			return "picks"
		}
		return "select"
	case "plain_text_input":
		if flag(e.o, "multiline") {
			return "textarea"
		}
		return "text"
	case "email_text_input", "url_text_input", "number_input", "datepicker", "timepicker":
		return "text"
	case "rich_text_input":
		return "textarea"
	}
	return "wrong"
}

// InputType is the kind of input in HTML.
func (e *element) InputType() string {
	switch str(e.o, "type") {
	case "email_text_input":
		return "email"
	case "url_text_input":
		return "url"
	case "number_input":
		return "number"
	case "datepicker":
		return "date"
	case "timepicker":
		return "time"
	}
	return "text"
}

// Refusal is what stands in the place of an element that can't be drawn.
func (e *element) Refusal() string {
	return "The sandbox can't show an element of the type \"" + cut(str(e.o, "type"), 60) + "\"."
}

// HTML is the element as a text.
func (e *element) HTML() template.HTML { return e.block.r.text(e.o) }

// Label is what a button says, or else a menu's placeholder.
func (e *element) Label() string {
	for _, key := range []string{"text", "placeholder"} {
		if text := words(obj(e.o, key)); text != "" {
			return text
		}
	}
	return ""
}

// Name is what a screen reader calls the element where that isn't its label.
func (e *element) Name() string {
	if name := str(e.o, "accessibility_label"); name != "" {
		return name
	}
	switch {
	case str(e.o, "type") == "overflow":
		return "More actions"
	case e.Label() != "":
		return e.Label()
	}
	return "Choose"
}

// Alt is an image's.
func (e *element) Alt() string { return str(e.o, "alt_text") }

// Style is primary, danger or empty.
func (e *element) Style() string { return str(e.o, "style") }

// URL is where a link button leads, or empty.
func (e *element) URL() string {
	to, _ := destination(str(e.o, "url"))
	return to
}

// Elsewhere says that the link leads out of the sandbox.
func (e *element) Elsewhere() bool { return elsewhere(e.URL()) != "" }

// Multiple says that several options can be chosen.
func (e *element) Multiple() bool { return strings.HasPrefix(str(e.o, "type"), "multi_") }

// shortList is how many options are seen at a glance. A longer list gets a box
// to filter it with, as Slack's have.
const shortList = 8

// Long says that the options need a box to filter them with.
func (e *element) Long() bool { return len(e.Options()) > shortList }

// Set says that the element is a set of boxes, each with a label of its own.
func (e *element) Set() bool {
	kind := e.Kind()
	return kind == "checkboxes" || kind == "radio_buttons" || kind == "picks"
}

// Box is the kind of box in HTML: one choice, or several.
func (e *element) Box() string {
	if e.Multiple() || str(e.o, "type") == "checkboxes" {
		return "checkbox"
	}
	return "radio"
}

// Initial is what an input holds at first.
func (e *element) Initial() string {
	for _, key := range []string{"initial_value", "initial_date", "initial_time"} {
		if v := str(e.o, key); v != "" {
			return v
		}
	}
	return ""
}

// Placeholder is what an empty input shows.
func (e *element) Placeholder() string { return words(obj(e.o, "placeholder")) }

// Labelled says that the block around the element names it.
func (e *element) Labelled() bool { return str(e.block.o, "type") == "input" }

// Describes lists the ids of the texts that say more about an input.
func (e *element) Describes() string {
	var ids []string
	if e.Invalid() {
		ids = append(ids, e.ID()+"-error")
	}
	if e.block.Hint() != "" {
		ids = append(ids, e.ID()+"-hint")
	}
	return strings.Join(ids, " ")
}

// Invalid says that the form was refused for this input.
func (e *element) Invalid() bool { return e.Labelled() && e.block.Error() != "" }

// Focus says that the element wants the keyboard when its view opens.
func (e *element) Focus() bool { return flag(e.o, "focus_on_load") }

// Max is the greatest length of a text; nil: none. Slack itself refuses what is
// too short.
func (e *element) Max() any { return e.o["max_length"] }

// ID is the element's in the page.
func (e *element) ID() string { return e.block.ID() + "-" + str(e.o, "action_id") }

// Field is the name of the element's value in a form: "in:" and what
// fakeslack.Submit calls it.
func (e *element) Field() string {
	if e.Labelled() {
		return fieldPrefix + str(e.block.o, "block_id")
	}
	return fieldPrefix + str(e.o, "action_id")
}

// Dispatches says that a choice is told to the app at once: everywhere but in
// an input that doesn't ask for it.
func (e *element) Dispatches() bool {
	return !e.Labelled() || flag(e.block.o, "dispatch_action")
}

// To is where a press is sent.
func (e *element) To() string {
	if e.block.view {
		return "/do/press-view"
	}
	return "/do/press"
}

// Press is what a form sends when the element is pressed.
func (e *element) Press() string { return e.press("") }

func (e *element) press(value string) string {
	q := url.Values{"block": {str(e.block.o, "block_id")}, "action": {str(e.o, "action_id")}}
	if value != "" {
		q.Set("value", value)
	}
	return q.Encode()
}

// A confirm is the question that Slack asks before a press counts.
type confirm struct{ Title, Text, Yes, No, Style string }

// Confirm is the element's question, if it has one.
func (e *element) Confirm() *confirm {
	o := obj(e.o, "confirm")
	if o == nil {
		return nil
	}
	plain := func(key string) string { return cut(words(obj(o, key)), 300) }
	return &confirm{plain("title"), plain("text"), plain("confirm"), plain("deny"), str(o, "style")}
}

// Options are a menu's lines, those of its groups one after the other.
func (e *element) Options() []option {
	var out []option
	add := func(group string, options []object) {
		for i, o := range options {
			one := option{Value: str(o, "value"), Text: words(obj(o, "text")), Description: words(obj(o, "description"))}
			one.URL, _ = destination(str(o, "url"))
			one.Chosen = e.chosen(one.Value)
			one.Press = e.press(one.Value)
			if i == 0 {
				one.Group = group
			}
			out = append(out, one)
		}
	}
	add("", objects(e.o, "options"))
	for _, g := range objects(e.o, "option_groups") {
		add(words(obj(g, "label")), objects(g, "options"))
	}
	kind := strings.TrimPrefix(str(e.o, "type"), "multi_")
	if kind == "users_select" {
		for _, p := range e.block.r.slack.People() {
			out = append(out, option{Value: p.ID, Text: p.RealName, Chosen: e.chosen(p.ID)})
		}
	}
	if kind == "conversations_select" || kind == "channels_select" {
		for _, c := range e.block.r.slack.Channels() {
			if c.User == "" {
				out = append(out, option{Value: c.ID, Text: "#" + c.Name, Chosen: e.chosen(c.ID)})
			}
		}
	}
	return out
}

// chosen says whether an option is chosen at first.
func (e *element) chosen(value string) bool {
	if one := obj(e.o, "initial_option"); one != nil && str(one, "value") == value {
		return true
	}
	for _, key := range []string{"initial_user", "initial_conversation", "initial_channel"} {
		if str(e.o, key) == value && value != "" {
			return true
		}
		several, _ := e.o[key+"s"].([]any)
		if slices.Contains(several, any(value)) {
			return true
		}
	}
	return slices.ContainsFunc(objects(e.o, "initial_options"), func(o object) bool { return str(o, "value") == value })
}
