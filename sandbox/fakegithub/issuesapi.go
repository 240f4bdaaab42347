package fakegithub

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// listIssues lists issues and pull requests, as
// https://docs.github.com/rest/issues/issues#list-repository-issues says.
func (f *Fake) listIssues(q *request) (int, any, error) {
	if q.repo.noIssues {
		return 0, nil, &refusal{http.StatusGone, "Issues has been disabled in this repository."}
	}
	since, err := q.since()
	if err != nil {
		return 0, nil, err
	}
	if f.hidden > 0 {
		f.hidden--
		return http.StatusOK, []object{}, nil
	}
	query := q.URL.Query()
	state := cmp.Or(query.Get("state"), "open")
	var labels []string
	if text := query.Get("labels"); text != "" {
		labels = strings.Split(text, ",")
	}
	var found []*issue
	for _, x := range slices.Backward(q.repo.issues) {
		switch {
		case x.deleted, x.moved != "", state != "all" && x.Open != (state == "open"), x.updated.Before(since):
		case query.Get("creator") != "" && query.Get("creator") != x.Author:
		case slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(x.Labels, l) }):
		default:
			found = append(found, x)
		}
	}
	if query.Get("sort") == "updated" {
		slices.SortStableFunc(found, func(a, b *issue) int { return b.updated.Compare(a.updated) })
	}
	if query.Get("direction") == "asc" {
		slices.Reverse(found)
	}
	shapes := []object{}
	for _, x := range found {
		shapes = append(shapes, f.issueShape(q, x))
	}
	return http.StatusOK, q.page(shapes), nil
}

func (q *request) since() (time.Time, error) {
	text := q.URL.Query().Get("since")
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, unprocessable("Invalid since: %q", text)
	}
	return at, nil
}

// createIssue is https://docs.github.com/rest/issues/issues#create-an-issue.
func (f *Fake) createIssue(q *request) (int, any, error) {
	var in struct {
		Title, Body string
		Labels      []string
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	switch {
	case q.repo.noIssues:
		return 0, nil, &refusal{http.StatusGone, "Issues has been disabled in this repository."}
	case strings.TrimSpace(in.Title) == "":
		return 0, nil, unprocessable("Validation Failed: title can't be blank")
	}
	if err := tooLong(in.Title, in.Body); err != nil {
		return 0, nil, err
	}
	x := f.addIssue(q.repo, q.token.login(), in.Title, in.Body, in.Labels)
	q.call.Applied = true
	return http.StatusCreated, f.issueShape(q, x), nil
}

func (f *Fake) readIssue(q *request) (int, any, error) {
	x, err := f.theIssue(q)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, f.issueShape(q, x), nil
}

// updateIssue is https://docs.github.com/rest/issues/issues#update-an-issue.
func (f *Fake) updateIssue(q *request) (int, any, error) {
	x, err := f.theIssue(q)
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		Title, Body, State *string
		Reason             *string   `json:"state_reason"`
		Labels             *[]string `json:"labels"`
	}
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	title, body := x.Title, x.Body
	if in.Title != nil {
		title = *in.Title
	}
	if in.Body != nil {
		body = *in.Body
	}
	if err := tooLong(title, body); err != nil {
		return 0, nil, err
	}
	x.Title, x.Body, x.updated = title, body, f.now()
	if in.Labels != nil {
		x.Labels = *in.Labels
		q.repo.label(x.Labels)
	}
	switch {
	case in.State == nil:
	case *in.State == "open" && !x.Open:
		x.Open, x.Reason, x.Closed = true, "reopened", time.Time{}
	case *in.State == "closed" && x.Open:
		reason := "completed"
		if in.Reason != nil {
			reason = *in.Reason
		}
		f.shut(x, reason)
	}
	q.call.Applied = true
	return http.StatusOK, f.issueShape(q, x), nil
}

// createComment is https://docs.github.com/rest/issues/comments#create-an-issue-comment.
func (f *Fake) createComment(q *request) (int, any, error) {
	x, err := f.theIssue(q)
	if err != nil {
		return 0, nil, err
	}
	var in struct{ Body string }
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if strings.TrimSpace(in.Body) == "" {
		return 0, nil, unprocessable("Validation Failed: body can't be blank")
	}
	if err := tooLong("", in.Body); err != nil {
		return 0, nil, err
	}
	x.Comments = append(x.Comments, CommentView{q.token.login(), in.Body, f.now()})
	x.updated = f.now()
	q.call.Applied = true
	return http.StatusCreated, f.commentShape(q, x, len(x.Comments)-1), nil
}

// listComments is https://docs.github.com/rest/issues/comments#list-issue-comments.
func (f *Fake) listComments(q *request) (int, any, error) {
	x, err := f.theIssue(q)
	if err != nil {
		return 0, nil, err
	}
	since, err := q.since()
	if err != nil {
		return 0, nil, err
	}
	shapes := []object{}
	for i, c := range x.Comments {
		if !c.Created.Before(since) {
			shapes = append(shapes, f.commentShape(q, x, i))
		}
	}
	return http.StatusOK, q.page(shapes), nil
}

func (f *Fake) association(x *issue) string {
	if x.outside {
		return "NONE"
	}
	return "MEMBER"
}

func (f *Fake) issueShape(q *request, x *issue) object {
	url, web := fmt.Sprintf("%s/repos/%s/issues/%d", q.base, q.repo.name, x.Number), fmt.Sprintf("%s/%s/issues/%d", f.config.WebURL, q.repo.name, x.Number)
	labels := []object{}
	for _, name := range x.Labels {
		labels = append(labels, object{"id": 1, "node_id": "LA_" + name, "url": q.base + "/repos/" + q.repo.name + "/labels/x", "name": name, "description": nil, "color": "ededed", "default": false})
	}
	state, reason := "open", any(nil)
	if !x.Open {
		state = "closed"
	}
	if x.Reason != "" {
		reason = x.Reason
	}
	out := object{
		"id": x.id, "node_id": fmt.Sprint("I_", x.id), "url": url, "html_url": web, "repository_url": q.base + "/repos/" + q.repo.name,
		"labels_url": url + "/labels{/name}", "comments_url": url + "/comments", "events_url": url + "/events",
		"number": x.Number, "state": state, "state_reason": reason, "title": x.Title, "body": x.Body,
		"user": f.userNamed(x.Author).simple(q.base), "labels": labels, "assignee": nil, "assignees": []object{}, "milestone": nil,
		"locked": false, "comments": len(x.Comments), "closed_at": orNull(x.Closed), "created_at": at(x.Created), "updated_at": at(x.updated),
		"author_association": f.association(x),
	}
	if x.pull {
		out["pull_request"] = object{"url": url, "html_url": web, "diff_url": web, "patch_url": web}
	}
	return out
}

func (f *Fake) commentShape(q *request, x *issue, i int) object {
	c, url := x.Comments[i], fmt.Sprintf("%s/repos/%s/issues", q.base, q.repo.name)
	id := x.id*1000 + int64(i)
	return object{
		"id": id, "node_id": fmt.Sprint("IC_", id), "url": fmt.Sprintf("%s/comments/%d", url, id), "issue_url": fmt.Sprintf("%s/%d", url, x.Number),
		"html_url": fmt.Sprintf("%s/%s/issues/%d#issuecomment-%d", f.config.WebURL, q.repo.name, x.Number, id),
		"body":     c.Body, "user": f.userNamed(c.Author).simple(q.base), "created_at": at(c.Created), "updated_at": at(c.Created),
		"author_association": "MEMBER",
	}
}
