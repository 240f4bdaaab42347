package fakeaws

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// kept is what AWS holds, in JSON. Who may sign in and what the policies allow
// isn't in it, and neither are the sessions of roles.
type kept struct {
	Secrets            []keptSecret
	Users              []keptUser
	Denied             []keptDenial
	Stale, Lag, UseLag time.Duration
}

type keptSecret struct {
	Name, ARN              string
	Created, Accessed      time.Time
	KMSDenied, KMSDisabled bool
	Versions               []keptVersion
	Description, KMSKey    string
	Tags                   []tag
	Changed, Deletion      time.Time
}

type keptVersion struct {
	ID      string
	Text    *string
	Binary  []byte
	Labels  []string
	Created time.Time
}

type keptUser struct {
	Name, Path, ID string
	Groups         []string
	Created        time.Time
	Keys           []keptKey
}

type keptKey struct {
	ID, Secret string
	Created    time.Time
	Changes    []keptChange
	Uses       []keptUse
}

type (
	keptChange struct {
		Since  time.Time
		Status string
	}
	keptUse struct {
		At              time.Time
		Service, Region string
	}
	keptDenial struct{ Key, Operation, Secret string }
)

// Memory returns all that AWS holds. What lagging reads would still have shown
// of the time before is left out.
func (f *Fake) Memory() (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := kept{Stale: f.stale, Lag: f.lag, UseLag: f.useLag}
	for _, s := range f.secrets {
		st := s.now()
		one := keptSecret{
			s.name, s.arn, s.created, s.accessed, s.kmsDenied, s.kmsDisabled, nil, st.description, st.kmsKey, st.tags, st.changed, st.deletion,
		}
		for _, v := range st.versions {
			one.Versions = append(one.Versions, keptVersion{v.id, v.text, v.binary, v.labels, v.created})
		}
		k.Secrets = append(k.Secrets, one)
	}
	for _, u := range f.users {
		one := keptUser{u.Name, u.Path, u.id, u.Groups, u.created, nil}
		for _, key := range u.keys {
			saved := keptKey{key.id, key.secret, key.created, nil, nil}
			for _, c := range key.changes {
				saved.Changes = append(saved.Changes, keptChange{c.since, c.status})
			}
			for _, use := range key.uses {
				saved.Uses = append(saved.Uses, keptUse{use.at, use.service, use.region})
			}
			one.Keys = append(one.Keys, saved)
		}
		k.Users = append(k.Users, one)
	}
	for d := range f.denied {
		k.Denied = append(k.Denied, keptDenial{d.key, d.operation, d.secret})
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("writing down AWS: %w", err)
	}
	return text, nil
}

// Recall replaces all that AWS holds by what Memory returned. A user who is there
// already may go on doing what their policy allows; one who isn't in what is
// loaded was deleted.
func (f *Fake) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading AWS: %w", err)
	}
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	f.stale, f.lag, f.useLag = k.Stale, k.Lag, k.UseLag
	f.denied = map[denial]bool{}
	for _, d := range k.Denied {
		f.denied[denial{d.Key, d.Operation, d.Secret}] = true
	}
	f.secrets = nil
	for _, s := range k.Secrets {
		st := &state{since: time.Now(), description: s.Description, kmsKey: s.KMSKey, tags: s.Tags, changed: s.Changed, deletion: s.Deletion}
		for _, v := range s.Versions {
			st.versions = append(st.versions, version{v.ID, v.Text, v.Binary, v.Labels, v.Created})
		}
		f.secrets = append(f.secrets, &secret{s.Name, s.ARN, s.Created, s.Accessed, []*state{st}, s.KMSDenied, s.KMSDisabled})
	}
	var users []*user
	for _, u := range k.Users {
		one := &user{User: User{Name: u.Name, Path: u.Path, Groups: slices.Clone(u.Groups)}, id: u.ID, created: u.Created}
		if was := f.userNamed(u.Name); was != nil {
			one.Allowed = was.Allowed
		} else {
			one.Allowed = Only(nil)
		}
		for _, key := range u.Keys {
			saved := &accessKey{id: key.ID, secret: key.Secret, created: key.Created}
			for _, c := range key.Changes {
				saved.changes = append(saved.changes, keyChange{c.Since, c.Status})
			}
			for _, use := range key.Uses {
				saved.uses = append(saved.uses, keyUse{use.At, use.Service, use.Region})
			}
			one.keys = append(one.keys, saved)
		}
		users = append(users, one)
	}
	f.users = users
	return nil
}
