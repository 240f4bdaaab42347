package stage

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

// The users of the AWS account who have keys of their own, and what else IAM
// has.
const (
	CollaboratorsPath  = "/collaborators/"
	CollaboratorsGroup = "collaborators"

	// BreakGlass is for the day on which nothing else works. It has a password
	// and no key.
	BreakGlass = "ModernisationPlatformOrganisationManagement"

	// RootRole is what the bot has to be in the organisation's own account.
	RootRole = "arn:aws:iam::" + fakeaws.Account + ":role/rekey-root"
)

// A collaborator is an IAM user of the seed with the ages of the keys, oldest
// first. The last is the one that their job signs in with.
type collaborator struct {
	name string
	keys []time.Duration
	used time.Duration // since that one was used
}

var collaborators = []collaborator{
	{"sam.collaborator", []time.Duration{200 * day}, day},
	{"mina.collaborator", []time.Duration{30 * day}, 2 * day},
	{"third.party", []time.Duration{170 * day}, 3 * day}, // of another company, and not in Slack
	{"two.keys", []time.Duration{190 * day, 20 * day}, day},
}

// Collaborators lists the users by name.
func Collaborators() []string {
	var out []string
	for _, c := range collaborators {
		out = append(out, c.name)
	}
	return out
}

// fetchers are who fetches whose key with the identity of a person: their own
// one, or that of somebody outside for whom they speak.
var fetchers = map[string][]string{
	"starter": {"sam.collaborator", "two.keys"},
	"member":  {"mina.collaborator", "third.party"},
}

// KeySecret is the secret in Secrets Manager by which a user is handed a key.
func KeySecret(user string) string { return "collaborators/" + user + "/access-key" }

func keySecrets() []string {
	var out []string
	for _, name := range Collaborators() {
		out = append(out, KeySecret(name))
	}
	return out
}

// A keyPair is what a key's secret holds.
type keyPair struct {
	ID     string `json:"AWS_ACCESS_KEY_ID"`
	Secret string `json:"AWS_SECRET_ACCESS_KEY"`
}

func iamUsers() part {
	return part{
		writable: []string{Password}, merged: []string{Password}, seed: (*Stage).seedIAM,
		botMay: anyOf(
			fakeaws.Only([]string{"ListUsers", "GetRandomPassword"}),
			on([]string{"GetGroup"}, CollaboratorsGroup),
			on([]string{"ListAccessKeys", "GetAccessKeyLastUsed"}, append(Collaborators(), BreakGlass)...),
			on([]string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}, Collaborators()...),
			on([]string{"DescribeSecret", "ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage"}, keySecrets()...),
			on([]string{"AssumeRole"}, RootRole),
		),
		personMay: func(handle, operation, resource string) bool {
			mine := func(user string) bool { return KeySecret(user) == resource }
			return (operation == "DescribeSecret" || operation == "GetSecretValue") && slices.ContainsFunc(fetchers[handle], mine)
		},
		engineerMay: func(operation, _ string) bool {
			return slices.Contains([]string{"ListUsers", "GetGroup", "GetUser", "ListAccessKeys", "GetAccessKeyLastUsed", "GetRandomPassword"}, operation)
		},
	}
}

// on allows operations on named things and, unlike fakeaws.Only, on nothing
// else.
func on(operations []string, resources ...string) func(operation, resource string) bool {
	return func(operation, resource string) bool {
		return slices.Contains(operations, operation) && slices.Contains(resources, resource)
	}
}

func anyOf(all ...func(operation, resource string) bool) func(operation, resource string) bool {
	return func(operation, resource string) bool {
		return slices.ContainsFunc(all, func(may func(string, string) bool) bool { return may != nil && may(operation, resource) })
	}
}

func (s *Stage) seedIAM() error {
	s.AWS.AddUser(fakeaws.User{Name: BreakGlass, Age: 1500 * day, Allowed: fakeaws.Only(nil)})
	for _, c := range collaborators {
		s.AWS.AddUser(fakeaws.User{
			Name: c.name, Path: CollaboratorsPath, Groups: []string{CollaboratorsGroup}, Age: 400 * day,
			Allowed: on([]string{"DescribeSecret", "GetSecretValue"}, KeySecret(c.name)),
		})
		var pair keyPair
		for _, age := range c.keys {
			pair.ID, pair.Secret = s.AWS.AddKey(c.name, age)
		}
		s.AWS.UseKey(pair.ID, c.used, "sts", fakeaws.Region)
		kept, err := json.Marshal(pair)
		if err != nil {
			return fmt.Errorf("writing the key of %s: %w", c.name, err)
		}
		s.AWS.AddSecret(KeySecret(c.name), string(kept))
		s.AWS.Backdate(KeySecret(c.name), c.keys[len(c.keys)-1])
		s.jobs.give(c.name, pair)
	}
	bot := s.botIdentity()
	s.AWS.AddRole(fakeaws.Role{ARN: RootRole, Trusts: []string{bot.ARN}, Allowed: bot.Allowed, Stages: bot.Stages})
	return nil
}

// ciPassword is the CI user's password as it is kept.
func (s *Stage) ciPassword() (string, error) {
	password := world.Random(32, world.Alphanumeric+"-_.!%@#")
	s.World.Values.Add("the password of "+CIUser, password)
	kept, err := json.Marshal(map[string]string{"username": CIUser, "password": password})
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", Password, err)
	}
	return string(kept), nil
}

// MakeKey, SetKey and DeleteKey are what an administrator of the account does
// in IAM's console. MakeKey returns both halves of the new key.
func (s *Stage) MakeKey(user string) (id, secret string, err error) {
	return s.AWS.CreateKey(adminKeyID, user)
}

// SetKey activates or deactivates a key.
func (s *Stage) SetKey(user, keyID string, active bool) error {
	return s.AWS.SetKey(adminKeyID, user, keyID, active)
}

// DeleteKey deletes a key for good.
func (s *Stage) DeleteKey(user, keyID string) error { return s.AWS.DeleteKey(adminKeyID, user, keyID) }

// DeleteUser deletes a user with all their keys.
func (s *Stage) DeleteUser(user string) error {
	u, _ := s.AWS.User(user)
	for _, k := range u.Keys {
		if err := s.DeleteKey(user, k.ID); err != nil {
			return err
		}
	}
	return s.AWS.DeleteUser(adminKeyID, user)
}
