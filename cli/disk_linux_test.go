package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"rekey/sandbox"
)

// Conversations with a full disk need a bot that is a process of its own, whose
// files can be limited from outside.
func TestRehearsalsOnAFullDisk(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/rehearsals/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no rehearsals", err)
	}
	all, err := sandbox.Conversations(files, embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	catalogue := filepath.Join(t.TempDir(), "embedded.yaml")
	if err := os.WriteFile(catalogue, embedded(t), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = sandbox.Rehearse(t.Context(), sandbox.Config{
		Executable: os.Args[0], Env: []string{asRekey + "=" + catalogue}, Catalogue: embedded(t), Out: &out,
	}, all)
	if err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}
