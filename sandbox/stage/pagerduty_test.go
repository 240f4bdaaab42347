package stage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	pd "github.com/PagerDuty/go-pagerduty"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rekey/sandbox/fakegithub"
)

func pagerDutyClient(t *testing.T, s *Stage, token string) *pd.Client {
	t.Helper()
	return pd.NewClient(token, pd.WithAPIEndpoint(variable(t, s.Env(), "PAGERDUTY_API_URL")), pd.WithV2EventsAPIEndpoint(variable(t, s.Env(), "PAGERDUTY_EVENTS_URL")))
}

func resolves(t *testing.T, s *Stage, key string) bool {
	t.Helper()
	_, err := pagerDutyClient(t, s, "").ManageEventWithContext(t.Context(), &pd.V2Event{RoutingKey: key, Action: "resolve", DedupKey: "nobody knows this"})
	return err == nil
}

func keysOf(t *testing.T, s *Stage) map[string]string {
	t.Helper()
	text, _ := s.AWS.Current(PagerDutyKeys)
	keys := map[string]string{}
	if err := json.Unmarshal([]byte(text), &keys); err != nil || len(keys) != len(PagerDutyKeyNames()) {
		t.Fatalf("%d keys: %v", len(keys), err)
	}
	return keys
}

func TestTheSecretsOfPagerDutyWork(t *testing.T) {
	s := open(t, Options{})
	account, _ := s.AWS.Current(PagerDutyToken)
	own, _ := s.AWS.Current(PagerDutyUserToken)
	if me, err := pagerDutyClient(t, s, own).GetCurrentUserWithContext(t.Context(), pd.GetCurrentUserOptions{}); err != nil || me.Email != "sam@digital.justice.gov.uk" {
		t.Errorf("%+v, %v", me, err)
	}
	for _, token := range []string{account, own, variable(t, s.Env(), "PAGERDUTY_TOKEN")} {
		if list, err := pagerDutyClient(t, s, token).ListServicesWithContext(t.Context(), pd.ListServiceOptions{}); err != nil || len(list.Services) != 5 {
			t.Errorf("%+v, %v", list, err)
		}
	}
	for name, key := range keysOf(t, s) {
		if !resolves(t, s, key) {
			t.Errorf("%s doesn't work", name)
		}
	}
	if made := s.PagerDuty.Tokens("sam@digital.justice.gov.uk")[0].Created; s.World.Now().Sub(made) < 168*day {
		t.Errorf("Sam's key is from %v", made)
	}
	for _, one := range s.IntegrationKeys() {
		if one.Marked || one.Stale != nil || one.Owner.Name == "" {
			t.Errorf("%+v", one)
		}
	}
}

func TestWhoMayDoWhatWithTheSecretsOfPagerDuty(t *testing.T) {
	s := open(t, Options{})
	c := secretsmanager.NewFromConfig(awsConfig(t, s.Env()))
	read := func(name, label string) error {
		_, err := c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name, VersionStage: &label})
		return err
	}
	for _, name := range []string{PagerDutyToken, PagerDutyUserToken, PagerDutyKeys} {
		if err := read(name, "AWSCURRENT"); err != nil {
			t.Error(err)
		}
	}
	_, moved := c.UpdateSecretVersionStage(t.Context(), &secretsmanager.UpdateSecretVersionStageInput{SecretId: aws.String(PagerDutyKeys), VersionStage: aws.String("AWSCURRENT")})
	put := map[string]any{"SecretId": PagerDutyKeys, "SecretString": "{}"}
	for what, err := range map[string]error{
		"the bot reads former keys": read(PagerDutyKeys, "AWSPREVIOUS"), "the bot moves their label": moved,
		"somebody of the team writes the keys": s.CallAWS(t.Context(), "starter", "PutSecretValue", put),
		"Operations Engineering reads a token": s.CallAWS(t.Context(), Ops, "GetSecretValue", map[string]any{"SecretId": PagerDutyToken}),
	} {
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []string{PagerDutyToken, PagerDutyUserToken} {
		if err := s.CallAWS(t.Context(), "member", "PutSecretValue", map[string]any{"SecretId": name, "SecretString": "x"}); err != nil {
			t.Error(err)
		}
	}
}

func TestATokenOfPagerDutyIsReplaced(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	if _, err := s.MakeAccountToken("starter", "x"); err == nil {
		t.Error("somebody of the team made a key of the account")
	}
	made, err := s.MakeAccountToken(Ops, "terraform, new")
	if err != nil || s.Clipboard() != made {
		t.Fatal(err)
	}
	own, err := s.MakeUserToken("starter", "terraform, new")
	if err != nil {
		t.Fatal(err)
	}
	former, _ := s.Former(PagerDutyUserToken)
	if newest, _ := s.Newest(PagerDutyUserToken); newest != own || !s.PagerDuty.Alive(former) {
		t.Error("the new key should be the newest value, beside the former")
	}
	if err := s.DeleteOldPagerDutyToken("member", PagerDutyUserToken); err == nil {
		t.Error("somebody else deleted Sam's key")
	}
	if err := s.DeleteOldPagerDutyToken("starter", PagerDutyUserToken); err != nil || s.PagerDuty.Alive(former) {
		t.Errorf("%v", err)
	}
	if got := conclusion(t, s, PagerDutyTerraform); got != fakegithub.Failure {
		t.Errorf("with a dead token the run ended in %s", got)
	}
	if err := s.AWS.Save(accessKeyID("starter"), PagerDutyUserToken, own); err != nil {
		t.Fatal(err)
	}
	if got := conclusion(t, s, PagerDutyTerraform); got != "success" {
		t.Errorf("with the new token the run ended in %s", got)
	}
	others, err := s.MakeUserToken("member", "terraform")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AWS.Save(accessKeyID("starter"), PagerDutyUserToken, others); err != nil {
		t.Fatal(err)
	}
	if got := conclusion(t, s, PagerDutyTerraform); got != fakegithub.Failure {
		t.Errorf("with a key of somebody who isn't in Slack the run ended in %s", got)
	}
	s.PagerDuty.AuthoriseSlack("mina@digital.justice.gov.uk")
	if got := conclusion(t, s, PagerDutyTerraform); got != "success" {
		t.Errorf("once they are in Slack the run ended in %s", got)
	}
	if err := s.DeleteNewPagerDutyToken(Ops, PagerDutyToken); err != nil || s.PagerDuty.Alive(made) {
		t.Errorf("%v", err)
	}
	if s.DeleteOldPagerDutyToken(Ops, PagerDutyToken) == nil || s.DeleteOldPagerDutyToken("starter", UserPAT) == nil {
		t.Error("the only key was deleted")
	}
}

func TestIntegrationsAreReplacedByTerraform(t *testing.T) {
	s := open(t, Options{RunDuration: time.Hour})
	before := keysOf(t, s)
	version := func() string { view, _ := s.AWS.Secret(PagerDutyKeys); return view.Versions[0].ID }
	first := version()
	if got := conclusion(t, s, PagerDutyTerraform); got != "success" || version() != first {
		t.Errorf("without a change the run ended in %s, and wrote", got)
	}
	if err := s.MarkForReplacement("nothing"); err == nil {
		t.Error("Terraform has no such integration")
	}
	const replaced = "security_hub_alarms"
	if err := s.MarkForReplacement("cooker_cloudwatch", replaced); err != nil || !s.IntegrationKeys()[1].Marked {
		t.Errorf("%v", err)
	}
	if got := conclusion(t, s, PagerDutyTerraform); got != "success" || version() == first {
		t.Errorf("the run ended in %s, and wrote nothing", got)
	}
	after := keysOf(t, s)
	for name, old := range before {
		changed := name == replaced || name == "cooker_cloudwatch"
		if (after[name] != old) != changed || resolves(t, s, old) == changed || !resolves(t, s, after[name]) {
			t.Errorf("%s is not as it should be", name)
		}
	}
	stale := func() (out []string) {
		for _, one := range s.IntegrationKeys() {
			out = append(out, one.Stale...)
		}
		return out
	}
	if got := strings.Join(stale(), " "); got != "cooker.yml sprinkler.yml cooker.yml sprinkler.yml" {
		t.Errorf("old keys are with %s", got)
	}
	if got := conclusion(t, s, "cooker.yml") + conclusion(t, s, "sprinkler.yml"); got != "successsuccess" || stale() != nil {
		t.Errorf("%s, and old keys are with %v", got, stale())
	}
	for _, c := range s.World.Journal.Calls() {
		if c.Method == "UpdateSecret" && c.Resource == PagerDutyKeys && c.Caller != ciKeyID {
			t.Errorf("the keys were written by %s", c.Caller)
		}
	}
}
