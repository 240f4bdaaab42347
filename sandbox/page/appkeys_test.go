package page_test

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"rekey/sandbox/page"
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
