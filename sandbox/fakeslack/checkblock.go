package fakeslack

import (
	"fmt"
	"strings"
)

// A blockRule is what Slack accepts in one type of block, beside type and
// block_id, and the surfaces where it may stand.
type blockRule struct {
	keys  string
	on    string
	check func(c *checker, at string, b object)
}

// The later types (alert to data_visualization) are for messages of assistants.
// Rekey doesn't send them, so only the parts that all blocks share are checked.
var blockRules = map[string]blockRule{
	"actions":            {"elements!", "message modal home", (*checker).actions},
	"context":            {"elements!", "message modal home", (*checker).context},
	"context_actions":    {"elements!", "message", (*checker).contextActions},
	"divider":            {"", "message modal home", nil},
	"file":               {"external_id! source!", "message", nil},
	"header":             {"text! level", "message modal home", (*checker).header},
	"image":              {"alt_text! image_url slack_file title", "message modal home", (*checker).imageBlock},
	"input":              {"label! element! hint optional dispatch_action", "message modal home", (*checker).input},
	"markdown":           {"text!", "message", (*checker).markdownBlock},
	"rich_text":          {"elements!", "message modal home", nil},
	"section":            {"text fields accessory expand", "message modal home", (*checker).section},
	"table":              {"rows! column_settings", "message", (*checker).table},
	"video":              {"alt_text! title! thumbnail_url! video_url! author_name description provider_icon_url provider_name title_url", "message modal home", (*checker).video},
	"alert":              {"text! level", "message", nil},
	"card":               {"hero_image title subtitle body actions slack_icon icon subtext", "message", nil},
	"carousel":           {"elements!", "message", nil},
	"container":          {"title subtitle child_blocks! width is_collapsible default_collapsed has_header_divider icon slack_icon", "message", nil},
	"data_table":         {"rows! page_size caption row_header_column_index", "message", nil},
	"data_visualization": {"title chart!", "message", nil},
	"plan":               {"title! tasks", "message", nil},
	"task_card":          {"task_id! title! output details sources status", "message", nil},
}

func (c *checker) blocks(at string, blocks []any, most int) {
	c.count(at, len(blocks), 0, most)
	c.blockIDs = map[string]bool{}
	for i, v := range blocks {
		here := fmt.Sprintf("%s/%d", at, i)
		b, ok := v.(object)
		if !ok {
			c.fault(here, "must be an object")
			continue
		}
		c.block(here, b)
	}
	if c.markdown > maxMarkdown {
		c.fault(at, "markdown blocks must have less than %d characters in all", maxMarkdown+1)
	}
}

func (c *checker) block(at string, b object) {
	rule, ok := blockRules[str(b, "type")]
	if !ok || !strings.Contains(rule.on, c.surface) {
		c.fault(at+"/type", "unsupported type: %v", b["type"])
		return
	}
	c.shape(at, b, "type! block_id "+rule.keys)
	c.length(at+"/block_id", b["block_id"], 0, maxID)
	if id := str(b, "block_id"); id != "" {
		if c.blockIDs[id] {
			c.fault(at+"/block_id", "`block_id` already exists")
		}
		c.blockIDs[id] = true
	}
	if rule.check != nil {
		rule.check(c, at, b)
	}
}

func (c *checker) actions(at string, b object) {
	elements := list(b, "elements")
	c.count(at+"/elements", len(elements), 1, maxActions)
	c.elements(at+"/elements", elements, "actions")
}

func (c *checker) context(at string, b object) {
	elements := list(b, "elements")
	c.count(at+"/elements", len(elements), 1, maxContext)
	for i, v := range elements {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if o, _ := v.(object); str(o, "type") == "image" {
			c.element(here, o, "context")
			continue
		}
		c.text(here, v, maxText, "plain_text mrkdwn")
	}
}

func (c *checker) contextActions(at string, b object) {
	elements := list(b, "elements")
	c.count(at+"/elements", len(elements), 1, maxContextActs)
	c.elements(at+"/elements", elements, "context_actions")
}

func (c *checker) header(at string, b object) {
	c.text(at+"/text", b["text"], maxHeader, "plain_text")
}

func (c *checker) imageBlock(at string, b object) {
	c.picture(at, b)
	c.text(at+"/title", b["title"], maxImageTitle, "plain_text")
}

// picture checks what image blocks and image elements have in common.
func (c *checker) picture(at string, b object) {
	c.length(at+"/alt_text", b["alt_text"], 0, maxAltText)
	c.url(at+"/image_url", b["image_url"])
	if (b["image_url"] == nil) == (b["slack_file"] == nil) {
		c.fault(at, "must have either image_url or slack_file")
	}
}

func (c *checker) input(at string, b object) {
	c.inputs = true
	c.text(at+"/label", b["label"], maxInputLabel, "plain_text")
	c.text(at+"/hint", b["hint"], maxInputHint, "plain_text")
	if e, ok := b["element"].(object); ok {
		c.element(at+"/element", e, "input")
	}
}

func (c *checker) markdownBlock(at string, b object) {
	c.length(at+"/text", b["text"], 1, maxMarkdown)
	c.markdown += len([]rune(str(b, "text")))
}

func (c *checker) section(at string, b object) {
	if b["text"] == nil && b["fields"] == nil {
		c.fault(at, "missing required field: text or fields")
	}
	c.text(at+"/text", b["text"], maxText, "plain_text mrkdwn")
	if b["fields"] != nil {
		fields := list(b, "fields")
		c.count(at+"/fields", len(fields), 1, maxFields)
		for i, f := range fields {
			c.text(fmt.Sprintf("%s/fields/%d", at, i), f, maxSectionField, "plain_text mrkdwn")
		}
	}
	if e, ok := b["accessory"].(object); ok {
		c.element(at+"/accessory", e, "section")
	}
}

func (c *checker) table(at string, b object) {
	rows := list(b, "rows")
	c.count(at+"/rows", len(rows), 1, maxTableRows)
	width := -1
	for i, v := range rows {
		cells, _ := v.([]any)
		here := fmt.Sprintf("%s/rows/%d", at, i)
		c.count(here, len(cells), 1, maxTableCells)
		if width >= 0 && len(cells) != width {
			c.fault(here, "must have %d cells as the other rows have", width)
		}
		width = len(cells)
		for j, cell := range cells {
			o, _ := cell.(object)
			c.oneOf(fmt.Sprintf("%s/%d/type", here, j), o["type"], "raw_text rich_text")
		}
	}
	c.count(at+"/column_settings", len(list(b, "column_settings")), 0, maxTableCells)
}

func (c *checker) video(at string, b object) {
	c.length(at+"/alt_text", b["alt_text"], 1, maxVideoText)
	c.text(at+"/title", b["title"], maxVideoText, "plain_text")
	c.text(at+"/description", b["description"], maxVideoText, "plain_text")
	c.url(at+"/video_url", b["video_url"])
	c.url(at+"/thumbnail_url", b["thumbnail_url"])
}
