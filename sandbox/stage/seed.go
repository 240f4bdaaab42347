package stage

import (
	"fmt"
	"slices"
	"time"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

// The names that the team's runbook uses.
const (
	Org          = "ministryofjustice"
	PlatformRepo = Org + "/modernisation-platform"
	Environments = Org + "/modernisation-platform-environments"

	CIUser  = "modernisation-platform-ci" // the machine user whose tokens are rotated
	BotUser = "rekey-bot"                 // the bot's own user at GitHub

	UserPAT         = "github_ci_user_pat"
	EnvironmentsPAT = "github_ci_user_environments_repo_pat"
	MultirepoPAT    = "modernisation_pat_multirepo"
	Password        = "github_ci_user_password"

	// Resources is the workflow that fills the Actions secrets.
	Resources = "terraform-github.yml"
)

const day = 24 * time.Hour

// slackPatience is how long Slack itself waits for an app.
const slackPatience = 3 * time.Second

// A secret of the seed. Those with a token name are GitHub tokens.
type secret struct {
	name    string
	age     time.Duration // since its value was last changed
	token   string        // as its owner called it at GitHub
	expires time.Duration // of the token, from now
	copies  []fakegithub.Copy
}

var secrets = []secret{
	{UserPAT, 174 * day, "terraform-github", 11 * day, []fakegithub.Copy{
		{Secret: UserPAT, Repo: PlatformRepo, Name: "TERRAFORM_GITHUB_TOKEN"},
		{Secret: UserPAT, Repo: Environments, Name: "TERRAFORM_GITHUB_TOKEN"},
	}},
	{EnvironmentsPAT, 150 * day, "environments-repo", 40 * day, []fakegithub.Copy{
		{Secret: EnvironmentsPAT, Repo: Environments, Name: "MODERNISATION_PLATFORM_CI_USER_ENVIRONMENTS_REPO_PAT"},
	}},
	{MultirepoPAT, 162 * day, "multirepo", 90 * day, []fakegithub.Copy{
		{Secret: MultirepoPAT, Repo: PlatformRepo, Name: "MODERNISATION_PAT_MULTIREPO"},
	}},
	{Password, 176 * day, "", 0, nil},
}

// Repos lists the repositories of the organisation.
func Repos() []string { return []string{PlatformRepo, Environments, RootRepo, ResourcesRepo} }

// SecretNames lists the secrets in Secrets Manager that people write.
func SecretNames() []string {
	var out []string
	for _, one := range secrets {
		out = append(out, one.name)
	}
	return append(out, collect(func(p part) []string { return p.secrets })...)
}

// Tokens lists the secrets that are GitHub tokens.
func Tokens() []string {
	var out []string
	for _, one := range secrets {
		if one.token != "" {
			out = append(out, one.name)
		}
	}
	return out
}

// permissions are what each of the CI user's tokens may do.
func permissions() map[string]string {
	return map[string]string{
		"metadata": "read", "administration": "read", "contents": "write", "issues": "write", "pull_requests": "write", "secrets": "write",
	}
}

func (s *Stage) seed(w Wanted) error {
	s.addIdentities()
	repos := []string{PlatformRepo, Environments}
	for _, repo := range Repos() {
		s.GitHub.AddRepo(repo, fakegithub.RepoOptions{})
	}
	now := s.World.Now().Truncate(time.Second)
	_, s.bot.github = s.GitHub.AddToken(BotUser, "rekey", now.Add(300*day), s.withIssues(map[string]string{"metadata": "read", "actions": "write", "secrets": "write"}), Repos())
	fills := []fakegithub.Copy{}
	for _, one := range secrets {
		value := world.Random(32, world.Alphanumeric+"-_.!%@#&<")
		if one.token != "" {
			id, minted := s.GitHub.AddToken(CIUser, one.token, now.Add(one.expires), permissions(), repos)
			value = minted
			s.tokens[one.name], s.values[one.name] = []int64{id}, []string{minted}
		}
		if one.name == Password {
			kept, err := s.ciPassword()
			if err != nil {
				return err
			}
			value = kept
		}
		s.AWS.AddSecret(one.name, value)
		s.AWS.Backdate(one.name, one.age)
		for _, c := range one.copies {
			if err := s.GitHub.SetSecret(c.Repo, c.Name, value); err != nil {
				return fmt.Errorf("giving %s its copy: %w", c.Repo, err)
			}
		}
		fills = append(fills, one.copies...)
	}
	if w.atRunTime() {
		return s.addRunTimeWorkflows()
	}
	return s.addWorkflows(slices.Concat(fills, collect(func(p part) []fakegithub.Copy { return p.fills }), w.fills()))
}

// addWorkflows adds the one that fills the copies, and one that uses each.
func (s *Stage) addWorkflows(fills []fakegithub.Copy) error {
	for _, one := range []struct {
		repo     string
		workflow fakegithub.Workflow
	}{
		{PlatformRepo, fakegithub.Workflow{File: Resources, Name: "Terraform: GitHub resources",
			SignsInWith: "TERRAFORM_GITHUB_TOKEN", FillsSecrets: fills, Job: "apply"}},
		{PlatformRepo, fakegithub.Workflow{File: "new-environment.yml", Name: "New environment",
			UsesSecret: "TERRAFORM_GITHUB_TOKEN", Job: "create-environment"}},
		{Environments, fakegithub.Workflow{File: "ami_cleanup.yml", Name: "AMI clean-up",
			UsesSecret: "MODERNISATION_PLATFORM_CI_USER_ENVIRONMENTS_REPO_PAT", Job: "cleanup"}},
		{PlatformRepo, fakegithub.Workflow{File: "format-code.yml", Name: "Format code",
			UsesSecret: "MODERNISATION_PAT_MULTIREPO", Job: "format-code"}},
	} {
		if err := s.GitHub.AddWorkflow(one.repo, one.workflow); err != nil {
			return fmt.Errorf("adding %s: %w", one.workflow.File, err)
		}
	}
	return nil
}

// RepoOf is the repository that has a workflow, by the name of its file, and
// false if none has it.
func RepoOf(file string) (string, bool) {
	switch file {
	case Resources, "new-environment.yml", "format-code.yml":
		return PlatformRepo, true
	case "ami_cleanup.yml":
		return Environments, true
	}
	return repoOfPart(file)
}

func (s *Stage) addIdentity(keyID string, identity fakeaws.Identity) {
	s.keys[keyID] = world.Random(40, world.Alphanumeric)
	s.World.Values.Add("AWS secret access key of "+identity.Name, s.keys[keyID])
	s.AWS.AddIdentity(keyID, identity)
}
