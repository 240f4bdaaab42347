package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"rekey/sandbox/fakeslack"
)

var (
	menu    = regexp.MustCompile(`\(More: ([^)]*)\)`)
	bracket = regexp.MustCompile(`\[ ?([^\[\]]*?)…? ?\]`)
)

// fold brings what is shown and what is expected into one shape: blanks
// folded, no marks of emphasis, buttons and a menu's entries as [Label].
func fold(s string) string {
	s = menu.ReplaceAllStringFunc(s, func(m string) string {
		labels := strings.Split(menu.FindStringSubmatch(m)[1], " · ")
		return "[" + strings.Join(labels, "] [") + "]"
	})
	s = strings.NewReplacer("*", "", "`", "").Replace(s)
	s = strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
	return bracket.ReplaceAllString(s, "[$1]")
}

// holds reports which of the phrases, parted by " · ", text doesn't have in
// this order.
func holds(text, phrases string) error {
	text = fold(text)
	phrases = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(phrases, "..."), "…"), " ")
	at, before := 0, ""
	for phrase := range strings.SplitSeq(phrases, " · ") {
		if phrase = fold(phrase); phrase == "" {
			continue
		}
		i := strings.Index(text[at:], phrase)
		switch {
		case i >= 0:
			at, before = at+i+len(phrase), phrase
			continue
		case before == "":
			return fmt.Errorf("it doesn't say %q", phrase)
		case strings.Contains(text, phrase):
			return fmt.Errorf("it says %q, but not after %q", phrase, before)
		}
		return fmt.Errorf("it doesn't say %q", phrase)
	}
	return nil
}

// lacks is the opposite of holds for a single phrase.
func lacks(text, phrase string) error {
	if strings.Contains(fold(text), fold(phrase)) {
		return fmt.Errorf("it says %q", fold(phrase))
	}
	return nil
}

// plain is what a person reads in a message.
func (p *player) plain(m fakeslack.Message) string {
	if m.Blocks != nil {
		return fakeslack.PlainText(m.Blocks, p.slack.NameOf)
	}
	out := fakeslack.PlainMrkdwn(m.Text, p.slack.NameOf)
	for _, f := range m.Files {
		out += " picture " + f.Title + ": " + f.Alt
	}
	return strings.TrimSpace(out)
}

// plainView is what a person reads in a modal, with what stands beside its
// fields.
func (p *player) plainView(v fakeslack.View) string {
	parts := []string{v.Title, fakeslack.PlainText(v.Blocks, p.slack.NameOf)}
	for _, fault := range v.Errors {
		parts = append(parts, fault)
	}
	if v.Warning != "" {
		parts = append(parts, v.Warning)
	}
	for _, button := range []string{v.Close, v.Submit} {
		if button != "" {
			parts = append(parts, "[ "+button+" ]")
		}
	}
	return strings.Join(parts, "\n")
}

// fill replaces {clipboard} in what a person types.
func (p *player) fill(text string) (string, error) {
	if !strings.Contains(text, "{clipboard}") {
		return text, nil
	}
	if p.Stage.Clipboard() == "" {
		return "", errors.New("nothing is on the clipboard")
	}
	return strings.ReplaceAll(text, "{clipboard}", p.Stage.Clipboard()), nil
}
