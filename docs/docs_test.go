// Package docs_test holds the documents to the code: what they show is loaded,
// and what the code names they have to name.
package docs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/cli"
	"rekey/rotation"
	"rekey/steps"
)

// block is one YAML example: what its mark says it is, and its text.
type block struct{ mark, text string }

var marked = regexp.MustCompile("(?s)<!-- ([a-z]+(?:: [a-z_]+)?) -->\n```yaml\n(.*?)```")

func TestTheExamplesLoad(t *testing.T) {
	seed := read(t, "../catalogue.yaml")
	seen := map[string]bool{}
	for _, m := range marked.FindAllStringSubmatch(read(t, "adding-a-secret.md"), -1) {
		b := block{m[1], m[2]}
		kind, name, _ := strings.Cut(b.mark, ": ")
		seen[kind] = true
		switch kind {
		case "catalogue":
			load(t, b.text)
		case "secret":
			load(t, seed+"\n"+b.text)
		case "change":
			sideBySide(t, load(t, changed(t, seed, name, b.text)), name)
		case "hand":
			byHand(t, load(t, changed(t, seed, name, b.text)), name)
		}
	}
	if len(seen) != 4 {
		t.Errorf("found examples of %v, want catalogue, secret, change and hand", seen)
	}
}

// Whole catalogues stand in a folder of their own.
func TestTheExampleCataloguesLoad(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no example catalogues", err)
	}
	for _, file := range files {
		load(t, read(t, file))
	}
}

// byHand checks that a person makes the new value.
func byHand(t *testing.T, c *rotation.Catalogue, name string) {
	t.Helper()
	plan, err := c.Plan(rotation.Order{Secret: name})
	if err != nil || plan.Steps[0].Kind != rotation.KindReceive || plan.Steps[0].By != rotation.Holder {
		t.Errorf("%v: %+v", err, plan.Steps)
	}
}

// changed is the seed's catalogue with some lines of one row replaced.
func changed(t *testing.T, seed, name, lines string) string {
	t.Helper()
	before, row, ok := strings.Cut(seed, "  - name: "+name+"\n")
	if !ok {
		t.Fatalf("the catalogue has no secret %s", name)
	}
	row, after, _ := strings.Cut(row, "\n\n")
	for line := range strings.Lines(lines) {
		key, _, _ := strings.Cut(line, ":")
		old := regexp.MustCompile("(?m)^" + key + ":.*\n")
		if !old.MatchString(row) {
			t.Fatalf("%s has no line %s to change", name, strings.TrimSpace(key))
		}
		row = old.ReplaceAllLiteralString(row, line)
	}
	return before + "  - name: " + name + "\n" + row + "\n\n" + after
}

func sideBySide(t *testing.T, c *rotation.Catalogue, name string) {
	t.Helper()
	plan, err := c.Plan(rotation.Order{Secret: name})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range plan.Steps {
		kinds = append(kinds, s.Kind)
	}
	approve, receive := slices.Index(kinds, rotation.KindApprove), slices.Index(kinds, rotation.KindReceive)
	if plan.Overlap != rotation.SideBySide || receive < 0 || approve < receive || kinds[len(kinds)-1] != "revoke" || len(plan.RollBack) == 0 {
		t.Errorf("the plan is %s: %v, roll back %d steps", plan.Overlap, kinds, len(plan.RollBack))
	}
}

func load(t *testing.T, text string) *rotation.Catalogue {
	t.Helper()
	known := steps.Book(steps.Providers{})
	known.ID = func(handle string) (string, bool) { return handle, true }
	c, err := rotation.LoadCatalogue([]byte(text), known)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKeyAndKindOfTheCatalogueIsExplained(t *testing.T) {
	text := read(t, "adding-a-secret.md")
	for _, v := range []any{rotation.Secret{}, rotation.Runbook{}, rotation.StepText{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			if key := f.Tag.Get("yaml"); key != "-" && !strings.Contains(text, "| `"+key+"` |") {
				t.Errorf("adding-a-secret.md doesn't explain %s of a %T", key, v)
			}
		}
	}
	for kind := range steps.All(steps.Providers{}) {
		if !strings.Contains(text, "`"+kind+"`") {
			t.Errorf("adding-a-secret.md doesn't explain steps of kind %s", kind)
		}
	}
	for by := range steps.Provers(steps.Providers{}) {
		if !strings.Contains(text, "| `"+by+"` |") {
			t.Errorf("adding-a-secret.md doesn't explain the prover %s", by)
		}
	}
	for kind := range steps.Watchers(steps.Providers{}) {
		if !strings.Contains(text, "| `"+kind+"` |") {
			t.Errorf("adding-a-secret.md doesn't explain the watcher %s", kind)
		}
	}
	for _, word := range rotation.Reserved {
		if !strings.Contains(text, "`"+word+"`") {
			t.Errorf("adding-a-secret.md doesn't say that %s is reserved", word)
		}
	}
}

// What an operator can set or see is named where they look for it.
func TestEverySettingAndMetricIsListed(t *testing.T) {
	for _, row := range []struct{ source, names, doc string }{
		{"../cli/environment.go", `\{name: "([A-Z_]+)"`, "../README.md"},
		{"../cli/environment.go", `flag: "([a-z-]+)"`, "../README.md"},
		{"../cli/settings.go", `"([a-z_]+)": +&(?:w|slack)\.`, "operations.md"},
		{"../cli/settings.go", `"(?:[a-z]+\.)?([a-z]+)": +&s\.`, "../README.md"},
		{"../cli/operator.go", `"(rekey_[a-z_]+)"`, "operations.md"},
		{"../cli/cli.go", `Exit[A-Z][a-z]+ += ([0-9])`, "operations.md"},
	} {
		found := regexp.MustCompile(row.names).FindAllStringSubmatch(read(t, row.source), -1)
		if len(found) == 0 {
			t.Errorf("%s has nothing like %s", row.source, row.names)
		}
		text := read(t, row.doc)
		for _, m := range found {
			if !regexp.MustCompile(`(^|[^a-zA-Z_-]|--)` + regexp.QuoteMeta(m[1]) + `([^a-zA-Z_-]|$)`).MatchString(text) {
				t.Errorf("%s doesn't name %s of %s", row.doc, m[1], row.source)
			}
		}
	}
}

func TestTheDefaultsOfWaitsAreRight(t *testing.T) {
	waits := reflect.ValueOf(rotation.Waits{}.Fill())
	text := read(t, "operations.md")
	names := regexp.MustCompile(`"([a-z_]+)": +&w\.(\w+)`).FindAllStringSubmatch(read(t, "../cli/settings.go"), -1)
	if len(names) != waits.NumField() {
		t.Errorf("%d of %d waits can be set", len(names), waits.NumField())
	}
	for _, m := range names {
		row := regexp.MustCompile("\\| `" + m[1] + "` \\| (\\S+) \\|").FindStringSubmatch(text)
		if row == nil {
			t.Errorf("operations.md has no row for the wait %s", m[1])
			continue
		}
		if got, err := time.ParseDuration(row[1]); err != nil || got != waits.FieldByName(m[2]).Interface() {
			t.Errorf("operations.md says that %s is %s, and it is %v", m[1], row[1], waits.FieldByName(m[2]))
		}
	}
}

// Every state that the code can be in is in the drawings.
func TestEveryStateIsDrawn(t *testing.T) {
	states := regexp.MustCompile("(?m)^\t[A-Z]\\w+ +(?:State|StepState|EffectState|ClaimState|TurnKind) += \"([^\"]+)\"")
	text, found := read(t, "states.md"), 0
	for _, source := range []string{"rotation.go", "claim.go", "effect.go"} {
		for _, m := range states.FindAllStringSubmatch(read(t, "../rotation/"+source), -1) {
			found++
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("states.md doesn't draw %q of %s", m[1], source)
			}
		}
	}
	if found < 25 {
		t.Errorf("found %d states in the code", found)
	}
}

// The README's conversation is a file that is played, its policy is JSON, and
// its settings fit the catalogue.
func TestTheReadmeIsTrue(t *testing.T) {
	text := read(t, "../README.md")
	_, talk, _ := strings.Cut(text, "```\n")
	talk, _, _ = strings.Cut(talk, "```")
	played := read(t, "../cli/testdata/conversations/happy-path-by-put.txt")
	if !strings.HasPrefix(played, talk) || len(talk) < 1000 {
		t.Error("the conversation isn't how happy-path-by-put.txt begins")
	}

	policies := fenced(text, "json")
	if len(policies) != 1 || !json.Valid([]byte(policies[0])) {
		t.Errorf("found %d policies, or one that isn't JSON", len(policies))
	}

	settings := fenced(text, "yaml")
	if len(settings) != 1 {
		t.Fatalf("found %d settings", len(settings))
	}
	file := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(file, []byte(settings[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	rekey := cli.Process{Args: []string{"validate", "--config", file}, Catalogue: []byte(read(t, "../catalogue.yaml")), Out: &out, Errors: &out}
	if code := rekey.Run(t.Context()); code != cli.ExitOK {
		t.Errorf("exit code %d: %s", code, &out)
	}
}

// What the README tells people to press is on the page or on the card.
func TestTheReadmesButtonsAreThere(t *testing.T) {
	_, steps, _ := strings.Cut(read(t, "../README.md"), "## Try it")
	steps, _, _ = strings.Cut(steps, "\n## ")
	shown := read(t, "../message/controls.go") + read(t, "../catalogue.yaml")
	pages, err := filepath.Glob("../sandbox/page/templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		shown += read(t, page)
	}
	bold := regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(steps, -1)
	for _, m := range bold {
		if !strings.Contains(shown, m[1]) {
			t.Errorf("the README says to press %s, which is nowhere", m[1])
		}
	}
	if len(bold) < 5 {
		t.Errorf("found %d things to press", len(bold))
	}
}

func fenced(text, language string) []string {
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// A link within the documents leads to a file that is there.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([a-zA-Z0-9_./-]+)(?:#[a-z0-9-]+)?\)`)
	for _, doc := range documents(t) {
		dir := doc[:strings.LastIndex(doc, "/")+1]
		for _, m := range link.FindAllStringSubmatch(read(t, doc), -1) {
			if _, err := os.Stat(dir + m[1]); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", doc, m[1])
			}
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	out := []string{"../README.md", "../CONTRIBUTING.md"}
	for _, dir := range []string{"./", "decisions/"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".md") {
				out = append(out, dir+e.Name())
			}
		}
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
