package fakegithub_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v66/github"

	"rekey/sandbox/fakegithub"
)

// installed is a client of an App's installation that signs with a key.
func installed(t *testing.T, s *scene, app, installation int64, key string) *github.Client {
	t.Helper()
	signer, err := ghinstallation.NewAppsTransport(http.DefaultTransport, app, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	signer.BaseURL = s.url
	client := github.NewClient(&http.Client{Transport: ghinstallation.NewFromAppsTransport(signer, installation)})
	client.BaseURL = clientFor(t, s.url, "").BaseURL
	return client
}

func TestAnAppHasSeveralKeys(t *testing.T) {
	s := newScene(t)
	s.fake.AddApp(fakegithub.App{ID: 1, Slug: "app", InstallationID: 7, Repos: []string{platform}, Permissions: map[string]string{"metadata": "read"}})
	s.workflow(t, fakegithub.Workflow{File: "app.yml", ReadsSecret: "key", App: 1})
	ends := func(want string) {
		t.Helper()
		if _, err := s.fake.Run(platform, "app.yml", "push", ""); err != nil {
			t.Fatal(err)
		}
		s.fake.FinishRuns()
		if got := s.fake.Runs(platform, "app.yml")[0].Conclusion; got != want {
			t.Errorf("the run ended in %s, want %s", got, want)
		}
	}
	ends("failure")
	first, old, err := s.fake.GenerateAppKey(1)
	if err != nil {
		t.Fatal(err)
	}
	if s.fake.DeleteAppKey(1, first.ID) == nil {
		t.Error("the only key was deleted")
	}
	s.secret["key"] = old
	ends("success")
	if _, _, err := s.fake.GenerateAppKey(1); err != nil {
		t.Fatal(err)
	}
	ends("success")
	if err := s.fake.DeleteAppKey(1, first.ID); err != nil || len(s.fake.AppKeys(1)) != 1 {
		t.Errorf("%v, and %d keys are left", err, len(s.fake.AppKeys(1)))
	}
	ends("failure")
	s.secret["key"] = "garbage"
	ends("failure")
	s.fake.RunConsumers("schedule", "")
	if n := len(s.fake.Runs(platform, "app.yml")); n != 6 {
		t.Errorf("it ran %d times", n)
	}
	if _, _, err := s.fake.GenerateAppKey(2); err == nil || s.fake.AppKeys(2) != nil || s.fake.DeleteAppKey(2, 1) == nil || s.fake.DeleteAppKey(1, first.ID) == nil {
		t.Error("an App that isn't there has keys, or a key was deleted twice")
	}
}

func TestAnAppListsTheOrganisationsTokensAsGitHubDescribesIt(t *testing.T) {
	s := newScene(t)
	s.url = checked(t, s, func(problem string) { t.Error(problem) })
	may := map[string]string{"organization_personal_access_tokens": "read"}
	s.fake.AddApp(fakegithub.App{ID: 1, Slug: "app", InstallationID: 7, Repos: []string{platform}, Permissions: may})
	_, key, err := s.fake.GenerateAppKey(1)
	if err != nil {
		t.Fatal(err)
	}
	s.fake.AddToken("somebody", "for ever", time.Time{}, map[string]string{"members": "read"}, []string{platform})
	list := func(client *github.Client) ([]*github.PersonalAccessToken, error) {
		tokens, _, err := client.Organizations.ListFineGrainedPersonalAccessTokens(t.Context(), org, &github.ListFineGrainedPATOptions{Owner: []string{ci}})
		return tokens, err
	}
	tokens, err := list(installed(t, s, 1, 7, key))
	if err != nil || len(tokens) != 1 || tokens[0].Owner.GetLogin() != ci || tokens[0].GetTokenExpiresAt().Unix() != s.fake.Tokens(ci)[0].Expires.Unix() {
		t.Errorf("%v, %v", tokens, err)
	}
	all, _, err := installed(t, s, 1, 7, key).Organizations.ListFineGrainedPersonalAccessTokens(t.Context(), org, &github.ListFineGrainedPATOptions{})
	if err != nil || len(all) != 2 {
		t.Errorf("%d tokens, %v", len(all), err)
	}
	if _, err := list(s.client(t, s.token)); status(err) != 403 {
		t.Errorf("a user asking: %v", err)
	}
}
