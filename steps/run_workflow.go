package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rekey/rotation"
)

// RunWorkflow starts a workflow on a branch, without inputs, and follows its
// run to the end. Each round is a run of its own.
type RunWorkflow struct{ GitHub Workflows }

type workflowParams struct {
	Repo  string `json:"repo"`  // "owner/name"
	File  string `json:"file"`  // "terraform-github.yml"
	Title string `json:"title"` // its display name
	Ref   string `json:"ref"`   // "main"
}

// Check reads the parameters.
func (RunWorkflow) Check(p rotation.Params) error {
	var w workflowParams
	if err := rotation.Decode(p, &w); err != nil {
		return err
	}
	if !strings.Contains(w.Repo, "/") || w.File == "" || w.Title == "" || w.Ref == "" {
		return errors.New("a workflow needs repo (owner/name), file, title and ref")
	}
	return nil
}

// By says that nobody has to act.
func (RunWorkflow) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Do starts the run, or looks how it is.
func (a RunWorkflow) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var w workflowParams
	if err := rotation.Decode(t.Step().With, &w); err != nil {
		return rotation.Outcome{}, err
	}
	run, link, unfinished, err := follow(ctx, t, a.GitHub, w)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if unfinished != nil {
		return *unfinished, nil
	}
	return rotation.Done(fmt.Sprintf("run %d succeeded %s", run.ID, rotation.When(run.Updated))).Linking(link).Knowing(func(f *rotation.Facts) {
		f.Run, f.RunCreated = fmt.Sprint(run.ID), run.Created
	}), nil
}

// follow starts the run of this round and returns it once it has succeeded.
// Until then, or if it hasn't, there is an outcome that says so.
func follow(ctx context.Context, t *rotation.Task, github Workflows, w workflowParams) (rotation.Run, rotation.Link, *rotation.Outcome, error) {
	unfinished := func(o rotation.Outcome) (rotation.Run, rotation.Link, *rotation.Outcome, error) {
		return rotation.Run{}, rotation.Link{}, &o, nil
	}
	run, begun, err := start(ctx, t, github, "dispatch", w)
	if err != nil {
		return rotation.Run{}, rotation.Link{}, nil, err
	}
	if run == nil {
		if t.Now.Sub(begun) < t.Waits().Run {
			return unfinished(rotation.Wait(0, "GitHub accepted the run; it isn't listed yet"))
		}
		return unfinished(rotation.Park(rotation.Problem{
			What: "GitHub accepted the run of \"" + w.Title + "\" but never showed it.",
			Safe: t.Rotation.Safe(),
			Next: "Look at the workflow's runs and at GitHub's status page, then press Retry: it starts a new run.",
		}))
	}
	link := rotation.Link{Title: "Open the run", URL: run.URL}
	switch {
	case run.Status != "completed" && t.Now.Sub(begun) > t.Waits().Run:
		return unfinished(rotation.Park(rotation.Problem{
			What: fmt.Sprintf("Run %d of %q has been %s for a long time.", run.ID, w.Title, words(run.Status)),
			Safe: t.Rotation.Safe(),
			Next: "Look at the run: it may wait for a runner or an approval. Cancel it there and press Retry, which starts a new run.",
		}).Linking(link))
	case run.Status != "completed":
		return unfinished(rotation.Wait(0, fmt.Sprintf("run %d, %s, started %s", run.ID, words(run.Status), rotation.When(run.Created))).Linking(link))
	case run.Conclusion == "success":
		return *run, link, nil, nil
	}
	what, err := unsuccessful(ctx, github, w, *run)
	if err != nil {
		return rotation.Run{}, rotation.Link{}, nil, err
	}
	safe := t.Rotation.Safe()
	switch f := t.Rotation.Facts; {
	case len(f.CopiesBefore) > 0:
		safe += " GitHub may still have the old copy."
	case !f.Promoted.IsZero():
		safe += " Its users may still have the old one."
	}
	return unfinished(rotation.Park(rotation.Problem{
		What: what, Safe: safe, Next: "Look at the run, mend what it says, then press Retry: it starts a new run.",
	}).Linking(link))
}

// unsuccessful is what a run says of its end.
func unsuccessful(ctx context.Context, github Workflows, w workflowParams, run rotation.Run) (string, error) {
	what := fmt.Sprintf("%q ended as %s: run %d", w.Title, words(run.Conclusion), run.ID)
	switch run.Conclusion {
	case "failure":
		what = fmt.Sprintf("%q failed: run %d", w.Title, run.ID)
	case "cancelled":
		what = fmt.Sprintf("%q was cancelled: run %d", w.Title, run.ID)
	}
	jobs, err := github.Jobs(ctx, w.Repo, run.ID)
	if err != nil {
		return "", err
	}
	for _, j := range jobs {
		if j.Conclusion == "failure" {
			what += ", job \"" + rotation.Clean(j.Name) + "\""
			break
		}
	}
	return what + ", " + rotation.When(run.Updated) + ".", nil
}

// words are GitHub's states as people say them.
func words(state string) string { return strings.ReplaceAll(rotation.Clean(state), "_", " ") }

// start dispatches a workflow once in this round, and finds its run. run is
// nil as long as GitHub doesn't list it.
func start(ctx context.Context, t *rotation.Task, github Workflows, purpose string, w workflowParams) (run *rotation.Run, begun time.Time, err error) {
	e, err := t.Effect(ctx, rotation.Change{
		Purpose: purpose,
		Settles: true,
		Before: func(ctx context.Context) (any, error) {
			runs, err := mine(ctx, github, w, 0)
			if err != nil || len(runs) == 0 {
				return int64(0), err
			}
			return runs[0].ID, nil
		},
		Send: func(ctx context.Context, _ string, _ json.RawMessage) (any, error) {
			return github.Dispatch(ctx, w.Repo, w.File, w.Ref)
		},
		Look: func(ctx context.Context, _ string, before json.RawMessage) (rotation.Seen, any, error) {
			runs, err := since(ctx, github, w, before)
			switch {
			case err != nil || len(runs) > 1:
				return rotation.SeenUnclear, nil, err
			case len(runs) == 0:
				return rotation.SeenNothing, nil, nil
			}
			return rotation.SeenLanded, runs[0].ID, nil
		},
	})
	if err != nil {
		return nil, t.Now, err
	}
	var id int64
	if err := json.Unmarshal(e.After, &id); err != nil {
		return nil, e.At, fmt.Errorf("reading back the run's number: %w", err)
	}
	if id == 0 { // the server doesn't tell the run's number: it is the one that wasn't there before
		runs, err := since(ctx, github, w, e.Before)
		if err != nil || len(runs) == 0 {
			return nil, e.At, err
		}
		return &runs[len(runs)-1], e.At, nil
	}
	found, err := github.Run(ctx, w.Repo, id)
	if p, definite := rotation.Definite(err); definite && p.Code == "404" {
		return nil, e.At, nil // GitHub doesn't show it everywhere at once
	}
	if err != nil {
		return nil, e.At, err
	}
	return &found, e.At, nil
}

// since lists the bot's own runs that came after the one recorded before.
func since(ctx context.Context, github Workflows, w workflowParams, before json.RawMessage) ([]rotation.Run, error) {
	var newest int64
	if err := json.Unmarshal(before, &newest); err != nil {
		return nil, fmt.Errorf("reading back the newest run before: %w", err)
	}
	return mine(ctx, github, w, newest)
}

// mine lists the runs that the bot itself dispatched on the branch, newest
// first.
func mine(ctx context.Context, github Workflows, w workflowParams, after int64) ([]rotation.Run, error) {
	login, err := github.Login(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := github.Runs(ctx, w.Repo, w.File, rotation.RunQuery{Event: "workflow_dispatch", Branch: w.Ref, Actor: login})
	if err != nil {
		return nil, err
	}
	var out []rotation.Run
	for _, r := range runs {
		if r.Event == "workflow_dispatch" && strings.EqualFold(r.Actor, login) && r.ID > after {
			out = append(out, r)
		}
	}
	return out, nil
}
