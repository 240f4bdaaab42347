package page_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/stage"
)

func TestEveryConsoleHasItsAddress(t *testing.T) {
	s, address := site(t, page.Parts{})
	run, err := s.GitHub.Run(stage.PlatformRepo, stage.Resources, "push", "somebody")
	if err != nil {
		t.Fatal(err)
	}
	token, _ := s.Token(stage.UserPAT)
	repo := "/github/" + stage.PlatformRepo
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/", 200, "Try a rotation"},
		{"/terminal", 200, "Terminal of starter"},
		{"/aws/secretsmanager/listsecrets", 200, stage.EnvironmentsPAT},
		{"/aws/secretsmanager/secret?name=" + stage.UserPAT + "&region=eu-west-2", 200, "AWSCURRENT"},
		{"/aws/secretsmanager/secret?name=<b>", 404, "There is no secret &lt;b&gt;"},
		{"/github/settings/personal-access-tokens", 200, "terraform-github"},
		{"/github/settings/personal-access-tokens/" + strconv.FormatInt(token.ID, 10), 200, "Regenerate token"},
		{"/github/settings/personal-access-tokens/1", 404, "There is no such token"},
		{"/github/settings/personal-access-tokens/x", 404, "There is no such token"},
		{"/github", 200, "Fine-grained personal access tokens"},
		{repo, 200, "new-environment.yml"},
		{repo + "/actions", 200, "push by somebody"},
		{repo + "/actions/workflows/" + stage.Resources, 200, "Run workflow"},
		{repo + "/actions/workflows/other.yml", 404, "There is no such page"},
		{repo + "/actions/runs/" + strconv.FormatInt(run, 10), 200, "queued"},
		{repo + "/actions/runs/1", 404, "There is no such page"},
		{repo + "/settings/secrets/actions", 200, "TERRAFORM_GITHUB_TOKEN"},
		{"/github/somebody/else/actions", 404, "There is no such page"},
		{"/nowhere", 404, "There is no such page"},
		{"/static/page.css", 200, "color-scheme"},
		{"/static/../page.go", 404, ""},
	} {
		answer := get(t, address+c.path)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.has) {
			t.Errorf("%s: %d (%v), want %d with %q", c.path, answer.StatusCode, err, c.status, c.has)
		}
		current, _ := s.AWS.Current(stage.UserPAT)
		if strings.Contains(string(body), current) {
			t.Errorf("%s shows a value that nobody asked for", c.path)
		}
	}
}

func TestAPersonDoesAtAWSWhatTheyMay(t *testing.T) {
	s, address := site(t, page.Parts{})
	for _, action := range []string{"aws-retrieve", "aws-save"} {
		_, said := post(t, address, action, "name="+stage.UserPAT+"&value=x", "rekey-sandbox-me=outsider")
		if !strings.Contains(said, "AccessDeniedException") {
			t.Errorf("%s by an outsider: %s", action, said)
		}
	}
	_, said := post(t, address, "aws-save", "name="+stage.UserPAT+"&value=one%0D%0Atwo")
	if now, _ := s.AWS.Current(stage.UserPAT); now != "one\ntwo" || !strings.Contains(said, "AWSCURRENT") {
		t.Errorf("saved %q: %s", now, said)
	}
	if _, said := post(t, address, "aws-save", "name="+stage.UserPAT+"&value="); !strings.Contains(said, "Enter the new value first") {
		t.Error(said)
	}
}

func TestAValueIsShownUnderItsOwnAddressOnly(t *testing.T) {
	s, address := site(t, page.Parts{})
	token, _ := s.Token(stage.UserPAT)
	id := strconv.FormatInt(token.ID, 10)
	_, said := post(t, address, "token-second", "id="+id+"&days=30")
	_, rest, _ := strings.Cut(said, `"location":"`)
	location, _, _ := strings.Cut(rest, `"`)
	shows := func(path string) bool {
		body, err := io.ReadAll(get(t, address+path).Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(body), "github_pat_")
	}
	plain, query, _ := strings.Cut(location, "?")
	if !shows(location) || shows(plain) || shows(plain+"?shown=x") {
		t.Errorf("the value is not shown exactly under %s", location)
	}
	old, _ := s.Newest(stage.UserPAT)
	if !s.GitHub.Alive(old) {
		t.Error("the first token died of the second")
	}
	if _, said := post(t, address, "forget", query+"&to="+url.QueryEscape(plain)); !strings.Contains(said, plain) || shows(location) {
		t.Error("the value is still shown: " + said)
	}
	if _, said := post(t, address, "forget", "to=//evil.example/"); strings.Contains(said, "evil") {
		t.Error(said)
	}
	if _, said := post(t, address, "token-delete", "id="+id); strings.Contains(said, "error") || s.GitHub.Alive(old) {
		t.Error("the token is not deleted: " + said)
	}
	for _, action := range []string{"token-regenerate", "token-second", "token-delete"} {
		if _, said := post(t, address, action, "id="+id); !strings.Contains(said, "There is no such token any more") {
			t.Errorf("%s of a deleted token: %s", action, said)
		}
	}
}

func TestWorkflowsAndCopiesByHand(t *testing.T) {
	s, address := site(t, page.Parts{})
	before := s.GitHub.Secrets(stage.PlatformRepo)
	form := "repo=" + stage.PlatformRepo + "&name=TERRAFORM_GITHUB_TOKEN&value="
	if _, said := post(t, address, "secret-set", form+"new"); strings.Contains(said, "error") {
		t.Error(said)
	}
	if v, _ := s.GitHub.SecretValue(stage.PlatformRepo, "TERRAFORM_GITHUB_TOKEN"); v != "new" || len(before) != len(s.GitHub.Secrets(stage.PlatformRepo)) {
		t.Error("the copy has not the new value")
	}
	for form, says := range map[string]string{
		form: "Enter the value first",
		"repo=" + stage.PlatformRepo + "&name=OTHER&value=x": "has no Actions secret OTHER",
	} {
		if _, said := post(t, address, "secret-set", form); !strings.Contains(said, says) {
			t.Errorf("%s: %s", form, said)
		}
	}
	if _, said := post(t, address, "run", "repo=a/b&file=c"); !strings.Contains(said, `"error"`) {
		t.Error("a workflow ran in a repository that isn't there: " + said)
	}
	if _, said := post(t, address, "rerun", "id=1"); !strings.Contains(said, "There is no completed run 1") {
		t.Error(said)
	}
}

func TestTheTerminalShowsWhatFailed(t *testing.T) {
	_, address := site(t, page.Parts{Put: func(_ context.Context, _ string, args []string, _ string) (string, error) {
		if args[0] == "--help" {
			return "Usage: rekey put", nil
		}
		return "rekey: the value is empty\n", errors.New("exit status 2")
	}})
	for _, c := range []struct{ action, form, shows string }{
		{"terminal", "line=rekey+put+--help", "Usage: rekey put"},
		{"terminal", "line=rekey+put+x", "New value (hidden)"},
		{"terminal-value", "value=", "rekey: the value is empty\n(exit status 2)"},
		{"terminal", "line=rekey+put+y", "New value (hidden)"},
		{"terminal-value", "stop=yes", "^C"},
		{"terminal-value", "value=x", "Command line"},
		{"terminal", "line=cat+/etc/passwd", "this terminal runs `rekey put …` and `rekey take …` only"},
	} {
		if code, said := post(t, address, c.action, c.form); code != http.StatusOK || strings.Contains(said, `"error"`) {
			t.Errorf("%s: %d %s", c.form, code, said)
		}
		body, err := io.ReadAll(get(t, address+"/terminal").Body)
		if err != nil || !strings.Contains(string(body), c.shows) {
			t.Errorf("after %s the terminal doesn't show %q:\n%s", c.form, c.shows, body)
		}
	}
}

func TestABrowserWithoutTheScriptIsSentBackToThePage(t *testing.T) {
	s, address := site(t, page.Parts{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/do/say", strings.NewReader("line=hello"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", address)
	r.Header.Set("Referer", address+"/terminal")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/terminal" {
		t.Errorf("%d to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
	if said := s.Slack.Messages(stage.Platform); len(said) != 1 || said[0].Text != "hello" || said[0].User != "U0STARTER" {
		t.Errorf("%+v", said)
	}
}
