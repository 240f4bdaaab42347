package fakegithub_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-github/v66/github"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

const terraform = "terraform-github.yml"

func (s *scene) ctx() context.Context { return context.Background() }

// raw calls the fake without a network.
func (s *scene) raw(t *testing.T, token, path string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	request.Header.Set("Authorization", "Bearer "+token)
	s.fake.ServeHTTP(answer, request)
	return answer
}

// resources is the workflow that copies a token into GitHub.
func (s *scene) resources(t *testing.T) {
	t.Helper()
	s.workflow(t, fakegithub.Workflow{File: terraform, Name: "Terraform: GitHub resources", SignsInWith: "SIGN_IN",
		FillsSecrets: []fakegithub.Copy{{Secret: "github_ci_user_pat", Repo: platform, Name: "TERRAFORM_GITHUB_TOKEN"}}})
	s.set(t, "SIGN_IN", s.token)
	s.set(t, "TERRAFORM_GITHUB_TOKEN", s.token)
}

func (s *scene) set(t *testing.T, name, value string) {
	t.Helper()
	if err := s.fake.SetSecret(platform, name, value); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) run(t *testing.T, file string) {
	t.Helper()
	if _, err := s.fake.Run(platform, file, "push", ""); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) latest() fakegithub.RunView { return s.fake.Runs(platform, "")[0] }

func TestARunCopiesWhatIsCurrentWhenItFinishes(t *testing.T) {
	s := newScene(t)
	s.resources(t)
	s.secret["github_ci_user_pat"] = "at the start"
	s.run(t, terraform)
	s.secret["github_ci_user_pat"] = "at the end"
	s.w.Advance(time.Minute)
	s.fake.FinishRuns()
	if got, _ := s.fake.SecretValue(platform, "TERRAFORM_GITHUB_TOKEN"); got != "at the end" || s.latest().Conclusion != "success" {
		t.Errorf("copied %q, %s", got, s.latest().Conclusion)
	}
	before := s.fake.Secrets(platform)[1].Updated
	s.w.Advance(time.Minute)
	s.run(t, terraform)
	s.fake.FinishRuns()
	if after := s.fake.Secrets(platform)[1].Updated; !after.Equal(before) {
		t.Error("an unchanged copy was written again")
	}
}

func TestARunSignsInWithTheCopyOfItsCreation(t *testing.T) {
	s := newScene(t)
	s.resources(t)
	s.secret["github_ci_user_pat"] = "new"
	s.run(t, terraform)
	fresh, err := s.fake.Regenerate(s.id, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	s.set(t, "SIGN_IN", fresh)
	s.fake.FinishRuns()
	if s.latest().Conclusion != fakegithub.Failure {
		t.Errorf("a run with the dead copy ended in %s", s.latest().Conclusion)
	}
	if got, _ := s.fake.SecretValue(platform, "TERRAFORM_GITHUB_TOKEN"); got != s.token {
		t.Error("a failed run has copied")
	}
	if err := s.fake.Rerun(s.latest().ID); err != nil {
		t.Fatal(err)
	}
	s.fake.FinishRuns()
	if got := s.latest(); got.Conclusion != "success" || got.Attempt != 2 {
		t.Errorf("the second attempt: %+v", got)
	}
}

func TestAConsumerSucceedsWhileItsCopyLives(t *testing.T) {
	s := newScene(t)
	s.workflow(t, fakegithub.Workflow{File: "plan.yml", UsesSecret: "TOKEN", Job: "plan"})
	s.workflow(t, fakegithub.Workflow{File: "page.yml", UsesSecret: "PAGERDUTY", Alive: func(v string) bool { return v == "pd" }})
	s.set(t, "TOKEN", s.token)
	s.set(t, "PAGERDUTY", "pd")
	s.fake.RunConsumers("schedule", "")
	s.fake.FinishRuns()
	if err := s.fake.DeleteToken(s.id); err != nil {
		t.Fatal(err)
	}
	s.fake.RunConsumers("schedule", "")
	s.fake.FinishRuns()
	var got []string
	for _, r := range s.fake.Runs(platform, "") {
		got = append(got, r.File+" "+r.Conclusion)
	}
	want := []string{"page.yml success", "plan.yml failure", "page.yml success", "plan.yml success"}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestHowARunCanGoWrong(t *testing.T) {
	for _, c := range []struct{ fate, status, conclusion, job string }{
		{fakegithub.Failure, "completed", "failure", "failure"},
		{fakegithub.Cancelled, "completed", "cancelled", "cancelled"},
		{fakegithub.SkippedJob, "completed", "success", "skipped"},
		{fakegithub.NeverStarts, "queued", "", ""},
	} {
		t.Run(c.fate, func(t *testing.T) {
			s := newScene(t)
			s.resources(t)
			s.secret["github_ci_user_pat"] = "new"
			if err := s.fake.FailNext(platform, terraform, c.fate); err != nil {
				t.Fatal(err)
			}
			s.run(t, terraform)
			s.fake.FinishRuns()
			if got := s.latest(); got.Status != c.status || got.Conclusion != c.conclusion {
				t.Errorf("the run is %s, %s", got.Status, got.Conclusion)
			}
			if got, _ := s.fake.SecretValue(platform, "TERRAFORM_GITHUB_TOKEN"); got != s.token {
				t.Error("it copied all the same")
			}
			jobs, _, err := s.client(t, s.token).Actions.ListWorkflowJobs(t.Context(), org, "modernisation-platform", s.latest().ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := jobs.Jobs[1]; got.GetName() != "apply" || got.GetConclusion() != c.job {
				t.Errorf("the job %s is %q", got.GetName(), got.GetConclusion())
			}
			s.run(t, terraform)
			s.fake.FinishRuns()
			if s.latest().Conclusion != "success" {
				t.Error("the run after it fails too")
			}
		})
	}
}

func TestARunTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fakegithub.New(world.New(), fakegithub.Config{Org: org, RunDuration: 5 * time.Second})
		defer f.Close()
		f.AddRepo(platform, fakegithub.RepoOptions{})
		if err := f.AddWorkflow(platform, fakegithub.Workflow{File: "x.yml"}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Run(platform, "x.yml", "push", ""); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"queued", "in_progress", "in_progress", "completed"} {
			synctest.Wait()
			if got := f.Runs(platform, "x.yml")[0].Status; got != want {
				t.Errorf("the run is %s, want %s", got, want)
			}
			<-time.After(2 * time.Second)
		}
	})
}

func TestConsumersRunOnSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fakegithub.New(world.New(), fakegithub.Config{Org: org})
		defer f.Close()
		f.AddRepo(platform, fakegithub.RepoOptions{})
		for _, w := range []fakegithub.Workflow{{File: "consumer.yml", UsesSecret: "TOKEN"}, {File: "other.yml"}} {
			if err := f.AddWorkflow(platform, w); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		f.Tick(ctx, 2*time.Minute)
		if runs := f.Runs(platform, ""); len(runs) != 2 || runs[0].File != "consumer.yml" || runs[0].Event != "schedule" {
			t.Errorf("in five minutes: %+v", runs)
		}
	})
}

func TestDispatchesThatAreRefused(t *testing.T) {
	s := newScene(t)
	s.workflow(t, fakegithub.Workflow{File: terraform})
	s.workflow(t, fakegithub.Workflow{File: "push.yml", NoDispatch: true})
	for _, c := range []struct {
		file, ref string
		inputs    map[string]any
		want      int
		message   string
	}{
		{terraform, "main", map[string]any{"correlation_id": "1"}, 422, `Unexpected inputs provided: ["correlation_id"]`},
		{terraform, "gone", nil, 422, "No ref found for: gone"},
		{"push.yml", "main", nil, 422, "Workflow does not have 'workflow_dispatch' trigger"},
		{"gone.yml", "main", nil, 404, "Not Found"},
		{terraform, "refs/heads/main", nil, 0, ""},
	} {
		_, err := s.client(t, s.token).Actions.CreateWorkflowDispatchEventByFileName(t.Context(), org, "modernisation-platform", c.file,
			github.CreateWorkflowDispatchEventRequest{Ref: c.ref, Inputs: c.inputs})
		var refused *github.ErrorResponse
		if status(err) != c.want || errors.As(err, &refused) && refused.Message != c.message {
			t.Errorf("%s on %s: %v", c.file, c.ref, err)
		}
	}
	if n := s.w.Journal.Applied("github", fakegithub.Dispatch); n != 1 || len(s.fake.Runs(platform, "")) != 1 {
		t.Errorf("%d dispatches applied, %d runs", n, len(s.fake.Runs(platform, "")))
	}
}

func TestRunsAreListedByWhatIsAskedFor(t *testing.T) {
	s := newScene(t)
	s.workflow(t, fakegithub.Workflow{File: terraform})
	start := s.w.Now()
	for range 3 {
		s.run(t, terraform)
		s.w.Advance(24 * time.Hour)
	}
	if _, err := s.fake.Run(platform, terraform, "schedule", "somebody"); err != nil {
		t.Fatal(err)
	}
	day := func(n int) string { return start.AddDate(0, 0, n).Format(time.RFC3339) }
	for _, c := range []struct {
		name string
		ask  github.ListWorkflowRunsOptions
		want int
	}{
		{"all", github.ListWorkflowRunsOptions{}, 4},
		{"by event", github.ListWorkflowRunsOptions{Event: "schedule"}, 1},
		{"by actor", github.ListWorkflowRunsOptions{Actor: "somebody"}, 1},
		{"by branch", github.ListWorkflowRunsOptions{Branch: "other"}, 0},
		{"by state", github.ListWorkflowRunsOptions{Status: "queued"}, 4},
		{"since", github.ListWorkflowRunsOptions{Created: ">=" + day(1)}, 3},
		{"before", github.ListWorkflowRunsOptions{Created: "<" + day(1)}, 1},
		{"between", github.ListWorkflowRunsOptions{Created: day(0) + ".." + day(1)}, 2},
		{"on a day", github.ListWorkflowRunsOptions{Created: start.Format(time.DateOnly)}, 1},
		{"until", github.ListWorkflowRunsOptions{Created: "*.." + day(2)}, 3},
		{"nonsense", github.ListWorkflowRunsOptions{Created: "soon"}, 0},
	} {
		runs, _, err := s.client(t, s.token).Actions.ListWorkflowRunsByFileName(t.Context(), org, "modernisation-platform", terraform, &c.ask)
		if err != nil || runs.GetTotalCount() != c.want {
			t.Errorf("%s: %d runs, %v; want %d", c.name, runs.GetTotalCount(), err, c.want)
		}
	}
	page, answer, err := s.client(t, s.token).Actions.ListWorkflowRunsByFileName(t.Context(), org, "modernisation-platform", terraform,
		&github.ListWorkflowRunsOptions{ListOptions: github.ListOptions{PerPage: 3}})
	if err != nil || len(page.WorkflowRuns) != 3 || answer.NextPage != 2 || page.WorkflowRuns[0].GetEvent() != "schedule" {
		t.Errorf("the first page has %d runs, the next is %d, %v", len(page.WorkflowRuns), answer.NextPage, err)
	}
}
