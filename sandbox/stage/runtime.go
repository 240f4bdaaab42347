package stage

import (
	"encoding/json"
	"fmt"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

// What the team keeps today besides the seed's secrets: its workflows read
// them at run time, and nothing is copied into Actions secrets.
const (
	ResourcesRepo = Org + "/modernisation-platform-github" // where the workflow Resources has moved

	SlackWebhooks = "slack_webhooks"        // a JSON object, channel to webhook
	NotifyKey     = "gov_uk_notify_api_key" // of GOV.UK Notify, which isn't imitated
	SAMLToken     = "aws_saml"              // a JSON object of the root account, with a token
	ScimSecret    = "entra_id_aws_connectivity_details"
	ScimApp       = "justicedigital-panda-awsidentitycenter-scim"
	ScimClient    = "c2a7d0e5-3b18-4f96-8d41-5e0b9a6f7c13"

	samlField  = "github_token"
	scimField  = "AZURE_CLIENT_SECRET"
	passphrase = "secrets-fetch-decrypt-passphrase"
)

// addRunTimeSecrets makes those secrets, which the bot may read and write as
// all that was made for a catalogue.
func (s *Stage) addRunTimeSecrets() error {
	now := s.World.Now().Truncate(time.Second)
	hook, err := s.Slack.AddWebhook(AlertsApp, person{handle: "member"}.id(), Platform)
	if err != nil {
		return fmt.Errorf("adding the webhook of %s: %w", SlackWebhooks, err)
	}
	s.Entra.AddApp(ScimApp, ScimClient)
	_, secret, err := s.Entra.Add(ScimClient, "aws-entraid-identity-center-scim", now.AddDate(0, 0, 40-lifetime), now.AddDate(0, 0, 40))
	if err != nil {
		return fmt.Errorf("adding the client secret of %s: %w", ScimApp, err)
	}
	if err := s.Entra.SetOwners(ScimClient, s.signIn.bot.ID); err != nil {
		return fmt.Errorf("making the bot an owner of %s: %w", ScimApp, err)
	}
	id, token := s.GitHub.AddToken(CIUser, "aws-saml", now.Add(30*day), permissions(), []string{PlatformRepo, Environments})
	s.tokens[SAMLToken] = []int64{id}
	for _, one := range []struct {
		name, field, value string
		beside             map[string]string
	}{
		{SlackWebhooks, "modernisation-platform", hook.URL, map[string]string{"modernisation-platform-update": "https://hooks.slack.example/update"}},
		{NotifyKey, "", "notify-" + world.Random(40, world.Alphanumeric), nil},
		{SAMLToken, samlField, token, map[string]string{"acs_url": "https://eu-west-2.signin.aws.example/acs", "issuer_url": "https://eu-west-2.signin.aws.example"}},
		{ScimSecret, scimField, secret, map[string]string{"AZURE_TENANT_ID": Tenant, "AZURE_CLIENT_ID": ScimClient}},
		{passphrase, "", world.Random(44, world.Alphanumeric), nil},
	} {
		kept := one.value
		if one.field != "" {
			one.beside[one.field] = one.value
			text, err := json.Marshal(one.beside)
			if err != nil {
				return fmt.Errorf("writing %s: %w", one.name, err)
			}
			kept = string(text)
		}
		s.World.Values.Add(one.name, one.value)
		s.values[one.name] = []string{one.value}
		s.AWS.AddSecret(one.name, kept)
		s.AWS.Backdate(one.name, 85*day)
		s.made.secrets = append(s.made.secrets, one.name)
	}
	return nil
}

// atRunTime reports whether a catalogue knows no copies, so that workflows read
// secrets when they run.
func (w Wanted) atRunTime() bool {
	for _, one := range w.Secrets {
		if len(one.Copies) > 0 {
			return false
		}
	}
	return len(w.Secrets) > 0
}

// addRunTimeWorkflows adds what reads each secret at run time.
func (s *Stage) addRunTimeWorkflows() error {
	post := func(field string) func(string) bool {
		return func(kept string) bool {
			var hooks map[string]string
			if field == "" {
				return s.Slack.PostWebhook(kept, "A run has ended.")
			}
			return json.Unmarshal([]byte(kept), &hooks) == nil && s.Slack.PostWebhook(hooks[field], "A new environment is there.")
		}
	}
	for _, one := range []struct {
		repo     string
		workflow fakegithub.Workflow
	}{
		{ResourcesRepo, fakegithub.Workflow{File: Resources, Name: "Terraform: GitHub Resources", ReadsSecret: UserPAT, Job: "apply"}},
		{Environments, fakegithub.Workflow{File: "ami_cleanup.yml", Name: "AMI clean-up", ReadsSecret: EnvironmentsPAT, Job: "cleanup"}},
		{PlatformRepo, fakegithub.Workflow{File: "format-code.yml", Name: "Format code", ReadsSecret: AppPrivateKey, App: TeamApp, Job: "format-code"}},
		{PlatformRepo, fakegithub.Workflow{File: "new-environment.yml", Name: "New environment", ReadsSecret: SlackWebhooks, Alive: post("modernisation-platform"), Job: "create-environment"}},
		{Environments, fakegithub.Workflow{File: "generate-dependabot-file.yml", Name: "Generate the Dependabot file", ReadsSecret: SlackWebhook, Alive: post(""), Job: "notify"}},
		{PlatformRepo, fakegithub.Workflow{File: "access-keys-monitoring.yml", Name: "Access keys monitoring", ReadsSecret: NotifyKey, Alive: func(v string) bool { return v != "" }, Job: "monitor"}},
	} {
		if err := s.GitHub.AddWorkflow(one.repo, one.workflow); err != nil {
			return fmt.Errorf("adding %s: %w", one.workflow.File, err)
		}
		s.made.workflows = append(s.made.workflows, WantedWorkflow{one.repo, one.workflow.File, one.workflow.Job})
	}
	return nil
}
