package page

import (
	"net/http"
	"strconv"
	"strings"

	"rekey/sandbox/stage"
)

const tokensPath = "/github/settings/personal-access-tokens"

// githubRoutes serves GitHub's pages under GitHub's own addresses.
func (s *site) githubRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /github", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, tokensPath, http.StatusFound) })
	mux.HandleFunc("GET /github/", s.github)
}

// github finds the page by the parts of the address: a repository may have any
// name, so that patterns would be in each other's way.
func (s *site) github(rw http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/github/"), "/"), "/")
	at := func(pattern ...string) bool {
		if len(parts) != len(pattern) {
			return false
		}
		for i, p := range pattern {
			if p != "*" && p != parts[i] {
				return false
			}
		}
		return true
	}
	switch {
	case at(""), at("login"), at("settings", "tokens"), at("settings", "personal-access-tokens"):
		s.tokens(rw, r)
	case at("settings", "personal-access-tokens", "*"):
		s.token(rw, r, number(parts[2]))
	case at("organizations", stage.Org, "settings", "apps"), at("organizations", stage.Org, "settings", "apps", stage.TeamAppSlug):
		s.appKeys(rw, r)
	case len(parts) < 2 || !known(parts[0]+"/"+parts[1]):
		s.lost(rw, r)
	case at("*", "*"), at("*", "*", "actions"):
		s.runs(rw, r, parts[0]+"/"+parts[1], "")
	case at("*", "*", "actions", "workflows", "*"):
		s.runs(rw, r, parts[0]+"/"+parts[1], parts[4])
	case at("*", "*", "actions", "runs", "*"):
		s.oneRun(rw, r, parts[0]+"/"+parts[1], number(parts[4]))
	case at("*", "*", "issues"):
		s.issues(rw, r, parts[0]+"/"+parts[1])
	case at("*", "*", "issues", "*"):
		s.oneIssue(rw, r, parts[0]+"/"+parts[1], number(parts[3]))
	case at("*", "*", "tree", "main", "terraform", "pagerduty") && parts[0]+"/"+parts[1] == stage.PlatformRepo:
		s.terraform(rw, r)
	case at("*", "*", "settings", "secrets", "actions"):
		s.secrets(rw, r, parts[0]+"/"+parts[1])
	default:
		s.lost(rw, r)
	}
}

// repos are the repositories that the consoles show.
var repos = stage.Repos()

func known(repo string) bool {
	for _, one := range repos {
		if one == repo {
			return true
		}
	}
	return false
}

// number reads an id; what is none is 0, which nothing has.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
