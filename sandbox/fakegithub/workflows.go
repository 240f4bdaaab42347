package fakegithub

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Workflow is one file under .github/workflows on the default branch, and
// what its runs do to the world.
type Workflow struct {
	File string // "terraform-github.yml"
	Name string // "Terraform: GitHub resources"

	// NoDispatch is for a workflow without the workflow_dispatch trigger.
	// Inputs are the names that it declares for one; others are refused.
	NoDispatch bool
	Inputs     []string

	// TitleInput is the input that the workflow's run-name shows, if any.
	TitleInput string

	// SignsInWith is the Actions secret of its repository that the run works
	// with, and UsesSecret the one that a mere consumer needs. Either is read
	// when the run is created; if it isn't alive then or has died when the run
	// gets to it, the run fails. Alive judges, under the fake's lock, so that
	// it may not call the fake; nil asks whether the value is a live GitHub
	// token.
	SignsInWith string
	UsesSecret  string
	Alive       func(value string) bool

	// ReadsSecret is the secret in Secrets Manager that a consumer reads when
	// it gets to it, as it is AWSCURRENT then. It is judged as the others are.
	ReadsSecret string

	// App, if not zero, is the App whose private key the value has to be.
	App int64

	// FillsSecrets are written when the run finishes, from what is AWSCURRENT
	// at that moment. A copy that has the value already isn't written again,
	// so its updated date stays, as with Terraform.
	FillsSecrets []Copy

	// Does is what else a run does to the world when it gets to it; it fails
	// the run by saying no. It is called under the fake's lock and may not call
	// the fake. Nil does nothing.
	Does func() bool

	Job      string        // the job that does it; "apply" if empty
	Duration time.Duration // of a run, in real time; the Config's if zero
}

// A Copy is one Actions secret that a run fills from Secrets Manager.
type Copy struct {
	Secret string // its name in Secrets Manager
	Repo   string // owner/name
	Name   string // of the Actions secret
}

type workflow struct {
	Workflow
	id      int64
	created time.Time
	runs    int      // how many there have been
	fates   []string // what FailNext has ordered, oldest first
}

// AddWorkflow adds a workflow to a repository, which has to exist.
func (f *Fake) AddWorkflow(repo string, w Workflow) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := f.existing(repo)
	if err != nil {
		return err
	}
	w.Name, w.Job = cmp.Or(w.Name, w.File), cmp.Or(w.Job, "apply")
	w.Duration = cmp.Or(w.Duration, f.config.RunDuration)
	r.workflows = append(r.workflows, &workflow{Workflow: w, id: f.nextID(), created: f.now()})
	return nil
}

// workflow finds one by its id or its file's name.
func (r *repo) workflow(name string) *workflow {
	i := slices.IndexFunc(r.workflows, func(w *workflow) bool { return w.File == name || strconv.FormatInt(w.id, 10) == name })
	if i < 0 {
		return nil
	}
	return r.workflows[i]
}

func (f *Fake) workflowShape(base string, r *repo, w *workflow) object {
	return object{
		"id": w.id, "node_id": "W_" + strconv.FormatInt(w.id, 10), "name": w.Name, "path": w.path(), "state": "active",
		"created_at": at(w.created), "updated_at": at(w.created),
		"url":       base + "/repos/" + r.name + "/actions/workflows/" + strconv.FormatInt(w.id, 10),
		"html_url":  f.config.WebURL + "/" + r.name + "/blob/" + r.branch + "/" + w.path(),
		"badge_url": f.config.WebURL + "/" + r.name + "/workflows/" + w.File + "/badge.svg",
	}
}

func (w *workflow) path() string { return ".github/workflows/" + w.File }

func (f *Fake) listWorkflows(q *request) (int, any, error) {
	shapes := []object{}
	for _, w := range q.repo.workflows {
		shapes = append(shapes, f.workflowShape(q.base, q.repo, w))
	}
	return http.StatusOK, object{"total_count": len(shapes), "workflows": q.page(shapes)}, nil
}

func (f *Fake) readWorkflow(q *request) (int, any, error) {
	w := q.repo.workflow(q.PathValue("workflow"))
	if w == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, f.workflowShape(q.base, q.repo, w), nil
}

// dispatch starts a run. With return_run_details the answer says which:
// https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event.
func (f *Fake) dispatch(q *request) (int, any, error) {
	var in struct {
		Ref     string         `json:"ref"`
		Inputs  map[string]any `json:"inputs"`
		Details bool           `json:"return_run_details"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	w := q.repo.workflow(q.PathValue("workflow"))
	if w == nil {
		return 0, nil, notFound
	}
	var unexpected []string
	for name := range in.Inputs {
		if !slices.Contains(w.Inputs, name) {
			unexpected = append(unexpected, strconv.Quote(name))
		}
	}
	slices.Sort(unexpected)
	switch {
	case in.Ref == "":
		return 0, nil, unprocessable("Invalid request.\n\n\"ref\" wasn't supplied.")
	case strings.TrimPrefix(in.Ref, "refs/heads/") != q.repo.branch:
		return 0, nil, unprocessable("No ref found for: %s", in.Ref)
	case w.NoDispatch:
		return 0, nil, unprocessable("Workflow does not have 'workflow_dispatch' trigger")
	case len(unexpected) > 0:
		return 0, nil, unprocessable("Unexpected inputs provided: [%s]", strings.Join(unexpected, ", "))
	}
	title := w.Name
	if shown, ok := in.Inputs[w.TitleInput].(string); ok {
		title += " " + shown
	}
	run := f.start(q.repo, w, "workflow_dispatch", q.token.login(), title)
	q.call.Applied = true
	if !in.Details {
		return http.StatusNoContent, nil, nil
	}
	return http.StatusOK, object{"workflow_run_id": run.id, "run_url": run.url(q.base), "html_url": run.page(f.config.WebURL)}, nil
}
