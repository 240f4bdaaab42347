package fakegithub

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (f *Fake) listRuns(q *request) (int, any, error) {
	file := q.PathValue("workflow")
	w := q.repo.workflow(file)
	if file != "" && w == nil {
		return 0, nil, notFound
	}
	query := q.URL.Query()
	shapes := []object{}
	for _, r := range slices.Backward(f.runs) {
		a := r.latest()
		switch {
		case r.repo != q.repo, w != nil && r.workflow != w, time.Since(r.born) < f.config.ListLag:
		case query.Has("actor") && !strings.EqualFold(query.Get("actor"), r.actor):
		case query.Has("branch") && query.Get("branch") != r.repo.branch:
		case query.Has("event") && query.Get("event") != r.event:
		case query.Has("head_sha") && query.Get("head_sha") != r.repo.head():
		case query.Has("status") && query.Get("status") != a.status && query.Get("status") != a.conclusion:
		case query.Has("created") && !within(query.Get("created"), r.created):
		default:
			shapes = append(shapes, f.runShape(q.base, r, a))
		}
	}
	return http.StatusOK, object{"total_count": len(shapes), "workflow_runs": q.page(shapes)}, nil
}

// within knows GitHub's search syntax for dates: ">=2026-11-23T10:42:00Z", "<",
// "2026-11-01..2026-11-30", "*..…". A day alone is the whole day.
// See https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates.
func within(expression string, t time.Time) bool {
	if from, to, isRange := strings.Cut(expression, ".."); isRange {
		return (from == "*" || within(">="+from, t)) && (to == "*" || within("<="+to, t))
	}
	rest := strings.TrimLeft(expression, "<>=")
	operator := strings.TrimSuffix(expression, rest)
	first, err := time.Parse(time.RFC3339, rest)
	last := first
	if err != nil {
		if first, err = time.Parse(time.DateOnly, rest); err != nil {
			return false
		}
		last = first.Add(24*time.Hour - time.Second)
	}
	switch operator {
	case ">=":
		return !t.Before(first)
	case ">":
		return t.After(last)
	case "<=":
		return !t.After(last)
	case "<":
		return t.Before(first)
	}
	return !t.Before(first) && !t.After(last)
}

func (f *Fake) find(q *request) *run {
	i := slices.IndexFunc(f.runs, func(r *run) bool {
		return r.repo == q.repo && strconv.FormatInt(r.id, 10) == q.PathValue("run")
	})
	if i < 0 {
		return nil
	}
	return f.runs[i]
}

func (f *Fake) readRun(q *request) (int, any, error) {
	r := f.find(q)
	if r == nil {
		return 0, nil, notFound
	}
	return http.StatusOK, f.runShape(q.base, r, r.latest()), nil
}

func (f *Fake) readAttempt(q *request) (int, any, error) {
	r := f.find(q)
	number, err := strconv.Atoi(q.PathValue("attempt"))
	if r == nil || err != nil || number < 1 || number > len(r.attempts) {
		return 0, nil, notFound
	}
	return http.StatusOK, f.runShape(q.base, r, r.attempts[number-1]), nil
}

func (f *Fake) rerunRun(q *request) (int, any, error) {
	r := f.find(q)
	switch {
	case r == nil:
		return 0, nil, notFound
	case r.latest().status != completed:
		return 0, nil, &refusal{http.StatusForbidden, "This workflow is already running"}
	}
	f.try(r, q.token.login())
	q.call.Applied = true
	return http.StatusCreated, object{}, nil
}

func (f *Fake) cancelRun(q *request) (int, any, error) {
	r := f.find(q)
	switch {
	case r == nil:
		return 0, nil, notFound
	case r.latest().status == completed:
		return 0, nil, &refusal{http.StatusConflict, "Cannot cancel a workflow run that is completed."}
	}
	f.conclude(r.latest(), Cancelled, Cancelled)
	q.call.Applied = true
	return http.StatusAccepted, object{}, nil
}

func (f *Fake) runShape(base string, r *run, a *attempt) object {
	url, sha := r.url(base), r.repo.head()
	out := object{
		"id": r.id, "name": r.workflow.Name, "node_id": "WFR_" + strconv.FormatInt(r.id, 10), "display_title": r.title,
		"head_branch": r.repo.branch, "head_sha": sha, "path": r.workflow.path(), "run_number": r.number, "run_attempt": a.number,
		"event": r.event, "status": a.status, "conclusion": nil, "workflow_id": r.workflow.id, "pull_requests": []object{},
		"created_at": at(r.created), "updated_at": at(a.updated()), "run_started_at": at(a.created),
		"actor": f.userNamed(r.actor).simple(base), "triggering_actor": f.userNamed(a.by).simple(base),
		"url": url, "html_url": r.page(f.config.WebURL), "jobs_url": url + "/jobs", "logs_url": url + "/logs",
		"check_suite_url": base + "/repos/" + r.repo.name + "/check-suites/" + strconv.FormatInt(r.id, 10), "artifacts_url": url + "/artifacts",
		"cancel_url": url + "/cancel", "rerun_url": url + "/rerun", "previous_attempt_url": nil,
		"workflow_url": base + "/repos/" + r.repo.name + "/actions/workflows/" + strconv.FormatInt(r.workflow.id, 10),
		"head_commit": object{"id": sha, "tree_id": sha, "message": "First", "timestamp": at(r.repo.created),
			"author":    object{"name": "A. Committer", "email": "committer@example.org"},
			"committer": object{"name": "A. Committer", "email": "committer@example.org"}},
		"repository": f.minimalRepo(base, r.repo), "head_repository": f.minimalRepo(base, r.repo),
	}
	if a.conclusion != "" {
		out["conclusion"] = a.conclusion
	}
	if a.number > 1 {
		out["previous_attempt_url"] = url + "/attempts/" + strconv.Itoa(a.number-1)
	}
	return out
}
