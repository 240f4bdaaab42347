package cli

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var updateSchema = flag.Bool("update-schema", false, "write catalogue.schema.json anew")

const schemaFile = "../catalogue.schema.json"

// run runs the command line and returns what it printed.
func run(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var printed bytes.Buffer
	code = Process{Args: args, Catalogue: embedded(t), In: strings.NewReader(""), Out: &printed, Errors: &printed}.Run(t.Context())
	return code, printed.String()
}

func TestTheSchemaIsAsTheCodeSays(t *testing.T) {
	code, got := run(t, "schema")
	if code != ExitOK {
		t.Fatal(got)
	}
	if *updateSchema {
		if err := os.WriteFile(schemaFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil || string(want) != got {
		t.Errorf("catalogue.schema.json is old; write it with: go test ./cli -run Schema -update-schema (%v)", err)
	}
	if !bytes.HasPrefix(embedded(t), []byte("# yaml-language-server: $schema=./catalogue.schema.json\n")) {
		t.Error("catalogue.yaml doesn't tell editors where its schema is")
	}
}

// validate holds a catalogue against the schema, read by somebody else's
// validator.
func validate(t *testing.T, text []byte) error {
	t.Helper()
	load := func(text []byte) any {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	schema, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("catalogue.schema.json", load(schema)); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("catalogue.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(load(catalogue))
}

func TestTheCatalogueAndTheExamplesFollowTheSchema(t *testing.T) {
	if err := validate(t, embedded(t)); err != nil {
		t.Errorf("catalogue.yaml: %v", err)
	}
	doc, err := os.ReadFile("../docs/adding-a-secret.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, m := range regexp.MustCompile("(?s)<!-- (catalogue|secret)(?:: [a-z_]+)? -->\n```yaml\n(.*?)```").FindAllSubmatch(doc, -1) {
		examples++
		text := m[2]
		if string(m[1]) == "secret" {
			text = append(append(embedded(t), '\n'), text...)
		}
		if err := validate(t, text); err != nil {
			t.Errorf("%s\n%v", m[2], err)
		}
	}
	if examples < 2 {
		t.Errorf("found %d examples", examples)
	}
}

// What a person gets wrong is underlined while they write.
func TestTheSchemaRefusesMistakes(t *testing.T) {
	for name, c := range map[string]struct{ from, to string }{
		"an unknown key of a row":           {"    noun: token\n", "    none: token\n"},
		"an unknown key of a runbook":       {"    roll_back:", "    rollback:"},
		"an unknown key of a step":          {"        done: Plan approved", "        did: Plan approved"},
		"an unknown key of the catalogue":   {"secrets:\n", "secret:\n"},
		"an unknown kind":                   {"kind: run_workflow", "kind: run_workflows"},
		"a parameter that a kind hasn't":    {"with: {by: rekey, soak: 1h}", "with: {by: rekey, soek: 1h}"},
		"a parameter of another type":       {"with: {by: rekey, soak: 1h}", "with: {by: rekey, soak: 3}"},
		"a list as a word":                  {`with: {copies: "{{copies}}"}`, `with: {copies: all}`},
		"a party that isn't one":            {"with: {by: rekey, soak: 1h}", "with: {by: anybody, soak: 1h}"},
		"an unknown prover":                 {"proof: {by: github, ", "proof: {by: gitlab, "},
		"a parameter that a prover hasn't":  {`login: "{{login}}", permissions`, `logon: "{{login}}", permissions`},
		"an order that there isn't":         {"      side-by-side: [create", "      sidebyside: [create"},
		"a policy that isn't one":           {"    overlap: none\n", "    overlap: none\n    compromised: panic\n"},
		"an overlap that isn't one":         {"    overlap: none\n", "    overlap: some\n"},
		"an entry that isn't one":           {"    entry: cli\n", "    entry: slack\n"},
		"a stage that isn't one":            {"read: [pending, current, previous]", "read: [pending, currant]"},
		"an interval without its unit":      {"every: 180d", "every: 180"},
		"a reserved name":                   {"- name: github_ci_user_pat\n", "- name: list\n"},
		"a name with a blank":               {"- name: github_ci_user_pat\n", "- name: github pat\n"},
		"a group without its sign":          {`approvers: "@mp-approvers"`, "approvers: mp-approvers"},
		"no title":                          {"    title: GitHub MP CI User PAT\n", ""},
		"no region and no exemption":        {"    region: eu-west-2\n", ""},
		"an account of eleven digits":       {"    region: eu-west-2\n", "    region: eu-west-2\n    account: \"12345678901\"\n"},
		"a role by its name":                {"    region: eu-west-2\n", "    region: eu-west-2\n    role_arn: rekey\n"},
		"a member without its secret":       {"    region: eu-west-2\n", "    region: eu-west-2\n    members: {sam: {user: \"@sam\"}}\n"},
		"an exemption without a review":     {"    region: eu-west-2\n", "    region: eu-west-2\n    exempt: {reason: None.}\n"},
		"an unknown watcher":                {"    region: eu-west-2\n", "    region: eu-west-2\n    watch: [{kind: clouds}]\n"},
		"a parameter that a watcher hasn't": {"    region: eu-west-2\n", "    region: eu-west-2\n    watch: [{kind: iam_users, clouds: many}]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			text := string(embedded(t))
			if !strings.Contains(text, c.from) {
				t.Fatalf("the embedded catalogue doesn't say %q any more", c.from)
			}
			if validate(t, []byte(strings.Replace(text, c.from, c.to, 1))) == nil {
				t.Error("it is accepted")
			}
		})
	}
}
