package fakeaws

import (
	"slices"
	"time"

	"rekey/sandbox/world"
)

// A User is an IAM user as the account begins with it.
type User struct {
	Name   string
	Path   string        // "/collaborators/"; "/" if empty
	Groups []string      // whose member the user is
	Age    time.Duration // since it was created

	// Allowed is what the user's own keys may do, as an Identity's.
	Allowed func(operation, resource string) bool
}

// A UserView is an IAM user as the console shows it.
type UserView struct {
	Name, Path, ARN string
	Groups          []string
	Created         time.Time
	Keys            []KeyView // oldest first, as they are now
}

// A KeyView is an access key as the console shows it, without its secret half.
type KeyView struct {
	ID      string
	Active  bool
	Created time.Time
	Used    time.Time // as IAM has noticed; zero: it never saw the key used
	Service string    // that it was used for: "sts"
	Region  string
}

type user struct {
	User
	id      string
	created time.Time
	keys    []*accessKey // oldest first, with those that were deleted
}

func (u *user) arn() string { return "arn:aws:iam::" + Account + ":user" + u.Path + u.Name }

// identity is who signs in with one of the user's keys.
func (u *user) identity() Identity {
	return Identity{Name: u.Name, ARN: u.arn(), Allowed: u.Allowed}
}

// listed are the keys that exist at a moment.
func (u *user) listed(at time.Time) []*accessKey {
	var out []*accessKey
	for _, k := range u.keys {
		if k.status(at) != "" {
			out = append(out, k)
		}
	}
	return out
}

// AddUser adds an IAM user without keys. A name that exists already is left
// as it is.
func (f *Fake) AddUser(u User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.userNamed(u.Name) != nil {
		return
	}
	if u.Path == "" {
		u.Path = "/"
	}
	f.users = append(f.users, &user{User: u, id: "AIDA" + world.Random(17, keyAlphabet), created: f.w.Now().Add(-u.Age)})
}

// AddKey gives a user an active key that was made age ago, and returns both of
// its halves; they are empty if there is no such user. AWS's limit doesn't
// hold here.
func (f *Fake) AddKey(name string, age time.Duration) (id, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.userNamed(name)
	if u == nil {
		return "", ""
	}
	k := f.mint(u, f.w.Now().Add(-age))
	return k.id, k.secret
}

// UseKey makes a key look as if it had been used that long ago.
func (f *Fake) UseKey(keyID string, ago time.Duration, service, region string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, k := f.keyNamed(keyID); k != nil {
		k.used(f.w.Now().Add(-ago), service, region)
	}
}

// SetLag makes IAM eventually consistent, as AWS's is: a new key is listed and
// works, and a change of a key is noticed, only d later. The write itself
// knows the truth. It goes by the world's clock.
func (f *Fake) SetLag(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lag = d
}

// SetUseLag makes IAM take d to notice that a key was used, which at AWS can
// be hours. It goes by the world's clock.
func (f *Fake) SetUseLag(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.useLag = d
}

// Users returns all IAM users in the order of their creation.
func (f *Fake) Users() []UserView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []UserView
	for _, u := range f.users {
		out = append(out, f.view(u))
	}
	return out
}

// User returns what is known about an IAM user now, and false if there is none
// of that name.
func (f *Fake) User(name string) (UserView, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.userNamed(name)
	if u == nil {
		return UserView{}, false
	}
	return f.view(u), true
}

func (f *Fake) view(u *user) UserView {
	view := UserView{Name: u.Name, Path: u.Path, ARN: u.arn(), Groups: slices.Clone(u.Groups), Created: u.created}
	now := f.w.Now()
	for _, k := range u.listed(now) {
		seen := k.lastUse(now.Add(-f.useLag))
		view.Keys = append(view.Keys, KeyView{k.id, k.status(now) == active, k.created, seen.at, seen.service, seen.region})
	}
	return view
}

func (f *Fake) userNamed(name string) *user {
	i := slices.IndexFunc(f.users, func(u *user) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return f.users[i]
}

// keyNamed finds a key and its user, also when the key was deleted.
func (f *Fake) keyNamed(id string) (*user, *accessKey) {
	for _, u := range f.users {
		for _, k := range u.keys {
			if k.id == id {
				return u, k
			}
		}
	}
	return nil, nil
}
