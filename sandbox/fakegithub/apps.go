package fakegithub

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An App is a GitHub App with one installation in the organisation.
type App struct {
	ID             int64
	Slug           string // its actor in runs is "slug[bot]"
	InstallationID int64
	Permissions    map[string]string
	Repos          []string

	// PublicKey verifies the App's JSON web tokens, beside those of the keys
	// that were added or generated. Without any of them, any signature will do.
	PublicKey *rsa.PublicKey

	keys []*appKey
}

func (a *App) login() string { return a.Slug + "[bot]" }

// AddApp installs an App. It replaces one of the same id.
func (f *Fake) AddApp(app App) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.apps = slices.DeleteFunc(f.apps, func(old *App) bool { return old.ID == app.ID })
	f.apps = append(f.apps, &app)
}

// appOf reads who a JSON web token says it is from, without believing it.
func (f *Fake) appOf(jwt string) *App {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct{ Iss any }
	if json.Unmarshal(data, &claims) != nil {
		return nil
	}
	issuer := fmt.Sprint(claims.Iss)
	if number, ok := claims.Iss.(float64); ok {
		issuer = strconv.FormatInt(int64(number), 10)
	}
	i := slices.IndexFunc(f.apps, func(a *App) bool { return strconv.FormatInt(a.ID, 10) == issuer })
	if i < 0 {
		return nil
	}
	return f.apps[i]
}

func (f *Fake) signInApp(q *request, jwt string) error {
	undecodable := &refusal{http.StatusUnauthorized, "A JSON web token could not be decoded"}
	if q.app = f.appOf(jwt); q.app == nil {
		return undecodable
	}
	keys := q.app.publicKeys()
	if len(keys) == 0 {
		return nil
	}
	dot := strings.LastIndexByte(jwt, '.')
	signed := sha256.Sum256([]byte(jwt[:dot]))
	signature, err := base64.RawURLEncoding.DecodeString(jwt[dot+1:])
	if err != nil || !slices.ContainsFunc(keys, func(k *rsa.PublicKey) bool {
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, signed[:], signature) == nil
	}) {
		return undecodable
	}
	return nil
}

func (f *Fake) readApp(q *request) (int, any, error) {
	return http.StatusOK, object{
		"id": q.app.ID, "slug": q.app.Slug, "node_id": "A_" + q.app.Slug, "name": q.app.Slug, "description": nil,
		"owner": f.userNamed(f.config.Org).simple(q.base), "external_url": f.config.WebURL, "html_url": f.config.WebURL + "/apps/" + q.app.Slug,
		"created_at": at(f.users[0].created), "updated_at": at(f.users[0].created), "permissions": q.app.Permissions, "events": []string{},
	}, nil
}

func (f *Fake) readInstallation(q *request) (int, any, error) {
	if !slices.Contains(q.app.Repos, q.repo.name) {
		return 0, nil, notFound
	}
	org := f.userNamed(f.config.Org)
	url := q.base + "/app/installations/" + strconv.FormatInt(q.app.InstallationID, 10)
	return http.StatusOK, object{
		"id": q.app.InstallationID, "account": org.simple(q.base), "repository_selection": "selected",
		"access_tokens_url": url + "/access_tokens", "repositories_url": q.base + "/installation/repositories", "html_url": f.config.WebURL,
		"app_id": q.app.ID, "app_slug": q.app.Slug, "target_id": org.id, "target_type": org.kind, "permissions": q.app.Permissions, "events": []string{},
		"created_at": at(org.created), "updated_at": at(org.created), "single_file_name": nil, "suspended_by": nil, "suspended_at": nil,
	}, nil
}

// createAccessToken mints an installation token for an hour. It may ask for
// less than the installation has, not for more.
func (f *Fake) createAccessToken(q *request) (int, any, error) {
	if q.PathValue("installation") != strconv.FormatInt(q.app.InstallationID, 10) {
		return 0, nil, notFound
	}
	in := struct {
		Repositories []string
		Permissions  map[string]string
	}{}
	if len(q.body) > 0 {
		if err := q.decode(&in); err != nil {
			return 0, nil, err
		}
	}
	permissions := maps.Clone(q.app.Permissions)
	if len(in.Permissions) > 0 {
		permissions = in.Permissions
	}
	for name, level := range permissions {
		if !has(q.app.Permissions, grant{name, level}) {
			return 0, nil, unprocessable("The permissions requested are not granted to this installation.")
		}
	}
	repos := q.app.Repos
	if len(in.Repositories) > 0 {
		repos = nil
		for _, name := range in.Repositories {
			full := f.config.Org + "/" + name
			if !slices.Contains(q.app.Repos, full) {
				return 0, nil, unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
			}
			repos = append(repos, full)
		}
	}
	t := &token{id: f.nextID(), name: "installation", app: q.app, permissions: permissions, repos: slices.Clone(repos), expires: f.now().Add(time.Hour)}
	f.tokens = append(f.tokens, t)
	q.call.Applied = true
	return http.StatusCreated, object{
		"token": f.mint(t), "expires_at": at(t.expires), "permissions": permissions, "repository_selection": "selected",
	}, nil
}
