package fakegithub_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v66/github"

	"rekey/need"
	"rekey/sandbox/fakegithub"
	"rekey/sandbox/fakegithub/openapi"
)

// checked serves the scene's fake inside the check against GitHub's own
// description and returns its address.
func checked(t *testing.T, s *scene, report func(string)) string {
	t.Helper()
	spec := filepath.Join(need.Specs(t), "npm", "github", "openapi-subset.json")
	server := httptest.NewUnstartedServer(nil)
	handler, err := openapi.Wrap(spec, func() string { return server.URL }, s.fake, report)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func TestEveryAnswerIsAsGitHubDescribesIt(t *testing.T) {
	s := newScene(t)
	s.url = checked(t, s, func(problem string) { t.Error(problem) })
	s.workflow(t, fakegithub.Workflow{File: "terraform-github.yml", Name: "Terraform: GitHub resources", Inputs: []string{"reason"}, TitleInput: "reason"})
	ctx, client, repo := t.Context(), s.client(t, s.token), "modernisation-platform"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	refused := func(want int, err error) {
		t.Helper()
		if got := status(err); got != want {
			t.Errorf("got %d (%v), want %d", got, err, want)
		}
	}

	user, answer, err := client.Users.Get(ctx, "")
	must(err)
	if user.GetLogin() != ci || answer.TokenExpiration.Unix() != s.fake.Tokens(ci)[0].Expires.Unix() {
		t.Errorf("signed in as %s, expiring %v", user.GetLogin(), answer.TokenExpiration)
	}
	_, _, err = client.RateLimit.Get(ctx)
	must(err)
	got, _, err := client.Repositories.Get(ctx, org, repo)
	must(err)
	if got.GetFullName() != platform || got.GetDefaultBranch() != "main" {
		t.Errorf("got %s, %s", got.GetFullName(), got.GetDefaultBranch())
	}
	_, _, err = client.Repositories.GetBranch(ctx, org, repo, "main", 0)
	must(err)
	if _, answer, err := client.Repositories.GetBranch(ctx, org, repo, "gone", 0); err == nil || answer.StatusCode != 404 {
		t.Errorf("a branch that isn't there: %v", err)
	}
	_, _, err = client.Repositories.ListEnvironments(ctx, org, repo, nil)
	must(err)
	_, _, err = client.Repositories.ListKeys(ctx, org, repo, nil)
	must(err)
	must(issues(ctx, client, repo))

	_, _, err = client.Actions.ListWorkflows(ctx, org, repo, nil)
	must(err)
	workflow, _, err := client.Actions.GetWorkflowByFileName(ctx, org, repo, "terraform-github.yml")
	must(err)
	_, _, err = client.Actions.GetWorkflowByID(ctx, org, repo, workflow.GetID())
	must(err)
	id, err := start(ctx, client, "terraform-github.yml", map[string]any{"reason": "effect-1"})
	must(err)
	_, err = client.Actions.CreateWorkflowDispatchEventByFileName(ctx, org, repo, "terraform-github.yml", github.CreateWorkflowDispatchEventRequest{Ref: "main"})
	must(err)
	_, err = client.Actions.CreateWorkflowDispatchEventByFileName(ctx, org, repo, "terraform-github.yml", github.CreateWorkflowDispatchEventRequest{Ref: "gone"})
	refused(422, err)
	run, _, err := client.Actions.GetWorkflowRunByID(ctx, org, repo, id)
	must(err)
	if run.GetStatus() != "queued" || run.GetActor().GetLogin() != ci || run.GetDisplayTitle() != "Terraform: GitHub resources effect-1" {
		t.Errorf("the run is %s by %s: %s", run.GetStatus(), run.GetActor().GetLogin(), run.GetDisplayTitle())
	}
	s.fake.FinishRuns()
	_, err = client.Actions.RerunWorkflowByID(ctx, org, repo, id)
	must(err)
	_, _, err = client.Actions.GetWorkflowRunAttempt(ctx, org, repo, id, 1, nil)
	must(err)
	_, err = client.Actions.CancelWorkflowRunByID(ctx, org, repo, id)
	if _, accepted := err.(*github.AcceptedError); !accepted {
		t.Errorf("cancelling: %v", err)
	}
	jobs, _, err := client.Actions.ListWorkflowJobs(ctx, org, repo, id, &github.ListWorkflowJobsOptions{Filter: "all"})
	must(err)
	if jobs.GetTotalCount() != 4 {
		t.Errorf("%d jobs in two attempts", jobs.GetTotalCount())
	}
	runs, _, err := client.Actions.ListWorkflowRunsByFileName(ctx, org, repo, "terraform-github.yml", &github.ListWorkflowRunsOptions{
		Event: "workflow_dispatch", Branch: "main", Actor: ci, Created: ">=2020-01-01T00:00:00Z", Status: "completed"})
	must(err)
	if runs.GetTotalCount() != 2 {
		t.Errorf("%d runs listed", runs.GetTotalCount())
	}
	_, _, err = client.Actions.ListRepositoryWorkflowRuns(ctx, org, repo, nil)
	must(err)

	for _, want := range []int{201, 204} {
		answer, err := seal(ctx, client, "TERRAFORM_GITHUB_TOKEN", s.token)
		must(err)
		if answer.StatusCode != want {
			t.Errorf("putting the secret answered %d, want %d", answer.StatusCode, want)
		}
	}
	_, _, err = client.Actions.ListRepoSecrets(ctx, org, repo, nil)
	must(err)
	_, _, err = client.Actions.GetRepoSecret(ctx, org, repo, "TERRAFORM_GITHUB_TOKEN")
	must(err)
	_, err = client.Actions.CreateOrUpdateRepoSecret(ctx, org, repo, &github.EncryptedSecret{Name: "X", KeyID: "1", EncryptedValue: "AAAA"})
	refused(422, err)
	_, err = client.Actions.DeleteRepoSecret(ctx, org, repo, "TERRAFORM_GITHUB_TOKEN")
	must(err)

	_, _, err = s.client(t, "").Users.Get(ctx, "")
	refused(401, err)
	if err := revoke(ctx, s.client(t, ""), s.token); status(err) != 0 {
		if _, accepted := err.(*github.AcceptedError); !accepted {
			t.Errorf("revoking: %v", err)
		}
	}
	_, _, err = client.Users.Get(ctx, "")
	refused(401, err)
}

func TestAnAppSignsInAsGitHubDescribesIt(t *testing.T) {
	s := newScene(t)
	s.url = checked(t, s, func(problem string) { t.Error(problem) })
	s.workflow(t, fakegithub.Workflow{File: "terraform-github.yml"})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.fake.AddApp(fakegithub.App{ID: 2013696, Slug: "rekey", InstallationID: 77, Repos: []string{platform},
		Permissions: map[string]string{"actions": "write", "metadata": "read"}, PublicKey: &key.PublicKey})
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})

	app, err := ghinstallation.NewAppsTransport(http.DefaultTransport, 2013696, private)
	if err != nil {
		t.Fatal(err)
	}
	app.BaseURL = s.url
	base := clientFor(t, s.url, "").BaseURL
	asApp := github.NewClient(&http.Client{Transport: app})
	asApp.BaseURL = base
	if got, _, err := asApp.Apps.Get(t.Context(), ""); err != nil || got.GetSlug() != "rekey" {
		t.Errorf("the app is %v, %v", got, err)
	}
	if got, _, err := asApp.Apps.FindRepositoryInstallation(t.Context(), org, "modernisation-platform"); err != nil || got.GetID() != 77 {
		t.Errorf("the installation is %v, %v", got, err)
	}
	installed := ghinstallation.NewFromAppsTransport(app, 77)
	client := github.NewClient(&http.Client{Transport: installed})
	client.BaseURL = base
	if _, err := start(t.Context(), client, "terraform-github.yml", nil); err != nil {
		t.Fatal(err)
	}
	if run := s.fake.Runs(platform, "")[0]; run.Actor != "rekey[bot]" {
		t.Errorf("the run's actor is %s", run.Actor)
	}
	if _, _, err := client.Users.Get(t.Context(), ""); status(err) != 403 {
		t.Errorf("an installation asking which user it is: %v", err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := ghinstallation.NewAppsTransport(http.DefaultTransport, 2013696, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(other)}))
	if err != nil {
		t.Fatal(err)
	}
	asForger := github.NewClient(&http.Client{Transport: forged})
	asForger.BaseURL = base
	if _, _, err := asForger.Apps.Get(t.Context(), ""); status(err) != 401 {
		t.Errorf("a token that another key signed: %v", err)
	}
}

func TestTheCheckReportsWhatIsOffTheDescription(t *testing.T) {
	s := newScene(t)
	s.workflow(t, fakegithub.Workflow{File: "x.yml"})
	var problems []string
	url := checked(t, s, func(problem string) { problems = append(problems, problem) })
	for _, bad := range []struct{ method, path, body string }{
		{"PUT", "/repos/" + platform + "/actions/secrets/X", `{"encrypted_value":"AAAA","key_id":1}`},
		{"PUT", "/repos/" + platform + "/actions/secrets/X", `{"key_id":"1"}`},
		{"POST", "/repos/" + platform + "/actions/workflows/x.yml/dispatches", `{}`},
		{"GET", "/repos/" + platform + "/actions/runs?status=bogus", ""},
		{"GET", "/nowhere", ""},
	} {
		problems = nil
		request, err := http.NewRequestWithContext(t.Context(), bad.method, url+bad.path, bytes.NewReader([]byte(bad.body)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.token)
		if bad.body != "" {
			request.Header.Set("Content-Type", "application/json")
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if len(problems) == 0 || !strings.HasPrefix(problems[0], bad.method+" ") {
			t.Errorf("%s %s %s was let pass: %q", bad.method, bad.path, bad.body, problems)
		}
	}
}
