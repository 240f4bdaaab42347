package fakegithub

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// What FailNext can do to a run. The first two are conclusions of the run and
// its job. SkippedJob succeeds as a run while the job that matters is skipped;
// NeverStarts stays queued.
const (
	Failure     = "failure"
	Cancelled   = "cancelled"
	SkippedJob  = "skipped-job"
	NeverStarts = "never-starts"
)

// A RunView is one workflow run as the page shows it, at its latest attempt.
type RunView struct {
	ID                 int64
	Number, Attempt    int
	Repo, File, Name   string
	Title              string
	Event, Actor       string
	Status, Conclusion string // as in GitHub's API
	Created, Finished  time.Time
	URL                string
}

type run struct {
	id       int64
	repo     *repo
	workflow *workflow
	number   int
	event    string
	actor    string
	title    string
	created  time.Time // the world's
	born     time.Time // real
	attempts []*attempt
}

func (r *run) latest() *attempt { return r.attempts[len(r.attempts)-1] }

func (r *run) url(base string) string {
	return base + "/repos/" + r.repo.name + "/actions/runs/" + strconv.FormatInt(r.id, 10)
}

func (r *run) page(web string) string {
	return web + "/" + r.repo.name + "/actions/runs/" + strconv.FormatInt(r.id, 10)
}

// Run starts a run as a person or the schedule does and returns its id. The
// event is "push", "schedule" or "workflow_dispatch"; an empty actor is the
// organisation.
func (f *Fake) Run(repo, file, event, actor string) (int64, error) {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, w, err := f.existingWorkflow(repo, file)
	if err != nil {
		return 0, err
	}
	if actor == "" {
		actor = f.config.Org
	}
	return f.start(r, w, event, actor, w.Name).id, nil
}

// Rerun starts the next attempt of a run that has completed; the same run id
// goes back to queued.
func (f *Fake) Rerun(id int64) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.runs, func(r *run) bool { return r.id == id })
	if i < 0 || f.runs[i].latest().status != completed {
		return fmt.Errorf("there is no completed run %d", id)
	}
	f.try(f.runs[i], f.runs[i].actor)
	return nil
}

// Runs returns a workflow's runs, newest first. An empty file means all of the
// repository.
func (f *Fake) Runs(repo, file string) []RunView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []RunView
	for _, r := range slices.Backward(f.runs) {
		if r.repo.name == repo && (file == "" || r.workflow.File == file) {
			a := r.latest()
			out = append(out, RunView{r.id, r.number, a.number, r.repo.name, r.workflow.File, r.workflow.Name, r.title,
				r.event, r.actor, a.status, a.conclusion, r.created, a.finished, r.page(f.config.WebURL)})
		}
	}
	return out
}

// FailNext decides how the next run of a workflow goes: Failure, Cancelled,
// SkippedJob or NeverStarts. Several calls queue up.
func (f *Fake) FailNext(repo, file, fate string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, w, err := f.existingWorkflow(repo, file)
	if err != nil {
		return err
	}
	w.fates = append(w.fates, fate)
	return nil
}

// A Fate is what FailNext has ordered for a run that hasn't begun.
type Fate struct{ Repo, File, Fate string }

// Fates lists what FailNext has ordered and no run has met yet.
func (f *Fake) Fates() []Fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Fate
	for _, r := range f.repos {
		for _, w := range r.workflows {
			for _, fate := range w.fates {
				out = append(out, Fate{r.name, w.File, fate})
			}
		}
	}
	return out
}

// Spare takes back what FailNext has ordered for a workflow, and tells whether
// anything was.
func (f *Fake) Spare(fate Fate) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, w, err := f.existingWorkflow(fate.Repo, fate.File)
	if err != nil {
		return false
	}
	i := slices.Index(w.fates, fate.Fate)
	if i >= 0 {
		w.fates = slices.Delete(slices.Clone(w.fates), i, i+1)
	}
	return i >= 0
}

// SetListLag is how long from now on a new run is missing from lists of runs,
// in real time.
func (f *Fake) SetListLag(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.config.ListLag = d
}

// ListLag is what SetListLag has set.
func (f *Fake) ListLag() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config.ListLag
}

// FinishRuns completes all runs that have time left, now. Those that never
// start stay queued.
func (f *Fake) FinishRuns() {
	f.mu.Lock()
	for _, r := range f.runs {
		if r.latest().fate != NeverStarts {
			f.finish(r, r.latest())
		}
	}
	f.mu.Unlock()
	f.w.Changed()
}

// Tick starts all workflows that use a secret, on schedule, every so often in
// real time, until ctx ends.
func (f *Fake) Tick(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.RunConsumers("schedule", "")
		}
	}
}

// RunConsumers starts each workflow that uses a secret once.
func (f *Fake) RunConsumers(event, actor string) {
	f.mu.Lock()
	if actor == "" {
		actor = f.config.Org
	}
	for _, r := range f.repos {
		for _, w := range r.workflows {
			if w.UsesSecret != "" || w.ReadsSecret != "" {
				f.start(r, w, event, actor, w.Name)
			}
		}
	}
	f.mu.Unlock()
	f.w.Changed()
}

func (f *Fake) existingWorkflow(repo, file string) (*repo, *workflow, error) {
	r, err := f.existing(repo)
	if err != nil {
		return nil, nil, err
	}
	w := r.workflow(file)
	if w == nil {
		return nil, nil, fmt.Errorf("there is no workflow %s in %s", file, repo)
	}
	return r, w, nil
}

func (f *Fake) start(r *repo, w *workflow, event, actor, title string) *run {
	w.runs++
	created := &run{id: f.nextID(), repo: r, workflow: w, number: w.runs, event: event, actor: actor, title: title, created: f.now(), born: time.Now()}
	f.runs = append(f.runs, created)
	f.try(created, actor)
	return created
}
