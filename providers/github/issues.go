package github

import (
	"context"
	"slices"
	"time"

	gh "github.com/google/go-github/v66/github"

	"rekey/providers/wire"
	"rekey/rotation"
)

// maxPages is how far a list of issues is followed: 10,000 of them.
const maxPages = 200

// trusted are the authors of whom GitHub says that they belong to the
// repository. See https://docs.github.com/graphql/reference/enums#commentauthorassociation.
var trusted = []string{"OWNER", "MEMBER", "COLLABORATOR"}

// Issue reads one issue. One that was deleted is a 404 or 410, one that was
// moved a 301.
// See https://docs.github.com/rest/issues/issues#get-an-issue.
func (c *Client) Issue(ctx context.Context, repo string, number int) (rotation.Issue, error) {
	owner, short, err := split(repo)
	if err != nil {
		return rotation.Issue{}, err
	}
	x, resp, err := c.own.Issues.Get(ctx, owner, short, number)
	if err == nil && x.GetNumber() != number {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		return rotation.Issue{}, c.failed("reading an issue", "Issues: read on "+repo, resp, err)
	}
	return issue(x), nil
}

// OpenIssues lists all open issues of a repository.
// See https://docs.github.com/rest/issues/issues#list-repository-issues.
func (c *Client) OpenIssues(ctx context.Context, repo string) ([]rotation.Issue, error) {
	return c.issues(ctx, repo, gh.IssueListByRepoOptions{State: "open"})
}

// IssuesSince lists all issues that changed then or later, open and closed.
func (c *Client) IssuesSince(ctx context.Context, repo string, since time.Time) ([]rotation.Issue, error) {
	return c.issues(ctx, repo, gh.IssueListByRepoOptions{State: "all", Since: since.UTC().Truncate(time.Second)})
}

// issues follows a list to its end, since what stands on a later page would
// be missed. GitHub lists pull requests among the issues.
func (c *Client) issues(ctx context.Context, repo string, opts gh.IssueListByRepoOptions) ([]rotation.Issue, error) {
	owner, short, err := split(repo)
	if err != nil {
		return nil, err
	}
	const op = "listing the issues"
	var out []rotation.Issue
	opts.Sort, opts.Direction = "created", "asc" // so that a new one doesn't shift the pages
	opts.ListOptions = gh.ListOptions{Page: 1, PerPage: 50}
	for opts.Page != 0 {
		page, resp, err := c.own.Issues.ListByRepo(ctx, owner, short, &opts)
		if err == nil && opts.Page > maxPages {
			resp, err = nil, wire.ErrUnreadable
		}
		if err != nil {
			return nil, c.failed(op, "Issues: read on "+repo, resp, err)
		}
		for _, x := range page {
			if !x.IsPullRequest() {
				out = append(out, issue(x))
			}
		}
		opts.Page = resp.NextPage
	}
	return out, nil
}

// OpenIssue opens an issue. Labels that the repository doesn't have are made.
// See https://docs.github.com/rest/issues/issues#create-an-issue.
func (c *Client) OpenIssue(ctx context.Context, repo, title, body string, labels []string) (rotation.Issue, error) {
	owner, short, err := split(repo)
	if err != nil {
		return rotation.Issue{}, err
	}
	x, resp, err := c.own.Issues.Create(ctx, owner, short, &gh.IssueRequest{Title: &title, Body: &body, Labels: &labels})
	if err == nil && x.GetNumber() == 0 {
		resp, err = nil, wire.ErrUnreadable
	}
	if err != nil {
		return rotation.Issue{}, c.failed("opening an issue", "Issues: write on "+repo, resp, err)
	}
	return issue(x), nil
}

// Rewrite replaces an issue's text.
// See https://docs.github.com/rest/issues/issues#update-an-issue.
func (c *Client) Rewrite(ctx context.Context, repo string, number int, body string) error {
	return c.edit(ctx, "rewriting an issue", repo, number, &gh.IssueRequest{Body: &body})
}

// Close closes an issue for a reason: "completed" or "not_planned".
func (c *Client) Close(ctx context.Context, repo string, number int, reason string) error {
	closed := "closed"
	return c.edit(ctx, "closing an issue", repo, number, &gh.IssueRequest{State: &closed, StateReason: &reason})
}

func (c *Client) edit(ctx context.Context, op, repo string, number int, change *gh.IssueRequest) error {
	owner, short, err := split(repo)
	if err != nil {
		return err
	}
	if _, resp, err := c.own.Issues.Edit(ctx, owner, short, number, change); err != nil {
		return c.failed(op, "Issues: write on "+repo, resp, err)
	}
	return nil
}

// Comment adds a comment to an issue.
// See https://docs.github.com/rest/issues/comments#create-an-issue-comment.
func (c *Client) Comment(ctx context.Context, repo string, number int, body string) error {
	owner, short, err := split(repo)
	if err != nil {
		return err
	}
	if _, resp, err := c.own.Issues.CreateComment(ctx, owner, short, number, &gh.IssueComment{Body: &body}); err != nil {
		return c.failed("commenting on an issue", "Issues: write on "+repo, resp, err)
	}
	return nil
}

// Comments lists the texts of an issue's comments that changed then or later.
// See https://docs.github.com/rest/issues/comments#list-issue-comments.
func (c *Client) Comments(ctx context.Context, repo string, number int, since time.Time) ([]string, error) {
	owner, short, err := split(repo)
	if err != nil {
		return nil, err
	}
	var out []string
	since = since.UTC().Truncate(time.Second)
	opts := &gh.IssueListCommentsOptions{Since: &since, ListOptions: gh.ListOptions{Page: 1, PerPage: 50}}
	for opts.Page != 0 {
		page, resp, err := c.own.Issues.ListComments(ctx, owner, short, number, opts)
		if err == nil && opts.Page > maxPages {
			resp, err = nil, wire.ErrUnreadable
		}
		if err != nil {
			return nil, c.failed("listing the comments of an issue", "Issues: read on "+repo, resp, err)
		}
		for _, x := range page {
			out = append(out, x.GetBody())
		}
		opts.Page = resp.NextPage
	}
	return out, nil
}

func issue(x *gh.Issue) rotation.Issue {
	out := rotation.Issue{
		Number: x.GetNumber(), Title: x.GetTitle(), Body: x.GetBody(), URL: x.GetHTMLURL(), Open: x.GetState() == "open",
		Trusted: slices.Contains(trusted, x.GetAuthorAssociation()),
	}
	for _, l := range x.Labels {
		out.Labels = append(out.Labels, l.GetName())
	}
	return out
}
