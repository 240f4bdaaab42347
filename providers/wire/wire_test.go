package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekey/providers/wire"
)

func TestEachSilenceHasItsWord(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	_, untrusted := http.Get(server.URL + "/a-secret-path")
	for want, err := range map[string]error{
		wire.Timeout:    &url.Error{Op: "Get", URL: "https://x/secret", Err: context.DeadlineExceeded},
		wire.NotTrusted: untrusted,
		wire.Unreadable: fmt.Errorf("reading: %w", json.Unmarshal([]byte("<html>"), new(int))),
		wire.NoAnswer:   errors.New("connection reset by https://x/secret"),
	} {
		if got := wire.Silence(err); got != want || strings.Contains(got, "secret") {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}

func TestAnAnswerIsCutOff(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, strings.NewReader(strings.Repeat("x", 4096)))
	}))
	defer server.Close()
	client := http.Client{Transport: wire.Capped{Next: http.DefaultTransport, Most: 1000}, Timeout: 10 * time.Second}
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || len(text) != 1000 {
		t.Errorf("read %d bytes, %v", len(text), err)
	}
}
