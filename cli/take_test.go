package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"rekey/rotation"
	"rekey/sandbox/stage"
)

// take runs `rekey take args…` as the starter, whose key it is.
func (d *desk) take(args ...string) said {
	d.t.Helper()
	cmd := d.running("take", args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		d.t.Fatal(err)
	}
	s := said{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	if hits := d.stage.Leaks(map[string][]byte{"stderr": []byte(s.err)}); len(hits) > 0 {
		d.t.Errorf("a value is in the notes: %v\n%s", hits, s.err)
	}
	if s.code != ExitOK && s.out != "" {
		d.t.Errorf("it failed and wrote to standard output: %q", s.out)
	}
	return s
}

const sam = "sam.collaborator"

var delivered = []string{"--secret-id", stage.KeySecret(sam), "--region", "eu-west-2"}

func TestTakePrintsTheValueAndNothingElse(t *testing.T) {
	d := newDesk(t)
	whole, _ := d.stage.AWS.Current(stage.KeySecret(sam))
	var pair map[string]string
	if err := json.Unmarshal([]byte(whole), &pair); err != nil {
		t.Fatal(err)
	}
	id, secret := pair["AWS_ACCESS_KEY_ID"], pair["AWS_SECRET_ACCESS_KEY"]
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"as it is", delivered, whole},
		{"by its name in the catalogue, of two words", []string{"aws_user_keys", sam}, whole},
		{"checked to be JSON", append([]string{"--as", "json"}, delivered...), whole + "\n"},
		{"one field", append([]string{"--field", "AWS_ACCESS_KEY_ID"}, delivered...), id},
		{"for a shell", append([]string{"--as", "env"}, delivered...), "export AWS_ACCESS_KEY_ID='" + id + "'\nexport AWS_SECRET_ACCESS_KEY='" + secret + "'\n"},
		{"for the AWS CLI", append([]string{"--as", "credentials-file", "--profile", sam}, delivered...), "[" + sam + "]\naws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := d.take(c.args...)
			if s.code != ExitOK || s.out != c.want || !strings.Contains(s.err, "Taken from "+stage.KeySecret(sam)) {
				t.Errorf("it ended with %d and wrote %d bytes, not what was delivered: %s", s.code, len(s.out), s.err)
			}
		})
	}
}

func TestTakeRefuses(t *testing.T) {
	d := newDesk(t)
	d.stage.AWS.AddSecret("plain", "no JSON at all")
	for _, c := range []struct {
		name    string
		args    []string
		code    int
		phrases []string
	}{
		{"somebody else's", []string{"--secret-id", stage.KeySecret("mina.collaborator"), "--region", "eu-west-2"}, ExitFailed, []string{"secretsmanager:DescribeSecret", "Nothing was fetched"}},
		{"without a secret", nil, ExitUsage, []string{"say which secret"}},
		{"without a region", []string{"--secret-id", "x"}, ExitUsage, []string{"--region"}},
		{"an unknown name", []string{"aws_user_keys", "nobody"}, ExitUsage, []string{"aws_user_keys"}},
		{"an unknown format", append([]string{"--as", "toml"}, delivered...), ExitUsage, []string{"raw, json, env or credentials-file"}},
		{"an unknown stage", append([]string{"--stage", "NEWEST"}, delivered...), ExitUsage, []string{"AWSPENDING"}},
		{"a field of a whole", append([]string{"--field", "a", "--as", "env"}, delivered...), ExitUsage, []string{"--as must be raw"}},
		{"a version that isn't there", append([]string{"--version", shown}, delivered...), ExitFailed, []string{"There is no such version", "moved on"}},
		{"a stage that no version has", append([]string{"--stage", "AWSPENDING"}, delivered...), ExitFailed, []string{"no version", "AWSPENDING"}},
		{"a field that isn't there", append([]string{"--field", "password"}, delivered...), ExitFailed, []string{`without a field "password"`}},
	} {
		t.Run(c.name, func(t *testing.T) { d.wants(d.take(c.args...), c.code, c.phrases...) })
	}
}

func TestWhatIsNoKeyIsNotWrittenAsOne(t *testing.T) {
	for _, c := range []struct{ as, value, want string }{
		{"env", "no JSON", "isn't a JSON object"},
		{"credentials-file", `{"password": "x"}`, "no AWS_ACCESS_KEY_ID"},
		{"env", `{"a b": "x"}`, "no name or no text"},
		{"env", `{"a": {"b": 1}}`, "no name or no text"},
		{"credentials-file", `{"AWS_ACCESS_KEY_ID": "a\n[b]", "AWS_SECRET_ACCESS_KEY": "c"}`, "no AWS_ACCESS_KEY_ID"},
	} {
		tk := take{as: c.as, profile: "default"}
		if _, err := tk.written(rotation.NewValue(c.value)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %s: %v", c.as, c.value, err)
		}
	}
	tk := take{as: "env"}
	if got, err := tk.written(rotation.NewValue(`{"A": "it's"}`)); err != nil || got.Reveal() != "export A='it'\\''s'\n" {
		t.Errorf("a quotation mark: %v, %v", got.Reveal(), err)
	}
}
