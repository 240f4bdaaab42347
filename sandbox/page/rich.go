package page

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"
)

// rich renders a rich_text block.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
func (r *reader) rich(o object) template.HTML {
	var out strings.Builder
	for _, part := range objects(o, "elements") {
		inner := r.richInner(part)
		switch str(part, "type") {
		case "rich_text_section":
			out.WriteString("<p>" + inner + "</p>")
		case "rich_text_quote":
			out.WriteString("<blockquote>" + inner + "</blockquote>")
		case "rich_text_preformatted":
			out.WriteString(pre(richWords(part)))
		case "rich_text_list":
			tag := "ul"
			if str(part, "style") == "ordered" {
				tag = "ol"
			}
			out.WriteString("<" + tag + ">")
			for _, item := range objects(part, "elements") {
				out.WriteString("<li>" + r.richInner(item) + "</li>")
			}
			out.WriteString("</" + tag + ">")
		default:
			out.WriteString(`<p class="wrong">` + html.EscapeString(refusal(str(part, "type"))) + "</p>")
		}
	}
	return template.HTML(out.String()) // every piece of the text was escaped on the way
}

func (r *reader) richInner(part object) string {
	var out strings.Builder
	for _, e := range objects(part, "elements") {
		out.WriteString(styled(obj(e, "style"), r.richElement(e)))
	}
	return out.String()
}

func (r *reader) richElement(e object) string {
	switch str(e, "type") {
	case "text":
		return strings.ReplaceAll(html.EscapeString(str(e, "text")), "\n", "<br>")
	case "link":
		return link(str(e, "url"), str(e, "text"))
	case "user":
		return r.mention("@", str(e, "user_id"), "")
	case "usergroup":
		return r.mention("@", str(e, "usergroup_id"), "")
	case "channel":
		return r.mention("#", str(e, "channel_id"), "")
	case "broadcast":
		return `<span class="mention mine">@` + html.EscapeString(str(e, "range")) + `</span>`
	case "emoji":
		return html.EscapeString(":" + str(e, "name") + ":")
	case "color":
		return html.EscapeString(str(e, "value"))
	case "date":
		if seconds, ok := e["timestamp"].(float64); ok {
			return r.date(fmt.Sprintf("%d^%s", int64(seconds), str(e, "format")), str(e, "fallback"))
		}
		return html.EscapeString(str(e, "fallback"))
	}
	return `<span class="wrong">` + html.EscapeString(refusal(str(e, "type"))) + `</span>`
}

func styled(style object, inner string) string {
	for _, s := range []struct{ key, tag string }{{"code", "code"}, {"bold", "strong"}, {"italic", "em"}, {"strike", "s"}} {
		if on, _ := style[s.key].(bool); on {
			inner = "<" + s.tag + ">" + inner + "</" + s.tag + ">"
		}
	}
	return inner
}

// richWords is the bare text of a preformatted part.
func richWords(part object) string {
	var out strings.Builder
	for _, e := range objects(part, "elements") {
		if text := str(e, "text"); text != "" {
			out.WriteString(text)
		} else {
			out.WriteString(str(e, "url"))
		}
	}
	return out.String()
}

// clock is an instant as the consoles show it.
func clock(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("2 Jan 2006, 15:04:05")
}
