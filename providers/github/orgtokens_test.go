package github_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/github"
	"rekey/rotation"
	"rekey/sandbox/fakegithub"
)

// asApp is a client that signs in as an App with the permissions.
func asApp(t *testing.T, s *scene, permissions map[string]string) *github.Client {
	t.Helper()
	s.fake.AddApp(fakegithub.App{ID: 42, Slug: "rekey", InstallationID: 7, Permissions: permissions, Repos: []string{repo}})
	_, key, err := s.fake.GenerateAppKey(42)
	if err != nil {
		t.Fatal(err)
	}
	client, err := github.New(github.Config{URL: s.url, AppID: 42, InstallationID: 7, PrivateKey: rotation.NewValue(key)})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestAnOrganisationsTokensAreListed(t *testing.T) {
	s := newScene(t)
	client := asApp(t, s, map[string]string{"organization_personal_access_tokens": "read"})
	soon := s.w.Now().AddDate(0, 0, 11).Truncate(time.Second)
	id, value := s.fake.AddToken("ci", "terraform-github", soon, map[string]string{"secrets": "write", "members": "read"}, []string{repo})
	s.fake.AddToken("ci", "expired", s.w.Now().Add(-time.Hour), nil, []string{repo})
	for i := range 150 {
		s.fake.AddToken("others", fmt.Sprint("token ", i), time.Time{}, nil, []string{repo})
	}
	s.fake.AddToken("others", "elsewhere", time.Time{}, nil, []string{"others/private"})
	if _, err := s.client.Owner(t.Context(), rotation.NewValue(value)); err != nil {
		t.Fatal(err)
	}
	got, err := client.OrgTokens(t.Context(), "ministryofjustice")
	if err != nil || len(got) != 153 {
		t.Fatalf("%d tokens, %v", len(got), err)
	}
	if got[1].LastUsed.IsZero() || !got[2].Expired || got[3].Expired || !got[3].Expires.IsZero() || !got[3].LastUsed.IsZero() {
		t.Errorf("%+v", got[1:4])
	}
	got[1].LastUsed = time.Time{}
	want := rotation.OrgToken{ID: id, Owner: "ci", Name: "terraform-github", Expires: soon,
		Permissions: map[string]string{"secrets": "write", "organization_members": "read"}}
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Error(diff)
	}
}

func TestNotEverybodyMayListTokens(t *testing.T) {
	s := newScene(t)
	for what, client := range map[string]*github.Client{
		"a user's token":                s.client,
		"an App without the permission": asApp(t, s, map[string]string{"actions": "write"}),
	} {
		_, err := client.OrgTokens(t.Context(), "ministryofjustice")
		if p := wrong(t, err); p.Code != "403" || !p.Definite || p.Missing != "Organization personal access tokens: read on ministryofjustice" {
			t.Errorf("%s: %+v", what, p)
		}
	}
	app := asApp(t, s, map[string]string{"organization_personal_access_tokens": "read"})
	if _, err := app.OrgTokens(t.Context(), "somebody-else"); wrong(t, err).Code != "404" {
		t.Errorf("another organisation: %v", err)
	}
	for _, name := range []string{"", "a/b", "a?b", ".."} {
		if _, err := app.OrgTokens(t.Context(), name); err == nil {
			t.Errorf("%q was asked for", name)
		}
	}
}

func TestAnAppsPrivateKeyIsTried(t *testing.T) {
	s := newScene(t)
	s.fake.AddApp(fakegithub.App{ID: 2013696, Slug: "modernisation-platform-app"})
	first, old, err := s.fake.GenerateAppKey(2013696)
	if err != nil {
		t.Fatal(err)
	}
	_, fresh, err := s.fake.GenerateAppKey(2013696)
	if err != nil {
		t.Fatal(err)
	}
	tried := func(id int64, key string) (rotation.Credential, error) {
		return s.client.AppKey(t.Context(), id, rotation.NewValue(key))
	}
	for _, key := range []string{old, fresh} {
		if got, err := tried(2013696, key); err != nil || got.Login != "modernisation-platform-app" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if err := s.fake.DeleteAppKey(2013696, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := tried(2013696, old); !wrong(t, err).Dead || !wrong(t, err).Definite {
		t.Errorf("a deleted key: %v", err)
	}
	if _, err := tried(1, fresh); !wrong(t, err).Definite {
		t.Errorf("the key of another App: %v", err)
	}
	for _, value := range []string{"", canary, "-----BEGIN RSA PRIVATE KEY-----\n" + canary + "\n-----END RSA PRIVATE KEY-----"} {
		if _, err := tried(2013696, value); wrong(t, err).Code != github.NotAPrivateKey || !wrong(t, err).Definite || wrong(t, err).Dead {
			t.Errorf("no key: %v", err)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   rotation.ProviderError
	}{
		"refused":            {answer(401, "A JSON web token could not be decoded"), rotation.ProviderError{Code: "401", Definite: true, Dead: true}},
		"the wrong time":     {answer(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"), rotation.ProviderError{Code: "401: the clocks of GitHub and of this machine differ"}},
		"no such App":        {answer(404, "Integration not found"), rotation.ProviderError{Code: "404", Definite: true}},
		"too many":           {answer(429, "slow down", "Retry-After", "5"), rotation.ProviderError{Code: "429", RetryAfter: 5 * time.Second}},
		"broken":             {answer(500, "Server Error"), rotation.ProviderError{Code: "500"}},
		"another App's name": {func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"id":1,"slug":"x"}`)) }, rotation.ProviderError{Code: "an answer that can't be read"}},
	} {
		client, calls := serve(t, c.answer)
		c.want.Provider, c.want.Op = "GitHub", "trying the App's private key"
		_, err := client.AppKey(t.Context(), 2013696, rotation.NewValue(fresh))
		if diff := cmp.Diff(c.want, wrong(t, err)); diff != "" || calls.Load() != 1 {
			t.Errorf("%s: %d calls\n%s", name, calls.Load(), diff)
		}
	}
}
