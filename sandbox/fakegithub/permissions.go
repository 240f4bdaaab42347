package fakegithub

import (
	"net/http"
	"slices"
	"strings"
)

// A grant is one permission at one level, by GitHub's names:
// https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens.
type grant struct{ permission, level string }

var levels = []string{"read", "write", "admin"}

// has tells whether permissions include g; write includes read.
func has(permissions map[string]string, g grant) bool {
	return slices.Index(levels, permissions[g.permission]) >= slices.Index(levels, g.level)
}

// What anybody who has signed in may read of a public repository, with a token
// that has no permission for it at all.
var public = []string{"metadata", "contents", "issues", "pull_requests", "actions"}

// enter lets a call into its repository: 404 if the caller can't see it, 403 if
// the permission is missing.
func (f *Fake) enter(q *request, rt route) error {
	q.repo = f.repoNamed(q.PathValue("owner") + "/" + q.PathValue("repo"))
	if q.repo == nil {
		return notFound
	}
	if rt.signs == byApp {
		return nil
	}
	q.header.Set("X-Accepted-GitHub-Permissions", rt.needs.permission+"="+rt.needs.level)
	listed := slices.Contains(q.token.repos, q.repo.name)
	switch {
	case listed && (has(q.token.permissions, rt.needs) || rt.needs == grant{"metadata", "read"}):
		return nil
	case !listed && q.repo.private:
		return notFound
	case !q.repo.private && rt.needs.level == "read" && slices.Contains(public, rt.needs.permission):
		return nil
	}
	return q.token.forbidden()
}

func (t *token) forbidden() error {
	if t.app != nil {
		return &refusal{http.StatusForbidden, "Resource not accessible by integration"}
	}
	return &refusal{http.StatusForbidden, "Resource not accessible by personal access token"}
}

// signIn finds out who calls: 401 if nobody does, or a token that is dead.
func (f *Fake) signIn(q *request, rt route) error {
	value := bearer(q.Request)
	switch {
	case rt.signs == byNobody:
		return nil
	case value == "":
		return signInFirst
	case rt.signs == byApp:
		return f.signInApp(q, value)
	}
	if strings.Count(value, ".") == 2 {
		return &refusal{http.StatusForbidden, "Resource not accessible by integration"}
	}
	q.token = f.live(value)
	if q.token == nil {
		return badCredentials
	}
	q.token.lastUsed = f.now()
	if !q.token.expires.IsZero() && q.token.app == nil {
		q.header.Set("Github-Authentication-Token-Expiration", q.token.expires.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	return nil
}

// caller is the journal's name for whoever signed r: a login, also when the
// token has expired, or empty.
func (f *Fake) caller(r *http.Request) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	value := bearer(r)
	if t := f.known(value); t != nil {
		return t.login()
	}
	if app := f.appOf(value); app != nil {
		return app.login()
	}
	return ""
}

func bearer(r *http.Request) string {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "bearer") && !strings.EqualFold(kind, "token") {
		return ""
	}
	return strings.TrimSpace(value)
}
