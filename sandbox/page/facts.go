package page

import (
	"encoding/json"
	"slices"
	"strings"

	"rekey/sandbox/stage"
)

// What is heard in the workspace, as far as the guide follows it.
type heard struct {
	begun   []string // what somebody typed after /rotate, the last one last
	presses []press  // of buttons
	said    []string // by the bot, in the team's channel
}

// A press is a button's label, and where it stood as Slack tells it.
type press struct{ label, payload string }

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
		if json.Unmarshal(e.Payload, &payload) != nil {
			continue
		}
		if e.Type == "slash_commands" {
			h.begun = append(h.begun, strings.Join(strings.Fields(payload.Text), " ")+" ")
			by[payload.UserID] = true
		}
		// Whoever started it is refused.
		if len(payload.Action) == 1 && (payload.Action[0].Text.Text != "Approve" || !by[payload.User.ID]) {
			h.presses = append(h.presses, press{payload.Action[0].Text.Text, string(e.Payload)})
		}
	}
	for _, m := range s.Stage.Slack.Messages(stage.Platform) {
		if m.User == stage.BotSlackID {
			h.said = append(h.said, m.Text)
		}
	}
	return h
}

// begins tells whether it was the walk's rotation that somebody typed.
func (w walk) begins(typed string) bool { return strings.HasPrefix(typed, w.Secret+" ") }

// mark is what stands on the walk's cards and on no others.
func (w walk) mark() string {
	if _, member, found := strings.Cut(w.Secret, " "); found {
		return " of " + member
	}
	return w.Title
}

// facts are what can be seen of a walk: "typed", "press LABEL", "saved" (by
// somebody), "current" (by the bot), "rotated", and the page's own actions by
// their names.
func (s *site) facts(w walk, h heard) map[string]bool {
	out := map[string]bool{}
	if !slices.ContainsFunc(h.begun, w.begins) {
		return out
	}
	out["typed"] = true
	for _, p := range h.presses {
		if strings.Contains(p.payload, w.mark()) {
			out["press "+p.label] = true
		}
	}
	for _, text := range h.said {
		out["rotated"] = out["rotated"] || strings.Contains(text, w.mark()+" rotated")
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
