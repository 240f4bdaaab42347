package fakeaws

import (
	"slices"
	"strings"
	"time"
)

type userXML struct {
	Path, UserName, UserId, Arn, CreateDate string
}

func (u *user) xml() userXML { return userXML{u.Path, u.Name, u.id, u.arn(), stamp(u.created)} }

type keyXML struct {
	UserName, AccessKeyId, Status string
	SecretAccessKey               string `xml:",omitempty"`
	CreateDate                    string
}

var iamOperations = map[string]queryOperation{
	"CreateAccessKey":      (*Fake).createAccessKey,
	"DeleteAccessKey":      (*Fake).deleteAccessKey,
	"DeleteUser":           (*Fake).deleteUser,
	"GetAccessKeyLastUsed": (*Fake).getAccessKeyLastUsed,
	"GetGroup":             (*Fake).getGroup,
	"GetUser":              (*Fake).getUser,
	"ListAccessKeys":       (*Fake).listAccessKeys,
	"ListUsers":            (*Fake).listUsers,
	"UpdateAccessKey":      (*Fake).updateAccessKey,
}

func (f *Fake) listUsers(q *query) (any, error) {
	var members []userXML
	for _, u := range f.users {
		if strings.HasPrefix(u.Path, q.form.Get("PathPrefix")) {
			members = append(members, u.xml())
		}
	}
	shown, more, err := cut(q, members)
	return struct {
		Users []userXML `xml:"Users>member"`
		paging
	}{shown, more}, err
}

func (f *Fake) getGroup(q *query) (any, error) {
	name := q.form.Get("GroupName")
	var members []userXML
	for _, u := range f.users {
		if slices.Contains(u.Groups, name) {
			members = append(members, u.xml())
		}
	}
	if len(members) == 0 {
		return nil, noSuchEntity("The group with name " + name + " cannot be found.")
	}
	type group struct{ Path, GroupName, GroupId, Arn, CreateDate string }
	shown, more, err := cut(q, members)
	return struct {
		Group group
		Users []userXML `xml:"Users>member"`
		paging
	}{group{"/", name, "AGPA7777777777777777", "arn:aws:iam::" + Account + ":group/" + name, members[0].CreateDate}, shown, more}, err
}

func (f *Fake) getUser(q *query) (any, error) {
	u, err := f.subject(q)
	if err != nil {
		return nil, err
	}
	return struct{ User userXML }{u.xml()}, nil
}

func (f *Fake) listAccessKeys(q *query) (any, error) {
	u, err := f.subject(q)
	if err != nil {
		return nil, err
	}
	var keys []keyXML
	at := f.w.Now().Add(-f.lag)
	for _, k := range u.listed(at) {
		keys = append(keys, keyXML{UserName: u.Name, AccessKeyId: k.id, Status: k.status(at), CreateDate: stamp(k.created)})
	}
	shown, more, err := cut(q, keys)
	return struct {
		Keys []keyXML `xml:"AccessKeyMetadata>member"`
		paging
	}{shown, more}, err
}

func (f *Fake) createAccessKey(q *query) (any, error) {
	u, err := f.subject(q)
	if err != nil {
		return nil, err
	}
	now := f.w.Now()
	if len(u.listed(now)) >= maxKeys {
		return nil, &refusal{"LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"}
	}
	k := f.mint(u, now)
	q.call.Applied, q.call.Token = true, k.id
	return struct{ AccessKey keyXML }{keyXML{u.Name, k.id, active, k.secret, stamp(now)}}, nil
}

func (f *Fake) updateAccessKey(q *query) (any, error) {
	_, k, err := f.subjectKey(q)
	if err != nil {
		return nil, err
	}
	now, status := f.w.Now(), q.form.Get("Status")
	if k.status(now) != status {
		k.become(status, now)
		q.call.Applied = true
	}
	return nil, nil
}

func (f *Fake) deleteAccessKey(q *query) (any, error) {
	_, k, err := f.subjectKey(q)
	if err != nil {
		return nil, err
	}
	k.become("", f.w.Now())
	q.call.Applied = true
	return nil, nil
}

func (f *Fake) deleteUser(q *query) (any, error) {
	u, err := f.subject(q)
	if err != nil {
		return nil, err
	}
	if len(u.listed(f.w.Now())) > 0 {
		return nil, &refusal{"DeleteConflict", "Cannot delete entity, must delete access keys first."}
	}
	f.users = slices.DeleteFunc(f.users, func(other *user) bool { return other == u })
	q.call.Applied = true
	return nil, nil
}

// getAccessKeyLastUsed refuses a key that the account doesn't have as AWS
// does: as one that the caller may not ask about.
func (f *Fake) getAccessKeyLastUsed(q *query) (any, error) {
	id := q.form.Get("AccessKeyId")
	u, k := f.keyNamed(id)
	now := f.w.Now()
	if k == nil || k.status(now.Add(-f.lag)) == "" && k.status(now) == "" {
		return nil, denied(q.who.ARN, "iam", q.call.Method, "access key "+id)
	}
	type lastUsed struct {
		LastUsedDate        string `xml:",omitempty"`
		ServiceName, Region string
	}
	seen := lastUsed{ServiceName: "N/A", Region: "N/A"}
	if use := k.lastUse(now.Add(-f.useLag)); !use.at.IsZero() {
		seen = lastUsed{stamp(use.at), use.service, use.region}
	}
	return struct {
		UserName          string
		AccessKeyLastUsed lastUsed
	}{u.Name, seen}, nil
}

// subject is the user that a call is about: the one that it names, or the one
// whose key signed it.
func (f *Fake) subject(q *query) (*user, error) {
	name := q.form.Get("UserName")
	if name == "" {
		if q.who.user == nil {
			return nil, &refusal{"ValidationError", "Must specify userName when calling with non-User credentials"}
		}
		return q.who.user, nil
	}
	if u := f.userNamed(name); u != nil {
		return u, nil
	}
	return nil, noSuchEntity("The user with name " + name + " cannot be found.")
}

func (f *Fake) subjectKey(q *query) (*user, *accessKey, error) {
	u, err := f.subject(q)
	if err != nil {
		return nil, nil, err
	}
	id := q.form.Get("AccessKeyId")
	i := slices.IndexFunc(u.keys, func(k *accessKey) bool { return k.id == id && k.status(f.w.Now()) != "" })
	if i < 0 {
		return nil, nil, noSuchEntity("The Access Key with id " + id + " cannot be found.")
	}
	return u, u.keys[i], nil
}

func noSuchEntity(message string) error { return &refusal{"NoSuchEntity", message} }

// stamp is the query protocol's time: ISO 8601 in whole seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
