// Package main_test holds the rules of the code base that a reader would
// otherwise have to remember: who may import whom, what must be documented,
// how long a file may be. Each rule says why it is there.
package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A file is one parsed Go file of the module.
type file struct {
	path  string // "bot/cards.go"
	dir   string // "bot"; "." for the top level
	test  bool
	lines int
	ast   *ast.File
}

// A layer is one row of the table of imports.
type layer struct {
	pkg  string
	may  []string
	why  string
	uses []string // what it may import from other modules; nil: not limited
}

// layers says which packages of ours a package may import outside of tests.
// A row ending in /... is for everything below it.
var layers = []layer{
	{".", []string{"cli"}, "main starts the command line and knows nothing else", []string{}},
	{"cli", []string{"bot", "commands", "message", "providers/...", "rotation", "sandbox", "steps", "storage"},
		"only the command line knows everybody, and puts them together", nil},
	{"bot", []string{"commands", "message", "rotation"}, "Slack asks commands and shows messages; it decides nothing itself", nil},
	{"commands", []string{"message", "message/timeline", "rotation"}, "what people ask for is decided without talking to anybody",
		[]string{"github.com/slack-go/slack"}},
	{"message", []string{"rotation"}, "what people read is made from the domain alone, so that golden files can show all of it",
		[]string{"github.com/slack-go/slack"}},
	{"message/timeline", []string{"rotation"}, "a picture is drawn from the domain alone, and what draws stays out of the messages",
		[]string{"gonum.org/v1/plot"}},
	{"rotation", nil, "the domain knows no Slack, no SQL and no HTTP",
		[]string{"github.com/goccy/go-yaml", "github.com/google/uuid"}},
	{"storage", []string{"rotation"}, "a database keeps the domain and asks it nothing", nil},
	{"steps", []string{"rotation"}, "a step says which few methods of a provider it needs, so that it never depends on a client", []string{}},
	{"providers/wire/wiretest", []string{"providers/wire", "rotation"}, "it asks what the tests of every client ask alike", nil},
	{"providers/...", []string{"rotation", "providers/wire"}, "a client knows its provider and the domain's words, not what it is used for", nil},
	{"sandbox/page/browser", []string{"need"}, "it drives a browser for tests, as httptest does for a server", nil},
	{"sandbox/...", []string{"sandbox/..."}, "the sandbox is the outside world: what it shared with the product, it couldn't test", nil},
	{"need", nil, "it is for tests only", []string{}},
}

// owners are packages of other modules that only some of ours may import,
// outside of tests.
var owners = []struct{ pkg, may, why string }{
	{"database/sql", "storage", "one package decides how a transaction is made"},
	{"modernc.org/sqlite", "storage", "the same"},
	{"github.com/slack-go/slack", "bot commands message", "bot talks to Slack; the other two use the types of blocks and forms only (TestOnlyBotCallsSlack)"},
	{"github.com/google/go-github/v66/github", "providers/github", "one client for each provider"},
	{"github.com/PagerDuty/go-pagerduty", "providers/pagerduty", "one client for each provider"},
	{"github.com/aws/aws-sdk-go-v2/service/secretsmanager", "providers/aws", "one client for each provider"},
	{"github.com/aws/aws-sdk-go-v2/service/iam", "providers/aws", "one client for each provider"},
	{"gonum.org/v1/plot", "message/timeline", "one package draws"},
	{"github.com/spf13/cobra", "cli", "the command line is one package"},
	{"testing", "need sandbox/page/browser providers/wire/wiretest", "tests stay out of the program"},
	{"rekey/need", "sandbox/page/browser", "the same"},
	{"rekey/sandbox/page/browser", "", "the same"},
}

func TestImportsRunOneWay(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		row := slices.IndexFunc(layers, func(l layer) bool { return covers(l.pkg, f.dir) })
		if row < 0 {
			t.Errorf("%s: package %s has no row in layers; say what it may import, and why", f.path, f.dir)
			continue
		}
		l := layers[row]
		for _, imported := range imports(f) {
			ours, isOurs := strings.CutPrefix(imported, "rekey/")
			switch {
			case isOurs:
				if !slices.ContainsFunc(l.may, func(p string) bool { return covers(p, ours) }) {
					t.Errorf("%s may not import %s: %s", f.path, imported, l.why)
				}
			case foreign(imported) && l.uses != nil && !slices.ContainsFunc(l.uses, func(p string) bool { return covers(p+"/...", imported) || p == imported }):
				t.Errorf("%s may not import %s: %s", f.path, imported, l.why)
			}
		}
	}
}

func TestSomePackagesHaveOneOwner(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		for _, imported := range imports(f) {
			for _, o := range owners {
				if o.pkg == imported && !slices.Contains(strings.Fields(o.may), f.dir) {
					t.Errorf("%s may not import %s, only %q may: %s", f.path, imported, o.may, o.why)
				}
			}
		}
	}
}

// Package message and commands use slack-go's types; a call needs a client.
func TestOnlyBotCallsSlack(t *testing.T) {
	for _, f := range files(t) {
		if f.test || f.dir == "bot" {
			continue
		}
		for _, name := range []string{"New", "Client"} {
			for _, at := range selected(f, "slack", name) {
				t.Errorf("%s uses slack.%s: only package bot talks to Slack", at, name)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, f := range files(t) {
		said[f.dir] = said[f.dir] || f.ast.Doc != nil && (!f.test || f.dir == ".")
	}
	onlyTests := map[string]bool{"docs": true}
	for _, dir := range slices.Sorted(maps.Keys(said)) {
		if !said[dir] && !onlyTests[dir] {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue
		}
		for _, name := range undocumented(f.ast) {
			t.Errorf("%s: %s has no comment in whole sentences", f.path, name)
		}
	}
}

func TestNoFileIsTooLong(t *testing.T) {
	const most = 400
	for _, f := range files(t) {
		if f.lines > most {
			t.Errorf("%s has %d lines, and %d is the most: it holds more than one idea", f.path, f.lines, most)
		}
	}
}

// The state machine takes the time as an argument, so that a test and the
// sandbox can say what time it is.
func TestTheDomainReadsNoClock(t *testing.T) {
	allowed := map[string]string{
		"rotation/task.go send":      "the deadline of a send is on the monotonic clock, which no clock of the sandbox moves",
		"rotation/desk_send.go send": "the same",
	}
	for _, f := range files(t) {
		if f.test || !slices.Contains([]string{"rotation", "steps", "message", "commands"}, f.dir) {
			continue
		}
		for _, name := range []string{"Now", "Since", "Until"} {
			for _, at := range selected(f, "time", name) {
				if allowed[at] == "" {
					t.Errorf("%s uses time.%s: take the time as an argument", at, name)
				}
			}
		}
	}
}

// docs/security.md lists every place where a secret value leaves its wrapper.
func TestEveryRevealIsInTheSecurityNotes(t *testing.T) {
	var found []string
	for _, f := range files(t) {
		if !f.test {
			found = append(found, selected(f, "", "Reveal")...)
		}
	}
	slices.Sort(found)
	text := read(t, "docs/security.md")
	_, list, _ := strings.Cut(text, "<!-- reveal: begin -->")
	list, _, _ = strings.Cut(list, "<!-- reveal: end -->")
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)` \\|").FindAllStringSubmatch(list, -1) {
		listed = append(listed, m[1]+" "+m[2])
	}
	slices.Sort(listed)
	for _, at := range slices.Compact(found) {
		if !slices.Contains(listed, at) {
			t.Errorf("%s reveals a value and isn't in docs/security.md", at)
		}
	}
	for _, at := range listed {
		if !slices.Contains(found, at) {
			t.Errorf("docs/security.md names %s, which reveals nothing", at)
		}
	}
}

func TestEveryDependencyHasASentence(t *testing.T) {
	modules := regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.-]+\.[a-z]+/\S+) v`).FindAllStringSubmatch(read(t, "go.mod"), -1)
	text := read(t, "docs/dependencies.md")
	used := map[string]bool{}
	for _, f := range files(t) {
		for _, imported := range imports(f) {
			best := ""
			for _, m := range modules {
				if covers(m[1]+"/...", imported) && len(m[1]) > len(best) {
					best = m[1]
				}
			}
			if foreign(imported) {
				used[best] = true
			}
		}
	}
	for _, m := range slices.Sorted(maps.Keys(used)) {
		if !strings.Contains(text, "`"+m+"`") {
			t.Errorf("docs/dependencies.md doesn't say what %s is for", m)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^- `([^`]+)`").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(read(t, "go.mod"), m[1]+" v") {
			t.Errorf("docs/dependencies.md names %s, which go.mod doesn't require", m[1])
		}
	}
}

// files parses every Go file of the module.
func files(t *testing.T) []file {
	t.Helper()
	var out []file
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go"):
			return nil
		}
		parsed, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		out = append(out, file{
			path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), ast: parsed,
			lines: set.Position(parsed.FileEnd).Line,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func imports(f file) []string {
	var out []string
	for _, i := range f.ast.Imports {
		if name, err := strconv.Unquote(i.Path.Value); err == nil {
			out = append(out, name)
		}
	}
	return out
}

// foreign reports whether a package is neither ours nor Go's own.
func foreign(imported string) bool {
	host, _, _ := strings.Cut(imported, "/")
	return strings.Contains(host, ".")
}

// covers reports whether a row of a table is about a package.
func covers(row, pkg string) bool {
	if base, all := strings.CutSuffix(row, "/..."); all {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return row == pkg
}

// selected lists where x.name is used, as "file function"; x is a package or,
// if it is empty, anything.
func selected(f file, x, name string) []string {
	var out []string
	for _, d := range f.ast.Decls {
		in := "top level"
		if fn, ok := d.(*ast.FuncDecl); ok {
			in = fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != name {
				return true
			}
			if id, ok := s.X.(*ast.Ident); x == "" || ok && id.Name == x {
				out = append(out, f.path+" "+in)
			}
			return true
		})
	}
	return out
}

// undocumented lists the exported names of a file without a comment. A group
// of constants or variables may have one comment for all.
func undocumented(f *ast.File) []string {
	var out []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) && !sentence(d.Doc) {
				out = append(out, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() && !sentence(s.Doc) && !sentence(d.Doc) {
						out = append(out, s.Name.Name)
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.IsExported() && !sentence(s.Doc) && !sentence(d.Doc) && s.Comment == nil {
							out = append(out, n.Name)
						}
					}
				}
			}
		}
	}
	return out
}

func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// sentence reports whether a comment has a sentence that ends.
func sentence(c *ast.CommentGroup) bool {
	return c != nil && strings.ContainsAny(c.Text(), ".:")
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
