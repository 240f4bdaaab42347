package rotation_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"rekey/rotation"
)

// Each mistake changes one thing of the small catalogue, and must be reported
// with its line.
func TestTheCatalogueIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown key of a secret":          {"    title: First", "    titel: First", `line 13: unknown field "titel"`},
		"an unknown key of a runbook":         {"    review:", "    reviewed:", `line 4: unknown field "reviewed"`},
		"an unknown key of a step":            {"title: Approve}", "titel: Approve}", `line 6: unknown field "titel"`},
		"an unknown key of the catalogue":     {"secrets:", "secretes:", `line 11: there is no key "secretes"`},
		"an unknown kind":                     {"kind: extra", "kind: extraa", `line 12: first_token: step extra: there is no kind "extraa"; there are approve, extra, promote, receive`},
		"an unknown runbook":                  {"runbook: token", "runbook: tokens", `line 12: first_token: there is no runbook "tokens"`},
		"an unknown step in an order":         {"[approve, make, extra, promote]", "[approve, make, other, promote]", "line 12: first_token: the runbook has no step other"},
		"an unknown group":                    {`"@approvers"`, `"@nobody"`, "line 12: first_token: the handle @nobody has no id in the settings"},
		"an unknown channel":                  {"channel: \"#platform\"", "channel: \"#nowhere\"", "line 12: first_token: the handle #nowhere has no id in the settings"},
		"a group without its sign":            {`"@approvers"`, "approvers", `line 12: first_token: "approvers" is not a handle; write it as @name`},
		"a secret twice":                      {"name: second_token", "name: first_token", "line 23: the secret first_token is there twice"},
		"a reserved name":                     {"name: first_token", "name: status", "line 12: status: the name is a word of the command; choose another"},
		"a name with spaces":                  {"name: first_token", "name: first token", "line 12: first token: a name is needed, without spaces"},
		"a template that one secret can't do": {"token_name: two, ", "", "line 23: second_token: step make: the values don't say what {{token_name}} is"},
		"a template in a parameter":           {`"{{login}}"`, `"{{logon}}"`, "line 12: first_token: step make: the values don't say what {{logon}} is"},
		"a template that is a program":        {"Make {{token_name}}", "Make {{if .x}}", "line 12: first_token: step make: a template takes {{name}} only"},
		"a list inside a text":                {"Make {{token_name}}", "Make {{siblings}}s", "line 12: first_token: step make: the values don't say what {{siblings}} is"},
		"a parameter that a step refuses":     {"login: ci, token_name: one", "login: nobody, token_name: one", "line 12: first_token: step make: login: nobody has no token"},
		"a parameter that a step hasn't":      {`with: {login: "{{login}}"`, `with: {logon: "{{login}}"`, `line 12: first_token: step make: reading the step's parameters: json: unknown field "logon"`},
		"no title":                            {"    title: First\n", "", "line 12: first_token: a title is needed"},
		"no region":                           {"    region: eu-west-2\n", "", "line 12: first_token: a region is needed"},
		"no interval":                         {"    every: 180d\n", "", "line 12: first_token: every: is needed, like 180d"},
		"an interval without a unit":          {"every: 180d", "every: 180", `"180" is not a number of days; write it as 180d`},
		"a negative interval":                 {"every: 180d", "every: -3d", `"-3d" is not a number of days`},
		"an overlap that isn't one":           {"overlap: none", "overlap: some", "line 12: first_token: overlap: must be none or side-by-side"},
		"an entry that isn't one":             {"overlap: none", "overlap: none\n    entry: slack", "line 12: first_token: entry: must be cli, console or api"},
		"a stage that isn't one":              {"read: [current]", "read: [currant]", "line 12: first_token: read: takes pending, current and previous, not currant"},
		"a negative quorum":                   {"overlap: none", "overlap: none\n    quorum: -1", "line 12: first_token: quorum: must be at least 1"},
		"a runbook without a review date":     {`    review: "2027-05-22"` + "\n", "", "line 2: the runbook token needs a review date, like 2027-05-22"},
		"a review date that is none":          {"2027-05-22", "2027-02-30", "line 2: the runbook token needs a review date, like 2027-05-22"},
		"a runbook without an owner":          {"    owner: \"#platform\"\n", "", "line 2: the runbook token needs an owner"},
		"an order that an overlap lacks":      {"none: [approve, make, extra, promote], ", "", "line 12: first_token: the runbook token has no order for overlap none"},
		"no approval":                         {"[approve, make, extra, promote]", "[make, promote]", "line 12: first_token: there is no step of kind approve"},
		"an approval after the value":         {"[approve, make, extra, promote]", "[make, approve, promote]", "line 12: first_token: without overlap the approval must come before the new value"},
		"a switch before the approval":        {"[approve, make, extra, promote]", "[promote, approve, make]", "line 12: first_token: promote must come after receive and approve"},
		"two approvals":                       {"[approve, make, extra, promote]", "[approve, approve, make, promote]", "line 12: first_token: there is more than one step of kind approve"},
		"an anchor":                           {"name: first_token", "name: &n first_token", "line 12: a catalogue has no anchors, aliases, merges or tags; write the value out"},
		"an alias":                            {"title: First", "title: *n", "line 13: a catalogue has no anchors"},
		"a merge":                             {"title: First", "<<: {title: First}", "line 13: a catalogue has no anchors"},
		"a tag":                               {"title: First", "title: !!str First", "line 13: a catalogue has no anchors"},
		"two documents":                       {"secrets:", "---\nsecrets:", "must be one YAML document"},
		"no mapping":                          {small, "- a\n", "the catalogue must say secrets: and runbooks: at its top"},
		"no YAML at all":                      {small, "a: [b\n", "the catalogue is not YAML: [1:"},
		"nothing at all":                      {small, "", "must be one YAML document"},
		"a secrets map":                       {small, "secrets: {a: b}\n", "line 1: secrets: must be a list"},
		"a runbooks list":                     {small, "runbooks: [a]\n", "line 1: runbooks: must map names to runbooks"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rotation.LoadCatalogue([]byte(replaced(t, small, c.from, c.to)), book)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllMistakesAreReportedAtOnceInOrder(t *testing.T) {
	text := replaced(t, small, "    region: eu-west-2\n", "")
	text = replaced(t, text, "name: second_token", "name: help")
	text = replaced(t, text, "kind: extra", "kind: extraa")
	text = replaced(t, text, `    review: "2027-05-22"`, `    review: soon`)
	_, err := rotation.LoadCatalogue([]byte(text), book)
	var all *rotation.CatalogueError
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	want := []string{
		"line 2: the runbook token needs a review date, like 2027-05-22",
		"line 12: first_token: a region is needed",
		`line 12: first_token: step extra: there is no kind "extraa"; there are approve, extra, promote, receive`,
		"line 22: help: the name is a word of the command; choose another",
		`line 22: help: step extra: there is no kind "extraa"; there are approve, extra, promote, receive`,
	}
	if got := strings.Join(all.Problems, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	if !strings.HasPrefix(err.Error(), "the catalogue has 5 mistakes:\n  line 2:") {
		t.Error(err)
	}
}

// FuzzLoadCatalogue: no text makes it panic, and one that loads renders.
func FuzzLoadCatalogue(f *testing.F) {
	f.Add(small)
	f.Add("runbooks: {}\nsecrets: []\n")
	f.Add("secrets:\n  - null\n  - name: [a]\n")
	f.Add("runbooks:\n  a:\n  b: {steps: {x: null}, order: {none: [x, x]}}\n")
	f.Add("? {a: b}\n: c\n")
	if real, err := os.ReadFile("../catalogue.yaml"); err == nil {
		f.Add(string(real))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := rotation.LoadCatalogue([]byte(text), book)
		if err != nil {
			return
		}
		for _, name := range c.Names() {
			var exempted *rotation.Exempted
			if _, err := c.Plan(rotation.Order{Secret: name}); err != nil && !errors.As(err, &exempted) {
				t.Errorf("%s loads and doesn't render: %v", name, err)
			}
		}
	})
}
