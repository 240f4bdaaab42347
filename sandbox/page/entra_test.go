package page_test

import (
	"io"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

func TestEntraHasItsAddresses(t *testing.T) {
	s, address := site(t, page.Parts{})
	live, _ := s.Newest(stage.SignInSecret)
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/entra", 200, "App registrations"},
		{"/entra/", 200, stage.SignInApp},
		{"/entra/apps", 200, stage.SignInClient},
		{"/entra/apps/" + stage.SignInClient, 200, stage.ClientSecret},
		{"/entra/apps/x", 404, "There is no such application"},
		{"/entra/other", 404, "There is no such page"},
		{"/aws-sign-in", 200, "People can sign in to AWS."},
		{"/aws-sign-in/", 200, "People can sign in to AWS."},
		{"/github/" + stage.RootRepo + "/actions/workflows/" + stage.RootApply, 200, "Run workflow"},
		{"/github/" + stage.RootRepo + "/settings/secrets/actions", 200, "There is none."},
	} {
		answer := get(t, address+c.path)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.has) {
			t.Errorf("%s: %d (%v), want %d with %q", c.path, answer.StatusCode, err, c.status, c.has)
		}
		if strings.Contains(string(body), live) {
			t.Errorf("%s shows a value that nobody asked for", c.path)
		}
	}
}

func TestAPersonAddsAndDeletesAClientSecret(t *testing.T) {
	s, address := site(t, page.Parts{})
	form := "app=" + stage.SignInClient
	_, said := post(t, address, "client-secret-add", form+"&description=next&days=365")
	_, rest, _ := strings.Cut(said, `"location":"`)
	location, _, _ := strings.Cut(rest, `"`)
	shows := func(path string) bool {
		body, err := io.ReadAll(get(t, address+path).Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(body), s.Clipboard())
	}
	plain, _, _ := strings.Cut(location, "?")
	if s.Clipboard() == "" || !shows(location) || shows(plain) {
		t.Fatalf("the value is not shown exactly under %s", location)
	}
	all := s.Entra.Secrets(stage.SignInClient)
	made := all[len(all)-1]
	if len(all) != 3 || made.Name != "next" || made.End.Sub(made.Start).Hours() < 364*24 {
		t.Errorf("%+v", made)
	}
	for _, one := range all[:2] {
		if _, said := post(t, address, "client-secret-delete", form+"&id="+one.ID); strings.Contains(said, `"error"`) {
			t.Error(said)
		}
	}
	if shows := len(s.Entra.Secrets(stage.SignInClient)); shows != 1 || s.SignInWorks() {
		t.Errorf("%d client secrets are left, and people can sign in: %t", shows, s.SignInWorks())
	}
	body, err := io.ReadAll(get(t, address+"/aws-sign-in").Body)
	if err != nil || !strings.Contains(string(body), "Nobody can sign in to AWS") {
		t.Errorf("the page doesn't say that nobody can sign in: %v", err)
	}
	for action, form := range map[string]string{"client-secret-add": "app=x", "client-secret-delete": form + "&id=" + all[0].ID} {
		if _, said := post(t, address, action, form); !strings.Contains(said, `"error"`) {
			t.Errorf("%s: %s", action, said)
		}
	}
	if _, said := post(t, address, "client-secret-delete", "app=x"); !strings.Contains(said, "There is no such application any more") {
		t.Error(said)
	}
}

func TestTheEntraPagesInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	b.Open(address + "/entra/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade")
	b.See("Application (client) ID")
	shot(b, "entra-apps")
	b.Click("link", stage.SignInApp)
	b.Type("Description", "next")
	b.Choose("Expires", "90 days (3 months)")
	b.Click("button", "Add")
	b.See("Its value is shown this once.")
	if got := b.TextOf("#client-secret-value"); !s.Entra.Alive(stage.SignInClient, got) {
		t.Error("what is shown is not the new client secret")
	}
	shot(b, "entra-app")
	b.Click("button", "I have copied it")
	b.Gone("Its value is shown this once.")
	old := s.Entra.Secrets(stage.SignInClient)[1]
	b.Click("button", "Delete client secret "+old.Name+" ("+old.Hint+"…)")
	b.See("Delete this client secret?")
	b.Click("button", "Delete")
	b.See("Deleted. Its value stops working.")
	b.Click("link", "Can people sign in to AWS?")
	b.See("Nobody can sign in to AWS")
	shot(b, "entra-sign-in")
	b.Size(390, 844)
	b.Open(address + "/entra/apps/" + stage.SignInClient)
	if wide := browser.Eval[int](b, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("the page is %d px wide on a phone", wide)
	}
	browser.Eval[any](b, "document.querySelector('#consoles').scrollIntoView({behavior: 'instant'})")
	shot(b, "entra-phone")
}
