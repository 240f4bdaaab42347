package stage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakegithub"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

// Wanted is what somebody's own catalogue names. What the stage lacks of it is
// made, as far as that can be imitated; Made says what came of it.
type Wanted struct {
	Groups   []string // "@team"
	Channels []string // "#alerts"
	People   []string // "@sam"
	Secrets  []WantedSecret
}

// A WantedSecret is one in Secrets Manager that a catalogue names, with what
// depends on it.
type WantedSecret struct {
	ID      string // its name, or its ARN
	Field   string // the JSON field that holds the value, or empty
	Account string // the account that it must be in, or empty
	Region  string
	Role    string // the role that the bot has to assume for it, or empty

	// Token says that it is a token at GitHub, of the user Login.
	Token bool
	Login string

	Copies    []fakegithub.Copy // the Actions secrets with its value
	Workflows []WantedWorkflow  // what is run, or waited for
}

// A WantedWorkflow is one of a repository, by the name of its file.
type WantedWorkflow struct{ Repo, File, Job string }

// made is what was made for a catalogue.
type made struct {
	handles   map[string]string // of groups, channels and people, with their ids
	secrets   []string
	workflows []WantedWorkflow
	said      []string
}

func (m *made) say(format string, args ...any) { m.said = append(m.said, fmt.Sprintf(format, args...)) }

// Made says, a line each, what the stage made for the catalogue that it was
// told of, and what of it can't be imitated. Nothing is said of what was there.
func (s *Stage) Made() []string { return slices.Clone(s.made.said) }

// stageHandles are those that every stage has.
func stageHandles() map[string]string {
	return map[string]string{
		"@mp-approvers": ApproversGroup, "@modernisation-platform": EverybodyGroup, "#modernisation-platform": Platform,
		"#modernisation-platform-notifications": Notifications,
		"#ask-modernisation-platform":           Ask,
		"#ask-operations-engineering":           AskOps,
		"@sam":                                  person{handle: "starter"}.id(),
		"@mina":                                 person{handle: "member"}.id(),
	}
}

// addHandles gives the handles that nobody has an id in the workspace.
func (s *Stage) addHandles(w Wanted, c *fakeslack.Config) {
	known := stageHandles()
	s.made.handles = map[string]string{}
	fresh := func(handle string) bool {
		return known[handle] == "" && s.made.handles[handle] == ""
	}
	for _, h := range w.Groups {
		if !fresh(h) {
			continue
		}
		id := handleID("S", h)
		s.made.handles[h] = id
		c.Groups = append(c.Groups, fakeslack.Group{ID: id, Handle: strings.TrimPrefix(h, "@"), Members: ids("starter", "member", "approver", "second")})
		s.made.say("%s is a group with everybody of the team in it", h)
	}
	for _, h := range w.Channels {
		if !fresh(h) {
			continue
		}
		id := handleID("C", h)
		s.made.handles[h] = id
		c.Channels = append(c.Channels, fakeslack.Channel{ID: id, Name: strings.TrimPrefix(h, "#")})
		s.made.say("%s is a channel", h)
	}
	for _, h := range w.People {
		if !fresh(h) {
			continue
		}
		played := people[0]
		if p, ok := personNamed(strings.TrimPrefix(h, "@")); ok {
			played = p
		}
		s.made.handles[h] = played.id()
		s.made.say("%s is played by %s", h, played.realName)
	}
}

// handleID is an id that looks like Slack's, and is the same each time.
func handleID(kind, handle string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(handle))
	return kind + "0" + clean + "0"
}

// addSecrets makes the secrets that the stage doesn't have, with a harmless
// value, or with a new token at GitHub where one is asked for.
func (s *Stage) addSecrets(w Wanted) error {
	roles := map[string]bool{"": true, RootRole: true}
	for _, one := range w.Secrets {
		if !roles[one.Role] {
			roles[one.Role] = true
			bot := s.botIdentity()
			s.AWS.AddRole(fakeaws.Role{ARN: one.Role, Trusts: []string{bot.ARN}, Allowed: bot.Allowed, Stages: bot.Stages})
			s.made.say("%s is a role that the bot may assume", one.Role)
		}
		name := secretName(one.ID)
		_, there := s.AWS.Current(name)
		if there {
			if err := s.addWantedWorkflows(one); err != nil {
				return err
			}
			continue
		}
		if name != one.ID || one.Region != fakeaws.Region || one.Account != "" && one.Account != fakeaws.Account {
			s.made.say("%s can't be imitated: there is one account here, %s in %s, and its secrets are found by name", one.ID, fakeaws.Account, fakeaws.Region)
			continue
		}
		if err := s.addWanted(name, one); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) addWanted(name string, one WantedSecret) error {
	value := "harmless-" + world.Random(20, world.Alphanumeric)
	what := "a harmless value"
	switch {
	case one.Token && one.Login == CIUser:
		id, minted := s.GitHub.AddToken(CIUser, name, s.World.Now().Add(30*day), permissions(), []string{PlatformRepo, Environments})
		s.tokens[name], s.values[name] = []int64{id}, []string{minted}
		value, what = minted, "a token of "+CIUser+" that ends in 30 days"
	case one.Token:
		what += ", which is no token: " + one.Login + " isn't a user of GitHub here, so that a new value can't be proven"
	}
	stored := value
	if one.Field != "" {
		text, err := json.Marshal(map[string]string{one.Field: value})
		if err != nil {
			return fmt.Errorf("making the value of %s: %w", name, err)
		}
		stored = string(text)
	}
	s.AWS.AddSecret(name, stored)
	s.World.Values.Add(name, value)
	s.made.secrets = append(s.made.secrets, name)
	s.made.say("%s is a secret with %s", name, what)
	return s.addUses(value, one)
}

// addUses makes the copies of a secret, and what uses it.
func (s *Stage) addUses(value string, one WantedSecret) error {
	for _, c := range one.Copies {
		if !slices.Contains(Repos(), c.Repo) {
			s.made.say("a copy of %s can't be imitated: there is no repository %s here", one.ID, c.Repo)
			continue
		}
		if err := s.GitHub.SetSecret(c.Repo, c.Name, value); err != nil {
			return fmt.Errorf("giving %s its copy: %w", c.Repo, err)
		}
	}
	return s.addWantedWorkflows(one)
}

func (s *Stage) addWantedWorkflows(one WantedSecret) error {
	for _, w := range one.Workflows {
		if in, there := s.RepoOf(w.File); there && in == w.Repo {
			continue
		}
		if !slices.Contains(Repos(), w.Repo) {
			s.made.say("%s can't be imitated: there is no repository %s here", w.File, w.Repo)
			continue
		}
		flow := fakegithub.Workflow{File: w.File, Job: w.Job}
		if i := slices.IndexFunc(one.Copies, func(c fakegithub.Copy) bool { return c.Repo == w.Repo }); one.Token && i >= 0 {
			flow.UsesSecret = one.Copies[i].Name
		}
		if err := s.GitHub.AddWorkflow(w.Repo, flow); err != nil {
			return fmt.Errorf("adding %s: %w", w.File, err)
		}
		s.made.workflows = append(s.made.workflows, w)
		s.made.say("%s is a workflow of %s", w.File, w.Repo)
	}
	return nil
}

// fills are what the workflow that fills the copies copies besides its own.
func (w Wanted) fills() []fakegithub.Copy {
	var out []fakegithub.Copy
	for _, one := range w.Secrets {
		if slices.Contains(SecretNames(), one.ID) {
			continue
		}
		for _, c := range one.Copies {
			if slices.Contains(Repos(), c.Repo) {
				out = append(out, c)
			}
		}
	}
	return out
}

// secretName is the name in an ARN of Secrets Manager, or the name itself.
func secretName(id string) string {
	if _, name, ok := strings.Cut(id, ":secret:"); ok {
		if i := strings.LastIndexByte(name, '-'); i > 0 && len(name)-i == 7 {
			return name[:i]
		}
		return name
	}
	return id
}

// RepoOf is the repository that has a workflow on this stage, by the name of
// its file, and false if none has it.
func (s *Stage) RepoOf(file string) (string, bool) {
	for _, w := range s.made.workflows {
		if w.File == file {
			return w.Repo, true
		}
	}
	return RepoOf(file)
}

// WorkflowFiles lists the files of all workflows on this stage.
func (s *Stage) WorkflowFiles() []string {
	files := WorkflowFiles()
	for _, w := range s.made.workflows {
		files = append(files, w.File)
	}
	return files
}
