package page_test

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"rekey/sandbox/page"
	"rekey/sandbox/page/browser"
	"rekey/sandbox/stage"
)

func TestAPersonGeneratesAndDeletesAnAppKey(t *testing.T) {
	s, address := site(t, page.Parts{})
	const path = "/github/organizations/" + stage.Org + "/settings/apps"
	shows := func(path, text string) bool {
		t.Helper()
		body, err := io.ReadAll(get(t, address+path).Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(body), text)
	}
	for _, one := range []string{path, path + "/" + stage.TeamAppSlug} {
		if !shows(one, "Generate a private key") || shows(one, "PRIVATE KEY") {
			t.Errorf("%s doesn't list the App's keys, or shows one", one)
		}
	}
	_, said := post(t, address, "app-key-generate", "")
	_, rest, _ := strings.Cut(said, `"location":"`)
	location, _, _ := strings.Cut(rest, `"`)
	if keys := s.GitHub.AppKeys(stage.TeamApp); len(keys) != 2 || !shows(location, "BEGIN RSA PRIVATE KEY") {
		t.Errorf("the new key isn't shown: %s", said)
	}
	first := "id=" + strconv.FormatInt(s.GitHub.AppKeys(stage.TeamApp)[0].ID, 10)
	if _, said := post(t, address, "app-key-delete", first); strings.Contains(said, "error") {
		t.Error(said)
	}
	last := "id=" + strconv.FormatInt(s.GitHub.AppKeys(stage.TeamApp)[0].ID, 10)
	for _, form := range []string{first, last, "id=x"} {
		if _, said := post(t, address, "app-key-delete", form); !strings.Contains(said, `"error"`) {
			t.Errorf("%s: %s", form, said)
		}
	}
}

func TestTheAppsPageInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	b.Open(address + "/github/settings/personal-access-tokens")
	b.Click("link", "The team's GitHub App and its private keys")
	b.Click("button", "Generate a private key")
	b.See("Copy the new private key now")
	newest, _ := s.Newest(stage.AppPrivateKey)
	if browser.Eval[string](b, "document.querySelector('#app-key').textContent") != newest {
		t.Error("the page doesn't show the new key as it is, line by line")
	}
	shot(b, "app-keys")
	b.Click("button", "I have copied it")
	b.Gone("Copy the new private key now")
	old := s.GitHub.AppKeys(stage.TeamApp)[0]
	b.Click("button", "Delete key "+old.Fingerprint)
	b.See("Delete this private key?")
	b.Click("button", "Delete")
	b.See("Deleted. What it signs is refused.")
	if keys := s.GitHub.AppKeys(stage.TeamApp); len(keys) != 1 || keys[0] == old {
		t.Errorf("%d keys are left", len(keys))
	}
	b.Size(390, 844)
	b.Open(address + "/github/organizations/" + stage.Org + "/settings/apps")
	if wide := browser.Eval[int](b, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("the page is %d px wide on a phone", wide)
	}
	shot(b, "app-keys-phone")
}
