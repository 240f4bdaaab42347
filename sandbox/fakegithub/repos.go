package fakegithub

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// RepoOptions says what kind of repository it is.
type RepoOptions struct {
	// Private repositories are a 404 to tokens that don't list them. Of a
	// public one, every token may read contents, issues, workflows and runs,
	// also without the permission, as at GitHub: reading it proves nothing
	// about a token. Secrets and all writes need the permission everywhere.
	Private bool

	DefaultBranch string // main if empty
}

type repo struct {
	id        int64
	name      string // owner/name
	private   bool
	branch    string
	created   time.Time
	key       sealingKey
	secrets   []*actionsSecret
	workflows []*workflow
	issues    []*issue // by their numbers, from 1
	labels    []string
	noIssues  bool // they are switched off
}

// AddRepo adds a repository by its full name, "owner/name", with one branch.
// One that exists is left as it is.
func (f *Fake) AddRepo(name string, options RepoOptions) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.repoNamed(name) != nil {
		return
	}
	if options.DefaultBranch == "" {
		options.DefaultBranch = "main"
	}
	id := f.nextID()
	f.repos = append(f.repos, &repo{id: id, name: name, private: options.Private, branch: options.DefaultBranch, created: f.now(), key: newSealingKey(id)})
}

// repoNamed finds a repository; GitHub's names ignore case.
func (f *Fake) repoNamed(name string) *repo {
	i := slices.IndexFunc(f.repos, func(r *repo) bool { return strings.EqualFold(r.name, name) })
	if i < 0 {
		return nil
	}
	return f.repos[i]
}

// existing is repoNamed for the sandbox's own calls, which name a repository
// that they have added.
func (f *Fake) existing(name string) (*repo, error) {
	if r := f.repoNamed(name); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("there is no repository %s", name)
}

func (r *repo) owner() string { owner, _, _ := strings.Cut(r.name, "/"); return owner }

func (r *repo) short() string { _, name, _ := strings.Cut(r.name, "/"); return name }

// head is the commit that the branch points to. It never moves.
func (r *repo) head() string {
	sum := sha1.Sum([]byte(r.name + r.branch))
	return hex.EncodeToString(sum[:])
}

func (f *Fake) readRepo(q *request) (int, any, error) {
	return http.StatusOK, f.fullRepo(q.base, q.repo, q.token), nil
}

func (f *Fake) readBranch(q *request) (int, any, error) {
	if q.PathValue("branch") != q.repo.branch {
		return 0, nil, &refusal{http.StatusNotFound, "Branch not found"}
	}
	url, sha := q.base+"/repos/"+q.repo.name, q.repo.head()
	by := object{"name": "A. Committer", "email": "committer@example.org", "date": at(q.repo.created)}
	return http.StatusOK, object{
		"name": q.repo.branch, "protected": true, "protection_url": url + "/branches/" + q.repo.branch + "/protection",
		"protection": object{"enabled": true},
		"_links":     object{"self": url + "/branches/" + q.repo.branch, "html": f.config.WebURL + "/" + q.repo.name + "/tree/" + q.repo.branch},
		"commit": object{
			"sha": sha, "node_id": "C_" + sha, "url": url + "/commits/" + sha, "html_url": f.config.WebURL + "/" + q.repo.name + "/commit/" + sha,
			"comments_url": url + "/commits/" + sha + "/comments", "author": nil, "committer": nil, "parents": []object{},
			"commit": object{"url": url + "/git/commits/" + sha, "author": by, "committer": by, "message": "First", "comment_count": 0,
				"tree": object{"sha": sha, "url": url + "/git/trees/" + sha}},
		},
	}, nil
}

func (f *Fake) listEnvironments(*request) (int, any, error) {
	return http.StatusOK, object{"total_count": 0, "environments": []object{}}, nil
}

func (f *Fake) listDeployKeys(*request) (int, any, error) { return http.StatusOK, []object{}, nil }

// GitHub's names for the parts of a repository that have a URL.
var repoURLs = strings.Fields("archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees")

// minimalRepo is what GitHub puts into a run.
func (f *Fake) minimalRepo(base string, r *repo) object {
	url := base + "/repos/" + r.name
	out := object{
		"id": r.id, "node_id": fmt.Sprint("R_", r.id), "name": r.short(), "full_name": r.name, "owner": f.userNamed(r.owner()).simple(base),
		"private": r.private, "description": nil, "fork": false, "url": url, "html_url": f.config.WebURL + "/" + r.name,
	}
	for _, part := range repoURLs {
		out[part+"_url"] = url + "/" + part
	}
	return out
}

func (f *Fake) fullRepo(base string, r *repo, t *token) object {
	out := f.minimalRepo(base, r)
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	web := f.config.WebURL + "/" + r.name
	for k, v := range (object{
		"git_url": "git://github.com/" + r.name + ".git", "ssh_url": "git@github.com:" + r.name + ".git", "clone_url": web + ".git",
		"mirror_url": nil, "svn_url": web, "homepage": nil, "language": nil, "license": nil, "visibility": visibility,
		"forks_count": 0, "stargazers_count": 0, "watchers_count": 0, "size": 1, "default_branch": r.branch, "open_issues_count": 0,
		"has_issues": !r.noIssues, "has_projects": true, "has_wiki": false, "has_pages": false, "has_downloads": true, "has_discussions": false,
		"archived": false, "disabled": false, "pushed_at": at(r.created), "created_at": at(r.created), "updated_at": at(r.created),
		"subscribers_count": 0, "network_count": 0, "forks": 0, "open_issues": 0, "watchers": 0,
		"permissions": object{"admin": has(t.permissions, grant{"administration", "write"}), "push": has(t.permissions, grant{"contents", "write"}), "pull": true},
	}) {
		out[k] = v
	}
	return out
}
