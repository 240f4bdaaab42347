package github_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

func (s *scene) mayWriteIssues(t *testing.T) {
	t.Helper()
	if err := s.fake.SetPermissions(s.own, map[string]string{"issues": "write"}); err != nil {
		t.Fatal(err)
	}
}

func TestAnIssueFromItsOpeningToItsEnd(t *testing.T) {
	s := newScene(t)
	s.mayWriteIssues(t)
	ctx := t.Context()
	began := s.w.Now()
	x, err := s.client.OpenIssue(ctx, repo, "Rotate x Credential", "Due soon.", []string{"security", "kanban"})
	if err != nil || x.Number != 1 || !x.Open || !x.Trusted || strings.Join(x.Labels, " ") != "security kanban" || x.URL == "" {
		t.Fatalf("%+v, %v", x, err)
	}
	if err := s.client.Rewrite(ctx, repo, 1, "Due now."); err != nil {
		t.Fatal(err)
	}
	if err := s.client.Comment(ctx, repo, 1, "It is done."); err != nil {
		t.Fatal(err)
	}
	if err := s.client.Close(ctx, repo, 1, "not_planned"); err != nil {
		t.Fatal(err)
	}
	got, err := s.client.Issue(ctx, repo, 1)
	if err != nil || got.Open || got.Body != "Due now." || got.Title != x.Title {
		t.Errorf("%+v, %v", got, err)
	}
	if v := s.fake.Issues(repo)[0]; v.Reason != "not_planned" || v.Author != botLogin || len(v.Comments) != 1 {
		t.Errorf("%+v", v)
	}
	if texts, err := s.client.Comments(ctx, repo, 1, began.Add(-time.Minute)); err != nil || len(texts) != 1 || texts[0] != "It is done." {
		t.Errorf("%q, %v", texts, err)
	}
	if open, err := s.client.OpenIssues(ctx, repo); err != nil || len(open) != 0 {
		t.Errorf("%+v, %v", open, err)
	}
}

func TestAListOfIssuesIsFollowedToItsEnd(t *testing.T) {
	s := newScene(t)
	s.mayWriteIssues(t)
	for i := range 120 {
		if _, err := s.fake.OpenIssue(repo, "somebody", fmt.Sprint("Issue ", i+1), "", nil, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.fake.OpenPull(repo, "somebody", "A pull request"); err != nil {
		t.Fatal(err)
	}
	open, err := s.client.OpenIssues(t.Context(), repo)
	if err != nil || len(open) != 120 || open[119].Title != "Issue 120" || open[0].Trusted {
		t.Fatalf("%d issues, %v", len(open), err)
	}
	s.w.Advance(time.Hour)
	if err := s.fake.CloseIssue(repo, 7); err != nil {
		t.Fatal(err)
	}
	since, err := s.client.IssuesSince(t.Context(), repo, s.w.Now().Add(-time.Minute))
	if err != nil || len(since) != 1 || since[0].Number != 7 || since[0].Open {
		t.Errorf("%+v, %v", since, err)
	}
}

func TestWhatGitHubSaysOfAnIssueThatCantBeHad(t *testing.T) {
	s := newScene(t)
	s.mayWriteIssues(t)
	for range 3 {
		if _, err := s.client.OpenIssue(t.Context(), repo, "Rotate x Credential", "", nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{s.fake.DeleteIssue(repo, 1), s.fake.TransferIssue(repo, 2, "ministryofjustice/other")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	is := func(err error, code, missing string) {
		t.Helper()
		p, definite := rotation.Definite(err)
		if !definite || p.Code != code || p.Missing != missing {
			t.Errorf("%v (%+v), want %s", err, p, code)
		}
	}
	_, err := s.client.Issue(t.Context(), repo, 1)
	is(err, "410", "")
	_, err = s.client.Issue(t.Context(), repo, 2)
	is(err, "301: moved elsewhere", "")
	_, err = s.client.Issue(t.Context(), repo, 9)
	is(err, "404", "")
	_, err = s.client.OpenIssue(t.Context(), repo, strings.Repeat("x", 257), "", nil)
	is(err, "422", "")
	if err := s.fake.SetPermissions(s.own, map[string]string{"issues": "read"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.client.OpenIssue(t.Context(), repo, "x", "", nil)
	is(err, "403", "Issues: write on "+repo)
	is(s.client.Comment(t.Context(), repo, 3, "x"), "403", "Issues: write on "+repo)
	if err := s.fake.SetIssues(repo, false); err != nil {
		t.Fatal(err)
	}
	_, err = s.client.OpenIssues(t.Context(), repo)
	is(err, "410", "")
}
