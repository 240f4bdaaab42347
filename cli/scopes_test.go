package cli

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"
)

// The scopes that manifest.yaml asks for are enough for a whole rotation: the
// workspace refuses any method that needs another.
func TestTheScopesOfTheManifestRunAWholeRotation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
	}
	if err := yaml.Unmarshal(text, &manifest); err != nil || len(manifest.OAuth.Scopes.Bot) == 0 {
		t.Fatal("no scopes in the manifest", err)
	}
	const file = "testdata/conversations/happy-path-by-put.txt"
	conversation, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newTown(t, false, embedded(t))
	w.stage.Slack.SetScopes(manifest.OAuth.Scopes.Bot...)
	w.play(file, conversation)
}
