package fakeentra

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"rekey/sandbox/world"
)

// An App is one app registration.
type App struct {
	Name     string
	ID       string // the application's (client's) id, which it signs in with
	ObjectID string // the registration's own, in Graph's addresses
	Created  time.Time
}

// A Secret is one client secret as the console shows it: all but its value.
type Secret struct {
	ID         string // keyId
	Name, Hint string // the hint is the first three characters of the value
	Start, End time.Time
}

type app struct {
	App
	secrets []*secret
	roles   []string // Graph's application permissions that were consented to
	owners  []string // client ids of applications
}

type secret struct {
	Secret
	value   string
	noticed time.Time // from then on it is listed and accepted
	removed time.Time // from then on it isn't; zero: nobody removed it
}

// AddApp registers an application, with the client id that the world knows it
// by; a new one if that is empty.
func (f *Fake) AddApp(name, id string) App {
	a := &app{App: App{Name: name, ID: cmp.Or(id, uuid.NewString()), ObjectID: uuid.NewString(), Created: f.w.Now()}}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.apps = append(f.apps, a)
	return a.App
}

// Apps returns all app registrations in the order of their making.
func (f *Fake) Apps() []App {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []App
	for _, a := range f.apps {
		out = append(out, a.App)
	}
	return out
}

// Grant consents to one of Graph's application permissions for an application:
// ReadAll, OwnedBy or WriteAll. Access tokens that it has already don't have it.
func (f *Fake) Grant(appID, role string) error {
	return f.edit(appID, func(a *app) error { a.roles = append(a.roles, role); return nil })
}

// Withdraw takes a permission back, from the next access token on.
func (f *Fake) Withdraw(appID, role string) error {
	return f.edit(appID, func(a *app) error {
		a.roles = slices.DeleteFunc(a.roles, func(r string) bool { return r == role })
		return nil
	})
}

// SetOwners makes applications, by their client ids, the owners of one.
func (f *Fake) SetOwners(appID string, owners ...string) error {
	return f.edit(appID, func(a *app) error { a.owners = slices.Clone(owners); return nil })
}

// Secrets returns the client secrets of an application that nobody removed,
// whether or not they are noticed yet, with the expired ones.
func (f *Fake) Secrets(appID string) []Secret {
	var out []Secret
	_ = f.edit(appID, func(a *app) error { // of nobody there are none
		for _, s := range a.secrets {
			if s.removed.IsZero() {
				out = append(out, s.Secret)
			}
		}
		return nil
	})
	return out
}

// Add is "New client secret" in the console. The value is shown this once.
func (f *Fake) Add(appID, name string, start, end time.Time) (Secret, string, error) {
	var made *secret
	err := f.edit(appID, func(a *app) error { made = f.mint(a, name, start, end); return nil })
	if err != nil {
		return Secret{}, "", err
	}
	return made.Secret, made.value, nil
}

// Remove is "Delete" beside a client secret in the console.
func (f *Fake) Remove(appID, id string) error {
	return f.edit(appID, func(a *app) error {
		if !f.remove(a, id) {
			return fmt.Errorf("%s has no client secret %s", a.Name, id)
		}
		return nil
	})
}

// Alive tells whether an application can sign in with a value now. Asking
// isn't a sign-in.
func (f *Fake) Alive(appID, value string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.client(appID)
	return a != nil && f.accepts(a, value) == nil
}

func (f *Fake) edit(appID string, do func(*app) error) error {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	a := f.client(appID)
	if a == nil {
		return fmt.Errorf("there is no application %s", appID)
	}
	return do(a)
}

// client finds an application by the id that it signs in with.
func (f *Fake) client(appID string) *app {
	i := slices.IndexFunc(f.apps, func(a *app) bool { return a.ID == appID })
	if i < 0 {
		return nil
	}
	return f.apps[i]
}

// mint makes a client secret of the form that Entra's have.
func (f *Fake) mint(a *app, name string, start, end time.Time) *secret {
	value := world.Random(3, world.Alphanumeric) + "8Q~" + world.Random(34, world.Alphanumeric+"-_.~")
	s := &secret{Secret{uuid.NewString(), name, value[:3], start, end}, value, f.w.Now().Add(f.lag), time.Time{}}
	a.secrets = append(a.secrets, s)
	f.w.Values.Add("client secret "+strconv.Quote(name)+" of "+a.Name+", "+s.ID, value)
	return s
}

func (f *Fake) remove(a *app, id string) bool {
	for _, s := range a.secrets {
		if s.ID == id && s.removed.IsZero() {
			s.removed = f.w.Now().Add(f.lag)
			return true
		}
	}
	return false
}

// seen tells whether the rest of Entra knows of a client secret at this moment.
func (f *Fake) seen(s *secret) bool {
	now := f.w.Now()
	return !now.Before(s.noticed) && (s.removed.IsZero() || now.Before(s.removed))
}
