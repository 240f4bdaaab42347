// Package need is for tests that lean on something which a fresh machine may
// not have: a browser, node, moto, the reference data. Such a test skips and
// says what is missing, unless REKEY_REQUIRE (a list separated by commas)
// names the thing: then its absence is a failure.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Tool returns the path of the first of the commands that is on PATH. It skips
// the test, or fails it when REKEY_REQUIRE has names[0], if none is.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0], "none of these is on PATH: "+strings.Join(names, ", "))
	return ""
}

// Specs returns the directory with the vendors' published reference data,
// which lies beside the checkout or where REKEY_SPECS says. It skips the test,
// or fails it when REKEY_REQUIRE has "specs", if it isn't there.
func Specs(t testing.TB) string {
	t.Helper()
	for _, dir := range append([]string{os.Getenv("REKEY_SPECS")}, besideCheckout()...) {
		if dir == "" {
			continue
		}
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	missing(t, "specs", "the reference data is not beside the checkout (../shared/specs); set REKEY_SPECS to its directory")
	return ""
}

// File returns path if it exists; else it skips the test, or fails it when
// REKEY_REQUIRE has name.
func File(t testing.TB, name, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		missing(t, name, path+" is not there")
	}
	return path
}

func besideCheckout() []string {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return []string{filepath.Join(filepath.Dir(dir), "shared", "specs")}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

func missing(t testing.TB, name, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("REKEY_REQUIRE"), ","), name) {
		t.Fatalf("REKEY_REQUIRE names %s, but %s", name, why)
	}
	t.Skipf("needs %s: %s", name, why)
}
