package fakegithub_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"
	"golang.org/x/crypto/nacl/box"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

const (
	org      = "ministryofjustice"
	platform = org + "/modernisation-platform"
	ci       = "modernisation-platform-ci"
)

// all is what a token needs for everything that the fake answers.
func all() map[string]string {
	return map[string]string{
		"metadata": "read", "contents": "write", "issues": "write", "actions": "write",
		"secrets": "write", "administration": "read", "environments": "read",
	}
}

// A scene is a GitHub with one private repository and a user with a token.
type scene struct {
	w      *world.World
	fake   *fakegithub.Fake
	id     int64
	token  string
	url    string
	secret map[string]string // what Secrets Manager would say
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{w: world.New(), secret: map[string]string{}}
	s.fake = fakegithub.New(s.w, fakegithub.Config{Org: org, RunDuration: time.Hour,
		ReadSecret: func(name string) (string, bool) { v, ok := s.secret[name]; return v, ok }})
	t.Cleanup(s.fake.Close)
	s.fake.AddRepo(platform, fakegithub.RepoOptions{Private: true})
	s.id, s.token = s.fake.AddToken(ci, "terraform-github", s.w.Now().AddDate(0, 6, 0), all(), []string{platform})
	server := httptest.NewServer(s.fake)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *scene) client(t *testing.T, token string) *github.Client { return clientFor(t, s.url, token) }

func clientFor(t *testing.T, base, token string) *github.Client {
	t.Helper()
	client := github.NewClient(nil)
	if token != "" {
		client = client.WithAuthToken(token)
	}
	u, err := url.Parse(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	client.BaseURL = u
	return client
}

func (s *scene) workflow(t *testing.T, w fakegithub.Workflow) {
	t.Helper()
	if err := s.fake.AddWorkflow(platform, w); err != nil {
		t.Fatal(err)
	}
}

// status is the HTTP status of a refusal, 0 for success.
func status(err error) int {
	var refused *github.ErrorResponse
	if errors.As(err, &refused) {
		return refused.Response.StatusCode
	}
	if err != nil {
		return -1
	}
	return 0
}

// seal puts an Actions secret as a well-behaved client does.
func seal(ctx context.Context, client *github.Client, name, value string) (*github.Response, error) {
	key, _, err := client.Actions.GetRepoPublicKey(ctx, org, "modernisation-platform")
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(key.GetKey())
	if err != nil {
		return nil, err
	}
	sealed, err := box.SealAnonymous(nil, []byte(value), (*[32]byte)(raw), nil)
	if err != nil {
		return nil, err
	}
	return client.Actions.CreateOrUpdateRepoSecret(ctx, org, "modernisation-platform", &github.EncryptedSecret{
		Name: name, KeyID: key.GetKeyID(), EncryptedValue: base64.StdEncoding.EncodeToString(sealed),
	})
}

// start dispatches and asks for the run's id, which go-github v66 can't.
func start(ctx context.Context, client *github.Client, file string, inputs map[string]any) (int64, error) {
	body := map[string]any{"ref": "main", "return_run_details": true}
	if inputs != nil {
		body["inputs"] = inputs
	}
	request, err := client.NewRequest("POST", "repos/"+platform+"/actions/workflows/"+file+"/dispatches", body)
	if err != nil {
		return 0, err
	}
	var details struct {
		ID int64 `json:"workflow_run_id"`
	}
	_, err = client.Do(ctx, request, &details)
	return details.ID, err
}

func revoke(ctx context.Context, client *github.Client, values ...string) error {
	request, err := client.NewRequest("POST", "credentials/revoke", map[string]any{"credentials": values})
	if err != nil {
		return err
	}
	_, err = client.Do(ctx, request, nil)
	return err
}
