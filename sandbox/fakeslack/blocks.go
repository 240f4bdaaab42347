package fakeslack

import (
	"encoding/json"
	"fmt"

	"rekey/sandbox/world"
)

// complete fills in what Slack fills in when it stores blocks: the ids that
// were left out, and the flags of text objects. Nothing becomes nil.
func complete(blocks json.RawMessage) json.RawMessage {
	all, err := decodeArray(blocks)
	if err != nil || len(all) == 0 {
		return nil
	}
	for _, v := range all {
		b, _ := v.(object)
		if str(b, "block_id") == "" {
			b["block_id"] = shortID()
		}
		for _, e := range elementsOf(b) {
			if interactive(e) && str(e, "action_id") == "" {
				e["action_id"] = shortID()
			}
		}
	}
	flagTexts(all)
	return encode(all)
}

func flagTexts(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			flagTexts(one)
		}
	case object:
		switch str(v, "type") {
		case "plain_text":
			if v["emoji"] == nil {
				v["emoji"] = true
			}
		case "mrkdwn":
			if v["verbatim"] == nil {
				v["verbatim"] = false
			}
		}
		for _, one := range v {
			flagTexts(one)
		}
	}
}

func shortID() string { return world.Random(5, world.Alphanumeric) }

// elementsOf lists a block's elements wherever its type keeps them.
func elementsOf(b object) []object {
	var out []object
	switch str(b, "type") {
	case "actions", "context_actions":
		for _, v := range list(b, "elements") {
			if e, ok := v.(object); ok {
				out = append(out, e)
			}
		}
	case "section":
		if e := obj(b, "accessory"); e != nil {
			out = append(out, e)
		}
	case "input":
		if e := obj(b, "element"); e != nil {
			out = append(out, e)
		}
	}
	return out
}

func interactive(e object) bool { return str(e, "type") != "image" }

// find returns the element with actionID, in blockID or, if that is empty, in
// whichever block has it alone.
func find(blocks json.RawMessage, blockID, actionID string) (block string, element object, err error) {
	all, err := decodeArray(blocks)
	if err != nil {
		return "", nil, fmt.Errorf("reading the blocks: %w", err)
	}
	for _, v := range all {
		b, _ := v.(object)
		if blockID != "" && str(b, "block_id") != blockID {
			continue
		}
		for _, e := range elementsOf(b) {
			if str(e, "action_id") != actionID || !interactive(e) {
				continue
			}
			if element != nil {
				return "", nil, fmt.Errorf("there are several elements %s: say in which block", actionID)
			}
			block, element = str(b, "block_id"), e
		}
	}
	if element == nil {
		return "", nil, fmt.Errorf("there is no element %s (block %q) to press", actionID, blockID)
	}
	return block, element, nil
}

// firstBlockID is the block_id of the first block, which an app may use to
// recognise its own message.
func firstBlockID(blocks json.RawMessage) string {
	all, err := decodeArray(blocks)
	if err != nil || len(all) == 0 {
		return ""
	}
	b, _ := all[0].(object)
	return str(b, "block_id")
}
