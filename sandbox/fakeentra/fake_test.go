package fakeentra_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/fakeentra"
	"rekey/sandbox/world"
)

const (
	tenant = "5a0c3c4e-6d1f-4b7a-9c55-0d1e2f3a4b5c"
	nobody = "00000000-0000-0000-0000-000000000000"
)

// A scene is a tenant with an application that owns another.
type scene struct {
	w          *world.World
	fake       *fakeentra.Fake
	bot, other fakeentra.App
	value      string // the bot's client secret
	url        string
}

func newScene(t *testing.T, wrap func(http.Handler) http.Handler) *scene {
	t.Helper()
	s := &scene{w: world.New()}
	s.fake = fakeentra.New(s.w, tenant)
	s.bot, s.other = s.fake.AddApp("rekey", ""), s.fake.AddApp("sign-in", "")
	now := s.w.Now()
	_, s.value = s.add(t, s.bot, "own", now.AddDate(1, 0, 0))
	for _, err := range []error{s.fake.Grant(s.bot.ID, fakeentra.OwnedBy), s.fake.SetOwners(s.other.ID, s.bot.ID)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	handler := http.Handler(s.fake)
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *scene) add(t *testing.T, app fakeentra.App, name string, end time.Time) (fakeentra.Secret, string) {
	t.Helper()
	made, value, err := s.fake.Add(app.ID, name, s.w.Now(), end)
	if err != nil {
		t.Fatal(err)
	}
	return made, value
}

// answer is the status and the body of an answer.
type answer struct {
	status int
	body   map[string]any
	retry  string
}

// code is Graph's code, or the authority's AADSTS number.
func (a answer) code() string {
	if e, ok := a.body["error"].(map[string]any); ok {
		code, _ := e["code"].(string)
		return code
	}
	description, _ := a.body["error_description"].(string)
	code, _, _ := strings.Cut(description, ":")
	return code
}

func send(t *testing.T, method, address, contentType, token, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := answer{status: resp.StatusCode, retry: resp.Header.Get("Retry-After")}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out.body); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return out
}

// signIn asks the authority for a token; changes are made to a good request.
func (s *scene) signIn(t *testing.T, id, value string, changes ...string) answer {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {value}, "scope": {"https://graph.microsoft.com/.default"}}
	in := tenant
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i] == "tenant" {
			in = changes[i+1]
		}
		form.Set(changes[i], changes[i+1])
	}
	return send(t, http.MethodPost, s.url+"/"+in+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", "", form.Encode())
}

func (s *scene) token(t *testing.T) string {
	t.Helper()
	a := s.signIn(t, s.bot.ID, s.value)
	token, _ := a.body["access_token"].(string)
	if a.status != http.StatusOK || token == "" {
		t.Fatalf("signing in: %d %s", a.status, a.code())
	}
	return token
}

func (s *scene) graph(t *testing.T, method, path, token, body string) answer {
	t.Helper()
	return send(t, method, s.url+"/v1.0/"+path, "application/json", token, body)
}

func byAppID(id string) string { return "applications(appId='" + id + "')" }

// listed are the names of the client secrets that Graph shows.
func (s *scene) listed(t *testing.T) string {
	t.Helper()
	a := s.graph(t, http.MethodGet, byAppID(s.other.ID), s.token(t), "")
	var names []string
	for _, one := range a.body["passwordCredentials"].([]any) {
		names = append(names, one.(map[string]any)["displayName"].(string))
	}
	return strings.Join(names, " ")
}

func TestAClientSecretIsAddedUsedAndRemoved(t *testing.T) {
	s := newScene(t, nil)
	token := s.token(t)
	end := s.w.Now().AddDate(0, 6, 0).Truncate(time.Second)
	a := s.graph(t, http.MethodPost, byAppID(s.other.ID)+"/addPassword", token, `{"passwordCredential":{"displayName":"new","endDateTime":"`+end.Format(time.RFC3339)+`"}}`)
	value, _ := a.body["secretText"].(string)
	id, _ := a.body["keyId"].(string)
	if a.status != http.StatusOK || len(value) != 40 || a.body["hint"] != value[:3] || a.body["endDateTime"] != end.Format(time.RFC3339) {
		t.Fatalf("added: %d %s %v", a.status, a.code(), a.body["endDateTime"])
	}
	if a := s.signIn(t, s.other.ID, value); a.status != http.StatusOK {
		t.Errorf("the new one: %d %s", a.status, a.code())
	}
	read := s.graph(t, http.MethodGet, "applications/"+s.other.ObjectID, token, "")
	shown, _ := json.Marshal(read.body)
	if read.status != http.StatusOK || strings.Contains(string(shown), value) || !strings.Contains(string(shown), id) {
		t.Errorf("read by the object's id: %d, or the value is shown", read.status)
	}
	if a := s.graph(t, http.MethodPost, "applications/"+s.other.ObjectID+"/removePassword", token, `{"keyId":"`+id+`"}`); a.status != http.StatusNoContent || a.body != nil {
		t.Errorf("removed: %d %s", a.status, a.code())
	}
	if a := s.signIn(t, s.other.ID, value); a.status != http.StatusUnauthorized || a.code() != "AADSTS7000215" || a.body["error"] != "invalid_client" {
		t.Errorf("the removed one: %d %s", a.status, a.code())
	}
	if n := s.w.Journal.Applied("entra", fakeentra.AddPassword) + s.w.Journal.Applied("entra", fakeentra.RemovePassword); n != 2 {
		t.Errorf("%d changes", n)
	}
	for _, c := range s.w.Journal.Calls() {
		if c.Caller == "" || c.Resource == "" || strings.Contains(c.Resource+c.Caller+c.Method, value) {
			t.Errorf("%+v", c)
		}
	}
}

func TestWhatWasChangedIsNoticedLater(t *testing.T) {
	s := newScene(t, nil)
	first, old := s.add(t, s.other, "first", s.w.Now().AddDate(1, 0, 0))
	s.fake.SetLag(time.Minute)
	_, value := s.add(t, s.other, "second", s.w.Now().AddDate(1, 0, 0))
	if s.fake.Alive(s.other.ID, value) || s.listed(t) != "first" || len(s.fake.Secrets(s.other.ID)) != 2 {
		t.Errorf("noticed at once: %s", s.listed(t))
	}
	s.w.Advance(time.Minute)
	if !s.fake.Alive(s.other.ID, value) || s.listed(t) != "first second" {
		t.Errorf("not noticed: %s", s.listed(t))
	}
	if err := s.fake.Remove(s.other.ID, first.ID); err != nil {
		t.Fatal(err)
	}
	if !s.fake.Alive(s.other.ID, old) || s.listed(t) != "first second" || s.fake.Remove(s.other.ID, first.ID) == nil {
		t.Error("dead at once, or removed twice")
	}
	s.w.Advance(time.Minute)
	if s.fake.Alive(s.other.ID, old) || s.listed(t) != "second" {
		t.Error("the removed one is still accepted")
	}
}

func TestTheAuthorityRefuses(t *testing.T) {
	s := newScene(t, nil)
	_, expired := s.add(t, s.other, "expired", s.w.Now().Add(-time.Minute))
	for name, c := range map[string]struct {
		id, value string
		changes   []string
		status    int
		code      string
	}{
		"a wrong secret":         {s.other.ID, "wrong", nil, 401, "AADSTS7000215"},
		"another's secret":       {s.other.ID, s.value, nil, 401, "AADSTS7000215"},
		"an expired one":         {s.other.ID, expired, nil, 401, "AADSTS7000222"},
		"none":                   {s.other.ID, "", nil, 401, "AADSTS7000218"},
		"an unknown client":      {nobody, "x", nil, 400, "AADSTS700016"},
		"another tenant":         {s.bot.ID, s.value, []string{"tenant", nobody}, 400, "AADSTS90002"},
		"another grant":          {s.bot.ID, s.value, []string{"grant_type", "password"}, 400, "AADSTS70003"},
		"a scope of one right":   {s.bot.ID, s.value, []string{"scope", "https://graph.microsoft.com/User.Read"}, 400, "AADSTS1002012"},
		"another resource":       {s.bot.ID, s.value, []string{"scope", "https://example.org/.default"}, 400, "AADSTS500011"},
		"everything is in order": {s.bot.ID, s.value, nil, 200, ""},
	} {
		if a := s.signIn(t, c.id, c.value, c.changes...); a.status != c.status || a.code() != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.code())
		}
	}
}

func TestGraphRefuses(t *testing.T) {
	s := newScene(t, nil)
	token := s.token(t)
	third := s.fake.AddApp("somebody else's", "")
	for name, c := range map[string]struct {
		method, path, token, body string
		status                    int
		code                      string
	}{
		"nobody":               {"GET", byAppID(s.other.ID), "", "", 401, "InvalidAuthenticationToken"},
		"a made-up token":      {"GET", byAppID(s.other.ID), "x", "", 401, "InvalidAuthenticationToken"},
		"not there":            {"GET", byAppID(nobody), token, "", 404, "Request_ResourceNotFound"},
		"not the owner":        {"GET", byAppID(third.ID), token, "", 403, "Authorization_RequestDenied"},
		"no owner writes":      {"POST", byAppID(third.ID) + "/addPassword", token, `{}`, 403, "Authorization_RequestDenied"},
		"no such secret":       {"POST", byAppID(s.other.ID) + "/removePassword", token, `{"keyId":"` + nobody + `"}`, 400, "Request_BadRequest"},
		"no id":                {"POST", byAppID(s.other.ID) + "/removePassword", token, `{"keyId":"x"}`, 400, "Request_BadRequest"},
		"an unknown parameter": {"POST", byAppID(s.other.ID) + "/addPassword", token, `{"displayName":"x"}`, 400, "BadRequest"},
		"an end in the past":   {"POST", byAppID(s.other.ID) + "/addPassword", token, `{"passwordCredential":{"endDateTime":"2001-01-01T00:00:00Z"}}`, 400, "Request_BadRequest"},
		"another segment":      {"GET", "users", token, "", 400, "BadRequest"},
		"another method":       {"DELETE", byAppID(s.other.ID), token, "", 400, "BadRequest"},
	} {
		if a := s.graph(t, c.method, c.path, c.token, c.body); a.status != c.status || a.code() != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.code())
		}
	}
	s.w.Faults.Order(world.Fault{Provider: "entra", Method: fakeentra.ReadApplication, Word: world.TooMany, For: 7 * time.Second})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1.0/"+byAppID(s.other.ID), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "7" {
		t.Errorf("throttled: %d, %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	s.w.Advance(2 * time.Hour)
	if a := s.graph(t, "GET", byAppID(s.other.ID), token, ""); a.status != 401 {
		t.Errorf("an old token: %d", a.status)
	}
}

func TestAnAccessTokenHasTheRightsOfItsDay(t *testing.T) {
	s := newScene(t, nil)
	third := s.fake.AddApp("somebody else's", "")
	before := s.token(t)
	if err := s.fake.Grant(s.bot.ID, fakeentra.WriteAll); err != nil {
		t.Fatal(err)
	}
	if a := s.graph(t, "GET", byAppID(third.ID), before, ""); a.status != 403 {
		t.Errorf("an older token: %d", a.status)
	}
	after := s.token(t)
	if a := s.graph(t, "GET", byAppID(third.ID), after, ""); a.status != 200 {
		t.Errorf("a newer token: %d", a.status)
	}
	for _, role := range []string{fakeentra.WriteAll, fakeentra.OwnedBy} {
		if err := s.fake.Withdraw(s.bot.ID, role); err != nil {
			t.Fatal(err)
		}
	}
	if a := s.graph(t, "GET", byAppID(s.other.ID), s.token(t), ""); a.status != 403 {
		t.Errorf("without any right: %d", a.status)
	}
}

func TestTheConsoleKnowsWhoIsThere(t *testing.T) {
	s := newScene(t, nil)
	if apps := s.fake.Apps(); len(apps) != 2 || apps[1] != s.other {
		t.Errorf("%+v", apps)
	}
	if _, _, err := s.fake.Add(nobody, "x", s.w.Now(), s.w.Now().Add(time.Hour)); err == nil {
		t.Error("a secret for nobody")
	}
	if s.fake.Grant(nobody, fakeentra.OwnedBy) == nil || s.fake.Remove(s.bot.ID, nobody) == nil || s.fake.Alive(nobody, "x") || s.fake.Secrets(nobody) != nil {
		t.Error("something happened to nobody")
	}
}
