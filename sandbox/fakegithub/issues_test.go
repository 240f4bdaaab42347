package fakegithub_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-github/v66/github"
)

// issues opens an issue, looks for it, changes it, comments on it and closes
// it.
func issues(ctx context.Context, client *github.Client, repo string) error {
	title, body, closed, reason := "Rotate x Credential", "Due soon.", "closed", "completed"
	x, _, err := client.Issues.Create(ctx, org, repo, &github.IssueRequest{Title: &title, Body: &body, Labels: &[]string{"security", "kanban"}})
	if err != nil {
		return err
	}
	if _, _, err := client.Issues.Create(ctx, org, repo, &github.IssueRequest{Title: new(string)}); status(err) != 422 {
		return fmt.Errorf("an issue without a title: %w", err)
	}
	if _, _, err := client.Issues.Get(ctx, org, repo, 999); status(err) != 404 {
		return fmt.Errorf("an issue that isn't there: %w", err)
	}
	if _, _, err := client.Issues.CreateComment(ctx, org, repo, x.GetNumber(), &github.IssueComment{Body: &body}); err != nil {
		return err
	}
	if _, _, err := client.Issues.Edit(ctx, org, repo, x.GetNumber(), &github.IssueRequest{Body: &title, State: &closed, StateReason: &reason}); err != nil {
		return err
	}
	got, _, err := client.Issues.Get(ctx, org, repo, x.GetNumber())
	if err != nil || got.GetState() != closed || got.GetStateReason() != reason || got.GetComments() != 1 || got.GetBody() != title {
		return fmt.Errorf("the issue is %v: %w", got, err)
	}
	for state, want := range map[string]int{"open": 0, "closed": 1, "all": 1} {
		list, _, err := client.Issues.ListByRepo(ctx, org, repo, &github.IssueListByRepoOptions{State: state, Labels: []string{"security"}, Sort: "created", Direction: "asc"})
		if err != nil || len(list) != want {
			return fmt.Errorf("%d issues are %s: %w", len(list), state, err)
		}
	}
	return nil
}

func TestIssuesFollowGitHubsRules(t *testing.T) {
	s := newScene(t)
	ctx, client, repo := t.Context(), s.client(t, s.token), "modernisation-platform"
	if err := issues(ctx, client, repo); err != nil {
		t.Fatal(err)
	}
	if labels := s.fake.Labels(platform); len(labels) != 2 {
		t.Errorf("the labels %q were made", labels)
	}
	if err := s.fake.DeleteIssue(platform, 1); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Issues.Get(ctx, org, repo, 1); status(err) != 410 {
		t.Errorf("deleted: %v", err)
	}
	for on, want := range map[bool]int{false: 410, true: 0} {
		if err := s.fake.SetIssues(platform, on); err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.Issues.ListByRepo(ctx, org, repo, nil); status(err) != want {
			t.Errorf("switched on, %t: %v", on, err)
		}
	}
	if err := s.fake.SetIssues(platform, true); err != nil {
		t.Fatal(err)
	}
	s.fake.HideIssues(1)
	if _, err := s.fake.OpenIssue(platform, "outsider", "Help", "", []string{"security"}, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 1} {
		if list, _, err := client.Issues.ListByRepo(ctx, org, repo, nil); err != nil || len(list) != want || want == 1 && (len(list[0].Labels) > 0 || list[0].GetAuthorAssociation() != "NONE") {
			t.Errorf("%v, %v", list, err)
		}
	}
	own := s.fake.Tokens(ci)[0]
	if err := s.fake.SetPermissions(own.ID, map[string]string{"metadata": "read"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Issues.CreateComment(ctx, org, repo, 2, &github.IssueComment{Body: github.String("x")}); status(err) != 403 {
		t.Errorf("a comment without the permission: %v", err)
	}
	if v := s.fake.Issues(platform); len(v) != 1 || v[0].Author != "outsider" {
		t.Errorf("%+v", v)
	}
}
