package page_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

const terraformPath = "/github/" + stage.PlatformRepo + "/tree/main/terraform/pagerduty"

// body is a page as one of the people sees it.
func body(t *testing.T, address, person string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "rekey-sandbox-me", Value: person})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPagerDutyHasItsAddressesAndHidesItsKeys(t *testing.T) {
	s, address := site(t, page.Parts{})
	owner := s.PagerDuty.Owners()[0]
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/pagerduty", 200, "Corporate Staff Rostering"},
		{"/pagerduty/services", 200, "event orchestration"},
		{"/pagerduty/service-directory/" + owner.ID, 200, "Amazon CloudWatch"},
		{"/pagerduty/services/" + owner.ID, 200, "Mina"},
		{"/pagerduty/services/P1", 404, "There is no such page"},
		{"/pagerduty/users/me/user-settings", 200, "sam@digital.justice.gov.uk"},
		{"/pagerduty/api_keys", 200, "rekey, read only"},
		{"/pagerduty/incidents", 200, "There is no incident"},
		{terraformPath, 200, "security_hub_alarms"},
		{"/github/" + stage.Environments + "/tree/main/terraform/pagerduty", 404, "There is no such page"},
	} {
		answer := get(t, address+c.path)
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(text), c.has) {
			t.Errorf("%s: %d (%v), want %d with %q", c.path, answer.StatusCode, err, c.status, c.has)
		}
		for _, v := range s.World.Values.All() {
			if strings.HasPrefix(v.Name, "PagerDuty") && strings.Contains(string(text), v.Value) {
				t.Errorf("%s shows the %s", c.path, v.Name)
			}
		}
	}
	_, said := post(t, address, "pd-key-show", "id="+owner.Integrations[0].ID)
	_, rest, _ := strings.Cut(said, `"location":"`)
	location, _, _ := strings.Cut(strings.ReplaceAll(rest, `\u0026`, "&"), `"`)
	if !strings.Contains(body(t, address+location, "starter"), owner.Integrations[0].Key) {
		t.Errorf("the key isn't shown under %q", location)
	}
	if _, said := post(t, address, "pd-key-show", "id=x"); !strings.Contains(said, "There is no such integration") {
		t.Error(said)
	}
}

func TestWhoMakesAndDeletesKeysOfPagerDuty(t *testing.T) {
	s, address := site(t, page.Parts{})
	const ops = "rekey-sandbox-me=" + stage.Ops
	if _, said := post(t, address, "pd-key-make", "account=yes&name=x"); !strings.Contains(said, "#ask-operations-engineering") {
		t.Error(said)
	}
	if _, said := post(t, address, "pd-key-make", "name=+"); !strings.Contains(said, "Describe what the key is for first") {
		t.Error(said)
	}
	if text := body(t, address+"/pagerduty/api_keys", "starter"); strings.Contains(text, "pd-key-make") || strings.Contains(text, "pd-key-delete") {
		t.Error("somebody of the team is offered what they can't do")
	}
	_, said := post(t, address, "pd-key-make", "account=yes&name=new", ops)
	_, rest, _ := strings.Cut(said, `"location":"`)
	location, _, _ := strings.Cut(rest, `"`)
	made := s.Clipboard()
	if !strings.HasPrefix(location, "/pagerduty/api_keys?shown=") || !s.PagerDuty.Alive(made) ||
		!strings.Contains(body(t, address+location, stage.Ops), made) || strings.Contains(body(t, address+"/pagerduty/api_keys", stage.Ops), made) {
		t.Errorf("the new key is not shown exactly once: %s", said)
	}
	if text := body(t, address+"/pagerduty/users/me/user-settings", "member"); !strings.Contains(text, "Not authorised") {
		t.Error("Mina should have to authorise in Slack first")
	}
	if _, said := post(t, address, "pd-slack", "", "rekey-sandbox-me=member"); strings.Contains(said, "error") || !s.PagerDuty.InSlack("mina@digital.justice.gov.uk") {
		t.Error(said)
	}
	old := s.PagerDuty.Tokens("sam@digital.justice.gov.uk")[0].ID
	if _, said := post(t, address, "pd-key-delete", "id="+old, "rekey-sandbox-me=member"); !strings.Contains(said, "deleted by its owner") {
		t.Error(said)
	}
	if _, said := post(t, address, "pd-key-delete", "id="+old); strings.Contains(said, "error") || !s.PagerDuty.Tokens("sam@digital.justice.gov.uk")[0].Revoked {
		t.Error(said)
	}
}

func TestATerraformChangeMarksIntegrations(t *testing.T) {
	s, address := site(t, page.Parts{})
	marked := func() (out []string) {
		for _, one := range s.IntegrationKeys() {
			if one.Marked {
				out = append(out, one.Key)
			}
		}
		return out
	}
	if _, said := post(t, address, "pd-replace", "key=cooker_cloudwatch&key=nomis_prod_alarms"); strings.Contains(said, "error") || len(marked()) != 2 {
		t.Errorf("%v: %s", marked(), said)
	}
	if _, said := post(t, address, "pd-replace", "key=other"); !strings.Contains(said, "There is no integration other in Terraform") || len(marked()) != 2 {
		t.Errorf("%v: %s", marked(), said)
	}
	if _, said := post(t, address, "pd-replace", ""); !strings.Contains(said, "replaces nothing") || len(marked()) != 0 {
		t.Errorf("%v: %s", marked(), said)
	}
}

func TestPagerDutyInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	b.Open(address)
	b.Click("link", "PagerDuty")
	b.See("Services and event orchestrations")
	shot(b, "pagerduty-services")
	b.Click("link", "My API access keys")
	b.Click("button", "Create key")
	b.See("Created. The other keys still work.")
	b.See(s.Clipboard())
	shot(b, "pagerduty-keys")
	b.Click("button", "I have copied it")
	b.Click("link", "Terraform change")
	b.See("An old key stops working in that moment")
	b.Click("checkbox", "cooker_cloudwatch")
	b.Click("checkbox", "security_hub_alarms")
	s.World.Changed()
	b.Click("button", "Merge this change")
	b.See("replaces 2 of the integrations")
	shot(b, "pagerduty-terraform")
	if all := s.IntegrationKeys(); !all[1].Marked || !all[5].Marked || all[0].Marked {
		t.Errorf("%+v", all)
	}
	b.Click("link", "Account API keys")
	b.See("Only Operations Engineering makes keys of the account.")
	shot(b, "pagerduty-account")
}
