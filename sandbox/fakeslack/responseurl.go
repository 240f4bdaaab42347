package fakeslack

import (
	"net/http"
	"time"

	"rekey/sandbox/world"
)

// responseURLLife is how long a response URL may be used.
// https://docs.slack.dev/interactivity/handling-user-interaction
const responseURLLife = 30 * time.Minute

// A responseURL lets the app answer one interaction without a token.
type responseURL struct {
	channel, user string
	original      string // the message that was pressed, if any
	uses          int
	dies          time.Time // in the world's time
}

// newResponseURL mints a URL of a kind, "commands" or "actions".
func (s *Slack) newResponseURL(kind, channel, user, original string) string {
	path := "/" + kind + "/" + s.cfg.TeamID + "/" + world.Random(12, "0123456789") + "/" + world.Random(24, world.Alphanumeric)
	s.responses[path] = &responseURL{channel: channel, user: user, original: original, dies: s.w.Now().Add(responseURLLife)}
	return s.base + path
}

func (s *Slack) serveResponseURL(rw http.ResponseWriter, r *http.Request, body []byte) {
	call := &world.Call{Provider: "slack", Method: "response_url", Caller: s.cfg.AppID}
	a, err := arguments(r, body)
	if err == nil {
		call.Token = firstBlockID(a.raw("blocks"))
	}
	s.w.Serve(rw, r, call, func(rw http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		to := s.responses[r.URL.Path]
		var refused object
		switch {
		case err != nil:
			s.note("response_url: %v", err)
			refused = refuse("invalid_payload")
		case to == nil:
			refused = refuse("invalid_url")
		case to.uses >= maxResponseURLUses:
			refused = refuse("used_url")
		case s.w.Now().After(to.dies):
			refused = refuse("expired_url")
		default:
			call.Resource = to.channel
			refused = s.respond(to, a, call)
		}
		if refused != nil {
			rw.Header().Set("Content-Type", "application/json; charset=utf-8")
			rw.WriteHeader(http.StatusNotFound)
			_, _ = rw.Write(encode(refused))
			return
		}
		to.uses++
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write([]byte("ok"))
	})
}

func (s *Slack) respond(to *responseURL, a args, call *world.Call) object {
	original := s.message(to.channel, to.original)
	if a.bool("delete_original") {
		if original == nil {
			return refuse("message_not_found")
		}
		original.Deleted, call.Applied = true, true
		return nil
	}
	d, refused := s.draft("response_url", a)
	if refused != nil {
		return refused
	}
	call.Applied = true
	if a.bool("replace_original") && original != nil {
		original.Text, original.Blocks, original.Warning = d.Text, d.Blocks, ""
		original.Edited++
		return nil
	}
	d.Channel, d.ThreadTS = to.channel, s.rootOf(to.channel, d.ThreadTS)
	if a.str("response_type") != "in_channel" {
		d.Ephemeral, d.For = true, to.user
	}
	s.add(d)
	return nil
}
