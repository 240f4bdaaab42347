package page

import (
	"net/http"
	"slices"

	"rekey/sandbox/fakeslack"
)

// file is a picture that a message shows, for those who see its channel. A
// browser shows nothing else of what the app uploaded.
func (s *site) file(rw http.ResponseWriter, r *http.Request) {
	f, channel, ok := s.Stage.Slack.File(r.PathValue("id"))
	all := s.channels()
	at := slices.IndexFunc(all, func(c fakeslack.Channel) bool { return c.ID == channel })
	if !ok || at < 0 || !s.visitor(r).sees(all[at]) || http.DetectContentType(f.Bytes) != "image/png" {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "image/png")
	_, _ = rw.Write(f.Bytes) // whoever asked has gone
}
