package fakeslack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// PlainText is what a person reads in blocks, as lines of text. Emphasis marks
// stay; mentions, dates, links and entities are shown as Slack shows them, with
// names telling what an id of a person, group or channel is called (nil or
// empty: the id). Blocks that can't be read render as nothing.
func PlainText(blocks json.RawMessage, names func(id string) string) string {
	all, err := decodeArray(blocks)
	if err != nil {
		return ""
	}
	r := renderer{names}
	var lines []string
	for _, v := range all {
		b, _ := v.(object)
		if line := r.block(b); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// PlainMrkdwn is PlainText for one mrkdwn text, such as a message's own.
func PlainMrkdwn(text string, names func(id string) string) string {
	return renderer{names}.mrkdwn(text)
}

type renderer struct{ names func(id string) string }

func (r renderer) block(b object) string {
	switch str(b, "type") {
	case "header", "alert":
		return r.text(obj(b, "text"))
	case "section":
		return r.section(b)
	case "context":
		return r.join(list(b, "elements"), " ")
	case "actions", "context_actions":
		return r.join(list(b, "elements"), " ")
	case "divider":
		return "---"
	case "image":
		return r.element(b)
	case "markdown":
		return str(b, "text")
	case "input":
		line := r.text(obj(b, "label")) + ": " + r.element(obj(b, "element"))
		if hint := r.text(obj(b, "hint")); hint != "" {
			line += "\n" + hint
		}
		return line
	case "rich_text":
		return r.rich(b)
	case "table":
		var rows []string
		for _, v := range list(b, "rows") {
			cells, _ := v.([]any)
			rows = append(rows, r.join(cells, " | "))
		}
		return strings.Join(rows, "\n")
	}
	return "(" + str(b, "type") + ")"
}

// section puts the accessory at the end of the first line, where it stands.
func (r renderer) section(b object) string {
	var lines []string
	if text := r.text(obj(b, "text")); text != "" {
		lines = strings.Split(text, "\n")
	}
	for _, f := range list(b, "fields") {
		o, _ := f.(object)
		lines = append(lines, r.text(o))
	}
	if e := obj(b, "accessory"); e != nil && len(lines) > 0 {
		lines[0] += "  " + r.element(e)
	}
	return strings.Join(lines, "\n")
}

func (r renderer) join(elements []any, between string) string {
	var parts []string
	for _, v := range elements {
		e, _ := v.(object)
		if part := r.element(e); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, between)
}

func (r renderer) element(e object) string {
	switch str(e, "type") {
	case "plain_text", "mrkdwn":
		return r.text(e)
	case "button", "icon_button", "workflow_button":
		return "[ " + r.text(obj(e, "text")) + " ]"
	case "overflow":
		return "(More: " + strings.Join(r.optionTexts(e), " · ") + ")"
	case "checkboxes", "radio_buttons":
		return "( ) " + strings.Join(r.optionTexts(e), " ( ) ")
	case "image":
		return "[image: " + str(e, "alt_text") + "]"
	case "raw_text":
		return str(e, "text")
	case "rich_text":
		return r.rich(e)
	}
	if initial := str(e, "initial_value"); initial != "" {
		return "__" + initial + "__"
	}
	if strings.HasSuffix(str(e, "type"), "_select") || strings.HasSuffix(str(e, "type"), "picker") {
		shown := r.text(obj(obj(e, "initial_option"), "text"))
		if shown == "" {
			shown = r.text(obj(e, "placeholder"))
		}
		return "[ " + strings.TrimSpace(shown+" ▾") + " ]"
	}
	return "____"
}

func (r renderer) optionTexts(e object) []string {
	var texts []string
	for _, v := range list(e, "options") {
		o, _ := v.(object)
		texts = append(texts, r.text(obj(o, "text")))
	}
	return texts
}

func (r renderer) text(t object) string {
	if str(t, "type") == "mrkdwn" {
		return r.mrkdwn(str(t, "text"))
	}
	return unescape(str(t, "text"))
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// https://docs.slack.dev/messaging/formatting-message-text
var angle = regexp.MustCompile(`<([^<>]*)>`)

func (r renderer) mrkdwn(s string) string {
	var out strings.Builder
	at := 0
	for _, m := range angle.FindAllStringSubmatchIndex(s, -1) {
		out.WriteString(unescape(s[at:m[0]]))
		out.WriteString(unescape(r.reference(s[m[2]:m[3]])))
		at = m[1]
	}
	out.WriteString(unescape(s[at:]))
	return out.String()
}

// reference is what stands between angle brackets: a mention, a date, a link.
func (r renderer) reference(inner string) string {
	target, label, labelled := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(target, "@"):
		return "@" + r.name(target[1:], "")
	case strings.HasPrefix(target, "#"):
		return "#" + r.name(target[1:], label)
	case strings.HasPrefix(target, "!subteam^"):
		return "@" + r.name(strings.TrimPrefix(target, "!subteam^"), strings.TrimPrefix(label, "@"))
	case strings.HasPrefix(target, "!date^"):
		return label
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:]
	case labelled && label != "":
		return label
	}
	return target
}

func (r renderer) name(id, otherwise string) string {
	if r.names != nil {
		if name := r.names(id); name != "" {
			return name
		}
	}
	if otherwise != "" {
		return otherwise
	}
	return id
}

// rich walks a rich_text block or one of its parts.
func (r renderer) rich(o object) string {
	switch str(o, "type") {
	case "text", "color":
		return str(o, "text") + str(o, "value")
	case "link":
		if text := str(o, "text"); text != "" {
			return text
		}
		return str(o, "url")
	case "user":
		return "@" + r.name(str(o, "user_id"), "")
	case "usergroup":
		return "@" + r.name(str(o, "usergroup_id"), "")
	case "channel":
		return "#" + r.name(str(o, "channel_id"), "")
	case "broadcast":
		return "@" + str(o, "range")
	case "emoji":
		return ":" + str(o, "name") + ":"
	case "date":
		return str(o, "fallback")
	}
	var parts []string
	for i, v := range list(o, "elements") {
		e, _ := v.(object)
		part := r.rich(e)
		if str(o, "type") == "rich_text_list" {
			mark := "• "
			if str(o, "style") == "ordered" {
				mark = fmt.Sprintf("%d. ", i+1)
			}
			part = mark + part
		}
		parts = append(parts, part)
	}
	if t := str(o, "type"); t == "rich_text" || t == "rich_text_list" {
		return strings.Join(parts, "\n")
	}
	return strings.Join(parts, "")
}
