package fakegithub

import (
	"net/http"
	"slices"
	"strings"
)

// listOrgTokens lists the live and the expired fine-grained tokens that reach a
// repository of the organisation. Only Apps may ask:
// https://docs.github.com/rest/orgs/personal-access-tokens.
func (f *Fake) listOrgTokens(q *request) (int, any, error) {
	needs := grant{"organization_personal_access_tokens", "read"}
	q.header.Set("X-Accepted-GitHub-Permissions", needs.permission+"="+needs.level)
	switch {
	case q.token.app == nil || !has(q.token.permissions, needs):
		return 0, nil, q.token.forbidden()
	case q.PathValue("org") != f.config.Org:
		return 0, nil, notFound
	}
	owners := q.URL.Query()["owner[]"]
	shapes := []object{}
	for _, t := range f.tokens {
		reaches := slices.ContainsFunc(t.repos, func(repo string) bool { return strings.HasPrefix(repo, f.config.Org+"/") })
		if t.app == nil && !t.revoked && reaches && (len(owners) == 0 || slices.Contains(owners, t.owner)) {
			shapes = append(shapes, f.orgTokenShape(q.base, t))
		}
	}
	return http.StatusOK, q.page(shapes), nil
}

func (f *Fake) orgTokenShape(base string, t *token) object {
	permissions := map[string]map[string]string{"repository": {}, "organization": {}, "other": {}}
	for name, level := range t.permissions {
		kind := "repository"
		if name == "members" || strings.HasPrefix(name, "organization_") {
			kind = "organization"
		}
		permissions[kind][name] = level
	}
	return object{
		"id": t.id + 1_000_000, "owner": f.userNamed(t.owner).simple(base), "repository_selection": "subset",
		"repositories_url": base + "/organizations/" + f.config.Org + "/personal-access-tokens/repositories", "permissions": permissions,
		"access_granted_at": at(t.created), "token_id": t.id, "token_name": t.name,
		"token_expired":    !t.expires.IsZero() && !f.w.Now().Before(t.expires),
		"token_expires_at": orNull(t.expires), "token_last_used_at": orNull(t.lastUsed),
	}
}
