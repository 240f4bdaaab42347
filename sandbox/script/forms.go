package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekey/sandbox/fakeslack"
)

// moved is what somebody is told whose press was overtaken.
const moved = "has moved on since that button was drawn"

// pressBecause presses, waits for the form that asks why, answers and submits.
// Whoever is told instead that the rotation has moved on presses once more.
func (p *player) pressBecause(m match) error {
	user := m.id("who")
	for {
		before := p.overtaken(user)
		if err := p.press(m); err != nil {
			return err
		}
		again := false
		if err := p.until(func() error {
			_, open := p.top(user)
			again = !open && p.overtaken(user) > before
			if !open && !again {
				return errors.New("no form is open")
			}
			return nil
		}); err != nil {
			return err
		}
		if !again {
			return p.writeAndSubmit(m)
		}
	}
}

// overtaken is how often user was told that a press of theirs was.
func (p *player) overtaken(user string) int {
	told := slices.DeleteFunc(p.private(user), func(m fakeslack.Message) bool { return !strings.Contains(m.Text, moved) })
	return len(told)
}

func (p *player) writeAndSubmit(m match) error {
	values, err := p.written(m)
	if err != nil {
		return err
	}
	return p.submit(m, values)
}

// written fills in the open form's text.
func (p *player) written(m match) (map[string]string, error) {
	text, err := p.fill(m["text"])
	if err != nil {
		return nil, err
	}
	field, err := p.field(m.id("who"), "plain_text_input")
	if err != nil {
		return nil, err
	}
	return map[string]string{field.ID: text}, nil
}

// pick chooses an option by its value or its words, and submits.
func (p *player) pick(m match) error {
	b, err := p.field(m.id("who"), "static_select", "radio_buttons")
	if err != nil {
		return err
	}
	options := b.Element.Options
	for _, g := range b.Element.OptionGroups {
		options = append(options, g.Options...)
	}
	for _, o := range options {
		if o.Value == m["secret"] || o.Text.Text == m["secret"] {
			return p.submit(m, map[string]string{b.ID: o.Value})
		}
	}
	return fmt.Errorf("the form has %d choices, and %s isn't among them", len(options), m["secret"])
}

// pickBecause chooses an option in each of several lists, by its value or its
// words up to the first comma, fills in the text, and submits.
func (p *player) pickBecause(m match) error {
	values, err := p.written(m)
	if err != nil {
		return err
	}
	v, _ := p.top(m.id("who"))
	for one := range strings.SplitSeq(m["option"], " and ") {
		picked := false
		for _, b := range blocksOf(v.Blocks) {
			if b.Element == nil || b.Element.Type != "static_select" {
				continue
			}
			for _, o := range b.Element.Options {
				if words, _, _ := strings.Cut(o.Text.Text, ", "); o.Value == one || words == one {
					values[b.ID], picked = o.Value, true
				}
			}
		}
		if !picked {
			return fmt.Errorf("the form has no choice %q", one)
		}
	}
	return p.submit(m, values)
}

// tick chooses several options of a list by their values or their words up to
// the first comma, parted by commas, and submits.
func (p *player) tick(m match) error {
	b, err := p.field(m.id("who"), "multi_static_select", "checkboxes")
	if err != nil {
		return err
	}
	var chosen []string
	for one := range strings.SplitSeq(m["text"], ", ") {
		i := slices.IndexFunc(b.Element.Options, func(o choice) bool {
			words, _, _ := strings.Cut(o.Text.Text, ", ")
			return o.Value == one || words == one
		})
		if i < 0 {
			return fmt.Errorf("the form has %d choices, and %s isn't among them", len(b.Element.Options), one)
		}
		chosen = append(chosen, b.Element.Options[i].Value)
	}
	return p.submit(m, map[string]string{b.ID: strings.Join(chosen, ",")})
}

// field waits for a modal with an input of one of the types. A modal may open
// as a skeleton and get its inputs later.
func (p *player) field(user string, types ...string) (block, error) {
	var found block
	err := p.until(func() error {
		v, open := p.top(user)
		if !open {
			return errors.New("no form is open")
		}
		for _, b := range blocksOf(v.Blocks) {
			if b.Element != nil && slices.Contains(types, b.Element.Type) {
				found = b
				return nil
			}
		}
		return fmt.Errorf("the form %q has no %s", v.Title, strings.Join(types, " or "))
	})
	return found, err
}

// opened waits until user has a modal before them.
func (p *player) opened(user string) error {
	return p.until(func() error {
		if _, open := p.top(user); !open {
			return errors.New("no modal is open")
		}
		return nil
	})
}

func (p *player) closeModal(m match) error {
	if err := p.opened(m.id("who")); err != nil {
		return err
	}
	return p.reach(func() error { return p.slack.CloseView(m.id("who")) })
}

// submit submits the form before a person. If it is refused, the line fails
// unless the next one looks at what the form says.
func (p *player) submit(m match, values map[string]string) error {
	if err := p.opened(m.id("who")); err != nil {
		return err
	}
	err := p.reach(func() error { return p.slack.Submit(m.id("who"), values) })
	var refused fakeslack.FieldErrors
	if errors.As(err, &refused) && strings.HasPrefix(p.next, m["who"]+" sees ") {
		return nil
	}
	return err
}
