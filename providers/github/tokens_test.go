package github_test

import (
	"net/http"
	"testing"
	"time"

	"rekey/rotation"
)

func TestWhenATokenExpires(t *testing.T) {
	for header, want := range map[string]time.Time{
		"2027-05-22 09:41:00 UTC":   time.Date(2027, 5, 22, 9, 41, 0, 0, time.UTC),
		"2027-05-22 09:41:00 +0000": time.Date(2027, 5, 22, 9, 41, 0, 0, time.UTC),
		"2027-05-22 10:41:00 +0100": time.Date(2027, 5, 22, 9, 41, 0, 0, time.UTC),
		"2020-01-01 00:00:00 UTC":   time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		"2027-05-22 09:41:00 BST":   {},
		"2027-05-22":                {},
		"0001-01-01 00:00:00 UTC":   {},
		"9999-12-31 23:59:59 UTC":   {},
		"2027-02-29 00:00:00 UTC":   {}, // there is no such day
		"2028-02-29 00:00:00 UTC":   time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC),
		"never":                     {},
		"":                          {},
	} {
		client, _ := serve(t, func(rw http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != "Bearer another" {
				t.Errorf("signed as %q", got)
			}
			if header != "" {
				rw.Header().Set("github-authentication-token-expiration", header)
			}
			_, _ = rw.Write([]byte(`{"login":"ci"}`))
		})
		got, err := client.Owner(t.Context(), rotation.NewValue("another"))
		if err != nil || got.Login != "ci" || !got.Expires.Equal(want) || got.Unread != (header != "" && want.IsZero()) {
			t.Errorf("%q: %+v, %v", header, got, err)
		}
	}
}

func TestTryingTellsTheStatus(t *testing.T) {
	for status, told := range map[int]bool{200: true, 204: true, 401: true, 403: true, 404: true, 301: false, 400: false, 422: false, 429: false, 500: false} {
		client, _ := serve(t, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.RequestURI() != "/repos/a/b/actions/secrets?per_page=1" || r.Header.Get("Authorization") != "Bearer another" {
				t.Errorf("asked for %s", r.URL)
			}
			rw.WriteHeader(status)
		})
		got, err := client.Try(t.Context(), rotation.NewValue("another"), "/repos/a/b/actions/secrets?per_page=1")
		if told && (got != status || err != nil) || !told && err == nil {
			t.Errorf("%d: %d, %v", status, got, err)
		}
	}
	client, _ := serve(t, answer(403, limit))
	if _, err := client.Try(t.Context(), rotation.NewValue("x"), "/user"); wrong(t, err).Definite {
		t.Errorf("a rate limit: %v", err)
	}
}
