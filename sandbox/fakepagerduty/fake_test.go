package fakepagerduty_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PagerDuty/go-pagerduty"

	"rekey/sandbox/fakepagerduty"
	"rekey/sandbox/world"
)

const (
	sam = "sam@digital.justice.gov.uk"
	ops = "ops@digital.justice.gov.uk"
)

// A scene is a PagerDuty with two users, a service and an orchestration.
type scene struct {
	w                *world.World
	fake             *fakepagerduty.Fake
	url              string
	user, account    string // keys
	userID           string
	service, routing string // ids of owners
}

func newScene(t *testing.T, config fakepagerduty.Config) *scene {
	t.Helper()
	config.Subdomain = "moj-digital-tools"
	s := &scene{w: world.New()}
	s.fake = fakepagerduty.New(s.w, config)
	s.fake.AddUser(sam, "Sam")
	s.fake.AddUser(ops, "Olga")
	s.userID, s.user = s.fake.AddUserToken(sam, "terraform")
	_, s.account = s.fake.AddAccountToken(ops, "terraform", false)
	s.service = s.fake.AddService("Core alarms", sam, ops)
	s.fake.AddIntegration(s.service, "Amazon CloudWatch")
	s.routing = s.fake.AddOrchestration("Security Hub", s.service)
	s.fake.AddIntegration(s.routing, "Default")
	server := httptest.NewServer(s.fake)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *scene) client(token string) *pagerduty.Client {
	return pagerduty.NewClient(token, pagerduty.WithAPIEndpoint(s.url), pagerduty.WithV2EventsAPIEndpoint(s.url))
}

func (s *scene) key(owner string) string {
	for _, o := range s.fake.Owners() {
		if o.ID == owner {
			return o.Integrations[0].Key
		}
	}
	return ""
}

func (s *scene) send(t *testing.T, key, action, dedup string) error {
	t.Helper()
	e := &pagerduty.V2Event{RoutingKey: key, Action: action, DedupKey: dedup}
	if action == "trigger" {
		e.Payload = &pagerduty.V2Payload{Summary: "a test", Source: "rekey", Severity: "info"}
	}
	answer, err := s.client("").ManageEventWithContext(t.Context(), e)
	if err == nil && (answer.Status != "success" || answer.DedupKey == "") {
		t.Errorf("%s: %+v", action, answer)
	}
	return err
}

// code is the status and PagerDuty's own code of a refusal.
func code(err error) (status, code int) {
	var refused pagerduty.APIError
	if !errors.As(err, &refused) {
		return 0, 0
	}
	return refused.StatusCode, refused.APIError.ErrorObject.Code
}

func TestAUsersKeyHasAUserBehindItAndTheAccountsHasNone(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	ctx := t.Context()
	me, err := s.client(s.user).GetCurrentUserWithContext(ctx, pagerduty.GetCurrentUserOptions{})
	if err != nil || me.Email != sam || me.Name != "Sam" || !strings.HasPrefix(me.HTMLURL, "https://moj-digital-tools.pagerduty.com/users/") {
		t.Errorf("%+v, %v", me, err)
	}
	_, err = s.client(s.account).GetCurrentUserWithContext(ctx, pagerduty.GetCurrentUserOptions{})
	if status, c := code(err); status != http.StatusBadRequest || c != 2014 {
		t.Errorf("an account's key: %v", err)
	}
	for _, token := range []string{s.user, s.account} {
		users, err := s.client(token).ListUsersWithContext(ctx, pagerduty.ListUsersOptions{Limit: 1})
		if err != nil || len(users.Users) != 1 || !users.More {
			t.Errorf("%+v, %v", users, err)
		}
		if all, err := s.client(token).ListAbilitiesWithContext(ctx); err != nil || len(all.Abilities) == 0 {
			t.Errorf("%+v, %v", all, err)
		}
	}
	if used := s.fake.Tokens(sam)[0].LastUsed; used.IsZero() {
		t.Error("a use doesn't show")
	}
}

func TestOnlyAKeyOfSomebodyInSlackLinksChannels(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	if s.fake.LinksToSlack(s.user) || s.fake.InSlack(sam) {
		t.Error("Sam has authorised nothing")
	}
	s.fake.AuthoriseSlack(sam)
	if !s.fake.LinksToSlack(s.user) || !s.fake.InSlack(sam) || s.fake.LinksToSlack(s.account) || s.fake.LinksToSlack("x") {
		t.Error("Sam's key, and no other, links channels")
	}
	if err := s.fake.Revoke(s.userID); err != nil || s.fake.LinksToSlack(s.user) {
		t.Error("a dead key links channels")
	}
}

func TestADeletedKeyIsDead(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	if err := s.fake.Revoke(s.userID); err != nil || s.fake.Alive(s.user) || !s.fake.Alive(s.account) {
		t.Errorf("%v", err)
	}
	if err := s.fake.Revoke(s.userID); err == nil {
		t.Error("it can be deleted twice")
	}
	for _, token := range []string{s.user, "", "nonsense"} {
		_, err := s.client(token).ListAbilitiesWithContext(t.Context())
		if status, c := code(err); status != http.StatusUnauthorized || c != 2006 {
			t.Errorf("%v", err)
		}
	}
}

func TestRightsAndLimits(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{PerMinute: 3})
	client := s.client(s.user)
	s.fake.SetRole(sam, fakepagerduty.Stakeholder)
	_, err := client.ListServicesWithContext(t.Context(), pagerduty.ListServiceOptions{})
	if status, c := code(err); status != http.StatusForbidden || c != 2010 {
		t.Errorf("a stakeholder: %v", err)
	}
	s.fake.SetRole(sam, "user")
	_, reading := s.fake.AddAccountToken(ops, "rekey", true)
	_, err = s.client(reading).CreateServiceWithContext(t.Context(), pagerduty.Service{Name: "x"})
	if status, _ := code(err); status != http.StatusForbidden {
		t.Errorf("a key for reading: %v", err)
	}
	for range 2 {
		if _, err := client.ListAbilitiesWithContext(t.Context()); err != nil {
			t.Error(err)
		}
	}
	answer := s.get(t, "/abilities", s.user)
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("ratelimit-reset") != "60" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	s.w.Advance(time.Minute)
	if _, err := client.ListAbilitiesWithContext(t.Context()); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func (s *scene) get(t *testing.T, path, token string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Token token="+token)
	if path != "/users" {
		r.Header.Set("Accept", "application/vnd.pagerduty+json;version=2")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer
}

func TestIntegrationsAreFoundWithTheirKeys(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	client, ctx := s.client(s.account), t.Context()
	for range 30 {
		s.fake.AddIntegration(s.fake.AddService("another", ops), "Amazon CloudWatch")
	}
	var services []pagerduty.Service
	for more := true; more; {
		page, err := client.ListServicesWithContext(ctx, pagerduty.ListServiceOptions{Includes: []string{"integrations"}, Offset: uint(len(services))})
		if err != nil || len(page.Services) == 0 {
			t.Fatalf("%+v, %v", page, err)
		}
		services, more = append(services, page.Services...), page.More
	}
	if len(services) != 31 || services[0].Integrations[0].IntegrationKey != s.key(s.service) || services[0].ID != s.service {
		t.Errorf("%d services, %+v", len(services), services[0].Integrations)
	}
	one, err := client.GetServiceWithContext(ctx, s.service, &pagerduty.GetServiceOptions{})
	if err != nil || one.Integrations[0].IntegrationKey != "" || one.EscalationPolicy.ID == "" {
		t.Fatalf("%+v, %v", one, err)
	}
	i, err := client.GetIntegrationWithContext(ctx, s.service, one.Integrations[0].ID, pagerduty.GetIntegrationOptions{})
	if err != nil || i.IntegrationKey != s.key(s.service) {
		t.Errorf("%+v, %v", i, err)
	}
	list, err := client.ListOrchestrationsWithContext(ctx, pagerduty.ListOrchestrationsOptions{})
	if err != nil || len(list.Orchestrations) != 1 || list.Orchestrations[0].Integrations != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	orchestration, err := client.GetOrchestrationWithContext(ctx, s.routing, nil)
	if err != nil || orchestration.Integrations[0].Parameters.RoutingKey != s.key(s.routing) {
		t.Errorf("%+v, %v", orchestration, err)
	}
	calls, err := client.ListOnCallsWithContext(ctx, pagerduty.ListOnCallOptions{EscalationPolicyIDs: []string{one.EscalationPolicy.ID}})
	if err != nil || len(calls.OnCalls) != 2 || calls.OnCalls[0].User.Summary != "Sam" || calls.OnCalls[1].EscalationLevel != 2 {
		t.Errorf("%+v, %v", calls, err)
	}
	if answer := s.get(t, "/users", s.account); answer.StatusCode != http.StatusNotAcceptable {
		t.Errorf("without a version: %d", answer.StatusCode)
	}
	if _, err := client.GetServiceWithContext(ctx, s.routing, nil); err == nil {
		t.Error("an orchestration is no service")
	}
}

func TestEventsMakeIncidentsAndOldKeysDont(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	key := s.key(s.service)
	if err := s.send(t, key, "resolve", "nobody-knows-this"); err != nil || len(s.fake.Incidents()) != 0 {
		t.Errorf("a quiet resolve: %v, %+v", err, s.fake.Incidents())
	}
	for range 2 {
		if err := s.send(t, key, "trigger", "one"); err != nil {
			t.Error(err)
		}
	}
	if err := s.send(t, s.key(s.routing), "trigger", "two"); err != nil {
		t.Error(err)
	}
	if all := s.fake.Incidents(); len(all) != 2 || all[0].Service != "Core alarms" || all[0].Way != "Security Hub › Default" || all[1].Status != "triggered" {
		t.Errorf("%+v", all)
	}
	if err := s.send(t, key, "resolve", "one"); err != nil || s.fake.Incidents()[1].Status != "resolved" {
		t.Errorf("%v", err)
	}
	id, err := s.fake.Replace(s.fake.Owners()[0].Integrations[0].ID)
	if err != nil || id == "" || s.key(s.service) == key {
		t.Errorf("%v", err)
	}
	for _, dead := range []string{key, "short"} {
		if status, _ := code(s.send(t, dead, "resolve", "x")); status != http.StatusBadRequest {
			t.Errorf("%s was taken: %d", dead, status)
		}
	}
	if err := s.send(t, s.key(s.service), "resolve", "x"); err != nil {
		t.Error(err)
	}
	if _, err := s.fake.Replace("nothing"); err == nil {
		t.Error("what isn't there was replaced")
	}
	for _, body := range []string{`{`, `{"routing_key":"` + s.key(s.service) + `","event_action":"resolve"}`, `{"routing_key":"` + s.key(s.service) + `","event_action":"trigger"}`, `{}`} {
		answer, err := http.Post(s.url+"/v2/enqueue", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest || !bytes.Contains(said, []byte(`"status":"invalid event"`)) {
			t.Errorf("%s: %d %s", body, answer.StatusCode, said)
		}
	}
}

func TestTheJournalSaysWhoDidWhatAndHoldsNoValue(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	_, _ = s.client(s.user).GetCurrentUserWithContext(t.Context(), pagerduty.GetCurrentUserOptions{})
	_, _ = s.client(s.account).GetServiceWithContext(t.Context(), s.service, nil)
	_ = s.send(t, s.key(s.service), "trigger", "effect-1")
	_ = s.send(t, s.key(s.service), "resolve", "effect-1")
	calls := s.w.Journal.Calls()
	want := []world.Call{
		{Method: fakepagerduty.ReadMe, Caller: sam, Status: 200},
		{Method: fakepagerduty.ReadService, Caller: `the account, key "terraform"`, Resource: "Core alarms", Status: 200},
		{Method: fakepagerduty.EnqueueTrigger, Resource: "Core alarms/Amazon CloudWatch", Token: "effect-1", Status: 202, Applied: true},
		{Method: fakepagerduty.EnqueueResolve, Resource: "Core alarms/Amazon CloudWatch", Token: "effect-1", Status: 202, Applied: true},
	}
	for i, w := range want {
		got := calls[i]
		w.Seq, w.At, w.Provider = got.Seq, got.At, "pagerduty"
		if got != w {
			t.Errorf("%+v\nwant %+v", got, w)
		}
	}
	if n := len(s.w.Values.All()); n != 4 {
		t.Errorf("%d values are known to the world", n)
	}
	s.w.Faults.Order(world.Fault{Provider: "pagerduty", Method: fakepagerduty.EnqueueTrigger, Word: world.Post5xx})
	if err := s.send(t, s.key(s.service), "trigger", "lost"); err == nil || len(s.fake.Incidents()) != 2 {
		t.Errorf("a lost answer: %v", err)
	}
}
