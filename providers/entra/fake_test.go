package entra_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rekey/providers/entra"
	"rekey/rotation"
	"rekey/sandbox/fakeentra"
	"rekey/sandbox/world"
)

// A scene is a tenant in which the bot owns one application, and not another.
type scene struct {
	w                *world.World
	fake             *fakeentra.Fake
	bot, app, theirs fakeentra.App
	client           *entra.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{w: world.New()}
	s.fake = fakeentra.New(s.w, tenant)
	s.bot, s.app, s.theirs = s.fake.AddApp("rekey", ""), s.fake.AddApp("sign-in", ""), s.fake.AddApp("another", "")
	_, own, err := s.fake.Add(s.bot.ID, "own", s.w.Now(), s.w.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.fake.Grant(s.bot.ID, fakeentra.OwnedBy), s.fake.SetOwners(s.app.ID, s.bot.ID)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.fake)
	t.Cleanup(server.Close)
	s.client, err = entra.New(entra.Config{GraphURL: server.URL + "/", AuthorityURL: server.URL, Tenant: tenant, ClientID: s.bot.ID, Secret: rotation.NewValue(own)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noLeak makes sure that an error shows no value of the world.
func (s *scene) noLeak(t *testing.T, err error) {
	t.Helper()
	text := fmt.Sprintf("%v|%+v|%#v", err, err, err)
	for _, v := range s.w.Values.All() {
		if strings.Contains(text, v.Value) {
			t.Errorf("an error shows the %s", v.Name)
		}
	}
}

func TestAClientSecretIsReplaced(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	old, oldValue, err := s.fake.Add(s.app.ID, "old", s.w.Now().AddDate(0, -6, 0), s.w.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	end := s.w.Now().AddDate(0, 6, 0).Truncate(time.Second)
	made, value, err := s.client.AddSecret(ctx, s.app.ID, "new", end)
	if err != nil || made.Name != "new" || !made.End.Equal(end) || len(made.Hint) != 3 || value.Empty() {
		t.Fatalf("%+v, %v", made, err)
	}
	listed, err := s.client.Secrets(ctx, s.app.ID)
	if err != nil || len(listed) != 2 || listed[0].ID != old.ID || listed[1] != made {
		t.Errorf("%+v, %v", listed, err)
	}
	for name, v := range map[string]rotation.Value{"the old": rotation.NewValue(oldValue), "the new": value} {
		if who, err := s.client.SignIn(ctx, tenant, s.app.ID, v); err != nil || who.Login != s.app.ID {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	if err := s.client.RemoveSecret(ctx, s.app.ID, old.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.client.SignIn(ctx, tenant, s.app.ID, rotation.NewValue(oldValue))
	if p := wrong(t, err); !p.Dead || !p.Definite {
		t.Errorf("the removed one: %+v", p)
	}
	err = s.client.RemoveSecret(ctx, s.app.ID, old.ID)
	if p := wrong(t, err); p.Code != "404" || !p.Definite {
		t.Errorf("removed twice: %+v", p)
	}
	s.noLeak(t, err)
	s.w.Advance(200 * 24 * time.Hour)
	_, err = s.client.SignIn(ctx, tenant, s.app.ID, value)
	if p := wrong(t, err); !p.Dead || p.Code != "AADSTS7000222: the client secret has expired" {
		t.Errorf("the expired one: %+v", p)
	}
}

func TestTheBotSignsInOnceAndAgainWhenItHasTo(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	signIns := func() int {
		n := 0
		for _, c := range s.w.Journal.Calls() {
			if c.Method == fakeentra.Token {
				n++
			}
		}
		return n
	}
	for range 3 {
		if _, err := s.client.Secrets(ctx, s.app.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := signIns(); n != 1 {
		t.Errorf("signed in %d times", n)
	}
	s.w.Advance(2 * time.Hour) // the clocks disagree: the token ended early
	err := s.client.RemoveSecret(ctx, s.app.ID, s.app.ID)
	if p := wrong(t, err); p.Definite || p.Code != "401" {
		t.Errorf("a token that ended: %+v", p)
	}
	s.noLeak(t, err)
	if _, err := s.client.Secrets(ctx, s.app.ID); err != nil {
		t.Errorf("with the next one: %v", err)
	}
	_, err = s.client.Secrets(ctx, s.theirs.ID)
	if p := wrong(t, err); !p.Definite || p.Missing == "" || p.Code != "403" {
		t.Errorf("an application of others: %+v", p)
	}
	if err := s.fake.Grant(s.bot.ID, fakeentra.WriteAll); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Secrets(ctx, s.theirs.ID); err != nil {
		t.Errorf("once the right was granted: %v", err)
	}
}

func TestALostAnswerIsNotRepeated(t *testing.T) {
	for _, word := range []string{world.Post5xx, world.PostReset} {
		s := newScene(t)
		s.w.Faults.Order(world.Fault{Provider: "entra", Method: fakeentra.AddPassword, Word: word})
		_, _, err := s.client.AddSecret(t.Context(), s.app.ID, "lost", s.w.Now().AddDate(0, 6, 0))
		if p := wrong(t, err); p.Definite {
			t.Errorf("%s: %+v", word, p)
		}
		s.noLeak(t, err)
		listed, err := s.client.Secrets(t.Context(), s.app.ID)
		if err != nil || len(listed) != 1 || listed[0].Name != "lost" {
			t.Errorf("%s: %+v, %v", word, listed, err)
		}
		s.w.Faults.Order(world.Fault{Provider: "entra", Method: fakeentra.RemovePassword, Word: word})
		if p := wrong(t, s.client.RemoveSecret(t.Context(), s.app.ID, listed[0].ID)); p.Definite {
			t.Errorf("%s: %+v", word, p)
		}
		if n := s.w.Journal.Applied("entra", fakeentra.AddPassword) + s.w.Journal.Applied("entra", fakeentra.RemovePassword); n != 2 {
			t.Errorf("%s: %d changes", word, n)
		}
	}
}

func TestANewSecretIsNoticedLater(t *testing.T) {
	s := newScene(t)
	s.fake.SetLag(time.Minute)
	made, value, err := s.client.AddSecret(t.Context(), s.app.ID, "new", s.w.Now().AddDate(0, 6, 0))
	if err != nil {
		t.Fatal(err)
	}
	if listed, err := s.client.Secrets(t.Context(), s.app.ID); err != nil || len(listed) != 0 {
		t.Errorf("%+v, %v", listed, err)
	}
	_, err = s.client.SignIn(t.Context(), tenant, s.app.ID, value)
	if p := wrong(t, err); !p.Dead {
		t.Errorf("%+v", p)
	}
	s.w.Advance(time.Minute)
	if listed, err := s.client.Secrets(t.Context(), s.app.ID); err != nil || len(listed) != 1 || listed[0].ID != made.ID {
		t.Errorf("%+v, %v", listed, err)
	}
	if _, err := s.client.SignIn(t.Context(), tenant, s.app.ID, value); err != nil {
		t.Error(err)
	}
}
