package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/need"
	"rekey/sandbox/fakeslack"
)

// chars is a text of n code points that takes more bytes than that.
func chars(n int) string { return strings.Repeat("é", n) }

func plain(n int) string { return `{"type":"plain_text","text":"` + chars(n) + `"}` }

func marked(n int) string { return `{"type":"mrkdwn","text":"` + chars(n) + `"}` }

// many repeats item, with %d in it made different each time.
func many(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "%d", fmt.Sprint(i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

const (
	divider = `{"type":"divider"}`
	choice  = `{"text":{"type":"plain_text","text":"x"},"value":"%d"}`
	pressMe = `{"type":"button","text":{"type":"plain_text","text":"x"},"action_id":"a%d"}`
)

func actions(element string) string { return `[{"type":"actions","elements":[` + element + `]}]` }

func button(more string) string {
	return actions(`{"type":"button","text":{"type":"plain_text","text":"x"}` + more + `}`)
}

func confirmed(key, text string) string {
	parts := map[string]string{"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)}
	parts[key] = text
	return button(fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, parts["title"], parts["text"], parts["confirm"], parts["deny"]))
}

func option(text, value, more string) string {
	return actions(`{"type":"overflow","options":[{"text":` + text + `,"value":"` + value + `"` + more + `}]}`)
}

func input(label, more string) string {
	return `[{"type":"input","label":` + label + `,"element":{"type":"plain_text_input"}` + more + `}]`
}

func modal(title, more string, blocks string) string {
	return `{"type":"modal","title":` + title + `,"blocks":` + blocks + more + `}`
}

// sizes has each limit, its path in slackblocks' limits.json if it has one,
// and what reaches it. Views begin with {, blocks of messages with [.
var sizes = []struct {
	path  string
	limit int
	build func(n int) string
}{
	{"message.blocks", 50, func(n int) string { return many(n, divider) }},
	{"view.blocks.max_items", 100, func(n int) string { return modal(plain(1), "", many(n, divider)) }},
	{"home.blocks", 100, func(n int) string { return `{"type":"home","blocks":` + many(n, divider) + `}` }},
	{"section.text.max_length", 3000, func(n int) string { return `[{"type":"section","text":` + marked(n) + `}]` }},
	{"section.fields.max_items", 10, func(n int) string { return `[{"type":"section","fields":` + many(n, marked(1)) + `}]` }},
	{"section.fields.item_max_length", 2000, func(n int) string { return `[{"type":"section","fields":[` + plain(n) + `]}]` }},
	{"header.text.max_length", 150, func(n int) string { return `[{"type":"header","text":` + plain(n) + `}]` }},
	{"context.elements.max_items", 10, func(n int) string { return `[{"type":"context","elements":` + many(n, marked(1)) + `}]` }},
	{"text.max_length", 3000, func(n int) string { return `[{"type":"context","elements":[` + marked(n) + `]}]` }},
	{"actions.elements.max_items", 25, func(n int) string { return `[{"type":"actions","elements":` + many(n, pressMe) + `}]` }},
	{"context_actions.elements.max_items", 5, func(n int) string {
		return `[{"type":"context_actions","elements":` + many(n, `{"type":"icon_button","icon":"trash","text":{"type":"plain_text","text":"x"},"action_id":"a%d"}`) + `}]`
	}},
	{"input.label.max_length", 2000, func(n int) string { return input(plain(n), "") }},
	{"input.hint.max_length", 2000, func(n int) string { return input(plain(1), `,"hint":`+plain(n)) }},
	{"image.image_url.max_length", 3000, func(n int) string {
		return `[{"type":"image","alt_text":"x","image_url":"https://` + chars(n-8) + `"}]`
	}},
	{"image.alt_text.max_length", 2000, func(n int) string {
		return `[{"type":"image","image_url":"https://x","alt_text":"` + chars(n) + `"}]`
	}},
	{"image.title", 2000, func(n int) string {
		return `[{"type":"image","image_url":"https://x","alt_text":"x","title":` + plain(n) + `}]`
	}},
	{"markdown.text.max_length", 12000, func(n int) string { return `[{"type":"markdown","text":"` + chars(n) + `"}]` }},
	{"markdown.all", 12000, func(n int) string {
		return `[{"type":"markdown","text":"` + chars(n-5000) + `"},{"type":"markdown","text":"` + chars(5000) + `"}]`
	}},
	{"table.rows", 100, func(n int) string {
		return `[{"type":"table","rows":` + many(n, `[{"type":"raw_text","text":"x"}]`) + `}]`
	}},
	{"table.cells", 20, func(n int) string {
		return `[{"type":"table","rows":[` + many(n, `{"type":"raw_text","text":"x"}`) + `]}]`
	}},
	{"block_id.max_length", 255, func(n int) string { return `[{"type":"divider","block_id":"` + chars(n) + `"}]` }},
	{"action_id.max_length", 255, func(n int) string { return button(`,"action_id":"` + chars(n) + `"`) }},
	{"button.text.max_length", 75, func(n int) string { return actions(`{"type":"button","text":` + plain(n) + `}`) }},
	{"button.value.max_length", 2000, func(n int) string { return button(`,"value":"` + chars(n) + `"`) }},
	{"button.url.max_length", 3000, func(n int) string { return button(`,"url":"https://` + chars(n-8) + `"`) }},
	{"button.accessibility_label.max_length", 75, func(n int) string { return button(`,"accessibility_label":"` + chars(n) + `"`) }},
	{"confirmation.title.max_length", 100, func(n int) string { return confirmed("title", plain(n)) }},
	{"confirmation.text.max_length", 300, func(n int) string { return confirmed("text", marked(n)) }},
	{"confirmation.confirm.max_length", 30, func(n int) string { return confirmed("confirm", plain(n)) }},
	{"confirmation.deny.max_length", 30, func(n int) string { return confirmed("deny", plain(n)) }},
	{"option.text.max_length", 75, func(n int) string { return option(plain(n), "v", "") }},
	{"option.value", 75, func(n int) string { return option(plain(1), chars(n), "") }},
	{"option.description.max_length", 75, func(n int) string { return option(plain(1), "v", `,"description":`+plain(n)) }},
	{"option.url.max_length", 3000, func(n int) string { return option(plain(1), "v", `,"url":"https://`+chars(n-8)+`"`) }},
	{"select.options.max_items", 100, func(n int) string { return actions(`{"type":"static_select","options":` + many(n, choice) + `}`) }},
	{"select.option_groups.max_items", 100, func(n int) string {
		return actions(`{"type":"static_select","option_groups":` + many(n, `{"label":{"type":"plain_text","text":"x"},"options":[`+choice+`]}`) + `}`)
	}},
	{"option_group.label.max_length", 75, func(n int) string {
		return actions(`{"type":"static_select","option_groups":[{"label":` + plain(n) + `,"options":[` + choice + `]}]}`)
	}},
	{"select.placeholder.max_length", 150, func(n int) string {
		return actions(`{"type":"static_select","options":[` + choice + `],"placeholder":` + plain(n) + `}`)
	}},
	{"overflow.options.max_items", 5, func(n int) string { return actions(`{"type":"overflow","options":` + many(n, choice) + `}`) }},
	{"checkboxes.options.max_items", 10, func(n int) string { return actions(`{"type":"checkboxes","options":` + many(n, choice) + `}`) }},
	{"radio_buttons.options.max_items", 10, func(n int) string { return actions(`{"type":"radio_buttons","options":` + many(n, choice) + `}`) }},
	{"plain_text_input.max_length.max", 3000, func(n int) string {
		return fmt.Sprintf(`[{"type":"input","label":%s,"element":{"type":"plain_text_input","max_length":%d}}]`, plain(1), n)
	}},
	{"view.title.max_length", 24, func(n int) string { return modal(plain(n), "", `[]`) }},
	{"view.submit.max_length", 24, func(n int) string { return modal(plain(1), `,"submit":`+plain(n), `[]`) }},
	{"view.close.max_length", 24, func(n int) string { return modal(plain(1), `,"close":`+plain(n), `[]`) }},
	{"view.callback_id.max_length", 255, func(n int) string { return modal(plain(1), `,"callback_id":"`+chars(n)+`"`, `[]`) }},
	{"view.private_metadata.max_length", 3000, func(n int) string { return modal(plain(1), `,"private_metadata":"`+chars(n)+`"`, `[]`) }},
}

func check(content string) []string {
	if strings.HasPrefix(content, "{") {
		return fakeslack.CheckView(json.RawMessage(content))
	}
	return fakeslack.CheckMessage(json.RawMessage(content))
}

func TestWhatFitsIsTakenAndOneMoreIsRefused(t *testing.T) {
	for _, size := range sizes {
		if faults := check(size.build(size.limit)); len(faults) > 0 {
			t.Errorf("%s: %d is refused: %q", size.path, size.limit, faults)
		}
		if faults := check(size.build(size.limit + 1)); len(faults) == 0 {
			t.Errorf("%s: %d is taken", size.path, size.limit+1)
		}
	}
}

func TestTheLimitsAreTheOnesThatOthersFound(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(need.Specs(t), "public", "slack", "blockkit-slackblocks", "limits.json"))
	if err != nil {
		t.Fatal(err)
	}
	limits := decode[map[string]any](t, raw)
	compared := 0
	for _, size := range sizes {
		var at any = limits
		for _, step := range strings.Split(size.path, ".") {
			o, _ := at.(map[string]any)
			at = o[step]
		}
		if n, ok := at.(float64); ok {
			compared++
			if int(n) != size.limit {
				t.Errorf("%s is %d here and %v there", size.path, size.limit, n)
			}
		}
	}
	if compared < 35 {
		t.Errorf("only %d limits were compared", compared)
	}
}

func TestWhatSlackRefusesWhateverItsSize(t *testing.T) {
	for name, content := range map[string]string{
		"an unknown block":                  `[{"type":"sparkle"}]`,
		"an unknown element":                actions(`{"type":"sparkle"}`),
		"an element in the wrong block":     actions(`{"type":"plain_text_input"}`),
		"an unknown property":               `[{"type":"divider","colour":"red"}]`,
		"an empty text":                     `[{"type":"section","text":` + plain(0) + `}]`,
		"a section of nothing":              `[{"type":"section"}]`,
		"marked-up text in a header":        `[{"type":"header","text":` + marked(1) + `}]`,
		"marked-up text on a button":        actions(`{"type":"button","text":` + marked(1) + `}`),
		"two blocks with one id":            `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`,
		"two elements with one id":          actions(`{"type":"button","text":` + plain(1) + `,"action_id":"a"},{"type":"button","text":` + plain(1) + `,"action_id":"a"}`),
		"no elements":                       actions(""),
		"an unknown style":                  button(`,"style":"green"`),
		"a menu without options":            actions(`{"type":"overflow","options":[]}`),
		"options and groups":                actions(`{"type":"static_select","options":[` + choice + `],"option_groups":[]}`),
		"an initial option not on offer":    actions(`{"type":"static_select","options":[` + choice + `],"initial_option":{"text":` + plain(1) + `,"value":"z"}}`),
		"rows of different lengths":         `[{"type":"table","rows":[[{"type":"raw_text","text":"x"}],[]]}]`,
		"a number for a text":               `[{"type":"section","text":{"type":"mrkdwn","text":5}}]`,
		"an image without a source":         `[{"type":"image","alt_text":"x"}]`,
		"blocks that are no list":           `["x"]`,
		"no JSON":                           `[`,
		"a form without a submit button":    modal(plain(1), "", input(plain(1), "")),
		"a modal without a title":           `{"type":"modal","blocks":[]}`,
		"a home view with a title":          `{"type":"home","title":` + plain(1) + `,"blocks":[]}`,
		"a markdown block in a modal":       modal(plain(1), "", `[{"type":"markdown","text":"x"}]`),
		"a view that is neither":            `{"type":"dialog","blocks":[]}`,
		"a view of more than 250 kB":        modal(plain(1), "", many(90, `{"type":"section","block_id":"%d","text":`+marked(2900)+`}`)),
		"an option with a link in a select": actions(`{"type":"static_select","options":[{"text":` + plain(1) + `,"value":"v","url":"https://x"}]}`),
	} {
		if faults := check(content); len(faults) == 0 {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestOthersValidExamplesAreTaken(t *testing.T) {
	root := filepath.Join(need.Specs(t), "public", "slack", "blockkit-slackblocks", "fixtures", "valid")
	seen := 0
	each := func(kind string, build func(raw string) string) {
		files, err := filepath.Glob(filepath.Join(root, kind, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			content := build(string(raw))
			if content == "" {
				continue
			}
			seen++
			for _, fault := range check(content) {
				// Their examples call every block fake_block_id.
				if !strings.Contains(fault, "already exists") {
					t.Errorf("%s: %s", filepath.Base(file), fault)
				}
			}
		}
	}
	each("blocks", func(raw string) string { return "[" + raw + "]" })
	each("views", func(raw string) string { return raw })
	each("messages", func(raw string) string {
		return string(decode[struct{ Blocks json.RawMessage }](t, []byte(raw)).Blocks)
	})
	each("elements", func(raw string) string {
		element := decode[struct{ Type string }](t, []byte(raw))
		switch kind := element.Type; {
		case kind == "url":
			return "" // a source of a task card, not an element
		case kind == "file_input":
			return modal(plain(1), `,"submit":`+plain(1), `[{"type":"input","label":`+plain(1)+`,"element":`+raw+`}]`)
		case strings.Contains(kind, "input"):
			return `[{"type":"input","label":` + plain(1) + `,"element":` + raw + `}]`
		case kind == "image":
			return `[{"type":"context","elements":[` + raw + `]}]`
		}
		return actions(raw)
	})
	if seen < 60 {
		t.Errorf("only %d examples were found", seen)
	}
}
