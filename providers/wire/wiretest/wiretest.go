// Package wiretest is what the tests of every provider's client ask alike: that
// a failure shows nothing, that no answer is no refusal, and that nothing goes
// to another host.
package wiretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rekey/providers/wire"
	"rekey/rotation"
)

// Serve answers every call with one handler, and counts the calls.
func Serve(t *testing.T, handler http.Handler) (url string, calls *atomic.Int32) {
	t.Helper()
	calls = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		handler.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// Says is a handler that always says the same. The header is names and values
// in turn.
func Says(status int, body string, header ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}
}

// Failure returns the ProviderError in err, having made sure that no way to
// print err shows an address or one of the secrets.
func Failure(t *testing.T, err error, secrets ...string) rotation.ProviderError {
	t.Helper()
	var p *rotation.ProviderError
	if !errors.As(err, &p) {
		t.Fatalf("got %T, %v", err, err)
	}
	Silent(t, err, secrets...)
	return *p
}

// Silent makes sure that no way to print err shows an address or one of the
// secrets.
func Silent(t *testing.T, err error, secrets ...string) {
	t.Helper()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "error", err)
	for _, text := range []string{fmt.Sprintf("%v|%+v|%#v|%s|%q", err, err, err, err, err), log.String()} {
		for _, leak := range append([]string{"http:", "https:", "127.0.0.1"}, secrets...) {
			if strings.Contains(text, leak) {
				t.Errorf("%q is in %s", leak, text)
			}
		}
	}
}

// A Place makes clients of one provider: of a server with a handler, or of an
// address.
type Place[Client any] struct {
	Serve func(*testing.T, http.HandlerFunc) (Client, *atomic.Int32)
	At    func(t *testing.T, url string) Client
}

// Silences calls check for each way in which no answer comes: with its name,
// the word for it, and a client and a context that meet it.
func (p Place[Client]) Silences(t *testing.T, check func(name, word string, client Client, ctx context.Context)) {
	t.Helper()
	hang := make(chan struct{})
	silent, _ := p.Serve(t, func(http.ResponseWriter, *http.Request) { <-hang })
	t.Cleanup(func() { close(hang) })
	late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	check("a deadline", wire.Timeout, silent, late)
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	check("cancelled", wire.NoAnswer, silent, given)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	check("nobody there", wire.NoAnswer, p.At(t, gone.URL), t.Context())
	check("no such host", wire.NoAnswer, p.At(t, "http://host.invalid"), t.Context())
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	check("an unknown certificate", wire.NotTrusted, p.At(t, secure.URL), t.Context())
}

// Redirects calls try with clients of servers that send every call on to
// another host, and makes sure that none arrives there.
func (p Place[Client]) Redirects(t *testing.T, try func(client Client, status int)) {
	t.Helper()
	var stolen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		client, calls := p.Serve(t, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, thief.URL, status) })
		try(client, status)
		if calls.Load() == 0 {
			t.Errorf("%d: nobody was called", status)
		}
	}
	if n := stolen.Load(); n != 0 {
		t.Errorf("%d calls reached the other host", n)
	}
}
