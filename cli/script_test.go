package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Scripts are what somebody types, and what the command answers. In them
// `rekey CODE args…` runs the command as a process of its own and wants that
// exit code; `mode 0600 file` is chmod, `same a b` compares two files and
// `edit file old new` replaces text that has to be there.
func TestScripts(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	catalogue := embedded(t)
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: time.Now().Add(time.Minute), // none of these runs for long
		Setup: func(e *testscript.Env) error {
			file := filepath.Join(e.WorkDir, "embedded.yaml")
			e.Setenv(asRekey, file)
			e.Setenv("HOME", e.WorkDir)
			return os.WriteFile(file, catalogue, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"rekey": func(ts *testscript.TestScript, _ bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				err = ts.Exec(exe, args[1:]...)
				var ended *exec.ExitError
				switch {
				case err == nil && want == 0:
				case err == nil:
					ts.Fatalf("it exited with 0, not %d", want)
				case !errors.As(err, &ended) || ended.ExitCode() != want:
					ts.Fatalf("%v, not exit code %d", err, want)
				}
			},
			"mode": func(ts *testscript.TestScript, _ bool, args []string) {
				mode, err := strconv.ParseUint(args[0], 8, 12)
				ts.Check(err)
				ts.Check(os.Chmod(ts.MkAbs(args[1]), os.FileMode(mode)))
			},
			"edit": func(ts *testscript.TestScript, _ bool, args []string) {
				text := ts.ReadFile(args[0])
				if !strings.Contains(text, args[1]) {
					ts.Fatalf("%s doesn't say %q", args[0], args[1])
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
			},
		},
	})
}
