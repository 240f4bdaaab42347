package page

import (
	"cmp"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// mrkdwn renders Slack's markup, as messages and text objects have it. All else
// is escaped. https://docs.slack.dev/messaging/formatting-message-text
func (r *reader) mrkdwn(text string) template.HTML {
	var out strings.Builder
	parts := strings.Split(strings.ReplaceAll(text, hole, ""), "```")
	for i, part := range parts {
		switch {
		case i%2 == 0:
			out.WriteString(r.lines(part))
		case i == len(parts)-1: // never closed
			out.WriteString(r.lines("```" + part))
		default:
			out.WriteString(pre(unescape(strings.Trim(part, "\n"))))
		}
	}
	return template.HTML(out.String()) // every piece of the text was escaped on the way
}

// pre shows text as it is, with a button that copies it.
func pre(text string) string {
	return `<div class="pre"><pre tabindex="0">` + html.EscapeString(text) + `</pre><button type="button" class="copy" data-copy aria-label="Copy this block">Copy</button></div>`
}

// lines renders text without blocks of code; quoted lines stand in a quotation.
func (r *reader) lines(text string) string {
	var out strings.Builder
	quoting := false
	for i, line := range strings.Split(text, "\n") {
		rest, quoted := strings.CutPrefix(line, "&gt;")
		if !quoted {
			rest, quoted = strings.CutPrefix(line, ">")
		}
		switch {
		case quoted && !quoting:
			out.WriteString("<blockquote>")
		case !quoted && quoting:
			out.WriteString("</blockquote>")
		case i > 0:
			out.WriteString("<br>")
		}
		quoting = quoted
		if quoted {
			rest = strings.TrimPrefix(rest, " ")
		}
		out.WriteString(r.inline(rest))
	}
	if quoting {
		out.WriteString("</blockquote>")
	}
	return out.String()
}

// hole stands for a piece that is rendered already, while emphasis is looked
// for around it. No text has it: mrkdwn takes it out.
const hole = "\x00"

// whole are the pieces in which marks of emphasis mean nothing.
var whole = regexp.MustCompile("`[^`\n]+`|<[^<>\n]*>")

func (r *reader) inline(text string) string {
	var pieces []string
	text = whole.ReplaceAllStringFunc(text, func(piece string) string {
		inner := piece[1 : len(piece)-1]
		if piece[0] == '`' {
			pieces = append(pieces, "<code>"+html.EscapeString(unescape(inner))+"</code>")
		} else {
			pieces = append(pieces, r.reference(inner))
		}
		return hole
	})
	text = html.EscapeString(unescape(text))
	for _, e := range []struct {
		mark byte
		tag  string
	}{{'*', "strong"}, {'_', "em"}, {'~', "s"}} {
		text = emphasise(text, e.mark, e.tag)
	}
	for _, piece := range pieces {
		text = strings.Replace(text, hole, piece, 1)
	}
	return text
}

// emphasise puts a tag where a pair of marks embraces something: no letters
// outside, no spaces inside.
func emphasise(s string, mark byte, tag string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == mark && (i == 0 || !letter(s[i-1])) {
			if n := embraced(s[i+1:], mark); n > 0 {
				out.WriteString("<" + tag + ">" + s[i+1:i+1+n] + "</" + tag + ">")
				i += n + 1
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// embraced is how many bytes stand before the closing mark; 0 if none closes.
func embraced(s string, mark byte) int {
	if s == "" || s[0] == ' ' || s[0] == mark {
		return 0
	}
	for i := 1; i < len(s); i++ {
		if s[i] == mark && s[i-1] != ' ' && (i+1 == len(s) || !letter(s[i+1]) && s[i+1] != mark) {
			return i
		}
	}
	return 0
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// reference renders what stands between angle brackets.
func (r *reader) reference(inner string) string {
	target, label, _ := strings.Cut(inner, "|")
	label = unescape(label)
	switch {
	case strings.HasPrefix(target, "@"):
		return r.mention("@", target[1:], label)
	case strings.HasPrefix(target, "#"):
		return r.mention("#", target[1:], label)
	case strings.HasPrefix(target, "!subteam^"):
		return r.mention("@", strings.TrimPrefix(target, "!subteam^"), strings.TrimPrefix(label, "@"))
	case strings.HasPrefix(target, "!date^"):
		return r.date(strings.TrimPrefix(target, "!date^"), label)
	case strings.HasPrefix(target, "!"):
		return `<span class="mention mine">@` + html.EscapeString(target[1:]) + `</span>`
	}
	return link(unescape(target), label)
}

// mention names a person, a group or a channel, and stands out for whom it is.
func (r *reader) mention(sign, id, otherwise string) string {
	class := "mention"
	if slices.Contains(r.mine, id) {
		class = "mention mine"
	}
	name := r.slack.NameOf(id)
	if name == "" {
		name = otherwise
	}
	if name == "" {
		name = id
	}
	return `<span class="` + class + `">` + html.EscapeString(sign+name) + `</span>`
}

// link is a link to an address that a page may lead to, or else its words.
func link(address, label string) string {
	if label == "" {
		label = address
	}
	to, ok := destination(address)
	if !ok {
		return html.EscapeString(label)
	}
	return `<a href="` + html.EscapeString(to) + `"` + elsewhere(to) + `>` + html.EscapeString(label) + `</a>`
}

var archive = regexp.MustCompile(`^https://[a-z0-9-]+\.slack\.com/archives/([A-Z0-9]+)/(p[0-9]+)`)

// destination is where an address leads from here: Slack's own links to a
// message lead to it in the page, and so does what a sandbox on another port
// has linked to. Only the web and mail are led to.
func destination(address string) (string, bool) {
	if m := archive.FindStringSubmatch(address); m != nil {
		return "#m-" + m[1] + "-" + m[2], true
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "mailto" && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return "", false
	}
	if u.Scheme == "http" && loopback(u.Host) {
		u.Scheme, u.Host = "", ""
		u.Path = cmp.Or(u.Path, "/")
		return u.String(), true
	}
	return address, true
}

// elsewhere opens what is not the sandbox's in a tab of its own.
func elsewhere(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || loopback(u.Host) {
		return ""
	}
	return ` target="_blank" rel="noopener noreferrer"`
}
