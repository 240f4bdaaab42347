package main_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"rekey/need"
)

type events struct {
	Bot []string `yaml:"bot_events"`
}

// manifest is what Rekey relies on in the Slack app's manifest.
type manifest struct {
	Features struct {
		SlashCommands []struct {
			Command string `yaml:"command"`
		} `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Scopes map[string][]string `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		SocketMode    bool `yaml:"socket_mode_enabled"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Events *events `yaml:"event_subscriptions"`
	} `yaml:"settings"`
}

func TestTheManifestAsksForTheSmallestRights(t *testing.T) {
	var m manifest
	text := read(t, "manifest.yaml")
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"bot": {"chat:write", "commands", "usergroups:read", "users:read"}}
	if diff := cmp.Diff(want, m.OAuth.Scopes); diff != "" {
		t.Errorf("scopes: %s", diff)
	}
	if !m.Settings.SocketMode || !m.Settings.Interactivity.Enabled || m.Settings.Interactivity.URL != "" {
		t.Errorf("Rekey needs Socket Mode, buttons and no public address: %+v", m.Settings)
	}
	if want := (events{Bot: []string{"app_home_opened"}}); m.Settings.Events == nil || !reflect.DeepEqual(*m.Settings.Events, want) {
		t.Errorf("the one event that Rekey needs is that somebody opens its App Home: %+v", m.Settings.Events)
	}
	if len(m.Features.SlashCommands) != 1 || m.Features.SlashCommands[0].Command != "/rotate" {
		t.Errorf("commands are %+v", m.Features.SlashCommands)
	}
	for _, scope := range want["bot"] {
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "- "+scope); ok && !strings.Contains(rest, "# ") {
				t.Errorf("the scope %s has no reason", scope)
			}
		}
	}
}

// Slack's schema has a pattern that Go's regexp can't compile, so ajv decides.
func TestTheManifestIsWhatSlackTakes(t *testing.T) {
	node := need.Tool(t, "node")
	schema := filepath.Join(need.Specs(t), "public", "slack", "manifest.schema.2.0.0.json")
	need.File(t, "npm", filepath.Join("testdata", "ajv", "node_modules", "ajv"))
	validate := func(change func(map[string]any)) (string, error) {
		var m map[string]any
		if err := yaml.Unmarshal([]byte(read(t, "manifest.yaml")), &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		check := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "ajv", "check.mjs"), schema)
		check.Stdin = strings.NewReader(string(text))
		out, err := check.CombinedOutput()
		return string(out), err
	}
	if out, err := validate(func(map[string]any) {}); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for name, change := range map[string]func(map[string]any){
		"an unknown key":          func(m map[string]any) { m["setting"] = 1 },
		"a scope that isn't text": func(m map[string]any) { part(m, "oauth_config", "scopes")["bot"] = []any{1} },
		"a name that is too long": func(m map[string]any) { part(m, "display_information")["name"] = strings.Repeat("r", 36) },
		"a switch that isn't one": func(m map[string]any) { part(m, "settings")["socket_mode_enabled"] = "yes" },
		"no name":                 func(m map[string]any) { delete(m, "display_information") },
	} {
		if out, err := validate(change); err == nil {
			t.Errorf("%s passed: %s", name, out)
		}
	}
}

func part(m map[string]any, path ...string) map[string]any {
	for _, key := range path {
		m = m[key].(map[string]any)
	}
	return m
}
