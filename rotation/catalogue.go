package rotation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A Catalogue is the secrets and runbooks that Rekey knows.
type Catalogue struct {
	Secrets  []Secret // a row with members is one secret for each of them
	Rows     []Secret // the rows as they are written
	Runbooks map[string]Runbook
	Ignore   []Ignored // secrets in Secrets Manager that belong to others

	book Book
}

// A Book is what reading a catalogue needs to know besides its text.
type Book struct {
	Actions  map[string]Action                  // by kind
	Provers  map[string]Prover                  // by name
	Watchers map[string]Watcher                 // by name
	ID       func(handle string) (string, bool) // the Slack id behind "@group" or "#channel"
	Link     func(url string) string            // where a link leads; nil: where it says
	Tags     bool                               // whether a rotation ends with the tag of its next due date
	Own      []Own                              // what Rekey itself signs in with, which are rows too
	Listing  bool                               // whether Secrets Manager is asked which secrets there are
}

// Reserved names can't be secrets: they are words of the command.
var Reserved = []string{"list", "status", "cancel", "help", "due", "history", "start", "refresh", "snooze"}

// LoadCatalogue reads a catalogue strictly. Every mistake that it finds is in
// the one error, each with its line: unknown keys, kinds, runbooks and handles,
// names that occur twice, templates that don't render for every secret that
// uses them, and parameters that a step's Check refuses.
func LoadCatalogue(text []byte, book Book) (*Catalogue, error) {
	c := &Catalogue{Runbooks: map[string]Runbook{}, book: book}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("the catalogue is not YAML: %s", yaml.FormatError(err, false, true))
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, errors.New("the catalogue must be one YAML document that says secrets: and runbooks: at its top")
	}
	if word := foreign(file.Docs[0].Body); word != nil {
		return nil, fmt.Errorf("line %d: a catalogue has no anchors, aliases, merges or tags; write the value out", word.GetToken().Position.Line)
	}
	top, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return nil, errors.New("the catalogue must say secrets: and runbooks: at its top")
	}
	l := loader{c: c}
	for _, entry := range top.Values {
		switch key := entry.Key.String(); key {
		case "runbooks":
			l.runbooks(entry.Value)
		case "secrets":
			l.secrets(entry.Value)
		case "ignore":
			l.ignore(entry.Value)
		default:
			l.fail(entry, "there is no key %q; a catalogue has secrets:, runbooks: and ignore:", key)
		}
	}
	l.own()
	l.render()
	if len(c.Secrets) == 0 && len(l.problems) == 0 {
		l.fail(top, "there is no secret in it; name at least one under secrets:")
	}
	if len(l.problems) > 0 {
		return nil, &CatalogueError{l.problems}
	}
	return c, nil
}

// A CatalogueError lists all mistakes in a catalogue, a line each.
type CatalogueError struct{ Problems []string }

// Error joins the lines.
func (e *CatalogueError) Error() string {
	head := fmt.Sprintf("the catalogue has %d mistakes", len(e.Problems))
	if len(e.Problems) == 1 {
		head = "the catalogue has a mistake"
	}
	return head + ":\n  " + strings.Join(e.Problems, "\n  ")
}

type loader struct {
	c        *Catalogue
	problems []string
	lines    map[string]int // "secret NAME", "runbook NAME" to line
}

func (l *loader) fail(n ast.Node, format string, args ...any) {
	l.failAt(n.GetToken().Position.Line, format, args...)
}

func (l *loader) failAt(line int, format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
}

func (l *loader) at(what string, line int) {
	if l.lines == nil {
		l.lines = map[string]int{}
	}
	l.lines[what] = line
}

func (l *loader) runbooks(n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		l.fail(n, "runbooks: must map names to runbooks")
		return
	}
	for _, entry := range m.Values {
		name := entry.Key.String()
		if _, twice := l.c.Runbooks[name]; twice {
			l.fail(entry, "the runbook %s is there twice", name)
		}
		var r Runbook
		if err := yaml.NodeToValue(entry.Value, &r, yaml.Strict()); err != nil {
			l.decode(entry, err)
			continue
		}
		l.at("runbook "+name, entry.GetToken().Position.Line)
		l.c.Runbooks[name] = r
		if _, err := time.Parse(time.DateOnly, r.Review); err != nil {
			l.fail(entry, "the runbook %s needs a review date, like 2027-05-22", name)
		}
		if r.Owner == "" {
			l.fail(entry, "the runbook %s needs an owner", name)
		}
	}
}

func (l *loader) ignore(n ast.Node) {
	if err := yaml.NodeToValue(n, &l.c.Ignore, yaml.Strict()); err != nil {
		l.decode(n, err)
		return
	}
	for _, pattern := range l.c.Ignore {
		if problem := pattern.check(); problem != "" {
			l.fail(n, "%s", problem)
		}
	}
}

func (l *loader) secrets(n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		l.fail(n, "secrets: must be a list")
		return
	}
	for _, entry := range list.Values {
		var s Secret
		if err := yaml.NodeToValue(entry, &s, yaml.Strict()); err != nil {
			l.decode(entry, err)
			continue
		}
		s.defaults()
		line := entry.GetToken().Position.Line
		if _, twice := l.lines["secret "+s.Name]; twice {
			l.failAt(line, "the secret %s is there twice", s.Name)
		}
		l.at("secret "+s.Name, line)
		for _, problem := range s.check() {
			l.failAt(line, "%s: %s", s.Name, problem)
		}
		l.c.Rows = append(l.c.Rows, s)
		for _, one := range s.members() {
			l.at("secret "+one.Name, line)
			l.c.Secrets = append(l.c.Secrets, one)
		}
	}
}

// decode keeps only the first line of the decoder's error, with its position.
func (l *loader) decode(n ast.Node, err error) {
	line, text := n.GetToken().Position.Line, err.Error()
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		text = syntax.GetMessage()
		if t := syntax.GetToken(); t != nil {
			line = t.Position.Line
		}
	}
	l.failAt(line, "%s", text)
}

// render tries every secret's plan, also the one for a compromised value.
func (l *loader) render() {
	for i := range l.c.Secrets {
		s := &l.c.Secrets[i]
		var problems []string
		if s.Runbook != "" || s.Exempt == nil {
			_, problems = l.c.plan(s, Order{Secret: s.Name})
		}
		if s.Runbook != "" && s.Exempt == nil {
			_, more := l.c.plan(s, Order{Secret: s.Name, Compromised: true})
			problems = append(problems, more...)
		}
		for _, p := range problems {
			l.failAt(l.lines["secret "+s.Name], "%s: %s", s.Name, p)
		}
	}
	for i := range l.c.Rows {
		s := &l.c.Rows[i]
		if _, problems := l.c.watches(s); len(problems) > 0 {
			for _, p := range problems {
				l.failAt(l.lines["secret "+s.Name], "%s: %s", s.Name, p)
			}
		}
	}
	slices.SortStableFunc(l.problems, func(a, b string) int { return lineOf(a) - lineOf(b) })
	l.problems = slices.Compact(l.problems)
}

func lineOf(problem string) int {
	n := 0
	_, _ = fmt.Sscanf(problem, "line %d:", &n)
	return n
}

// foreign finds YAML that a catalogue does without: what is read must be what
// is written.
func foreign(n ast.Node) ast.Node {
	for _, t := range []ast.NodeType{ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType} {
		if found := ast.Filter(t, n); len(found) > 0 {
			return found[0]
		}
	}
	return nil
}

// Secret returns the row of the given name, or an Error with Unknown that
// names the nearest one.
func (c *Catalogue) Secret(name string) (*Secret, error) {
	for i := range c.Secrets {
		if c.Secrets[i].Name == name {
			return &c.Secrets[i], nil
		}
	}
	if members := c.of(name); len(members) > 0 {
		return nil, &Error{Reason: Unknown, What: name + " stands for several: " + strings.Join(members, ", ") + ".", Next: "Say which, as in `/rotate " + name + " " + members[0] + "`."}
	}
	e := &Error{Reason: Unknown, What: "There is no secret called " + name + ".", Next: "`/rotate list` shows what there is."}
	if near := c.nearest(name); near != "" {
		e.Next = "Did you mean " + near + "?"
		return nil, &Nearest{e, near}
	}
	return nil, e
}

// of returns the members of a row.
func (c *Catalogue) of(row string) []string {
	var out []string
	for _, s := range c.Secrets {
		if s.Of == row {
			out = append(out, strings.TrimPrefix(s.Name, row+" "))
		}
	}
	return out
}

// Nearest is an Error about a misspelt name, with the name that was perhaps
// meant.
type Nearest struct {
	Refusal *Error
	Name    string
}

// Error returns the Error's sentences.
func (n *Nearest) Error() string { return n.Refusal.Error() }

// Unwrap returns the Error.
func (n *Nearest) Unwrap() error { return n.Refusal }

// Owners returns the groups that own anything, each once.
func (c *Catalogue) Owners() []Handle {
	var out []Handle
	for _, s := range c.Rows {
		id, ok := c.book.ID(s.Owner)
		if h := (Handle{Name: s.Owner, ID: id}); ok && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// Handle is a group or a channel that a row names, with its id at Slack; empty
// if the settings know none.
func (c *Catalogue) Handle(name string) Handle {
	id, ok := c.book.ID(name)
	if !ok {
		return Handle{Name: name}
	}
	return Handle{Name: name, ID: id}
}

// Names returns the names of all secrets in the catalogue's order.
func (c *Catalogue) Names() []string {
	out := make([]string, len(c.Secrets))
	for i, s := range c.Secrets {
		out[i] = s.Name
	}
	return out
}

// nearest returns the name with the fewest edits, if they are few enough to be
// a slip, or one that contains the same words.
func (c *Catalogue) nearest(name string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, n := range c.Names() {
		if d := edits(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return best
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' })
	most := 1
	for _, n := range c.Names() {
		has := 0
		for _, w := range words {
			if slices.Contains(strings.FieldsFunc(n, func(r rune) bool { return r == '_' || r == '-' }), w) {
				has++
			}
		}
		if has > most {
			best, most = n, has
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range rb {
			cost := diagonal
			if x != y {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(rb)]
}

// kinds lists what is known, for an error.
func kinds(m map[string]Action) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
