package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rekey/need"
	"rekey/sandbox/fakeslack"
)

// TestAnswersHaveSlacksShape holds each answer to the samples in Slack's Java
// SDK: no key and no type that they don't have, and the keys that matter.
func TestAnswersHaveSlacksShape(t *testing.T) {
	dir := filepath.Join(need.Specs(t), "public", "slack", "response-shapes")
	w := open(t, fakeslack.Config{EnterpriseID: "E0ORG"})
	trigger := w.pressed(t, acknowledge)
	home := `{"type":"home","blocks":[{"type":"divider"}]}`
	window := string(encoded(t, form("Refuse")))
	var viewID string
	posted := w.card(t)
	for _, call := range []struct {
		method string
		body   func() map[string]any
		keys   string // that must be there; dots lead inside
	}{
		{"auth.test", nil, "url team user team_id user_id bot_id is_enterprise_install enterprise_id"},
		{"apps.connections.open", nil, "url"},
		{"chat.postMessage", body("channel", platform, "text", "x"), "channel ts message.text message.ts message.user message.bot_id message.type message.team"},
		{"chat.update", body("channel", platform, "ts", posted, "text", "x"), "channel ts text message.text message.user message.bot_id"},
		{"chat.postEphemeral", body("channel", platform, "user", starter, "text", "x"), "message_ts"},
		{"chat.getPermalink", body("channel", platform, "message_ts", posted), "channel permalink"},
		{"chat.delete", body("channel", platform, "ts", posted), "channel ts"},
		{"usergroups.list", body("include_users", true), "usergroups"},
		{"usergroups.users.list", body("usergroup", "S0APPROVER"), "users"},
		{"users.info", body("user", starter), "user.id user.team_id user.name user.deleted user.real_name user.tz user.is_bot user.is_restricted user.is_ultra_restricted user.profile"},
		{"conversations.info", body("channel", platform), "channel.id channel.name channel.is_archived channel.is_member channel.is_private channel.is_im"},
		{"views.open", func() map[string]any { return body("trigger_id", trigger(), "view", json.RawMessage(window))() }, "view.id view.hash view.type view.state view.root_view_id view.callback_id view.private_metadata view.blocks view.title"},
		{"views.push", func() map[string]any { return body("trigger_id", trigger(), "view", json.RawMessage(window))() }, "view.id view.previous_view_id"},
		{"views.update", func() map[string]any { return body("view_id", viewID, "view", json.RawMessage(window))() }, "view.id view.hash"},
		{"views.publish", body("user_id", starter, "view", json.RawMessage(home)), "view.id view.hash view.type"},
	} {
		t.Run(call.method, func(t *testing.T) {
			token := "xoxb-sandbox"
			if call.method == "apps.connections.open" {
				token = "xapp-sandbox"
			}
			var sent []byte
			if call.body != nil {
				sent = encoded(t, call.body())
			}
			got := w.raw(t, call.method, token, string(sent))
			if got["ok"] != true {
				t.Fatalf("the answer is %v", got)
			}
			if view, ok := got["view"].(map[string]any); ok {
				viewID, _ = view["id"].(string)
			}
			raw, err := os.ReadFile(filepath.Join(dir, call.method+".json"))
			if err != nil {
				t.Fatal(err)
			}
			fits(t, call.method, got, decode[any](t, raw))
			for _, path := range strings.Fields(call.keys) {
				if !has(got, strings.Split(path, ".")) {
					t.Errorf("%s is missing in %v", path, got)
				}
			}
		})
	}
	w.clean(t)
}

func body(pairs ...any) func() map[string]any {
	o := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	return func() map[string]any { return o }
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w workspace) raw(t *testing.T, method, token, sent string) map[string]any {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/api/"+method, strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return decode[map[string]any](t, raw)
}

// fits looks for keys and types in got that shape doesn't have. Blocks, and
// the values of a state, are whatever the app sent.
func fits(t *testing.T, at string, got, shape any) {
	t.Helper()
	object, ok := got.(map[string]any)
	if !ok {
		if got != nil && shape != nil && reflect.TypeOf(got) != reflect.TypeOf(shape) {
			t.Errorf("%s is a %T here and a %T at Slack", at, got, shape)
		}
		if list, both := got.([]any); both {
			for i, one := range list {
				if like, _ := shape.([]any); len(like) > 0 {
					fits(t, fmt.Sprintf("%s[%d]", at, i), one, like[0])
				}
			}
		}
		return
	}
	like, ok := shape.(map[string]any)
	if !ok {
		t.Errorf("%s is an object here and a %T at Slack", at, shape)
		return
	}
	for key, value := range object {
		known, ok := like[key]
		switch {
		case !ok:
			t.Errorf("Slack's %s has no %s", at, key)
		case key == "blocks", key == "state":
		default:
			fits(t, at+"."+key, value, known)
		}
	}
}

func has(o map[string]any, path []string) bool {
	v, ok := o[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	inner, ok := v.(map[string]any)
	return ok && has(inner, path[1:])
}
