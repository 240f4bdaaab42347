package stage

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Slack offers what the manifest says, and so does the sandbox: a change of one
// is a change of the other.
func TestTheCommandsAreThoseOfTheManifest(t *testing.T) {
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(manifest), "- command:"); n != len(Commands()) {
		t.Errorf("the manifest has %d commands, the stage %d", n, len(Commands()))
	}
	for _, c := range Commands() {
		want := fmt.Sprintf("- command: %s\n      description: %s\n      usage_hint: %q\n", c.Name, c.Description, c.Hint)
		if !strings.Contains(string(manifest), want) {
			t.Errorf("the manifest doesn't say\n%s", want)
		}
	}
}
