package page

import (
	"slices"
	"strings"
	"testing"
)

func TestTheTerminalRunsNothingButRekeyPut(t *testing.T) {
	for _, c := range []struct {
		line string
		args []string
	}{
		{"rekey put github_ci_user_pat --version 6f1c", []string{"github_ci_user_pat", "--version", "6f1c"}},
		{"rekey put", []string{}},
		{"  rekey   put\tx  ", []string{"x"}},
		{"rekey put --secret-id 'arn:aws:x' --field \"a b\"", []string{"--secret-id", "arn:aws:x", "--field", "a b"}},
		{"rekey put a\\ b ''", []string{"a b", ""}},
		{"rekey put x \\\n  --version 1", []string{"x", "--version", "1"}},
		{"rekey put x\n", []string{"x"}},
		{"rekey put 'a$b;c'", []string{"a$b;c"}},
		{`rekey put "a\"b\\c\d"`, []string{`a"b\c\d`}},
	} {
		command, got, err := rekeyLine(c.line)
		if err != nil || command != "put" || !slices.Equal(got, c.args) {
			t.Errorf("%q: %s %q, %v; want %q", c.line, command, got, err, c.args)
		}
		taking := strings.Replace(c.line, "put", "take", 1)
		if command, got, err := rekeyLine(taking); err != nil || command != "take" || !slices.Equal(got, c.args) {
			t.Errorf("%q: %s %q, %v", taking, command, got, err)
		}
	}
	for _, line := range []string{
		"", "rekey", "rekey serve", "rekey doctor", "ls", "sh -c 'rekey put x'", "/usr/bin/rekey put x", "sudo rekey put x",
		"REKEY_CONFIG=x rekey put x", "rekey put x; ls", "rekey put x && ls", "rekey put x | cat", "rekey put x > file", "rekey put < file",
		"rekey put $(ls)", "rekey put `ls`", `rekey put "$HOME"`, "rekey put $HOME", "rekey put x & ", "rekey put *", "rekey put x\nls",
		"rekey put 'x", `rekey put "x`, "rekey put x\\", "rekey 'put x'", "rekey put #x", "rekey put ~",
	} {
		if _, got, err := rekeyLine(line); err == nil {
			t.Errorf("%q runs rekey with %q, want a refusal", line, got)
		}
	}
}
