package cli

import (
	"strings"
	"testing"
)

// What a shell is told when somebody presses Tab: words to choose from, and at
// the end what it may add by itself (":4": no file names, ":8": files of these
// kinds).
func TestAShellCompletes(t *testing.T) {
	t.Setenv("REKEY_CATALOGUE", "")
	for name, c := range map[string]struct {
		args       []string
		has, hasnt []string
	}{
		"the secrets that people save":      {[]string{"put", ""}, []string{"github_ci_user_pat\tGitHub MP CI User PAT\n", ":4\n"}, []string{"aws_user_keys"}},
		"one secret a command":              {[]string{"put", "github_ci_user_pat", ""}, []string{":4\n"}, []string{"github_ci_user_pat\t"}},
		"a row with members, by one word":   {[]string{"take", ""}, []string{"aws_user_keys\tAWS user access & secret keys\n", "github_ci_user_pat\t", ":4\n"}, []string{"aws_user_keys sam"}},
		"its member, by the next":           {[]string{"take", "aws_user_keys", ""}, []string{"sam.collaborator\tAWS user access & secret keys of sam.collaborator\n"}, []string{"github"}},
		"the catalogue's regions":           {[]string{"put", "--region", ""}, []string{"eu-west-2\n", ":4\n"}, nil},
		"no version: it stands on the card": {[]string{"put", "--version", ""}, []string{":4\n"}, []string{"github"}},
		"how a value is printed":            {[]string{"take", "--as", ""}, []string{"raw\n", "json\n", "env\n", "credentials-file\n"}, nil},
		"the labels":                        {[]string{"take", "--stage", ""}, []string{"AWSCURRENT\n", "AWSPENDING\n", "AWSPREVIOUS\n"}, nil},
		"the catalogue's file":              {[]string{"put", "--catalogue", ""}, []string{"yaml\n", ":8\n"}, nil},
		"a catalogue to check":              {[]string{"validate", ""}, []string{"yaml\n", ":8\n"}, nil},
		"the settings' file":                {[]string{"validate", "--config", ""}, []string{"yaml\n", ":8\n"}, nil},
		"the commands":                      {[]string{""}, []string{"put\t", "take\t", "schema\t", "completion\t", "serve\t", "sandbox\t"}, nil},
		"the shells":                        {[]string{"completion", ""}, []string{"bash\t", "zsh\t", "fish\t", "powershell\t"}, nil},
		"nothing of a broken catalogue":     {[]string{"put", "--catalogue", "complete_test.go", ""}, []string{":4\n"}, []string{"github", "mistake"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out := run(t, append([]string{"__complete"}, c.args...)...)
			if code != ExitOK {
				t.Fatalf("exit code %d: %s", code, out)
			}
			for _, words := range c.has {
				if !strings.Contains(out, words) {
					t.Errorf("it doesn't offer %q:\n%s", words, out)
				}
			}
			for _, words := range c.hasnt {
				if strings.Contains(out, words) {
					t.Errorf("it offers %q:\n%s", words, out)
				}
			}
		})
	}
}

func TestTheCompletionOfEveryShellIsPrinted(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, out := run(t, "completion", shell); code != ExitOK || !strings.Contains(out, "__complete") {
			t.Errorf("%s: exit code %d, %d bytes", shell, code, len(out))
		}
	}
}
