package github_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"rekey/providers/github"
	"rekey/rotation"
)

// Older servers refuse to be asked for the run's id. A refusal starts nothing,
// so asking once more without it starts one run.
func TestAServerThatDoesNotTellTheRunIsAskedWithout(t *testing.T) {
	started := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if _, asked := body["return_run_details"]; asked {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"message":"Invalid request.\n\n\"return_run_details\" is not a permitted key."}`))
			return
		}
		started++
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	client, err := github.New(github.Config{URL: server.URL, Token: rotation.NewValue("t")})
	if err != nil {
		t.Fatal(err)
	}
	id, err := client.Dispatch(context.Background(), "o/r", "w.yml", "main")
	if err != nil || id != 0 || started != 1 {
		t.Errorf("run %d, %v, started %d times", id, err, started)
	}
}
