package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// The version id that the card shows in these tests, another one, and a value
// that nobody may see.
const (
	shown  = "6f1c4b0e-52a0-5c3e-9d53-0f6a2b1c7d11"
	other  = "0b9e7d61-52a4-4a0b-8f3e-aa11bb22cc33"
	canary = "github_pat_canary-4b1d9f"
	pat    = stage.UserPAT
)

// A desk is where people run `rekey put`: AWS, and no bot.
type desk struct {
	t     testing.TB
	stage *stage.Stage
	dir   string
	env   []string // on top of the person's own
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	s, err := stage.New(stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &desk{t: t, stage: s, dir: t.TempDir()}
}

// said is how a command ended.
type said struct {
	code     int
	out, err string
}

// command is `rekey put args…` as the starter.
func (d *desk) command(args ...string) *exec.Cmd { return d.running("put", args...) }

// running is one of rekey's commands as the starter.
func (d *desk) running(verb string, args ...string) *exec.Cmd {
	d.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		d.t.Fatal(err)
	}
	catalogue := filepath.Join(d.dir, "embedded.yaml")
	if err := os.WriteFile(catalogue, embedded(d.t), 0o600); err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.CommandContext(d.t.Context(), exe, append([]string{verb}, args...)...)
	cmd.Env = append(d.stage.PersonEnv("starter"), asRekey+"="+catalogue, "HOME="+d.dir)
	cmd.Env = append(cmd.Env, d.env...)
	return cmd
}

// put runs it with the value on standard input. Whatever happens, the value
// may not come out again, and nothing but the version id goes to stdout.
func (d *desk) put(value string, args ...string) said {
	d.t.Helper()
	cmd := d.command(args...)
	cmd.Stdin = strings.NewReader(value)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		d.t.Fatal(err)
	}
	s := said{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	if hits := d.stage.Leaks(map[string][]byte{"stdout": []byte(s.out), "stderr": []byte(s.err)}); len(hits) > 0 || strings.Contains(s.out+s.err, canary) {
		d.t.Errorf("a value came out: %v\n%s%s", hits, s.out, s.err)
	}
	if want := map[bool]string{true: shown + "\n"}[s.code == ExitOK]; s.out != want {
		d.t.Errorf("stdout is %q, not %q", s.out, want)
	}
	return s
}

func (d *desk) wants(s said, code int, phrases ...string) {
	d.t.Helper()
	if s.code != code {
		d.t.Errorf("exit code %d, not %d: %s", s.code, code, s.err)
	}
	for _, p := range phrases {
		if !strings.Contains(s.err, p) {
			d.t.Errorf("it doesn't say %q:\n%s", p, s.err)
		}
	}
}

// staged wants the value under the version id that the card shows, as
// AWSPENDING alone.
func (d *desk) staged(value string) {
	d.t.Helper()
	view, _ := d.stage.AWS.Secret(pat)
	if v := view.Versions[0]; v.ID != shown || len(v.Stages) != 1 || v.Stages[0] != "AWSPENDING" {
		d.t.Errorf("the newest version is %+v", v)
	}
	for _, v := range d.stage.World.Values.All() {
		if v.Name == "secret "+pat+", version "+shown {
			if v.Value != value {
				d.t.Errorf("%q was saved, not %q", v.Value, value)
			}
			return
		}
	}
	d.t.Error("nothing was saved")
}

// untouched wants nothing written.
func (d *desk) untouched() {
	d.t.Helper()
	if n := d.stage.World.Journal.Applied("aws", "PutSecretValue"); n != 0 {
		d.t.Errorf("%d versions were written", n)
	}
}

var byName = []string{pat, "--version", shown}

func TestPutSavesUnderTheVersionIDOfTheCard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args        []string
		given, want string
	}{
		"by name":              {byName, canary, canary},
		"by secret id":         {[]string{"--secret-id", pat, "--region", "eu-west-2", "--version", shown}, canary, canary},
		"with a line end":      {byName, canary + "\n", canary},
		"with Windows's one":   {byName, canary + "\r\n", canary},
		"several lines":        {byName, "-----BEGIN\n" + canary + "\n-----END\n\n", "-----BEGIN\n" + canary + "\n-----END\n"},
		"the longest":          {byName, strings.Repeat("ä", maxValue/2) + "\r\n", strings.Repeat("ä", maxValue/2)},
		"blanks within":        {byName, "correct horse\tbattery", "correct horse\tbattery"},
		"what a shell expands": {byName, "$HOME `x` %s \\n \x00 \"'", "$HOME `x` %s \\n \x00 \"'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			before, _ := d.stage.AWS.Current(pat)
			d.wants(d.put(c.given, c.args...), ExitOK, "Saved as AWSPENDING of "+pat+". Nothing is switched yet")
			d.staged(c.want)
			if now, _ := d.stage.AWS.Current(pat); now != before {
				t.Error("AWSCURRENT moved")
			}
		})
	}
}

func TestPutByARN(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	view, _ := d.stage.AWS.Secret(pat)
	d.wants(d.put(canary, "--secret-id", view.ARN, "--region", "eu-west-2", "--version", shown), ExitOK, "Saved as AWSPENDING of "+view.ARN)
	d.staged(canary)
}

func TestPutRefusesAValueThatIsASlip(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want string }{
		"nothing":              {"", "the value is empty; nothing was written"},
		"a line end":           {"\r\n", "the value is empty"},
		"blanks":               {" \t \n", "the value is empty"},
		"a blank before":       {" " + canary, "begins or ends with a blank; nothing was written. Copy it again"},
		"a blank behind":       {canary + " \n", "begins or ends with a blank"},
		"a hard blank":         {canary + "\u00a0\n", "begins or ends with a blank"},
		"a byte too long":      {strings.Repeat("a", maxValue+1), "longer than the 65536 bytes"},
		"far too long":         {strings.Repeat(canary, 100_000), "longer than the 65536 bytes"},
		"not UTF-8":            {canary + "\xff\xfe", "isn't text in UTF-8; nothing was written"},
		"text in UTF-16 (LE)":  {"\xff\xfec\x00a\x00n\x00", "isn't text in UTF-8"},
		"another line's blank": {canary + " \r\n", "begins or ends with a blank"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.wants(d.put(c.value, byName...), ExitUsage, c.want)
			d.untouched()
		})
	}
}

func TestPutAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.wants(d.put(canary, byName...), ExitOK)
	d.wants(d.put(canary+"\n", byName...), ExitOK, "This value is saved already in "+pat+", under the same version id. Nothing was changed.")
	d.wants(d.put("another", byName...), ExitFailed, "Another value was saved under this version id. It was not replaced. Press Ask again on the card")
	d.staged(canary)
	if n := d.stage.World.Journal.Applied("aws", "PutSecretValue"); n != 1 {
		t.Errorf("%d versions were written", n)
	}
}

func TestPutLeavesAnotherVersionAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	err := d.stage.CallAWS(t.Context(), "member", "PutSecretValue", map[string]any{
		"SecretId": pat, "ClientRequestToken": other, "SecretString": "somebody else's", "VersionStages": []string{"AWSPENDING"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.wants(d.put(canary, byName...), ExitFailed, "AWSPENDING is on another version, "+other+". Nothing was written.")
	if view, _ := d.stage.AWS.Secret(pat); len(view.Versions) != 2 {
		t.Errorf("%+v", view.Versions)
	}
}

func TestPutSaysWhatAWSRefused(t *testing.T) {
	t.Parallel()
	starter, _ := stage.PersonKeyID("starter")
	for name, c := range map[string]struct {
		happens func(d *desk)
		phrases []string
	}{
		"no right to look": {func(d *desk) { d.stage.AWS.Deny(starter, "DescribeSecret", pat) },
			[]string{"AccessDeniedException", "Nothing was written.", "lacks secretsmanager:DescribeSecret on " + pat, "engineer role"}},
		"no right to write": {func(d *desk) { d.stage.AWS.Deny(starter, "PutSecretValue", pat) },
			[]string{"Nothing was written.", "lacks secretsmanager:PutSecretValue on " + pat}},
		"the key refuses": {func(d *desk) { d.stage.AWS.DenyKMS(pat, true) },
			[]string{"Nothing was written.", "lacks kms:GenerateDataKey and kms:Decrypt on the key of " + pat}},
		"the key is switched off": {func(d *desk) { d.stage.AWS.DisableKMS(pat, true) },
			[]string{"The KMS key of " + pat + " refused", "Nothing was written.", "Enable the key"}},
		"no such secret": {func(d *desk) {
			if err := d.stage.RemoveSecret(d.t.Context(), pat); err != nil {
				d.t.Fatal(err)
			}
		}, []string{"There is no secret " + pat + " in eu-west-2", "Nothing was written.", "Compare the name"}},
		"marked for deletion": {func(d *desk) { d.stage.AWS.ScheduleDeletion(pat) },
			[]string{"The secret " + pat + " is scheduled for deletion.", "Nothing was written.", "Restore it"}},
		"nobody signed in": {func(d *desk) { d.env = []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="} },
			[]string{"AWS doesn't know who you are", "Nothing was written.", "Sign in to AWS"}},
		"unknown to AWS": {func(d *desk) { d.env = []string{"AWS_ACCESS_KEY_ID=AKIANOBODY7777777777"} },
			[]string{"AWS doesn't know who you are (", "Nothing was written."}},
		"nobody answers": {func(d *desk) { d.stage.World.Faults.Order(world.Fault{Provider: "aws", Word: world.Down, Times: -1}) },
			[]string{"AWS didn't answer (DescribeSecret: no answer)", "Run the same command again: a repeat can't make a second version."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c.happens(d)
			d.wants(d.put(canary, byName...), ExitFailed, c.phrases...)
			d.untouched()
		})
	}
}

func TestPutThatGotNoAnswerIsRepeated(t *testing.T) {
	t.Parallel()
	for _, word := range []string{world.Pre5xx, world.Post5xx, world.Down, world.PostReset, world.TooMany} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.stage.World.Faults.Order(world.Fault{Provider: "aws", Method: "PutSecretValue", Word: word})
			d.wants(d.put(canary, byName...), ExitFailed, "AWS didn't answer (PutSecretValue", "Run the same command again")
			d.wants(d.put(canary, byName...), ExitOK)
			d.staged(canary)
			if n := d.stage.World.Journal.Applied("aws", "PutSecretValue"); n != 1 {
				t.Errorf("%d versions were written", n)
			}
		})
	}
}
