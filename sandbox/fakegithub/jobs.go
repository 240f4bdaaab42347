package fakegithub

import (
	"net/http"
	"strconv"
)

// guard is the first job of every run; the workflow's own job comes after it.
const guard = "check-github-status"

// listJobs shows two jobs for each attempt: the guard, and the job that does
// the work. A run may succeed although that one was skipped.
func (f *Fake) listJobs(q *request) (int, any, error) {
	r := f.find(q)
	if r == nil {
		return 0, nil, notFound
	}
	attempts := r.attempts[len(r.attempts)-1:]
	if q.URL.Query().Get("filter") == "all" {
		attempts = r.attempts
	}
	shapes := []object{}
	for _, a := range attempts {
		conclusion := "success"
		if a.conclusion == Cancelled {
			conclusion = Cancelled
		}
		shapes = append(shapes,
			f.jobShape(q.base, r, a, a.jobIDs[0], guard, conclusion),
			f.jobShape(q.base, r, a, a.jobIDs[1], r.workflow.Job, a.job))
	}
	return http.StatusOK, object{"total_count": len(shapes), "jobs": q.page(shapes)}, nil
}

func (f *Fake) jobShape(base string, r *run, a *attempt, id int64, name, conclusion string) object {
	number := strconv.FormatInt(id, 10)
	out := object{
		"id": id, "run_id": r.id, "run_url": r.url(base), "run_attempt": a.number, "node_id": "CR_" + number,
		"head_sha": r.repo.head(), "head_branch": r.repo.branch, "workflow_name": r.workflow.Name, "name": name,
		"url":      base + "/repos/" + r.repo.name + "/actions/jobs/" + number,
		"html_url": r.page(f.config.WebURL) + "/job/" + number, "check_run_url": base + "/repos/" + r.repo.name + "/check-runs/" + number,
		"status": a.status, "conclusion": nil, "created_at": at(a.created), "started_at": at(a.created), "completed_at": orNull(a.finished),
		"labels": []string{"ubuntu-latest"}, "runner_id": nil, "runner_name": nil, "runner_group_id": nil, "runner_group_name": nil,
		"steps": []object{},
	}
	if !a.began.IsZero() {
		out["started_at"] = at(a.began)
	}
	if a.status == completed {
		out["conclusion"] = conclusion
	}
	return out
}
