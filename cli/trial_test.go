package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rekey/sandbox"
)

const ownRehearsal = `# The token of the documents' example, in a channel of its own, from start to end.
starter> /rotate github_ci_docs_pat
#platform | GitHub MP CI docs PAT · [Approve]
approver> [Approve]
#platform | your turn, @starter
github> starter regenerates github_ci_docs_pat
aws> starter puts github_ci_docs_pat
#platform | rotated · used by publish.yml
`

// The example of the documents is a secret that no sandbox has; tried out, it
// can be rotated from start to end.
func TestACatalogueOfOnesOwnIsTriedOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	documents, err := os.ReadFile("../docs/adding-a-secret.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)<!-- secret -->\n```yaml\n(.*?)```").FindSubmatch(documents)
	own := strings.Replace(string(embedded(t))+"\n"+string(example[1]), `approvers: "@mp-approvers"`, `approvers: "@their-approvers"`, 1)
	path := write("catalogue.yaml", own+strings.NewReplacer(
		"github_ci_docs_pat", "far_away_pat", "login: modernisation-platform-ci", "login: somebody-else", "USER_GUIDE_PAT", "OTHER_PAT",
		"{repo: ministryofjustice/modernisation-platform, workflow: publish.yml", "{repo: ministryofjustice/elsewhere, workflow: gone.yml",
	).Replace("\n"+string(example[1])))
	config := sandbox.Config{Data: filepath.Join(dir, "kept"), Executable: os.Args[0], Env: []string{asRekey + "=" + write("embedded.yaml", string(embedded(t)))}}
	if config.Catalogue, config.Try, config.Wanted, err = ownCatalogue(path); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	config.Out = &out
	all, err := sandbox.Conversations([]string{write("own.txt", ownRehearsal)}, nil)
	if err == nil {
		err = sandbox.Rehearse(t.Context(), config, all)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if config.Try != "github_ci_user_pat" {
		t.Errorf("it suggests %s", config.Try)
	}
	if _, err := os.Stat(filepath.Join(dir, "kept", "own", "rekey.log")); err != nil {
		t.Errorf("the bot's log wasn't kept: %v", err)
	}
	for _, says := range []string{
		"@their-approvers is a group with everybody of the team in it",
		"github_ci_docs_pat is a secret with a token of modernisation-platform-ci",
		"publish.yml is a workflow of ministryofjustice/modernisation-platform",
		"far_away_pat is a secret with a harmless value, which is no token: somebody-else isn't a user of GitHub here",
		"gone.yml can't be imitated: there is no repository ministryofjustice/elsewhere here",
	} {
		if strings.Count(out.String(), says) != 1 {
			t.Errorf("it doesn't say once that %s:\n%s", says, &out)
		}
	}
	if strings.Contains(out.String(), "github_ci_user_pat is") {
		t.Errorf("it speaks of what was there:\n%s", &out)
	}
}

func TestAWrongCatalogueIsNotTriedOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(path, []byte("secrets: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := ownCatalogue(path); err == nil {
		t.Error("it was taken")
	}
}
