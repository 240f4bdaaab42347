package stage

import (
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v66/github"

	"rekey/sandbox/fakegithub"
)

func TestAnAppsKeyIsReplaced(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	const consumer = "generate-dora-metrics.yml"
	if got := conclusion(t, s, consumer); got != "success" {
		t.Errorf("with the first key the run ended in %s", got)
	}
	if s.DeleteOldAppKey() == nil {
		t.Error("the only key was deleted")
	}
	key, text, err := s.GenerateAppKey()
	if err != nil {
		t.Fatal(err)
	}
	if newest, _ := s.Newest(AppPrivateKey); newest != text || s.Clipboard() != text || len(s.GitHub.AppKeys(TeamApp)) != 2 {
		t.Error("the new key should be the newest value, and on the clipboard")
	}
	if err := s.DeleteOldAppKey(); err != nil || s.GitHub.AppKeys(TeamApp)[0] != key {
		t.Errorf("deleting the old key: %v", err)
	}
	if got := conclusion(t, s, consumer); got != fakegithub.Failure {
		t.Errorf("with a deleted key the run ended in %s", got)
	}
	if err := s.AWS.Save(accessKeyID("starter"), AppPrivateKey, text); err != nil {
		t.Fatal(err)
	}
	if got := conclusion(t, s, consumer); got != "success" {
		t.Errorf("it reads the key when it runs, and ended in %s", got)
	}
	if _, _, err := s.GenerateAppKey(); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteNewAppKey(); err != nil || s.GitHub.AppKeys(TeamApp)[0] != key {
		t.Errorf("deleting the new key: %v", err)
	}
}

func TestTheBotIsAnApp(t *testing.T) {
	s := open(t, Options{App: true})
	env := s.Env()
	file := variable(t, env, "GITHUB_APP_PRIVATE_KEY_FILE")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(variable(t, env, name), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	signer, err := ghinstallation.NewKeyFromFile(http.DefaultTransport, number("GITHUB_APP_ID"), number("GITHUB_APP_INSTALLATION_ID"), file)
	if err != nil {
		t.Fatal(err)
	}
	client := githubClient(t, s, "")
	signer.BaseURL = s.GitHubURL[:len(s.GitHubURL)-1]
	base := client.BaseURL
	client = github.NewClient(&http.Client{Transport: signer})
	client.BaseURL = base
	tokens, _, err := client.Organizations.ListFineGrainedPersonalAccessTokens(t.Context(), Org, &github.ListFineGrainedPATOptions{})
	if err != nil || len(tokens) != len(Tokens())+1 {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("after the end the key's file is still there: %v", err)
	}
}
