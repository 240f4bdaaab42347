package page

import (
	"encoding/json"
	"html"
	"html/template"
)

// A block is one Block Kit block, as the templates ask for its parts.
// https://docs.slack.dev/reference/block-kit/blocks
type block struct {
	r      *reader
	o      object
	scope  string            // the message or view that it stands in
	view   bool              // it stands in a view, not in a message
	errors map[string]string // beside a form's inputs, by block id
}

// blocks are those of a message, whose id in the page is scope.
func (r *reader) blocks(raw json.RawMessage, scope string) []block {
	var out []block
	for _, o := range decode(raw) {
		out = append(out, block{r: r, o: o, scope: scope})
	}
	return out
}

// Kind is the type, if the page can draw it, or else "wrong".
func (b block) Kind() string {
	switch kind := str(b.o, "type"); kind {
	case "header", "section", "context", "divider", "actions", "image", "rich_text", "input", "markdown", "table":
		return kind
	}
	return "wrong"
}

// Refusal is what stands in the place of a block that can't be drawn.
func (b block) Refusal() string { return refusal(str(b.o, "type")) }

func refusal(kind string) string {
	return "The sandbox can't show this: Slack has no block of the type \"" + cut(kind, 60) + "\", or only in places that Rekey doesn't use."
}

// HTML is the text object under a key, or the block's own words.
func (b block) HTML(key string) template.HTML { return b.r.text(obj(b.o, key)) }

// Words is a plain text of the block, such as alt_text.
func (b block) Words(key string) string { return str(b.o, key) }

// Fields are a section's.
func (b block) Fields() []template.HTML {
	var out []template.HTML
	for _, f := range objects(b.o, "fields") {
		out = append(out, b.r.text(f))
	}
	return out
}

// Rich is a rich_text block's content.
func (b block) Rich() template.HTML { return b.r.rich(b.o) }

// Rows are a table's.
func (b block) Rows() [][]template.HTML {
	var out [][]template.HTML
	rows, _ := b.o["rows"].([]any)
	for _, v := range rows {
		cells, _ := v.([]any)
		var row []template.HTML
		for _, c := range cells {
			cell, _ := c.(object)
			if str(cell, "type") == "rich_text" {
				row = append(row, b.r.rich(cell))
			} else {
				row = append(row, template.HTML(html.EscapeString(str(cell, "text")))) // escaped here
			}
		}
		out = append(out, row)
	}
	return out
}

// Accessory is what stands to the right of a section, if anything.
func (b block) Accessory() *element { return b.one("accessory") }

// Element is an input's.
func (b block) Element() *element { return b.one("element") }

func (b block) one(key string) *element {
	o := obj(b.o, key)
	if o == nil {
		return nil
	}
	return &element{block: b, o: o}
}

// Elements are those of actions and context.
func (b block) Elements() []*element {
	var out []*element
	for _, o := range objects(b.o, "elements") {
		out = append(out, &element{block: b, o: o})
	}
	return out
}

// Label, Hint and Optional are an input's.
func (b block) Label() string { return words(obj(b.o, "label")) }

// Hint stands under the input.
func (b block) Hint() string { return words(obj(b.o, "hint")) }

// Optional says that the input may stay empty.
func (b block) Optional() bool { return flag(b.o, "optional") }

// Error is what was wrong with the input when the form was last sent.
func (b block) Error() string { return b.errors[str(b.o, "block_id")] }

// ID is the block's in the page.
func (b block) ID() string { return b.scope + "-" + str(b.o, "block_id") }

// text renders a text object, in either of its forms.
func (r *reader) text(o object) template.HTML {
	if str(o, "type") == "mrkdwn" {
		return r.mrkdwn(str(o, "text"))
	}
	return template.HTML(html.EscapeString(words(o))) // escaped here
}

// words is a plain_text object's text.
func words(o object) string { return unescape(str(o, "text")) }
