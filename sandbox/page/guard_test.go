package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rekey/sandbox/page"
)

func TestOnlyThePageItselfChangesAnything(t *testing.T) {
	s, address := site(t, page.Parts{})
	own := strings.TrimPrefix(address, "http://")
	for _, c := range []struct {
		name, method, path, host string
		header                   map[string]string
		status                   int
	}{
		{"the page's own form", "POST", "/do/say", own, map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": address}, http.StatusSeeOther},
		{"an older browser, which sends only an origin", "POST", "/do/say", own, map[string]string{"Origin": address}, http.StatusSeeOther},
		{"another site", "POST", "/do/say", own, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, http.StatusForbidden},
		{"another port of this machine", "POST", "/do/say", own, map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"}, http.StatusForbidden},
		{"an origin that was taken away", "POST", "/do/say", own, map[string]string{"Origin": "null"}, http.StatusForbidden},
		{"no word of where it comes from", "POST", "/do/say", own, nil, http.StatusForbidden},
		{"a name that somebody points here", "GET", "/", "rekey.evil.example:80", nil, http.StatusMisdirectedRequest},
		{"localhost", "GET", "/", "localhost:4000", nil, http.StatusOK},
		{"IPv6 loopback", "GET", "/", "[::1]:4000", nil, http.StatusOK},
		{"an unknown action", "POST", "/do/everything", own, map[string]string{"Origin": address}, http.StatusNotFound},
		{"a change by GET", "GET", "/do/say?line=x", own, nil, http.StatusNotFound},
		{"a method that nothing has", "DELETE", "/do/say", own, map[string]string{"Origin": address}, http.StatusMethodNotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := page.New(page.Parts{Stage: s})
			r := httptest.NewRequestWithContext(t.Context(), c.method, "http://"+own+c.path, strings.NewReader("line=hello"))
			r.Host = c.host
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			rw := httptest.NewRecorder()
			h.ServeHTTP(rw, r)
			if rw.Code != c.status {
				t.Errorf("%d %s, want %d", rw.Code, rw.Body, c.status)
			}
		})
	}
	if got := len(s.Slack.Messages("C0PLATFORM")); got != 2 {
		t.Errorf("%d messages were said, want the 2 of the page's own forms", got)
	}
}

func TestAFormHasABound(t *testing.T) {
	_, address := site(t, page.Parts{})
	code, body := post(t, address, "aws-save", "name=x&value="+strings.Repeat("x", 300<<10))
	if code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", code, body)
	}
}

// post sends a form as the page's script does, with cookies such as a=b.
func post(t *testing.T, address, action, form string, cookies ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/do/"+action, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", address)
	for _, c := range cookies {
		r.Header.Add("Cookie", c)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(body))
}
