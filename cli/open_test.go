package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABrowserIsOpenedByWhateverThereIs(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if err := openBrowser(t.Context(), "http://127.0.0.1:1/"); err == nil || !strings.Contains(err.Error(), "neither xdg-open nor open") {
		t.Errorf("without either: %v", err)
	}
	told := filepath.Join(dir, "told")
	if err := os.WriteFile(filepath.Join(dir, "open"), []byte("#!/bin/sh\necho \"$1\" > "+told+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := openBrowser(t.Context(), "http://127.0.0.1:1/"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(told); err != nil || string(text) != "http://127.0.0.1:1/\n" {
		t.Errorf("it was told %q, %v", text, err)
	}
}
