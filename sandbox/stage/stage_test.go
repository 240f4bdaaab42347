package stage

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/goccy/go-yaml"
	"github.com/google/go-github/v66/github"
	"github.com/slack-go/slack"

	"rekey/sandbox/fakegithub"
)

func open(t *testing.T, o Options) *Stage {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func variable(t *testing.T, env []string, name string) string {
	t.Helper()
	for _, one := range env {
		if value, ok := strings.CutPrefix(one, name+"="); ok {
			return value
		}
	}
	t.Fatalf("the environment has no %s", name)
	return ""
}

func awsConfig(t *testing.T, env []string) aws.Config {
	t.Helper()
	return aws.Config{
		Region: variable(t, env, "AWS_REGION"), BaseEndpoint: aws.String(variable(t, env, "AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider(variable(t, env, "AWS_ACCESS_KEY_ID"), variable(t, env, "AWS_SECRET_ACCESS_KEY"), ""),
	}
}

func githubClient(t *testing.T, s *Stage, token string) *github.Client {
	t.Helper()
	c := github.NewClient(nil).WithAuthToken(token)
	base, err := url.Parse(variable(t, s.Env(), "GITHUB_API_URL"))
	if err != nil {
		t.Fatal(err)
	}
	c.BaseURL = base
	return c
}

func TestTheBotReachesAllThree(t *testing.T) {
	s := open(t, Options{})
	env := s.Env()
	api := slack.New(variable(t, env, "SLACK_BOT_TOKEN"), slack.OptionAPIURL(variable(t, env, "SLACK_API_URL")))
	if who, err := api.AuthTestContext(t.Context()); err != nil || who.TeamID != Team {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	who, err := sts.NewFromConfig(awsConfig(t, env)).GetCallerIdentity(t.Context(), nil)
	if err != nil || !strings.HasSuffix(*who.Arn, "user/rekey") {
		t.Errorf("GetCallerIdentity: %+v, %v", who, err)
	}
	user, _, err := githubClient(t, s, variable(t, env, "GITHUB_TOKEN")).Users.Get(t.Context(), "")
	if err != nil || user.GetLogin() != BotUser {
		t.Errorf("GET /user: %v, %v", user, err)
	}
}

func TestTheBotReadsTokensByLabelAndWritesNoValue(t *testing.T) {
	s := open(t, Options{})
	c := secretsmanager.NewFromConfig(awsConfig(t, s.Env()))
	read := func(name string, stage *string) error {
		_, err := c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name, VersionStage: stage})
		return err
	}
	if err := read(UserPAT, aws.String("AWSCURRENT")); err != nil {
		t.Errorf("reading a token by its label: %v", err)
	}
	for what, err := range map[string]error{
		"reading without a label":              read(UserPAT, nil),
		"reading the password before the last": read(Password, aws.String("AWSPREVIOUS")),
	} {
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(UserPAT), SecretString: aws.String("anything")}); err == nil {
		t.Error("the bot wrote a value")
	}
}

func TestAPersonPutsAndAnOutsiderMayNot(t *testing.T) {
	s := open(t, Options{})
	in := map[string]any{"SecretId": UserPAT, "SecretString": "a new value", "ClientRequestToken": strings.Repeat("0", 32), "VersionStages": []string{"AWSPENDING"}}
	if err := s.CallAWS(t.Context(), "starter", "PutSecretValue", in); err != nil {
		t.Error(err)
	}
	if err := s.CallAWS(t.Context(), "outsider", "PutSecretValue", in); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("the outsider's put: %v", err)
	}
	if s.PersonEnv("nobody") != nil || s.CallAWS(t.Context(), "nobody", "PutSecretValue", in) == nil {
		t.Error("nobody has an identity")
	}
	_, err := sts.NewFromConfig(awsConfig(t, s.PersonEnv("starter"))).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Error(err)
	}
	if err := s.RemoveSecret(t.Context(), UserPAT); err != nil {
		t.Error(err)
	}
	if _, there := s.AWS.Secret(UserPAT); there {
		t.Error("the secret is still there")
	}
}

func TestEverySecretIsOldAndItsCopiesWork(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	for _, name := range SecretNames() {
		view, _ := s.AWS.Secret(name)
		if age := s.World.Now().Sub(view.Versions[0].Created); age < 149*day || age > 177*day {
			t.Errorf("%s is %v old", name, age)
		}
	}
	s.GitHub.RunConsumers("schedule", "")
	if _, err := s.GitHub.Run(PlatformRepo, Resources, "push", ""); err != nil {
		t.Fatal(err)
	}
	s.GitHub.FinishRuns()
	for _, repo := range []string{PlatformRepo, Environments} {
		for _, run := range s.GitHub.Runs(repo, "") {
			if at, ok := RepoOf(run.File); run.Conclusion != "success" || at != repo || !ok {
				t.Errorf("%s of %s ended in %s", run.File, repo, run.Conclusion)
			}
		}
	}
}

func TestRegeneratingKillsTheOldTokenAndASecondOneDoesNot(t *testing.T) {
	s := open(t, Options{})
	old, _ := s.AWS.Current(UserPAT)
	fresh, err := s.Regenerate(UserPAT)
	if err != nil {
		t.Fatal(err)
	}
	former, _ := s.Former(UserPAT)
	if s.Clipboard() != fresh || former != old || s.GitHub.Alive(old) || !s.GitHub.Alive(fresh) {
		t.Error("regenerated: the old one should be dead, the new one on the clipboard")
	}
	if token, _ := s.Token(UserPAT); token.Expires.Sub(s.World.Now()) < 179*day {
		t.Errorf("it expires %v", token.Expires)
	}
	second, err := s.SecondToken(UserPAT)
	if err != nil {
		t.Fatal(err)
	}
	if s.Clipboard() != second || !s.GitHub.Alive(fresh) || !s.GitHub.Alive(second) {
		t.Error("a second token: both should be alive, the second on the clipboard")
	}
	if newest, _ := s.Newest(UserPAT); newest != second {
		t.Error("the newest value isn't the second token's")
	}
	if err := s.DeleteOldToken(UserPAT); err != nil || s.GitHub.Alive(fresh) || !s.GitHub.Alive(second) {
		t.Errorf("deleting the old one: %v", err)
	}
	if err := s.DeleteOldToken(UserPAT); err == nil {
		t.Error("the only token was deleted as the old one")
	}
	third, err := s.SecondToken(UserPAT)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteNewToken(UserPAT); err != nil || s.GitHub.Alive(third) || !s.GitHub.Alive(second) || s.DeleteNewToken(UserPAT) == nil {
		t.Errorf("deleting the new one: %v", err)
	}
	if _, err := s.Regenerate(Password); err == nil {
		t.Error("a password was regenerated as a token")
	}
}

func TestSomebodyElsesTokenIsCopied(t *testing.T) {
	s := open(t, Options{})
	if value := s.OtherToken("somebody", time.Hour); value != s.Clipboard() || !s.GitHub.Alive(value) {
		t.Error("it should be alive and on the clipboard")
	}
	if value := s.OtherToken(CIUser, -time.Hour); value != s.Clipboard() || s.GitHub.Alive(value) {
		t.Error("it should have expired and be on the clipboard")
	}
}

func TestATokenLosesAPermission(t *testing.T) {
	s := open(t, Options{})
	value, _ := s.AWS.Current(UserPAT)
	c := githubClient(t, s, value)
	read := func() *github.Response {
		_, r, _ := c.Actions.ListRepoSecrets(t.Context(), Org, "modernisation-platform", nil)
		return r
	}
	token, _ := s.Token(UserPAT)
	if read().StatusCode != http.StatusOK {
		t.Error("the token can't read secrets to begin with")
	}
	if err := s.Withdraw(token, "secrets"); err != nil || read().StatusCode != http.StatusForbidden {
		t.Errorf("withdrawing: %v", err)
	}
	if err := s.Withdraw(token, "secrets"); err == nil {
		t.Error("a permission was withdrawn twice")
	}
	if err := s.Grant(s.BotToken(), "contents", "read"); err != nil || s.BotToken().Permissions["contents"] != "read" {
		t.Errorf("granting: %v", err)
	}
}

func TestARemovedWorkflowIs404UntilItComesBack(t *testing.T) {
	s := open(t, Options{})
	c := githubClient(t, s, variable(t, s.Env(), "GITHUB_TOKEN"))
	dispatch := func() int {
		r, _ := c.Actions.CreateWorkflowDispatchEventByFileName(t.Context(), Org, "modernisation-platform", Resources, github.CreateWorkflowDispatchEventRequest{Ref: "main"})
		return r.StatusCode
	}
	s.RemoveWorkflow(Resources, true)
	if got := dispatch(); got != http.StatusNotFound {
		t.Errorf("removed: %d", got)
	}
	s.RemoveWorkflow(Resources, false)
	if got := dispatch(); got != http.StatusNoContent {
		t.Errorf("back: %d", got)
	}
	if n := s.World.Journal.Applied("github", fakegithub.Dispatch); n != 1 {
		t.Errorf("%d dispatches were applied", n)
	}
}

func TestSettingsAreYAMLOfTheAgreedShape(t *testing.T) {
	for web, links := range map[string]map[string]string{
		"": nil,
		"http://127.0.0.1:1": {
			"https://github.com": "http://127.0.0.1:1/github", "https://eu-west-2.console.aws.amazon.com": "http://127.0.0.1:1/aws",
			"https://api.slack.com": "http://127.0.0.1:1/slack",
		},
	} {
		s := open(t, Options{Web: web})
		s.SetWaits(map[string]string{"settle": "1s", "poll": "200ms"})
		var got struct {
			Workspace struct{ App, Team, Enterprise string }
			Handles   map[string]string
			Zone      string
			Features  map[string]bool
			Reminders map[string]any
			Links     map[string]string
			Waits     map[string]string
		}
		if err := yaml.UnmarshalWithOptions(s.Settings(), &got, yaml.Strict()); err != nil {
			t.Fatalf("%v\n%s", err, s.Settings())
		}
		if got.Workspace.App != App || got.Workspace.Team != Team || got.Handles["@mp-approvers"] != ApproversGroup ||
			got.Handles["#modernisation-platform"] != Platform || got.Handles["@modernisation-platform"] != EverybodyGroup ||
			got.Zone != "Europe/London" || !got.Features["history"] || got.Waits["settle"] != "1s" || len(got.Waits) != 2 {
			t.Errorf("settings are %+v", got)
		}
		if got.Reminders["off"] != false || got.Reminders["escalate_to"] != "@mp-approvers" {
			t.Errorf("reminders are %v", got.Reminders)
		}
		if (len(got.Links) == 0) != (links == nil) {
			t.Errorf("links are %v", got.Links)
		}
		for from, to := range links {
			if got.Links[from] != to {
				t.Errorf("links to %s lead to %s", from, got.Links[from])
			}
		}
	}
}

func TestEverybodyIsWhereTheyBelong(t *testing.T) {
	s := open(t, Options{})
	for _, handle := range Handles() {
		id, ok := PersonID(handle)
		if !ok || s.Slack.NameOf(id) != handle {
			t.Errorf("%s is %s", handle, id)
		}
	}
	for _, g := range s.Slack.Groups() {
		for _, id := range g.Members {
			if s.Slack.NameOf(id) == "" {
				t.Errorf("@%s has an unknown member %s", g.Handle, id)
			}
		}
	}
}
