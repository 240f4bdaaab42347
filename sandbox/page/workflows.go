package page

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/fakegithub"
)

// A runRow is one run of a workflow.
type runRow struct {
	ID                int64
	Title, Name, File string
	URL               string
	Number, Attempt   int
	Event, Actor      string
	State             string // in words: "queued", "in progress", "success", "failure", …
	Created, Took     string
	Done              bool
	WorkflowURL       string
}

// A runsPage lists the runs of a repository or of one workflow.
type runsPage struct {
	Repo, Path string
	File       string // empty: all workflows
	Workflows  []named
	Repos      []named
	Runs       []runRow
	SecretsURL string
	IssuesURL  string
}

// A named page is a name and where it leads.
type named struct {
	Name, URL string
	Current   bool
}

const maxRuns = 30

func (s *site) runs(rw http.ResponseWriter, r *http.Request, repo, file string) {
	if in, ok := s.Stage.RepoOf(file); file != "" && (!ok || in != repo) {
		s.lost(rw, r)
		return
	}
	data := s.repoPage(repo, file)
	zone := s.reader(s.visitor(r)).zone
	for _, one := range s.Stage.GitHub.Runs(repo, file) {
		if len(data.Runs) == maxRuns {
			break
		}
		data.Runs = append(data.Runs, s.runRow(one, zone))
	}
	s.show(rw, r, console{Tab: "actions", Title: "Actions", Template: "runs", Data: data})
}

func (s *site) repoPage(repo, file string) runsPage {
	data := runsPage{Repo: repo, Path: "/github/" + repo, File: file, SecretsURL: "/github/" + repo + "/settings/secrets/actions", IssuesURL: "/github/" + repo + "/issues"}
	for _, one := range repos {
		_, name, _ := strings.Cut(one, "/")
		data.Repos = append(data.Repos, named{name, "/github/" + one + "/actions", one == repo})
	}
	for _, one := range s.Stage.WorkflowFiles() {
		if in, _ := s.Stage.RepoOf(one); in == repo {
			data.Workflows = append(data.Workflows, named{one, data.Path + "/actions/workflows/" + one, one == file})
		}
	}
	return data
}

func (s *site) runRow(v fakegithub.RunView, zone *time.Location) runRow {
	row := runRow{
		ID: v.ID, Title: v.Title, Name: v.Name, File: v.File, Number: v.Number, Attempt: v.Attempt, Event: v.Event, Actor: v.Actor,
		State: strings.ReplaceAll(v.Status, "_", " "), Created: clock(v.Created, zone), Took: "–",
		URL:         "/github/" + v.Repo + "/actions/runs/" + strconv.FormatInt(v.ID, 10),
		WorkflowURL: "/github/" + v.Repo + "/actions/workflows/" + v.File,
	}
	if v.Conclusion != "" {
		row.State, row.Done = v.Conclusion, true
	}
	if !v.Finished.IsZero() {
		row.Took = v.Finished.Sub(v.Created).Round(time.Second).String()
	}
	return row
}

// Mark is a run's state as GitHub's signs have it; the words stand beside it.
func (r runRow) Mark() string {
	switch r.State {
	case "success":
		return "✓"
	case "failure":
		return "✕"
	case "cancelled", "skipped":
		return "⊘"
	}
	return "●"
}

// Class is the state as the style sheet knows it.
func (r runRow) Class() string { return strings.ReplaceAll(r.State, " ", "-") }

func (s *site) oneRun(rw http.ResponseWriter, r *http.Request, repo string, id int64) {
	zone := s.reader(s.visitor(r)).zone
	for _, one := range s.Stage.GitHub.Runs(repo, "") {
		if one.ID == id {
			s.show(rw, r, console{Tab: "actions", Title: fmt.Sprintf("Run %d of %s", one.Number, one.Name), Template: "run",
				Data: map[string]any{"Page": s.repoPage(repo, one.File), "Run": s.runRow(one, zone)}})
			return
		}
	}
	s.lost(rw, r)
}

// run starts a workflow as the person, whose run is never taken for the bot's.
func (s *site) run(r request) (answer, error) {
	repo, file := r.PostForm.Get("repo"), r.PostForm.Get("file")
	id, err := s.Stage.GitHub.Run(repo, file, "workflow_dispatch", r.me.Name)
	if err != nil {
		return answer{}, err
	}
	return answer{Notice: "Workflow run was requested.", Location: "/github/" + repo + "/actions/runs/" + strconv.FormatInt(id, 10)}, nil
}

func (s *site) rerun(r request) (answer, error) {
	return answer{Notice: "The run starts again, as another attempt."}, s.Stage.GitHub.Rerun(number(r.PostForm.Get("id")))
}

// consumers starts every workflow that uses a secret, as a busy day would.
func (s *site) consumers(r request) (answer, error) {
	s.Stage.GitHub.RunConsumers("workflow_dispatch", r.me.Name)
	return answer{Notice: "Every workflow that uses a secret was started."}, nil
}

// secrets shows a repository's Actions secrets, which GitHub never shows the
// values of.
func (s *site) secrets(rw http.ResponseWriter, r *http.Request, repo string) {
	zone := s.reader(s.visitor(r)).zone
	type row struct{ Name, Updated string }
	var rows []row
	for _, one := range s.Stage.GitHub.Secrets(repo) {
		rows = append(rows, row{one.Name, clock(one.Updated, zone)})
	}
	s.show(rw, r, console{Tab: "actions", Title: "Actions secrets", Template: "secrets", Data: map[string]any{"Page": s.repoPage(repo, ""), "Rows": rows}})
}

func (s *site) secretSet(r request) (answer, error) {
	repo, name, value := r.PostForm.Get("repo"), r.PostForm.Get("name"), r.PostForm.Get("value")
	has := slices.ContainsFunc(s.Stage.GitHub.Secrets(repo), func(v fakegithub.SecretView) bool { return v.Name == name })
	switch {
	case value == "":
		return answer{}, errors.New("enter the value first")
	case !has:
		return answer{}, fmt.Errorf("%s has no Actions secret %s", repo, name)
	}
	s.Stage.World.Values.Add("value of the Actions secret "+name+" set by hand", value)
	if err := s.Stage.GitHub.SetSecret(repo, name, value); err != nil {
		return answer{}, err
	}
	return answer{Notice: name + " was updated."}, nil
}
