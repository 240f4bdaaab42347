package fakegithub_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

func TestRegeneratingKillsTheOldValueAtOnce(t *testing.T) {
	s := newScene(t)
	fresh, err := s.fake.Regenerate(s.id, s.w.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.client(t, s.token).Users.Get(t.Context(), ""); status(err) != http.StatusUnauthorized {
		t.Errorf("the old value: %v", err)
	}
	if _, _, err := s.client(t, fresh).Users.Get(t.Context(), ""); err != nil {
		t.Errorf("the new value: %v", err)
	}
	if len(fresh) != len("github_pat_")+22+1+59 {
		t.Errorf("a token of %d characters", len(fresh))
	}
	view := s.fake.Tokens(ci)[0]
	if view.LastUsed.IsZero() || view.Revoked {
		t.Errorf("the token shows as %+v", view)
	}
	if len(s.w.Values.All()) != 2 {
		t.Error("the world doesn't know both values")
	}
}

func TestATokenDiesOnItsDay(t *testing.T) {
	s := newScene(t)
	s.w.Advance(200 * 24 * time.Hour)
	if _, _, err := s.client(t, s.token).Users.Get(t.Context(), ""); status(err) != http.StatusUnauthorized {
		t.Errorf("after its day: %v", err)
	}
	if s.fake.Alive(s.token) {
		t.Error("it shows as alive")
	}
}

func TestRevokingNeedsNoSignIn(t *testing.T) {
	s := newScene(t)
	nobody := s.client(t, "")
	var accepted *github.AcceptedError
	if err := revoke(t.Context(), nobody, s.token, "github_pat_unknown"); err != nil && !errors.As(err, &accepted) {
		t.Fatal(err)
	}
	if s.fake.Alive(s.token) || !s.fake.Tokens(ci)[0].Revoked {
		t.Error("the token lives")
	}
	if _, err := s.fake.Regenerate(s.id, time.Time{}); err == nil {
		t.Error("a revoked token was regenerated")
	}
	if err := revoke(t.Context(), nobody); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("revoking nothing: %v", err)
	}
	calls := s.w.Journal.Calls()
	if len(calls) != 2 || calls[0].Method != fakegithub.RevokeCredentials || !calls[0].Applied || calls[1].Applied {
		t.Errorf("the journal has %+v", calls)
	}
}

func TestWhatATokenMayDo(t *testing.T) {
	read := map[string]string{"metadata": "read", "actions": "read"}
	for _, c := range []struct {
		name        string
		permissions map[string]string
		listed      bool
		private     bool
		do          func(*scene, *github.Client) error
		want        int
		accepted    string
	}{
		{"a listed private repository can be seen", nil, true, true, getRepo, 0, ""},
		{"one that isn't listed can't", all(), false, true, getRepo, 404, ""},
		{"without secrets, their list is refused", read, true, true, listSecrets, 403, "secrets=read"},
		{"with reading, a dispatch is refused", read, true, true, dispatch, 403, "actions=write"},
		{"with writing, runs can be read and started", all(), true, true, dispatch, 0, ""},
		{"a public repository's runs are everybody's", nil, false, false, listRuns, 0, ""},
		{"a public repository's secrets aren't", nil, false, false, listSecrets, 403, "secrets=read"},
		{"a private repository's runs need the permission", nil, true, true, listRuns, 403, "actions=read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			name := "thing"
			s.fake.AddRepo(org+"/"+name, fakegithub.RepoOptions{Private: c.private})
			if err := s.fake.AddWorkflow(org+"/"+name, fakegithub.Workflow{File: "x.yml"}); err != nil {
				t.Fatal(err)
			}
			var repos []string
			if c.listed {
				repos = []string{org + "/" + name}
			}
			_, value := s.fake.AddToken("somebody", "t", time.Time{}, c.permissions, repos)
			err := c.do(s, s.client(t, value))
			if got := status(err); got != c.want {
				t.Fatalf("got %d (%v), want %d", got, err, c.want)
			}
			var refused *github.ErrorResponse
			if c.accepted != "" && errors.As(err, &refused) && refused.Response.Header.Get("X-Accepted-GitHub-Permissions") != c.accepted {
				t.Errorf("the header says %q", refused.Response.Header.Get("X-Accepted-GitHub-Permissions"))
			}
		})
	}
}

func getRepo(s *scene, c *github.Client) error {
	_, _, err := c.Repositories.Get(s.ctx(), org, "thing")
	return err
}

func listSecrets(s *scene, c *github.Client) error {
	_, _, err := c.Actions.ListRepoSecrets(s.ctx(), org, "thing", nil)
	return err
}

func listRuns(s *scene, c *github.Client) error {
	_, _, err := c.Actions.ListRepositoryWorkflowRuns(s.ctx(), org, "thing", nil)
	return err
}

func dispatch(s *scene, c *github.Client) error {
	_, err := c.Actions.CreateWorkflowDispatchEventByFileName(s.ctx(), org, "thing", "x.yml", github.CreateWorkflowDispatchEventRequest{Ref: "main"})
	return err
}

func TestCallsRunOut(t *testing.T) {
	s := newScene(t)
	s.fake = fakegithub.New(s.w, fakegithub.Config{Org: org, HourlyLimit: 2})
	_, value := s.fake.AddToken(ci, "t", time.Time{}, nil, nil)
	for i, want := range []int{200, 200, 403} {
		if got := s.raw(t, value, "/user"); got.Code != want {
			t.Errorf("call %d: %d, want %d", i+1, got.Code, want)
		}
	}
	if left := s.raw(t, value, "/rate_limit"); left.Code != 200 || left.Header().Get("X-Ratelimit-Remaining") != "0" {
		t.Errorf("reading the limit: %d, %v", left.Code, left.Header())
	}
	s.w.Advance(time.Hour)
	if got := s.raw(t, value, "/user"); got.Code != 200 {
		t.Errorf("an hour later: %d", got.Code)
	}
}

func TestAnOrderedFaultHits(t *testing.T) {
	s := newScene(t)
	s.w.Faults.Order(world.Fault{Provider: "github", Method: fakegithub.ReadUser, Word: world.TooMany, For: 7 * time.Second})
	if got := s.raw(t, s.token, "/user"); got.Code != 429 || got.Header().Get("Retry-After") != "7" {
		t.Errorf("got %d, %v", got.Code, got.Header())
	}
	if calls := s.w.Journal.Calls(); calls[0].Caller != ci || calls[0].Fault != world.TooMany {
		t.Errorf("the journal has %+v", calls)
	}
}
