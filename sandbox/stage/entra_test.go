package stage

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"rekey/sandbox/fakegithub"
)

func TestTheBotReachesTheApplicationThatItOwns(t *testing.T) {
	s := open(t, Options{})
	env := s.Env()
	grant := clientcredentials.Config{
		ClientID: variable(t, env, "AZURE_CLIENT_ID"), ClientSecret: variable(t, env, "AZURE_CLIENT_SECRET"), AuthStyle: oauth2.AuthStyleInParams,
		TokenURL: variable(t, env, "AZURE_AUTHORITY_HOST") + "/" + variable(t, env, "AZURE_TENANT_ID") + "/oauth2/v2.0/token",
		Scopes:   []string{"https://graph.microsoft.com/.default"},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, variable(t, env, "GRAPH_API_URL")+"/v1.0/applications(appId='"+SignInClient+"')", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := grant.Client(t.Context()).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var app struct {
		Name        string `json:"displayName"`
		Credentials []struct {
			Name string `json:"displayName"`
		} `json:"passwordCredentials"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&app); err != nil || app.Name != SignInApp || len(app.Credentials) != 2 || app.Credentials[1].Name != ClientSecret {
		t.Errorf("%d: %+v, %v", answer.StatusCode, app, err)
	}
}

func TestTheBotWritesWhatItMadeAndNothingElse(t *testing.T) {
	s := open(t, Options{})
	c := secretsmanager.NewFromConfig(awsConfig(t, s.Env()))
	put := func(name string) error {
		_, err := c.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: aws.String("{}"), VersionStages: []string{"AWSPENDING"}})
		return err
	}
	if err := put(SignInSecret); err != nil {
		t.Errorf("writing %s: %v", SignInSecret, err)
	}
	if put(UserPAT) == nil {
		t.Error("the bot wrote a token")
	}
	for _, label := range []string{"AWSPENDING", "AWSCURRENT"} {
		if _, err := c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(SignInSecret), VersionStage: &label}); err != nil {
			t.Errorf("reading %s: %v", label, err)
		}
	}
}

// save writes the clipboard into the secret's field, as a person does.
func save(t *testing.T, s *Stage, value string) {
	t.Helper()
	text, _ := s.AWS.Current(SignInSecret)
	kept := map[string]string{}
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		t.Fatal(err)
	}
	kept["client_secret"] = value
	data, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AWS.Save(accessKeyID("starter"), SignInSecret, string(data)); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleSignInWithWhatWasDeployed(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	old, _ := s.Newest(SignInSecret)
	if !s.SignInWorks() {
		t.Error("it doesn't work to begin with")
	}
	if s.DeleteOldClientSecret() == nil {
		t.Error("the newest client secret was deleted")
	}
	value, err := s.AddClientSecret("next")
	if err != nil || s.Clipboard() != value || !s.Entra.Alive(SignInClient, value) {
		t.Fatalf("the new one isn't alive and on the clipboard: %v", err)
	}
	save(t, s, s.Clipboard())
	if former, _ := s.Former(SignInSecret); former != old || !s.SignInWorks() {
		t.Error("saving a new one changed how people sign in, or what was there before")
	}
	if got := conclusion(t, s, RootApply); got != "success" {
		t.Errorf("deploying ended in %s", got)
	}
	if err := s.DeleteOldClientSecret(); err != nil || !s.SignInWorks() {
		t.Errorf("with the old one deleted: %v", err)
	}
	save(t, s, old)
	if got := conclusion(t, s, RootApply); got != "success" || s.SignInWorks() {
		t.Errorf("deploying a dead one ended in %s, and people can sign in: %t", got, s.SignInWorks())
	}
}

func TestDeletedBeforeItIsDeployedNobodySignsIn(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	if _, err := s.AddClientSecret("next"); err != nil {
		t.Fatal(err)
	}
	save(t, s, s.Clipboard())
	if err := s.DeleteOldClientSecret(); err != nil || s.SignInWorks() {
		t.Errorf("people sign in with a client secret that was deleted: %v", err)
	}
	if got := conclusion(t, s, RootApply); got != "success" || !s.SignInWorks() {
		t.Errorf("deploying ended in %s", got)
	}
	if _, err := s.AddClientSecretUntil("nobody", "x", s.World.Now()); err == nil {
		t.Error("a client secret for an application that isn't there")
	}
}

func TestWhatIsNoJSONIsNotDeployed(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	for _, saved := range []string{"garbage", `{"client_id":"x"}`, `{"client_secret":""}`} {
		if err := s.AWS.Save(accessKeyID("starter"), SignInSecret, saved); err != nil {
			t.Fatal(err)
		}
		if got := conclusion(t, s, RootApply); got != fakegithub.Failure || !s.SignInWorks() {
			t.Errorf("%s: ended in %s", saved, got)
		}
	}
}
