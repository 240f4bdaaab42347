package github

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"rekey/providers/wire"
	"rekey/rotation"
)

// detailsField asks a dispatch to say which run it started; go-github doesn't
// know it yet.
const detailsField = "return_run_details"

// Workflow returns the name of a workflow by its file, "terraform.yml": that
// it exists and the bot may see it.
// See https://docs.github.com/rest/actions/workflows#get-a-workflow.
func (c *Client) Workflow(ctx context.Context, repo, file string) (name string, err error) {
	owner, short, err := split(repo)
	if err != nil {
		return "", err
	}
	w, resp, err := c.own.Actions.GetWorkflowByFileName(ctx, owner, short, url.PathEscape(file))
	if err != nil {
		return "", c.failed("reading the workflow "+file, "Actions: read on "+repo, resp, err)
	}
	return w.GetName(), nil
}

// Dispatch starts a workflow on a branch, without inputs, and returns the run's
// id; zero: it started, and the server doesn't tell the id. A server that
// doesn't know the question refuses it, which starts nothing, so that it is
// asked once more without.
// See https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event.
func (c *Client) Dispatch(ctx context.Context, repo, file, ref string) (runID int64, err error) {
	runID, err = c.dispatch(ctx, repo, file, ref, true)
	if p, definite := rotation.Definite(err); definite && strings.Contains(p.Code, detailsField) {
		return c.dispatch(ctx, repo, file, ref, false)
	}
	return runID, err
}

func (c *Client) dispatch(ctx context.Context, repo, file, ref string, details bool) (runID int64, err error) {
	owner, short, err := split(repo)
	if err != nil {
		return 0, err
	}
	op, right := "starting the workflow "+file, "Actions: write on "+repo
	body := map[string]any{"ref": ref}
	if details {
		body[detailsField] = true
	}
	path := "repos/" + owner + "/" + short + "/actions/workflows/" + url.PathEscape(file) + "/dispatches"
	req, err := c.own.NewRequest(http.MethodPost, path, body)
	if err != nil {
		return 0, c.failed(op, right, nil, wire.ErrUnreadable)
	}
	var started struct {
		ID int64 `json:"workflow_run_id"`
	}
	resp, err := c.own.Do(ctx, req, &started)
	if err != nil {
		return 0, c.failed(op, right, resp, err)
	}
	return started.ID, nil
}

// Runs returns the runs of a workflow, newest first, at most a hundred. A run
// that has just started may be missing for some seconds.
// See https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow.
func (c *Client) Runs(ctx context.Context, repo, file string, q rotation.RunQuery) ([]rotation.Run, error) {
	owner, short, err := split(repo)
	if err != nil {
		return nil, err
	}
	opts := &gh.ListWorkflowRunsOptions{Event: q.Event, Branch: q.Branch, Actor: q.Actor, ListOptions: gh.ListOptions{PerPage: 100}}
	if !q.Since.IsZero() {
		opts.Created = ">=" + q.Since.UTC().Format(time.RFC3339)
	}
	list, resp, err := c.own.Actions.ListWorkflowRunsByFileName(ctx, owner, short, url.PathEscape(file), opts)
	if err != nil {
		return nil, c.failed("listing the runs of "+file, "Actions: read on "+repo, resp, err)
	}
	var runs []rotation.Run
	for _, r := range list.WorkflowRuns {
		runs = append(runs, run(r))
	}
	slices.SortStableFunc(runs, func(a, b rotation.Run) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	return runs, nil
}

// Run returns one run as it is now.
// See https://docs.github.com/rest/actions/workflow-runs#get-a-workflow-run.
func (c *Client) Run(ctx context.Context, repo string, id int64) (rotation.Run, error) {
	owner, short, err := split(repo)
	if err != nil {
		return rotation.Run{}, err
	}
	r, resp, err := c.own.Actions.GetWorkflowRunByID(ctx, owner, short, id)
	if err == nil && r.GetID() != id {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		return rotation.Run{}, c.failed("reading the run", "Actions: read on "+repo, resp, err)
	}
	return run(r), nil
}

func run(r *gh.WorkflowRun) rotation.Run {
	return rotation.Run{
		ID: r.GetID(), URL: r.GetHTMLURL(), Event: r.GetEvent(), Actor: r.GetActor().GetLogin(),
		Status: r.GetStatus(), Conclusion: r.GetConclusion(), Attempt: r.GetRunAttempt(),
		Created: r.GetCreatedAt().UTC(), Updated: r.GetUpdatedAt().UTC(),
	}
}

// Jobs returns the jobs of a run's first attempt. A re-run's jobs may have
// worked with other secrets, so they prove nothing about the first.
// See https://docs.github.com/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run.
func (c *Client) Jobs(ctx context.Context, repo string, runID int64) ([]rotation.Job, error) {
	owner, short, err := split(repo)
	if err != nil {
		return nil, err
	}
	var jobs []rotation.Job
	opts := &gh.ListWorkflowJobsOptions{Filter: "all", ListOptions: gh.ListOptions{Page: 1, PerPage: 100}}
	for opts.Page != 0 {
		page, resp, err := c.own.Actions.ListWorkflowJobs(ctx, owner, short, runID, opts)
		if err != nil {
			return nil, c.failed("listing the jobs of the run", "Actions: read on "+repo, resp, err)
		}
		for _, j := range page.Jobs {
			if j.GetRunAttempt() == 1 {
				jobs = append(jobs, rotation.Job{Name: j.GetName(), Conclusion: j.GetConclusion(), URL: j.GetHTMLURL(), Completed: j.GetCompletedAt().UTC()})
			}
		}
		opts.Page = resp.NextPage
	}
	return jobs, nil
}
