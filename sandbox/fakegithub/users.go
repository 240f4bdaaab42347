package fakegithub

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

type user struct {
	id      int64
	login   string
	kind    string // "User", "Organization" or "Bot"
	created time.Time
}

// AddUser adds a person or a machine user. One that exists is left as it is.
func (f *Fake) AddUser(login string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.userNamed(login)
}

// userNamed finds a user, or adds it: an actor always has an account.
func (f *Fake) userNamed(login string) *user {
	if i := slices.IndexFunc(f.users, func(u *user) bool { return u.login == login }); i >= 0 {
		return f.users[i]
	}
	u := &user{id: f.nextID(), login: login, kind: "User", created: f.now()}
	if strings.HasSuffix(login, "[bot]") {
		u.kind = "Bot"
	}
	f.users = append(f.users, u)
	return u
}

func (f *Fake) readUser(q *request) (int, any, error) {
	if q.token.app != nil {
		return 0, nil, q.token.forbidden()
	}
	u := f.userNamed(q.token.owner)
	out := u.simple(q.base)
	for k, v := range (object{
		"name": nil, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil,
		"public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": at(u.created), "updated_at": at(u.created),
		"private_gists": 0, "total_private_repos": 0, "owned_private_repos": 0, "disk_usage": 0, "collaborators": 0,
		"two_factor_authentication": true, "user_view_type": "private",
	}) {
		out[k] = v
	}
	return http.StatusOK, out, nil
}

// simple is GitHub's "simple user".
func (u *user) simple(base string) object {
	url := base + "/users/" + u.login
	return object{
		"login": u.login, "id": u.id, "node_id": "U_" + u.login, "type": u.kind, "site_admin": false,
		"avatar_url": base + "/avatars/" + u.login, "gravatar_id": "", "url": url, "html_url": base + "/" + u.login,
		"followers_url": url + "/followers", "following_url": url + "/following{/other_user}",
		"gists_url": url + "/gists{/gist_id}", "starred_url": url + "/starred{/owner}{/repo}",
		"subscriptions_url": url + "/subscriptions", "organizations_url": url + "/orgs", "repos_url": url + "/repos",
		"events_url": url + "/events{/privacy}", "received_events_url": url + "/received_events",
	}
}
