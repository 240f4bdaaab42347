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

const sam = "sam.collaborator"

func TestIAMHasItsAddresses(t *testing.T) {
	s, address := site(t, page.Parts{})
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/aws/iam/home", 200, "Key last used"},
		{"/aws/iam/users", 200, stage.BreakGlass},
		{"/aws/iam/users/" + sam, 200, "200 days"},
		{"/aws/iam/users/details/" + sam, 200, "collaborators/" + sam + "/access-key"},
		{"/aws/iam/users/two.keys", 200, "190 days"},
		{"/aws/iam/users/" + stage.BreakGlass, 200, "This user has no access key."},
		{"/aws/iam/users/<b>", 404, "There is no user &lt;b&gt;"},
	} {
		answer := get(t, address+c.path)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.has) {
			t.Errorf("%s: %d (%v), want %d with %q", c.path, answer.StatusCode, err, c.status, c.has)
		}
		for _, user := range stage.Collaborators() {
			if value, _ := s.AWS.Current(stage.KeySecret(user)); strings.Contains(string(body), value[len(value)-30:]) {
				t.Errorf("%s shows a value that nobody asked for", c.path)
			}
		}
	}
}

func TestAnAdministratorManagesKeys(t *testing.T) {
	s, address := site(t, page.Parts{})
	does := func(action, form, says string) {
		t.Helper()
		if code, said := post(t, address, action, form); code != http.StatusOK || !strings.Contains(said, says) {
			t.Errorf("%s %s: %d %s", action, form, code, said)
		}
	}
	u, _ := s.AWS.User(sam)
	old := u.Keys[0].ID
	does("job-run", "user="+sam, "The job signed in.")
	does("key-make", "user="+sam, "/aws/iam/users/"+sam+"?shown=")
	does("key-make", "user="+sam, "LimitExceeded")
	does("key-set", "user="+sam+"&active=no&id="+old, "Deactivated")
	does("job-run", "user="+sam, "InvalidClientTokenId")
	does("key-set", "user="+sam+"&active=yes&id="+old, "Activated")
	does("job-use", "user="+sam, "already uses")
	does("key-delete", "user="+sam+"&id="+old, "Deleted")
	does("key-delete", "user="+sam+"&id="+old, "NoSuchEntity")
	does("job-run", "user=nobody", "Nobody has no job")
	if u, _ := s.AWS.User(sam); len(u.Keys) != 1 || u.Keys[0].ID == old {
		t.Errorf("the keys are %+v", u.Keys)
	}
}

func TestIAMInABrowser(t *testing.T) {
	shot := shots(t)
	b := browser.Start(t)
	s, address := site(t, page.Parts{})
	b.Open(address)
	b.Click("link", "IAM")
	b.See("Key last used")
	shot(b, "iam-users")
	b.Open(address + "/aws/iam/home?region=us-east-1#/users/details/" + sam + "?section=security_credentials")
	b.See("What " + sam + " has running")
	b.Click("button", "Create access key")
	b.See("This is the only time that its secret half is shown.")
	shot(b, "iam-user")
	b.Click("button", "Done")
	b.Gone("This is the only time that its secret half is shown.")
	u, _ := s.AWS.User(sam)
	b.Click("button", "Deactivate "+u.Keys[0].ID)
	b.See("Deactivate this key?")
	b.Click("button", "Deactivate")
	b.See("Whatever signs in with it is refused.")
	b.Click("button", "Run now")
	b.See("AWS refused the job's key: InvalidClientTokenId")
	shot(b, "iam-refused")
	if u, _ := s.AWS.User(sam); u.Keys[0].Active || len(u.Keys) != 2 {
		t.Errorf("the keys are %+v", u.Keys)
	}
}
