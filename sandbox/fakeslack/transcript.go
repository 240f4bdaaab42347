package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Transcript is every byte that the app sent: the requests with their headers
// and bodies, and the frames on its sockets. Forms, JSON and JSON inside forms
// follow once more as their plain strings, so that a search for a value finds
// it whatever its encoding was. The address of a webhook is left out, which a
// post to it has to carry.
func (s *Slack) Transcript() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []byte(s.transcript.String())
}

// Sent is Transcript without its first bytes.
func (s *Slack) Sent(without int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []byte(s.transcript.String()[without:])
}

func (s *Slack) recordRequest(r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	where := r.RequestURI
	if strings.HasPrefix(r.URL.Path, webhookPath) {
		where = webhookPath + "…"
	}
	fmt.Fprintf(&s.transcript, "> %s %s %s\n> Host: %s\n", r.Method, where, r.Proto, r.Host)
	for _, key := range sortedHeader(r.Header) {
		for _, value := range r.Header[key] {
			fmt.Fprintf(&s.transcript, "> %s: %s\n", key, value)
		}
	}
	fmt.Fprintf(&s.transcript, "%s\n", body)
	s.plain(r.URL.RawQuery)
	s.plain(string(body))
}

func (s *Slack) recordFrame(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.transcript, "> frame %s\n", frame)
	s.plain(string(frame))
}

// plain writes the strings inside text, if it is JSON or a form.
func (s *Slack) plain(text string) {
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		s.leaves(v)
		return
	}
	form, err := url.ParseQuery(text)
	if err != nil || !strings.Contains(text, "=") {
		return
	}
	for _, values := range form {
		for _, value := range values {
			fmt.Fprintf(&s.transcript, "= %s\n", value)
			s.plain(value)
		}
	}
}

func (s *Slack) leaves(v any) {
	switch v := v.(type) {
	case string:
		fmt.Fprintf(&s.transcript, "= %s\n", v)
	case []any:
		for _, one := range v {
			s.leaves(one)
		}
	case object:
		for _, key := range sortedKeys(v) {
			fmt.Fprintf(&s.transcript, "= %s\n", key)
			s.leaves(v[key])
		}
	}
}

func sortedHeader(h http.Header) []string {
	o := object{}
	for key := range h {
		o[key] = nil
	}
	return sortedKeys(o)
}
