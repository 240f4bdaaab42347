package pagerduty_test

import (
	"net/http/httptest"
	"slices"
	"testing"

	"rekey/providers/pagerduty"
	"rekey/rotation"
	"rekey/sandbox/fakepagerduty"
	"rekey/sandbox/world"
)

const (
	sam = "sam@digital.justice.gov.uk"
	ops = "ops@digital.justice.gov.uk"
)

type scene struct {
	w       *world.World
	fake    *fakepagerduty.Fake
	client  *pagerduty.Client
	service string
	routing string
}

func newScene(t *testing.T, config fakepagerduty.Config) *scene {
	t.Helper()
	config.Subdomain = "moj-digital-tools"
	s := &scene{w: world.New()}
	s.fake = fakepagerduty.New(s.w, config)
	s.fake.AddUser(sam, "Sam")
	s.fake.AddUser(ops, "Olga")
	_, own := s.fake.AddAccountToken(ops, "rekey", true)
	s.service = s.fake.AddService("Core alarms", sam, ops)
	s.fake.AddIntegration(s.service, "Amazon CloudWatch")
	s.routing = s.fake.AddOrchestration("Security Hub", s.service)
	s.fake.AddIntegration(s.routing, "Default")
	server := httptest.NewServer(s.fake)
	t.Cleanup(server.Close)
	var err error
	if s.client, err = pagerduty.New(pagerduty.Config{URL: server.URL, EventsURL: server.URL, Token: rotation.NewValue(own)}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATokenIsTried(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	ctx := t.Context()
	id, u := s.fake.AddUserToken(sam, "terraform")
	_, a := s.fake.AddAccountToken(ops, "terraform", false)
	users, accounts := rotation.NewValue(u), rotation.NewValue(a)
	if got, err := s.client.User(ctx, users); err != nil || got != (rotation.Credential{Login: sam, Name: "Sam"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, token := range map[string]rotation.Value{"Sam": users, "": accounts} {
		if got, err := s.client.Account(ctx, token); err != nil || got != (rotation.Credential{Login: "moj-digital-tools", Name: name}) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	s.w.Faults.Order(world.Fault{Provider: "pagerduty", Method: fakepagerduty.ReadMe, Word: world.Pre5xx})
	if _, err := s.client.Account(ctx, accounts); err == nil {
		t.Error("whose key it is wasn't answered")
	}
	_, err := s.client.User(ctx, accounts)
	if p := wrong(t, err); !p.Definite || p.Dead || p.Code != "400: the key is the account's, and no user's" {
		t.Errorf("%+v", p)
	}
	if err := s.fake.Revoke(id); err != nil {
		t.Fatal(err)
	}
	_, err = s.client.User(ctx, users)
	if p := wrong(t, err); !p.Dead {
		t.Errorf("%+v", p)
	}
}

func TestAllKeysAreFound(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	for range 120 {
		s.fake.AddIntegration(s.fake.AddService("another", ops), "Amazon CloudWatch")
	}
	keys, err := s.client.IntegrationKeys(t.Context())
	if err != nil || len(keys) != 122 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, one := range s.fake.Owners()[:2] {
		i := one.Integrations[0]
		at := slices.IndexFunc(keys, func(k rotation.IntegrationKey) bool { return k.ID == i.ID })
		if at < 0 || !keys[at].Key.Same(rotation.NewValue(i.Key)) || keys[at].Kind != one.Kind || keys[at].Owner != one.Name || keys[at].OwnerID != one.ID {
			t.Errorf("%s: %+v", one.Name, keys)
		}
	}
	if got, err := s.client.OnCall(t.Context(), []string{s.service}); err != nil || !slices.Equal(got, []string{"Sam"}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := s.client.OnCall(t.Context(), nil); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAKeyIsTriedAndAnAlertGoesThroughIt(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{})
	ctx, i := t.Context(), s.fake.Owners()[0].Integrations[0]
	key := rotation.NewValue(i.Key)
	if err := s.client.Accepts(ctx, key, "effect-1"); err != nil || len(s.fake.Incidents()) != 0 {
		t.Errorf("%v", err)
	}
	for range 2 {
		if err := s.client.Trigger(ctx, key, "effect-2", "A test by Rekey"); err != nil {
			t.Error(err)
		}
	}
	if all := s.fake.Incidents(); len(all) != 1 || all[0].Title != "A test by Rekey" || all[0].Status != "triggered" {
		t.Errorf("%+v", all)
	}
	if err := s.client.Resolve(ctx, key, "effect-2"); err != nil || s.fake.Incidents()[0].Status != "resolved" {
		t.Errorf("%v", err)
	}
	if _, err := s.fake.Replace(i.ID); err != nil {
		t.Fatal(err)
	}
	if p := wrong(t, s.client.Accepts(ctx, key, "effect-3")); !p.Dead || !p.Definite {
		t.Errorf("%+v", p)
	}
	s.w.Faults.Order(world.Fault{Provider: "pagerduty", Method: fakepagerduty.EnqueueTrigger, Word: world.PostReset})
	if p := wrong(t, s.client.Trigger(ctx, rotation.NewValue(s.fake.Owners()[0].Integrations[0].Key), "effect-4", "A test")); p.Definite || len(s.fake.Incidents()) != 2 {
		t.Errorf("%+v", p)
	}
}

func TestTheMinutesCallsAreUsedUp(t *testing.T) {
	s := newScene(t, fakepagerduty.Config{PerMinute: 1})
	_, err := s.client.IntegrationKeys(t.Context())
	if p := wrong(t, err); p.Definite || p.RetryAfter == 0 || p.Code != "429" {
		t.Errorf("%+v", p)
	}
}
