package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	onMessage = "message"
	onModal   = "modal"
	onHome    = "home"
)

// CheckMessage says what Slack would refuse in a message's blocks, in Slack's
// own words, or returns nothing.
func CheckMessage(blocks json.RawMessage) []string {
	list, err := decodeArray(blocks)
	if err != nil {
		return []string{"[ERROR] failed to parse blocks: " + err.Error()}
	}
	c := checker{surface: onMessage}
	c.blocks("/blocks", list, maxMessageBlocks)
	return c.faults
}

// CheckView says what Slack would refuse in a modal or a home view, in Slack's
// own words, or returns nothing.
func CheckView(view json.RawMessage) []string {
	var v object
	if err := json.Unmarshal(view, &v); err != nil {
		return []string{"[ERROR] failed to parse view: " + err.Error()}
	}
	c := checker{surface: str(v, "type")}
	if len(view) > maxViewBytes {
		c.fault("/view", "must be smaller than %d bytes", maxViewBytes)
	}
	switch c.surface {
	case onModal:
		c.shape("/view", v, "type! title! blocks! submit close private_metadata callback_id external_id clear_on_close notify_on_close submit_disabled")
		for _, key := range []string{"title", "submit", "close"} {
			c.text("/view/"+key, v[key], maxViewTitle, "plain_text")
		}
	case onHome:
		c.shape("/view", v, "type! blocks! private_metadata callback_id external_id")
	default:
		c.fault("/view/type", "must be one of the allowed values: modal, home")
		return c.faults
	}
	c.length("/view/private_metadata", v["private_metadata"], 0, maxMetadata)
	c.length("/view/callback_id", v["callback_id"], 0, maxID)
	c.length("/view/external_id", v["external_id"], 0, maxID)
	c.blocks("/view/blocks", list(v, "blocks"), maxViewBlocks)
	if c.inputs && c.surface == onModal && v["submit"] == nil {
		c.fault("/view", "missing required field: submit, as the view has an input block")
	}
	return c.faults
}

// A checker gathers the faults of one message or view.
type checker struct {
	surface  string
	faults   []string
	blockIDs map[string]bool
	markdown int
	inputs   bool
}

func (c *checker) fault(at, format string, a ...any) {
	c.faults = append(c.faults, fmt.Sprintf("[ERROR] "+format+" [json-pointer:"+at+"]", a...))
}

// shape refuses properties that aren't in keys and misses those with a "!".
func (c *checker) shape(at string, o object, keys string) {
	known := strings.Fields(keys)
	for _, key := range known {
		name, required := strings.CutSuffix(key, "!")
		if v, ok := o[name]; required && (!ok || v == nil) {
			c.fault(at, "missing required field: %s", name)
		}
	}
	for _, name := range sortedKeys(o) {
		if !slices.Contains(known, name) && !slices.Contains(known, name+"!") {
			c.fault(at, "invalid additional property: %s", name)
		}
	}
}

func (c *checker) length(at string, v any, least, most int) {
	if v == nil {
		return
	}
	s, ok := v.(string)
	if !ok {
		c.fault(at, "must be a string")
		return
	}
	if n := utf8.RuneCountInString(s); n > most {
		c.fault(at, "must be less than %d characters", most+1)
	} else if n < least {
		c.fault(at, "must be more than %d characters", least-1)
	}
}

func (c *checker) count(at string, n, least, most int) {
	if n > most {
		c.fault(at, "no more than %d items allowed", most)
	} else if n < least {
		c.fault(at, "no fewer than %d items allowed", least)
	}
}

func (c *checker) oneOf(at string, v any, allowed string) {
	if v == nil {
		return
	}
	s, _ := v.(string)
	if !slices.Contains(strings.Fields(allowed), s) {
		c.fault(at, "must be one of the allowed values: %s", allowed)
	}
}

func (c *checker) number(at string, v any, least, most int) {
	if v == nil {
		return
	}
	if n, ok := v.(float64); !ok || n < float64(least) || n > float64(most) || n != float64(int(n)) {
		c.fault(at, "must be a whole number from %d to %d", least, most)
	}
}

func (c *checker) url(at string, v any) {
	if v == nil {
		return
	}
	c.length(at, v, 1, maxURL)
	if s, _ := v.(string); !strings.Contains(s, ":") {
		c.fault(at, "must be a valid URL")
	}
}

// text checks a text object of one of the kinds; nil is no text at all.
func (c *checker) text(at string, v any, most int, kinds string) {
	if v == nil {
		return
	}
	t, ok := v.(object)
	if !ok {
		c.fault(at, "must be an object")
		return
	}
	c.oneOf(at+"/type", t["type"], kinds)
	switch str(t, "type") {
	case "plain_text":
		c.shape(at, t, "type! text! emoji")
	default:
		c.shape(at, t, "type! text! verbatim")
	}
	c.length(at+"/text", t["text"], 1, most)
}

func (c *checker) confirm(at string, v any) {
	o, ok := v.(object)
	if !ok {
		if v != nil {
			c.fault(at, "must be an object")
		}
		return
	}
	c.shape(at, o, "title! text! confirm! deny! style")
	c.text(at+"/title", o["title"], maxConfirmTitle, "plain_text")
	c.text(at+"/text", o["text"], maxConfirmText, "plain_text mrkdwn")
	c.text(at+"/confirm", o["confirm"], maxConfirmButton, "plain_text")
	c.text(at+"/deny", o["deny"], maxConfirmButton, "plain_text")
	c.oneOf(at+"/style", o["style"], "primary danger")
}

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
