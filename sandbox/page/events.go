package page

import (
	"net/http"
	"time"
)

// events tells the script each time that something in the world has changed,
// as server-sent events, until the browser goes away.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (s *site) events(rw http.ResponseWriter, r *http.Request) {
	changed, stop := s.Stage.World.Subscribe()
	defer stop()
	alive := time.NewTicker(15 * time.Second)
	defer alive.Stop()
	rw.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(rw)
	line := ": hello\n\n"
	for {
		if _, err := rw.Write([]byte(line)); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
			line = "data: changed\n\n"
		case <-alive.C:
			line = ": still here\n\n"
		}
	}
}
