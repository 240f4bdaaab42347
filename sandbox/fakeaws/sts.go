package fakeaws

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/world"
)

// A Role is what somebody can become by sts:AssumeRole.
type Role struct {
	ARN    string   // arn:aws:iam::111122223333:role/…
	Trusts []string // the ARNs of who may assume it

	// What the role may do, as an Identity's.
	Allowed func(operation, resource string) bool
	Stages  func(secret string) []string
}

// A session is a role that somebody has assumed. It ends in real time, since
// the SDKs go by no other clock.
type session struct {
	identity      Identity
	secret, token string
	ends          time.Time
}

// AddRole adds a role; a second call for its ARN replaces the first.
func (f *Fake) AddRole(r Role) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.roles[r.ARN] = r
}

var stsOperations = map[string]queryOperation{
	"AssumeRole":        (*Fake).assumeRole,
	"GetCallerIdentity": (*Fake).getCallerIdentity,
}

func (f *Fake) getCallerIdentity(q *query) (any, error) {
	id := "AIDA" + q.call.Caller[min(4, len(q.call.Caller)):]
	if q.who.user != nil {
		id = q.who.user.id
	}
	return struct{ Arn, UserId, Account string }{q.who.ARN, id, accountOf(q.who.ARN)}, nil
}

// assumeRole gives credentials to whom the role trusts. That the caller's own
// policy allows it was seen before; AWS asks for both.
func (f *Fake) assumeRole(q *query) (any, error) {
	role, known := f.roles[q.form.Get("RoleArn")]
	if !known || !slices.Contains(role.Trusts, q.who.ARN) {
		return nil, denied(q.who.ARN, "sts", "AssumeRole", q.form.Get("RoleArn"))
	}
	name := q.form.Get("RoleSessionName")
	seconds, err := strconv.Atoi(q.form.Get("DurationSeconds"))
	if err != nil {
		seconds = 3600
	}
	_, path, _ := strings.Cut(role.ARN, ":role/")
	arn := "arn:aws:sts::" + accountOf(role.ARN) + ":assumed-role/" + path[strings.LastIndex(path, "/")+1:] + "/" + name
	id := "ASIA" + world.Random(16, keyAlphabet)
	s := session{
		identity: Identity{Name: name, ARN: arn, Allowed: role.Allowed, Stages: role.Stages},
		secret:   world.Random(40, world.Alphanumeric+"+/"), token: world.Random(200, world.Alphanumeric+"+/"),
		ends: time.Now().Add(time.Duration(seconds) * time.Second),
	}
	f.sessions[id] = s
	f.w.Values.Add("secret access key "+id+" of "+arn, s.secret)
	f.w.Values.Add("session token of "+arn+", "+id, s.token)
	q.call.Applied = true
	type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
	type assumed struct{ AssumedRoleId, Arn string }
	return struct {
		Credentials     credentials
		AssumedRoleUser assumed
	}{credentials{id, s.secret, s.token, stamp(s.ends)}, assumed{"AROA7777777777777777:" + name, arn}}, nil
}

func accountOf(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 5 || parts[4] == "" {
		return Account
	}
	return parts[4]
}
