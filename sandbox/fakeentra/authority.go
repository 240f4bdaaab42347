package fakeentra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// graph is the resource that access tokens are for.
const graph = "https://graph.microsoft.com"

// lifetime is how long an access token lives.
const lifetime = time.Hour - time.Second

// A ticket is an access token: whose it is, and what it was made with. It
// outlives the client secret that it was asked with.
type ticket struct {
	app     *app
	roles   []string
	expires time.Time
}

// signIn answers the client credentials grant:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret.
func (f *Fake) signIn(q *request) (int, any, error) {
	form, err := url.ParseQuery(string(q.body))
	if err != nil || !strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return 0, nil, signInRefused(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	}
	id, value := form.Get("client_id"), form.Get("client_secret")
	if user, password, basic := q.BasicAuth(); basic {
		id, value = user, password
	}
	a := f.client(id)
	if a != nil {
		q.call.Resource, q.call.Caller = a.Name, a.Name
	}
	resource, isDefault := strings.CutSuffix(form.Get("scope"), "/.default")
	switch {
	case q.tenant != f.tenant:
		return 0, nil, signInRefused(http.StatusBadRequest, "invalid_request", 90002, "Tenant '"+q.tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	case form.Get("grant_type") != "client_credentials":
		return 0, nil, signInRefused(http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
	case a == nil:
		return 0, nil, signInRefused(http.StatusBadRequest, "unauthorized_client", 700016, "Application with identifier '"+id+"' was not found in the directory.")
	case !isDefault:
		return 0, nil, signInRefused(http.StatusBadRequest, "invalid_scope", 1002012, "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
	case resource != graph:
		return 0, nil, signInRefused(http.StatusBadRequest, "invalid_resource", 500011, "The resource principal named "+resource+" was not found in the tenant.")
	case value == "":
		return 0, nil, signInRefused(http.StatusUnauthorized, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	if err := f.accepts(a, value); err != nil {
		return 0, nil, err
	}
	token := f.issue(a)
	return http.StatusOK, object{"token_type": "Bearer", "expires_in": int(lifetime.Seconds()), "ext_expires_in": int(lifetime.Seconds()), "access_token": token}, nil
}

// accepts says whether an application may sign in with a value, and if not,
// why not.
func (f *Fake) accepts(a *app, value string) error {
	i := slices.IndexFunc(a.secrets, func(s *secret) bool { return s.value == value && f.seen(s) })
	switch {
	case i < 0:
		return signInRefused(http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+a.ID+"'.")
	case !f.w.Now().Before(a.secrets[i].End):
		return signInRefused(http.StatusUnauthorized, "invalid_client", 7000222, "The provided client secret keys for app '"+a.ID+"' are expired.")
	}
	return nil
}

func (f *Fake) issue(a *app) string {
	token := "eyJ0eXAiOiJKV1QifQ." + world.Random(60, world.Alphanumeric) + "." + world.Random(43, world.Alphanumeric)
	f.issued[token] = ticket{a, slices.Clone(a.roles), f.w.Now().Add(lifetime)}
	f.w.Values.Add("access token of "+a.Name, token)
	return token
}
