package page

import (
	"bytes"
	"encoding/json"
	"strings"

	"rekey/sandbox/stage"
)

// What is heard in the workspace, as far as the guide follows it.
type heard struct {
	begun     []string // the secrets that somebody typed after /rotate, the last one last
	approvals []string // the payloads of presses on Approve
	said      []string // by the bot, in the team's channel
}

// heard listens to all that was typed, pressed and said so far.
func (s *site) heard() heard {
	var h heard
	by := map[string]bool{}
	for _, e := range s.Stage.Slack.Envelopes() {
		var payload struct {
			Text   string
			UserID string `json:"user_id"`
			User   struct{ ID string }
			Action []struct{ Text struct{ Text string } } `json:"actions"`
		}
		if e.Type != "slash_commands" && !bytes.Contains(e.Payload, []byte(`"Approve"`)) || json.Unmarshal(e.Payload, &payload) != nil {
			continue
		}
		if words := strings.Fields(payload.Text); e.Type == "slash_commands" && len(words) > 0 {
			h.begun = append(h.begun, words[0])
			by[payload.UserID] = true
		}
		if len(payload.Action) == 1 && payload.Action[0].Text.Text == "Approve" && !by[payload.User.ID] {
			h.approvals = append(h.approvals, string(e.Payload))
		}
	}
	for _, m := range s.Stage.Slack.Messages(stage.Platform) {
		if m.User == stage.BotSlackID {
			h.said = append(h.said, m.Text)
		}
	}
	return h
}

// facts are what can be seen of a walk: "typed", "approved", "saved" (by
// somebody), "current" (by the bot), "rotated", and the page's own actions by
// their names.
func (s *site) facts(w walk, h heard) map[string]bool {
	out := map[string]bool{}
	for _, name := range h.begun {
		if name == w.Secret {
			out["typed"] = true
		}
	}
	if !out["typed"] {
		return out
	}
	for _, payload := range h.approvals {
		out["approved"] = out["approved"] || strings.Contains(payload, w.Title)
	}
	for _, text := range h.said {
		out["rotated"] = out["rotated"] || strings.Contains(text, w.Title+" rotated")
	}
	for _, c := range s.Stage.World.Journal.Calls() {
		switch {
		case c.Provider != "aws" || c.Resource != w.Secret || !c.Applied:
		case c.Method == "UpdateSecretVersionStage" && stage.CallerName(c.Caller) == "the bot":
			out["current"] = true
		case c.Method == "PutSecretValue" || c.Method == "UpdateSecret":
			out["saved"] = true
		}
	}
	s.done.Range(func(action, _ any) bool {
		out[action.(string)] = true
		return true
	})
	return out
}
