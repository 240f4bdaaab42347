package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/sandbox/stage"
)

const today = "../docs/examples/modernisation-platform-2026.yaml"

// The team's process of 2026 is another catalogue, and needs no other code:
// secrets are read at run time, some of them are in another account, and one is
// a field of a map.
func TestTodaysProcess(t *testing.T) {
	t.Parallel()
	text, _, named, err := ownCatalogue(today)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, text); err != nil {
		t.Errorf("editors would underline it: %v", err)
	}
	files, err := filepath.Glob("testdata/today/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			said, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			newTownWith(t, stage.Options{Wanted: named, Calm: true}, false, text).play(file, said)
		})
	}
}
