package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/sandbox/stage"
)

// A secret that is a JSON object gets one field replaced; every other byte
// stays.
func TestPutMergesOneField(t *testing.T) {
	t.Parallel()
	const object = "{\n  \"url\" : \"https:\\/\\/x\",\n  \"n\": 12345678901234567890.10,\n  \"token\":\"old-canary-value\" , \"é\\u00e9\": [ 1 ]\n}\n"
	for name, c := range map[string]struct{ value, want string }{
		"a token":             {canary, canary},
		"quotes and brackets": {`"\<&>` + "\t|", `\"\\<&>\t|`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.holds(object)
			d.wants(d.put(c.value+"\n", append(byName, "--field", "token")...), ExitOK, "Saved as AWSPENDING")
			d.staged(strings.Replace(object, "old-canary-value", c.want, 1))
			d.wants(d.put(c.value, append(byName, "--field", "token")...), ExitOK, "saved already")
			d.wants(d.put("other", append(byName, "--field", "token")...), ExitFailed, "Press Ask again")
		})
	}
}

func TestTheCatalogueKnowsTheField(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.holds(`{"token":"old-canary-value"}`)
	text := strings.Replace(string(embedded(t)), "overlap: none", "field: token\n    overlap: none", 1)
	path := filepath.Join(d.dir, "catalogue.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = []string{"REKEY_CATALOGUE=" + path}
	d.wants(d.put(canary, byName...), ExitOK)
	d.staged(`{"token":"` + canary + `"}`)
}

func TestPutRefusesAFieldThatItCantMerge(t *testing.T) {
	t.Parallel()
	starter, _ := stage.PersonKeyID("starter")
	for name, c := range map[string]struct {
		whole string
		want  string
	}{
		"not JSON":        {"old-canary-value", "isn't a JSON object"},
		"no such field":   {`{"password":"old-canary-value"}`, `without a field "token"`},
		"not a string":    {`{"token":{"a":"old-canary-value"}}`, "isn't a string"},
		"twice":           {`{"token":"a","token":"old-canary-value"}`, "more than once"},
		"too long merged": {`{"token":"a","x":"` + strings.Repeat("old-canary-value", 4094) + `"}`, "longer than the 65536 bytes"},
		"no right":        {"", "lacks secretsmanager:GetSecretValue on " + pat},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if c.whole == "" {
				d.stage.AWS.Deny(starter, "GetSecretValue", pat)
			} else {
				d.holds(c.whole)
			}
			d.wants(d.put(canary, append(byName, "--field", "token")...), ExitFailed, c.want)
			d.untouched()
		})
	}
}

// holds makes text the secret's current value.
func (d *desk) holds(text string) {
	d.t.Helper()
	if err := d.stage.AWS.Save("the console", pat, text); err != nil {
		d.t.Fatal(err)
	}
}
