package openapi_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/sandbox/fakegithub/openapi"
)

const description = `{
  "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
  "paths": {"/thing": {"get": {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema":
    {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}}}}}}}
}`

func TestAnswersAreHeldToTheDescription(t *testing.T) {
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, []byte(description), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, answer string
		status       int
		want         string // in the report; empty for none
	}{
		{"/thing", `{"id": 1}`, 200, ""},
		{"/thing", `{"id": "1"}`, 200, "the answer 200"},
		{"/thing", `{}`, 200, "the answer 200"},
		{"/thing", `{"message": "Not Found"}`, 404, ""},
		{"/nowhere", `{}`, 200, "GET /nowhere"},
	} {
		var reports []string
		server := httptest.NewUnstartedServer(nil)
		handler, err := openapi.Wrap(file, func() string { return server.URL }, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(c.status)
			_, _ = rw.Write([]byte(c.answer))
		}), func(problem string) { reports = append(reports, problem) })
		if err != nil {
			t.Fatal(err)
		}
		server.Config.Handler = handler
		server.Start()
		answer, err := http.Get(server.URL + c.path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		server.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s: the caller got %d", c.path, answer.StatusCode)
		}
		if got := strings.Join(reports, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s answering %s: reported %q, want %q", c.path, c.answer, got, c.want)
		}
	}
}

func TestADescriptionThatIsMissingIsAnError(t *testing.T) {
	if _, err := openapi.Wrap("gone.json", nil, http.NotFoundHandler(), nil); err == nil {
		t.Error("no error")
	}
}
