package sandbox_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A world that can't be gone on with is refused, with what to do next, and
// nothing in its directory is changed.
func TestAWorldThatCannotBeUsedIsRefused(t *testing.T) {
	data := filepath.Join(t.TempDir(), "kept")
	address, end := start(t, "good", data)
	if err := end(); err != nil || address == "" {
		t.Fatal(err)
	}
	path := filepath.Join(data, "world.json")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the world is kept with %v, %v", info.Mode(), err)
	}
	for name, c := range map[string]struct {
		text []byte
		says string
	}{
		"cut off":             {good[:len(good)/2], "it is damaged"},
		"something else":      {[]byte("{}"), "it isn't what a sandbox writes"},
		"of another version":  {bytes.Replace(good, []byte(`"Version":`), []byte(`"Version":9`), 1), "another version of the sandbox wrote it"},
		"of other options":    {bytes.Replace(good, []byte(`"Options":"`), []byte(`"Options":"0`), 1), "another --catalogue"},
		"without a workflow":  {bytes.ReplaceAll(good, []byte("terraform-github.yml"), []byte("gone.yml")), "it is damaged"},
		"gone, and a bot not": {nil, data + " is what a sandbox left"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, c.text, 0o600); err != nil {
				t.Fatal(err)
			}
			if c.text == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			_, err := listenElsewhere(t, data, "")
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "hoose another directory") {
				t.Errorf("it says %v, want %q and what to do", err, c.says)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, c.text) {
				t.Error("the world was changed")
			}
		})
	}
}
