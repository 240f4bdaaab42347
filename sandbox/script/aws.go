package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// What people do at AWS, and what happens there.
var awsForms = []form{
	{`aws> somebody stages a foreign version of {secret}`, func(p *player, m match) error { return p.Stage.SaveForeign(p.ctx, m["secret"], "AWSPENDING") }},
	{`aws> somebody saves another value in {secret}`, func(p *player, m match) error { return p.Stage.SaveForeign(p.ctx, m["secret"], "AWSCURRENT") }},
	{`aws> {who} puts {value}{secret}{ending}`, (*player).putByRekey},
	{`aws> {who} repeats the put{ending}`, (*player).putAgain},
	{`aws> {who} takes {secret}{ending}`, (*player).takeByRekey},
	{`aws> {who} plain-form puts {value}{secret}`, (*player).putPlainly},
	{`aws> {who} saves {value}{secret} in the console`, (*player).saveInConsole},
	{`aws> {who} stages a foreign version of {secret}`, (*player).stageForeign},
	{`aws> bot is denied {word} on {secret}`, (*player).deny},
	{`aws> bot is allowed {word} on {secret}{again}`, (*player).allow},
	{`aws> {who} is denied {word} on {secret}`, (*player).deny},
	{`aws> {who} is allowed {word} on {secret}{again}`, (*player).allow},
	{`aws> KMS refuses {secret}`, func(p *player, m match) error { p.Stage.AWS.DenyKMS(m["secret"], true); return nil }},
	{`aws> KMS allows {secret}`, func(p *player, m match) error { p.Stage.AWS.DenyKMS(m["secret"], false); return nil }},
	{`aws> {secret} is scheduled for deletion`, func(p *player, m match) error { p.Stage.AWS.ScheduleDeletion(m["secret"]); return nil }},
	{`aws> {secret} is restored`, func(p *player, m match) error { p.Stage.AWS.Restore(m["secret"]); return nil }},
	{`aws> {secret} is removed`, func(p *player, m match) error { return p.Stage.RemoveSecret(p.ctx, m["secret"]) }},
	{`aws> {secret} is made without a value`, func(p *player, m match) error { p.Stage.AWS.AddSecret(m["secret"], ""); return nil }},
	{`aws> {secret} is made anew`, (*player).makeAnew},
	{`aws> AWSCURRENT of {secret} is the new value`, (*player).currentIsNew},
	{`aws> AWSCURRENT of {secret} is the old value`, (*player).currentIsOld},
	{`aws> {secret} has no {word}`, (*player).hasNoLabel},
	{`aws> {secret} is tagged {text}`, (*player).tag},
	{`aws> {secret} has tags {text}`, (*player).tagged},
	{`aws> {secret} has an {word}`, (*player).hasLabel},
}

// value is what a line calls the value: the clipboard, the old one, or words
// of its own.
func (p *player) value(m match) (string, error) {
	kind, secret := m["value"], m["secret"]
	if words, ok := strings.CutPrefix(kind, `"`); ok {
		return strings.TrimSuffix(words, `" as `), nil
	}
	if kind != "" {
		old, ok := p.Stage.Former(secret)
		if !ok {
			return "", fmt.Errorf("%s has no old value", secret)
		}
		return old, nil
	}
	if p.Stage.Clipboard() == "" {
		return "", errors.New("nothing is on the clipboard")
	}
	return p.Stage.Clipboard(), nil
}

// The commands that "How to save it" prints.
var (
	putLine   = regexp.MustCompile(`(?m)^\s*rekey put (.+?)\s*$`)
	takeLine  = regexp.MustCompile(`(?m)rekey take ([^|>)]+?--as raw)`)
	plainLine = regexp.MustCompile(`(?m)aws secretsmanager put-secret-value\b.*$`)
	secretID  = regexp.MustCompile(`--secret-id '?([^\s']+)`)
	tokenID   = regexp.MustCompile(`--client-request-token '?([0-9A-Za-z-]{32,64})`)
)

// howTo opens "How to save it" as a person does, reads it and closes it. If it
// is open already, it stays so.
func (p *player) howTo(m match) (string, error) { return p.readHowTo(m, "How to save it", putLine) }

// readHowTo does so with a modal that shows a certain line.
func (p *player) readHowTo(m match, title string, line *regexp.Regexp) (string, error) {
	user := m.id("who")
	if v, open := p.top(user); open && line.MatchString(p.plainView(v)) {
		return p.plainView(v), nil
	}
	if err := p.press(match{"who": m["who"], "label": "[" + title + "]"}); err != nil {
		return "", err
	}
	var text string
	err := p.until(func() error {
		v, open := p.top(user)
		if !open {
			return fmt.Errorf("%q doesn't open", title)
		}
		if text = p.plainView(v); !line.MatchString(text) {
			return fmt.Errorf("the modal %q shows no such line as %s", v.Title, line)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return text, p.slack.CloseView(user)
}

// A put is one `rekey put` that was run.
type put struct {
	args  []string
	value string
}

// putByRekey runs the first line that the modal prints, which is whole in
// itself, word by word as it is printed.
func (p *player) putByRekey(m match) error {
	value, err := p.value(m)
	if err != nil {
		return err
	}
	text, err := p.howTo(m)
	if err != nil {
		return err
	}
	printed := putLine.FindStringSubmatch(text)[1]
	if !strings.Contains(printed, m["secret"]) {
		return fmt.Errorf("the printed line isn't for %s: rekey put %s", m["secret"], printed)
	}
	p.put = &put{shellWords(printed), value}
	return p.runPut(m)
}

func (p *player) putAgain(m match) error {
	if p.put == nil {
		return errors.New("nothing was put before")
	}
	return p.runPut(m)
}

func (p *player) runPut(m match) error {
	if p.Put == nil {
		return errors.New("this cast has nobody to run rekey put")
	}
	output, failed := p.Put(p.ctx, m["who"], p.put.args, p.put.value)
	said := output
	if failed != nil {
		said += "\n" + failed.Error()
	}
	how, phrases, expected := strings.Cut(m["ending"], " | ")
	refusal := strings.HasSuffix(how, "refused")
	switch {
	case failed != nil && !refusal:
		return fmt.Errorf("rekey put %s failed: %s", strings.Join(p.put.args, " "), said)
	case failed == nil && refusal:
		return fmt.Errorf("rekey put wasn't refused; it wrote: %s", said)
	case expected:
		return about("rekey put wrote "+fmt.Sprintf("%q", said), holds(said, phrases))
	}
	return nil
}

// takeByRekey runs the line that "How to fetch it" prints for a value as it is,
// and puts that value on the clipboard.
func (p *player) takeByRekey(m match) error {
	if p.Take == nil {
		return errors.New("this cast has nobody to run rekey take")
	}
	text, err := p.readHowTo(m, "How to fetch it", takeLine)
	if err != nil {
		return err
	}
	printed := takeLine.FindStringSubmatch(text)[1]
	if !strings.Contains(printed, m["secret"]) {
		return fmt.Errorf("the printed line isn't for %s: rekey take %s", m["secret"], printed)
	}
	output, failed := p.Take(p.ctx, m["who"], shellWords(printed))
	how, phrases, expected := strings.Cut(m["ending"], " | ")
	refusal := strings.HasSuffix(how, "refused")
	switch {
	case failed != nil && !refusal:
		return fmt.Errorf("rekey take %s failed: %w", printed, failed)
	case failed == nil && refusal:
		return errors.New("rekey take wasn't refused")
	case failed != nil && expected:
		return about("rekey take said "+fmt.Sprintf("%q", failed.Error()), holds(failed.Error(), phrases))
	}
	if failed == nil {
		p.Stage.SetClipboard(output)
	}
	return nil
}

// shellWords parts a printed command as a shell does: blanks part words, and
// single or double quotation marks keep them together.
func shellWords(s string) []string {
	var out []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ':
			if open {
				out = append(out, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if open {
		out = append(out, word.String())
	}
	return out
}

// putPlainly does what the printed AWS command does.
func (p *player) putPlainly(m match) error {
	value, err := p.value(m)
	if err != nil {
		return err
	}
	text, err := p.howTo(m)
	if err != nil {
		return err
	}
	printed := plainLine.FindString(text)
	id, token := secretID.FindStringSubmatch(printed), tokenID.FindStringSubmatch(printed)
	if id == nil || token == nil || !strings.Contains(printed, "--version-stages AWSPENDING") {
		return fmt.Errorf("the printed AWS command isn't complete: %q", printed)
	}
	return p.Stage.CallAWS(p.ctx, m["who"], "PutSecretValue", map[string]any{
		"SecretId": id[1], "ClientRequestToken": token[1], "SecretString": value, "VersionStages": []string{"AWSPENDING"},
	})
}

func (p *player) saveInConsole(m match) error {
	value, err := p.value(m)
	if err != nil {
		return err
	}
	keyID, _ := stage.PersonKeyID(m["who"])
	return p.Stage.AWS.Save(keyID, m["secret"], value)
}

func (p *player) stageForeign(m match) error {
	return p.Stage.CallAWS(p.ctx, m["who"], "PutSecretValue", map[string]any{
		"SecretId": m["secret"], "SecretString": world.Random(40, world.Alphanumeric), "VersionStages": []string{"AWSPENDING"},
		"ClientRequestToken": "f0e19100-0000-4000-8000-" + world.Random(12, "0123456789abcdef"),
	})
}

func (p *player) deny(m match) error {
	p.Stage.AWS.Deny(keyOf(m), m["word"], m["secret"])
	return nil
}

func (p *player) allow(m match) error {
	p.Stage.AWS.Allow(keyOf(m), m["word"], m["secret"])
	return nil
}

// keyOf is the access key of the person in a line, or the bot's.
func keyOf(m match) string {
	if id, ok := stage.PersonKeyID(m["who"]); ok {
		return id
	}
	return stage.BotKeyID
}

// makeAnew creates a secret that was removed, with the newest value that its
// token had.
func (p *player) makeAnew(m match) error {
	value, ok := p.Stage.Newest(m["secret"])
	if !ok {
		return fmt.Errorf("%s is no GitHub token", m["secret"])
	}
	p.Stage.AWS.AddSecret(m["secret"], value)
	return nil
}

func (p *player) currentIsNew(m match) error { return p.currentIs(m["secret"], p.Stage.Newest) }

func (p *player) currentIsOld(m match) error { return p.currentIs(m["secret"], p.Stage.Former) }

func (p *player) currentIs(secret string, which func(string) (string, bool)) error {
	want, ok := which(secret)
	if !ok {
		return fmt.Errorf("%s is no GitHub token", secret)
	}
	return p.until(func() error {
		if got, ok := p.Stage.AWS.Current(secret); !ok || got != want {
			return errors.New("AWSCURRENT is another value")
		}
		return nil
	})
}

// tag gives a secret one tag, "key=value".
func (p *player) tag(m match) error {
	key, value, _ := strings.Cut(m["text"], "=")
	p.Stage.AWS.Tag(m["secret"], map[string]string{key: value})
	return nil
}

// tagged compares a secret's tags, those without a value by their key alone.
func (p *player) tagged(m match) error {
	return p.until(func() error {
		view, _ := p.Stage.AWS.Secret(m["secret"])
		want := strings.Split(m["text"], ", ")
		same := len(view.Tags) == len(want)
		for i := 0; same && i < len(want); i++ {
			same = view.Tags[i] == want[i] || strings.HasPrefix(view.Tags[i], want[i]+"=")
		}
		if !same {
			return fmt.Errorf("its tags are %v", view.Tags)
		}
		return nil
	})
}

func (p *player) hasNoLabel(m match) error { return p.label(m, false) }

func (p *player) hasLabel(m match) error { return p.label(m, true) }

func (p *player) label(m match, want bool) error {
	return p.until(func() error {
		view, _ := p.Stage.AWS.Secret(m["secret"])
		got := false
		for _, v := range view.Versions {
			got = got || slices.Contains(v.Stages, m["word"])
		}
		if got != want {
			return fmt.Errorf("it is %t that %s is on a version", got, m["word"])
		}
		return nil
	})
}
