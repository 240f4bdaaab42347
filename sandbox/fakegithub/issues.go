package fakegithub

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What GitHub takes of an issue.
const (
	maxTitle = 256
	maxText  = 65_536
)

// An IssueView is an issue as its page shows it.
type IssueView struct {
	Number   int
	Title    string
	Body     string
	Author   string
	Open     bool
	Reason   string // why it was closed: "completed", "not_planned"; or empty
	Labels   []string
	Created  time.Time
	Closed   time.Time // zero: it is open
	Comments []CommentView
}

// A CommentView is one comment on an issue.
type CommentView struct {
	Author  string
	Body    string
	Created time.Time
}

// An issue is one of a repository, which counts them from 1.
type issue struct {
	IssueView
	id      int64
	updated time.Time
	outside bool   // somebody opened it who doesn't belong to the organisation
	deleted bool   // by an administrator
	moved   string // the repository that it was transferred to
	pull    bool   // it is a pull request, which GitHub lists among the issues
}

// Issues returns the issues of a repository, newest first, without those that
// were deleted or moved.
func (f *Fake) Issues(name string) []IssueView {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.repoNamed(name)
	if r == nil {
		return nil
	}
	var out []IssueView
	for _, x := range slices.Backward(r.issues) {
		if !x.deleted && x.moved == "" && !x.pull {
			view := x.IssueView
			view.Labels, view.Comments = slices.Clone(x.Labels), slices.Clone(x.Comments)
			out = append(out, view)
		}
	}
	return out
}

// Labels returns the names of the labels that a repository has.
func (f *Fake) Labels(name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.repoNamed(name); r != nil {
		return slices.Clone(r.labels)
	}
	return nil
}

// OpenIssue is what a person does on the page. One who isn't of the
// organisation can't give labels.
func (f *Fake) OpenIssue(repo, author, title, body string, labels []string, outside bool) (int, error) {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, err := f.existing(repo)
	if err != nil {
		return 0, err
	}
	if outside {
		labels = nil
	}
	x := f.addIssue(r, author, title, body, labels)
	x.outside = outside
	return x.Number, nil
}

// OpenPull opens a pull request, which GitHub lists among the issues.
func (f *Fake) OpenPull(repo, author, title string) (int, error) {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, err := f.existing(repo)
	if err != nil {
		return 0, err
	}
	x := f.addIssue(r, author, title, "", nil)
	x.pull = true
	return x.Number, nil
}

// CloseIssue is what a person does on the page.
func (f *Fake) CloseIssue(repo string, number int) error {
	return f.editIssue(repo, number, func(x *issue) { f.shut(x, "completed") })
}

// ReopenIssue is what a person does on the page.
func (f *Fake) ReopenIssue(repo string, number int) error {
	return f.editIssue(repo, number, func(x *issue) { x.Open, x.Reason, x.Closed = true, "reopened", time.Time{} })
}

// WriteIssue replaces an issue's text, as a person does on the page.
func (f *Fake) WriteIssue(repo string, number int, body string) error {
	return f.editIssue(repo, number, func(x *issue) { x.Body = body })
}

// DeleteIssue is what only an administrator can do: GitHub answers 410.
func (f *Fake) DeleteIssue(repo string, number int) error {
	return f.editIssue(repo, number, func(x *issue) { x.deleted = true })
}

// TransferIssue moves an issue to another repository: GitHub answers 301.
func (f *Fake) TransferIssue(repo string, number int, to string) error {
	return f.editIssue(repo, number, func(x *issue) { x.moved = to })
}

// SetIssues switches the issues of a repository off or on, as its settings do.
func (f *Fake) SetIssues(name string, on bool) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, err := f.existing(name)
	if err == nil {
		r.noIssues = !on
	}
	return err
}

// HideIssues makes the next n lists of issues empty, as a list has been seen
// to be for an App although there were some.
func (f *Fake) HideIssues(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hidden = n
}

func (f *Fake) editIssue(repo string, number int, edit func(*issue)) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	r, err := f.existing(repo)
	if err != nil {
		return err
	}
	x := r.issue(number)
	if x == nil || x.deleted || x.moved != "" {
		return fmt.Errorf("%s has no issue %d", repo, number)
	}
	edit(x)
	x.updated = f.now()
	return nil
}

func (f *Fake) shut(x *issue, reason string) { x.Open, x.Reason, x.Closed = false, reason, f.now() }

func (r *repo) issue(number int) *issue {
	if number < 1 || number > len(r.issues) {
		return nil
	}
	return r.issues[number-1]
}

// addIssue adds an issue, and the labels that the repository doesn't have.
func (f *Fake) addIssue(r *repo, author, title, body string, labels []string) *issue {
	x := &issue{id: f.nextID(), updated: f.now(), IssueView: IssueView{
		Number: len(r.issues) + 1, Title: title, Body: body, Author: author, Open: true, Labels: slices.Clone(labels), Created: f.now(),
	}}
	f.userNamed(author)
	r.issues = append(r.issues, x)
	r.label(labels)
	return x
}

func (r *repo) label(names []string) {
	for _, name := range names {
		if !slices.ContainsFunc(r.labels, func(have string) bool { return strings.EqualFold(have, name) }) {
			r.labels = append(r.labels, name)
		}
	}
}

// theIssue is the one that a call is about.
func (f *Fake) theIssue(q *request) (*issue, error) {
	number, err := strconv.Atoi(q.PathValue("issue"))
	x := q.repo.issue(number)
	switch {
	case q.repo.noIssues:
		return nil, &refusal{http.StatusGone, "Issues has been disabled in this repository."}
	case err != nil || x == nil:
		return nil, notFound
	case x.deleted:
		return nil, &refusal{http.StatusGone, "This issue was deleted"}
	case x.moved != "":
		q.header.Set("Location", q.base+"/repos/"+x.moved+"/issues/1")
		return nil, &refusal{http.StatusMovedPermanently, "Moved Permanently"}
	}
	return x, nil
}

// tooLong checks what GitHub limits.
func tooLong(title, body string) error {
	switch {
	case utf8.RuneCountInString(title) > maxTitle:
		return unprocessable("Validation Failed: title is too long (maximum is %d characters)", maxTitle)
	case utf8.RuneCountInString(body) > maxText:
		return unprocessable("Validation Failed: body is too long (maximum is %d characters)", maxText)
	}
	return nil
}
