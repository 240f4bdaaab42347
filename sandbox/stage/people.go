package stage

import (
	"slices"
	"strings"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakeslack"
)

// Where everybody is.
const (
	Team = "T0REKEY"
	App  = "A0REKEY"

	BotSlackID = "U0REKEY" // the bot's own user in the workspace

	Platform = "C0PLATFORM" // #modernisation-platform
	Ask      = "C0ASK"      // #ask-modernisation-platform
	AskOps   = "C0ASKOPS"   // #ask-operations-engineering

	EverybodyGroup = "S0TEAM"      // @modernisation-platform
	ApproversGroup = "S0APPROVERS" // @mp-approvers
)

// A person of the stage: the handle, and what the workspace and AWS call them.
type person struct{ handle, realName string }

var people = []person{
	{"starter", "Sam (member of the team)"},
	{"member", "Mina (member of the team)"},
	{"approver", "Ada (approves)"},
	{"second", "Zoe (approves too)"},
	{"outsider", "Oli (of another team)"},
	{Ops, "Olga (Operations Engineering)"},
}

func (p person) id() string    { return "U0" + strings.ToUpper(p.handle) }
func (p person) keyID() string { return accessKeyID(p.handle) }

// others are in none of the team's groups, and may do nothing at AWS.
func (p person) other() bool { return p.handle == "outsider" || p.handle == Ops }

// BotKeyID is the access key that the bot signs in to AWS with.
var BotKeyID = accessKeyID("rekeybot")

// adminKeyID belongs to whoever runs the account: the stage itself, when it
// does to AWS what nobody else may.
var adminKeyID = accessKeyID("admin")

// accessKeyID has the length and the alphabet of AWS's own.
func accessKeyID(name string) string {
	id := "AKIA" + strings.ToUpper(name)
	return id + strings.Repeat("7", 20-len(id))
}

// Handles lists the people, the one who starts things first.
func Handles() []string {
	var out []string
	for _, p := range people {
		out = append(out, p.handle)
	}
	return out
}

// PersonID is the Slack id of a person by their handle, and false for nobody.
func PersonID(handle string) (string, bool) {
	p, ok := personNamed(handle)
	return p.id(), ok
}

// PersonKeyID is a person's access key at AWS, and false for nobody.
func PersonKeyID(handle string) (string, bool) {
	p, ok := personNamed(handle)
	return p.keyID(), ok
}

// CallerName is who signed in to a provider in some way, in words: a person's
// handle, or "the bot". What it doesn't know it returns as it is.
func CallerName(id string) string {
	for _, p := range people {
		if id != "" && id == p.keyID() {
			return p.handle
		}
	}
	switch id {
	case App, BotKeyID, BotUser:
		return "the bot"
	}
	return id
}

func personNamed(handle string) (person, bool) {
	i := slices.IndexFunc(people, func(p person) bool { return p.handle == handle })
	if i < 0 {
		return person{}, false
	}
	return people[i], true
}

func ids(handles ...string) []string {
	var out []string
	for _, h := range handles {
		out = append(out, person{handle: h}.id())
	}
	return out
}

func (s *Stage) workspace(o Options) fakeslack.Config {
	c := fakeslack.Config{
		TeamID: Team, TeamDomain: "mojdt", AppID: App, BotToken: s.bot.slack, AppToken: s.bot.app,
		BotUserID: BotSlackID, BotID: "B0REKEY", BotName: "rekey",
		Channels: []fakeslack.Channel{
			{ID: Platform, Name: "modernisation-platform"},
			{ID: Ask, Name: "ask-modernisation-platform"},
			{ID: AskOps, Name: "ask-operations-engineering"},
			{ID: Notifications, Name: "modernisation-platform-notifications"},
		},
		OtherApps: []fakeslack.OtherApp{
			{ID: AlertsApp, Name: AlertsName, BotUserID: AlertsUser}, {ID: DoorbellApp, Name: "Doorbell", BotUserID: DoorbellUser},
		},
		Groups: []fakeslack.Group{
			{ID: EverybodyGroup, Handle: "modernisation-platform", Members: ids("starter", "member", "approver", "second")},
			{ID: ApproversGroup, Handle: "mp-approvers", Members: ids("approver", "second")},
		},
		AckWait: o.AckWait, TriggerLife: max(o.AckWait, slackPatience),
	}
	for _, p := range people {
		c.People = append(c.People, fakeslack.Person{ID: p.id(), Name: p.handle, RealName: p.realName, Email: p.mail()})
	}
	s.addHandles(o.Wanted, &c)
	return c
}

// What each identity may do at AWS. The engineer's list is that of the team's
// own role; the bot can move labels, read what it proves, and write the secrets
// whose values it makes itself.
var (
	botMay      = []string{"DescribeSecret", "ListSecretVersionIds", "GetSecretValue", "UpdateSecretVersionStage"}
	engineerMay = []string{"DescribeSecret", "ListSecretVersionIds", "GetSecretValue", "PutSecretValue", "UpdateSecret"}
	readersMay  = []string{"DescribeSecret", "ListSecretVersionIds", "GetSecretValue"} // where Terraform writes
)

// policy allows operations on the secrets that people write, and only reading
// of those that Terraform writes.
func policy(operations []string) func(operation, secret string) bool {
	written, read := fakeaws.Only(operations, SecretNames()...), fakeaws.Only(readersMay, managed()...)
	return func(operation, secret string) bool { return written(operation, secret) || read(operation, secret) }
}

// wantedMay allows operations on the secrets that were made for a catalogue.
func (s *Stage) wantedMay(operations []string) func(operation, secret string) bool {
	return func(operation, secret string) bool {
		return slices.Contains(operations, operation) && slices.Contains(s.made.secrets, secret)
	}
}

// botIdentity is who the bot is at AWS. It reads a value by its label only.
func (s *Stage) botIdentity() fakeaws.Identity {
	return fakeaws.Identity{
		Name: "rekey", ARN: "arn:aws:iam::" + fakeaws.Account + ":user/rekey",
		Allowed: anyOf(policy(botMay), s.wantedMay(append(slices.Clone(botMay), "PutSecretValue")), fakeaws.Only([]string{"PutSecretValue"}, writable()...),
			mayBeside(func(p part) func(string, string) bool { return p.botMay }), s.mayList, s.mayTag),
		Stages: func(secret string) []string {
			switch {
			case slices.Contains(readable(), secret), slices.Contains(s.made.secrets, secret):
				return []string{"AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"}
			case slices.Contains(collect(func(p part) []string { return p.merged }), secret):
				return []string{"AWSPENDING", "AWSCURRENT"}
			case slices.Contains(managed(), secret):
				return []string{"AWSCURRENT"}
			}
			return []string{}
		},
	}
}

// may is what a person may at AWS beside what all engineers may.
func (p person) may(operation, resource string) bool {
	return slices.ContainsFunc(parts(), func(one part) bool { return one.personMay != nil && one.personMay(p.handle, operation, resource) })
}

// addIdentities lets the bot and the people sign in to AWS.
func (s *Stage) addIdentities() {
	s.addIdentity(BotKeyID, s.botIdentity())
	for _, p := range people {
		may := anyOf(policy(engineerMay), s.wantedMay(engineerMay), mayBeside(func(p part) func(string, string) bool { return p.engineerMay }), p.may)
		if p.other() {
			may = fakeaws.Only(nil)
		}
		s.addIdentity(p.keyID(), fakeaws.Identity{
			Name: p.handle, ARN: "arn:aws:sts::" + fakeaws.Account + ":assumed-role/ModernisationPlatformEngineer/" + p.handle, Allowed: may,
		})
	}
	s.addIdentity(adminKeyID, fakeaws.Identity{Name: "administrator", ARN: "arn:aws:iam::" + fakeaws.Account + ":user/administrator"})
}
