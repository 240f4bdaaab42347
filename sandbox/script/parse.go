package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// A line of a conversation, ready to be played.
type line struct {
	number int
	text   string
	do     func(*player) error
}

// A form is one kind of line: its words, with what may vary in braces, and
// what it does with that.
type form struct {
	words string
	do    func(p *player, m match) error
}

// A match is what stands in a line for the braces of its form.
type match map[string]string

// What may stand for the braces of a form.
var slots = map[string]string{
	"who":     `[a-z]+`,
	"whom":    `[a-z]+`,
	"label":   `\[[^\]]+\]`,
	"typed":   `/.*?`,
	"text":    `.+`,
	"phrases": `.+`,
	"card":    `(?: "[^"]+")?`,
	"secret":  `[\w/+=.@-]+`,
	"value":   `(?:the old value of |"[^"]*" as )?`,
	"ending":  `(?: and (?:is refused|reads) \| .+)?`,
	"again":   `(?: again)?`,
	"file":    `[\w-]+\.ya?ml`,
	"word":    `[\w.-]+`,
	"about":   `(?: on [\w/+=.@-]+)?`,
	"call":    `"[^"]+"|[\w.]+`,
	"channel": `#[\w-]+`,
	"group":   `@[\w-]+`,
	"n":       `\d+`,
	"for":     `\d[\w.]*`,
	"days":    `\d+[dhms]\w*`,
	"option":  `.+?`,
	"weekday": `Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday`,
	"time":    `\d\d:\d\d`,

	"provider": `aws|github|slack|pagerduty|entra`,
	"fault":    strings.Join([]string{world.Pre5xx, world.Post5xx, world.PostHang, world.PostReset, world.TooMany, world.Slow, world.Down, world.HTML}, "|"),
	"counted":  `applied|called`,
}

var slot = regexp.MustCompile(`\\\{(\w+)\\\}`)

// pattern is the form as a regular expression for a whole line.
func (f form) pattern() *regexp.Regexp {
	return regexp.MustCompile("^" + slot.ReplaceAllStringFunc(regexp.QuoteMeta(f.words), func(s string) string {
		name := strings.Trim(s, `\{}`)
		return "(?P<" + name + ">" + slots[name] + ")"
	}) + "$")
}

var patterns = func() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for _, f := range allForms() {
		out[f.words] = f.pattern()
	}
	return out
}()

// allForms are tried in this order: what is more particular comes first.
func allForms() []form {
	return slices.Concat(expectForms, awsForms, issueForms, githubForms, slackForms, webhookForms, passwordForms, pagerDutyForms, entraForms, iamForms, worldForms, peopleForms)
}

func parse(file string, text []byte, repo func(file string) (string, bool)) ([]line, error) {
	var out []line
	var faults []error
	for i, raw := range strings.Split(string(text), "\n") {
		said := strings.TrimSpace(raw)
		if said == "" || said == "#" || strings.HasPrefix(said, "# ") {
			continue
		}
		do, err := understand(said, repo)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %s\n%s", file, i+1, said, indent(err.Error())))
			continue
		}
		out = append(out, line{i + 1, said, do})
	}
	if len(out) == 0 && len(faults) == 0 {
		faults = append(faults, fmt.Errorf("%s: there is nothing to play", file))
	}
	return out, errors.Join(faults...)
}

func understand(said string, repo func(file string) (string, bool)) (func(*player) error, error) {
	for _, f := range allForms() {
		pattern := patterns[f.words]
		found := pattern.FindStringSubmatch(said)
		if found == nil {
			continue
		}
		m := match{}
		for i, name := range pattern.SubexpNames() {
			if name != "" {
				m[name] = found[i]
			}
		}
		if err := m.check(repo); err != nil {
			return nil, err
		}
		return func(p *player) error { return f.do(p, m) }, nil
	}
	speaker, _, _ := strings.Cut(said, " ")
	var near []string
	for _, f := range allForms() {
		if strings.HasPrefix(f.words, speaker+" ") {
			near = append(near, f.words)
		}
	}
	if len(near) == 0 {
		return nil, errors.New("no line begins like this")
	}
	return nil, fmt.Errorf("no line goes like this; there are:\n%s", strings.Join(near, "\n"))
}

// check refuses what no stage has, before anything is played.
func (m match) check(repo func(file string) (string, bool)) error {
	for _, slot := range []string{"who", "whom"} {
		if who := m[slot]; who != "" {
			if _, ok := stage.PersonID(who); !ok {
				return fmt.Errorf("there is nobody called %s: there are %s", who, strings.Join(stage.Handles(), ", "))
			}
		}
	}
	if file := m["file"]; file != "" {
		if _, ok := repo(file); !ok {
			return fmt.Errorf("no repository has a workflow %s", file)
		}
	}
	if channel := m["channel"]; channel != "" && channels[channel] == "" {
		return fmt.Errorf("there is no channel %s: there are #platform, #notifications, #operations and #ask", channel)
	}
	for _, slot := range []string{"for", "days"} {
		if d := m[slot]; d != "" {
			if _, err := duration(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// id is the Slack id of the person in a slot.
func (m match) id(slot string) string {
	id, _ := stage.PersonID(m[slot]) // checked when it was parsed
	return id
}

// number is what stands for {n}, or 1.
func (m match) number() int {
	n := 0
	if _, err := fmt.Sscan(m["n"], &n); err != nil {
		return 1
	}
	return n
}

func (m match) call() string  { return strings.Trim(m["call"], `"`) }
func (m match) about() string { return strings.TrimPrefix(m["about"], " on ") }
func (m match) label() string { return strings.Trim(m["label"], "[]") }

var channels = map[string]string{
	"#platform": stage.Platform, "#modernisation-platform": stage.Platform,
	"#notifications": stage.Notifications, "#modernisation-platform-notifications": stage.Notifications,
	"#operations": stage.AskOps, "#ask-operations-engineering": stage.AskOps,
	"#ask": stage.Ask, "#ask-modernisation-platform": stage.Ask,
}

var inDays = regexp.MustCompile(`^(\d+)d(.*)$`)

// duration reads what Go reads, with days in front: "2d", "1d12h", "4h".
func duration(s string) (time.Duration, error) {
	var days time.Duration
	if m := inDays.FindStringSubmatch(s); m != nil {
		var n int
		if _, err := fmt.Sscan(m[1], &n); err != nil {
			return 0, fmt.Errorf("reading the days of %q: %w", s, err)
		}
		if days, s = time.Duration(n)*24*time.Hour, m[2]; s == "" {
			return days, nil
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("reading how long: %w", err)
	}
	return days + rest, nil
}
