package github_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"rekey/providers/github"
	"rekey/rotation"
	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

const botLogin = "rekey-bot"

type scene struct {
	w      *world.World
	fake   *fakegithub.Fake
	client *github.Client
	url    string
	own    int64 // the bot's token
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{w: world.New()}
	s.fake = fakegithub.New(s.w, fakegithub.Config{Org: "ministryofjustice", RunDuration: 50 * time.Millisecond,
		ReadSecret: func(string) (string, bool) { return "x", true }})
	t.Cleanup(s.fake.Close)
	s.fake.AddRepo(repo, fakegithub.RepoOptions{Private: true})
	for _, w := range []fakegithub.Workflow{{File: file, Name: "Terraform: GitHub resources"}, {File: "nightly.yml", NoDispatch: true}} {
		if err := s.fake.AddWorkflow(repo, w); err != nil {
			t.Fatal(err)
		}
	}
	var token string
	s.own, token = s.fake.AddToken(botLogin, "rekey", time.Time{}, map[string]string{"actions": "write", "secrets": "write"}, []string{repo})
	server := httptest.NewServer(s.fake)
	t.Cleanup(server.Close)
	s.url = server.URL
	var err error
	if s.client, err = github.New(github.Config{URL: server.URL + "/", Token: rotation.NewValue(token)}); err != nil {
		t.Fatal(err)
	}
	return s
}

// until waits for the world to change until done says so.
func (s *scene) until(t *testing.T, done func() bool) {
	t.Helper()
	changed, end := s.w.Subscribe()
	defer end()
	late := time.After(10 * time.Second)
	for !done() {
		select {
		case <-changed:
		case <-late:
			t.Fatal("it didn't happen")
		}
	}
}

func TestAWorkflowRuns(t *testing.T) {
	s := newScene(t)
	ctx, began := t.Context(), s.w.Now().Add(-time.Minute)
	if login, err := s.client.Login(ctx); err != nil || login != botLogin {
		t.Errorf("%s, %v", login, err)
	}
	if name, err := s.client.Workflow(ctx, repo, file); err != nil || name != "Terraform: GitHub resources" {
		t.Errorf("%s, %v", name, err)
	}
	id, err := s.client.Dispatch(ctx, repo, file, "main")
	if err != nil || id == 0 {
		t.Fatalf("%d, %v", id, err)
	}
	var run rotation.Run
	s.until(t, func() bool {
		if run, err = s.client.Run(ctx, repo, id); err != nil {
			t.Fatal(err)
		}
		return run.Status == "completed"
	})
	if run.ID != id || run.Event != "workflow_dispatch" || run.Actor != botLogin || run.Attempt != 1 || run.Conclusion != "success" ||
		run.Created.Before(began) || run.Updated.Before(run.Created) || run.URL == "" {
		t.Errorf("%+v", run)
	}
	if again, err := s.client.Dispatch(ctx, repo, file, "main"); err != nil || again == id {
		t.Errorf("a second dispatch: %d, %v", again, err)
	}
	for name, c := range map[string]struct {
		q    rotation.RunQuery
		want int
	}{
		"all":              {rotation.RunQuery{}, 2},
		"those of the bot": {rotation.RunQuery{Event: "workflow_dispatch", Branch: "main", Actor: botLogin, Since: began}, 2},
		"another actor":    {rotation.RunQuery{Actor: "somebody"}, 0},
		"another event":    {rotation.RunQuery{Event: "push"}, 0},
		"another branch":   {rotation.RunQuery{Branch: "other"}, 0},
		"later ones":       {rotation.RunQuery{Since: s.w.Now().Add(time.Hour)}, 0},
	} {
		runs, err := s.client.Runs(ctx, repo, file, c.q)
		if err != nil || len(runs) != c.want {
			t.Errorf("%s: %+v, %v", name, runs, err)
		}
		if len(runs) == 2 && (runs[1].ID != id || runs[0].ID <= id) {
			t.Errorf("%s: not newest first: %+v", name, runs)
		}
	}
	jobs, err := s.client.Jobs(ctx, repo, id)
	if err != nil || len(jobs) != 2 || jobs[1].Name != "apply" || jobs[1].Conclusion != "success" || jobs[1].Completed.IsZero() {
		t.Errorf("%+v, %v", jobs, err)
	}
}

func TestRefusalsOfTheFake(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	_, err := s.client.Dispatch(ctx, repo, "nightly.yml", "main")
	if p := wrong(t, err); p.Code != "422: the workflow can't be started by hand" || !p.Definite {
		t.Errorf("%+v", p)
	}
	if err := s.fake.SetPermissions(s.own, map[string]string{"metadata": "read"}); err != nil {
		t.Fatal(err)
	}
	if p := wrong(t, workflow(s.client)); p.Missing != "Actions: read on "+repo || !p.Definite {
		t.Errorf("%+v", p)
	}
	if p := wrong(t, s.client.PutCopy(ctx, repo, "TOKEN", rotation.NewValue(canary))); p.Missing != "Secrets: read on "+repo || !p.Definite {
		t.Errorf("%+v", p)
	}
	if err := s.fake.DeleteToken(s.own); err != nil {
		t.Fatal(err)
	}
	if p := wrong(t, workflow(s.client)); p.Code != "401" || !p.Definite {
		t.Errorf("%+v", p)
	}
}

func TestACopyIsWritten(t *testing.T) {
	s := newScene(t)
	ctx, v := t.Context(), rotation.NewValue(canary)
	if _, err := s.client.CopyUpdated(ctx, repo, "TOKEN"); wrong(t, err).Code != "404" {
		t.Errorf("before: %v", err)
	}
	if err := s.client.PutCopy(ctx, repo, "TOKEN", v); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.fake.SecretValue(repo, "TOKEN"); !v.Same(rotation.NewValue(got)) {
		t.Error("another value arrived")
	}
	if at, err := s.client.CopyUpdated(ctx, repo, "TOKEN"); err != nil || s.w.Now().Sub(at) > time.Minute {
		t.Errorf("%v, %v", at, err)
	}
	s.w.Faults.Order(world.Fault{Provider: "github", Method: fakegithub.PutSecret, Word: world.Post5xx})
	if p := wrong(t, s.client.PutCopy(ctx, repo, "TOKEN", v)); p.Definite {
		t.Errorf("%+v", p)
	}
	if n := s.w.Journal.Applied("github", fakegithub.PutSecret); n != 2 {
		t.Errorf("written %d times", n)
	}
}

func TestATokenIsTriedAndRevoked(t *testing.T) {
	s := newScene(t)
	expires := s.w.Now().AddDate(0, 6, 0).Truncate(time.Second)
	_, value := s.fake.AddToken("ci", "pat", expires, map[string]string{"actions": "read"}, []string{repo})
	ctx, token := t.Context(), rotation.NewValue(value)
	if got, err := s.client.Owner(ctx, token); err != nil || got.Login != "ci" || !got.Expires.Equal(expires) {
		t.Errorf("%+v, %v", got, err)
	}
	for path, want := range map[string]int{
		"/user": 200, "/repos/" + repo + "/actions/workflows": 200, "/repos/" + repo + "/actions/secrets": 403, "/repos/" + repo + "x": 404,
	} {
		if status, err := s.client.Try(ctx, token, path); status != want || err != nil {
			t.Errorf("%s: %d, %v", path, status, err)
		}
	}
	if err := s.client.Revoke(ctx, token); err != nil {
		t.Fatal(err)
	}
	if s.fake.Alive(value) {
		t.Error("the token is alive")
	}
	if _, err := s.client.Owner(ctx, token); wrong(t, err).Code != "401" {
		t.Errorf("%v", err)
	}
	if status, err := s.client.Try(ctx, token, "/user"); status != 401 || err != nil {
		t.Errorf("%d, %v", status, err)
	}
	if _, err := s.client.Login(ctx); err != nil {
		t.Errorf("the bot's own: %v", err)
	}
}

func TestAnAppSignsIn(t *testing.T) {
	s := newScene(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	app := fakegithub.App{ID: 42, Slug: "rekey", InstallationID: 7, Permissions: map[string]string{"actions": "write"}, Repos: []string{repo}, PublicKey: &key.PublicKey}
	s.fake.AddApp(app)
	client, err := github.New(github.Config{URL: s.url, AppID: 42, InstallationID: 7,
		PrivateKey: rotation.NewValue(string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if login, err := client.Login(ctx); err != nil || login != "rekey[bot]" {
		t.Errorf("%s, %v", login, err)
	}
	id, err := client.Dispatch(ctx, repo, file, "main")
	if err != nil {
		t.Fatal(err)
	}
	if run, err := client.Run(ctx, repo, id); err != nil || run.Actor != "rekey[bot]" {
		t.Errorf("%+v, %v", run, err)
	}
	if p := wrong(t, copied(client)); p.Missing != "Secrets: read on "+repo {
		t.Errorf("%+v", p)
	}
	if n := s.w.Journal.Applied("github", fakegithub.CreateAccessToken); n != 1 {
		t.Errorf("signed in %d times", n)
	}

	// The clocks disagree: GitHub ended the token before we thought it would.
	s.w.Advance(2 * time.Hour)
	if p := wrong(t, workflow(client)); p.Definite || p.Code != "401" {
		t.Errorf("a token that ended early: %+v", p)
	}
	if err := workflow(client); err != nil {
		t.Errorf("with the next one: %v", err)
	}
	s.w.Advance(2 * time.Hour)
	if err := workflow(client); err == nil {
		t.Error("the token didn't end")
	}
	app.InstallationID = 8
	s.fake.AddApp(app)
	if p := wrong(t, workflow(client)); p.Code != "404" || !p.Definite {
		t.Errorf("no longer installed: %+v", p)
	}
	s.w.Faults.Order(world.Fault{Provider: "github", Method: fakegithub.CreateAccessToken, Word: world.Pre5xx})
	if p := wrong(t, workflow(client)); p.Code != "503" || p.Definite {
		t.Errorf("signing in while GitHub is down: %+v", p)
	}
}

func TestALostDispatchIsNotRepeated(t *testing.T) {
	for _, word := range []string{world.Post5xx, world.PostReset} {
		s := newScene(t)
		s.w.Faults.Order(world.Fault{Provider: "github", Method: fakegithub.Dispatch, Word: word})
		var p *rotation.ProviderError
		if err := dispatch(s.client); !errors.As(err, &p) || p.Definite {
			t.Errorf("%s: %v", word, err)
		}
		if n := s.w.Journal.Applied("github", fakegithub.Dispatch); n != 1 {
			t.Errorf("%s: %d runs", word, n)
		}
	}
}
