package aws_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/aws"
	"rekey/rotation"
	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

const day = 24 * time.Hour

// here is the bot's own account, and sam a user in it with one old key.
var here = rotation.Account{}

func account(t *testing.T) (*world.World, *fakeaws.Fake, *aws.Client, string) {
	t.Helper()
	w := world.New()
	fake := fakeaws.New(w)
	fake.AddIdentity(bot, fakeaws.Identity{Name: "Rekey", ARN: "arn:aws:iam::111122223333:user/rekey"})
	fake.AddUser(fakeaws.User{Name: "sam", Path: "/collaborators/", Groups: []string{"collaborators"}, Age: 300 * day})
	key, _ := fake.AddKey("sam", 200*day)
	client, _ := serve(t, bot, fake)
	return w, fake, client, key
}

func names(users []rotation.IAMUser) []string {
	var out []string
	for _, u := range users {
		out = append(out, u.Name)
	}
	return out
}

func TestUsersOfAPathAndOfAGroup(t *testing.T) {
	w, fake, client, _ := account(t)
	fake.AddUser(fakeaws.User{Name: "root", Groups: []string{"collaborators"}})
	for i := range 250 {
		fake.AddUser(fakeaws.User{Name: fmt.Sprint("user-", i), Path: "/many/", Groups: []string{"many"}})
	}
	for _, c := range []struct {
		path, group string
		want        int
		first       string
	}{
		{"/collaborators/", "", 1, "sam"},
		{"", "", 252, "sam"},
		{"/many/", "", 250, "user-0"},
		{"", "many", 250, "user-0"},
		{"", "collaborators", 2, "sam"},
		{"/collaborators/", "collaborators", 1, "sam"},
	} {
		users, err := client.Users(t.Context(), here, c.path, c.group)
		if err != nil || len(users) != c.want || users[0].Name != c.first {
			t.Errorf("%q %q: %d users, %v", c.path, c.group, len(users), err)
		}
		if slices.Sort(names(users)); len(slices.Compact(names(users))) != c.want {
			t.Errorf("%q %q: some are there twice", c.path, c.group)
		}
	}
	users, _ := client.Users(t.Context(), here, "/collaborators/", "")
	if u := users[0]; u.ARN != "arn:aws:iam::111122223333:user/collaborators/sam" || w.Now().Sub(u.Created).Round(day) != 300*day {
		t.Errorf("%+v", u)
	}
	if p := wrong(t, second(client.Users(t.Context(), here, "", "nobody"))); p.Code != "NoSuchEntity" || !p.Definite {
		t.Errorf("an unknown group: %+v", p)
	}
}

func TestAKeyIsReplaced(t *testing.T) {
	w, fake, client, old := account(t)
	ctx := t.Context()
	fake.UseKey(old, day, "sts", region)
	use, err := client.KeyUse(ctx, here, old)
	if err != nil || use.Service != "sts" || use.Region != region || w.Now().Sub(use.At).Round(time.Hour) != day {
		t.Errorf("%+v, %v", use, err)
	}
	fresh, secret, err := client.CreateKey(ctx, here, "sam")
	if err != nil || !fresh.Active || len(secret.Reveal()) != 40 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	if never, err := client.KeyUse(ctx, here, fresh.ID); err != nil || never != (rotation.KeyUse{}) {
		t.Errorf("%+v, %v", never, err)
	}
	if p := wrong(t, second(client.Keys(ctx, here, "nobody"))); p.Code != "NoSuchEntity" || !p.Definite {
		t.Errorf("%+v", p)
	}
	_, _, err = client.CreateKey(ctx, here, "sam")
	if p := wrong(t, err); p.Code != "LimitExceeded" || !p.Definite {
		t.Errorf("a third key: %+v", p)
	}
	for range 2 {
		if err := client.SetKey(ctx, here, "sam", old, false); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := client.Keys(ctx, here, "sam")
	if err != nil || len(keys) != 2 || keys[0].ID != old || keys[0].Active || keys[1].ID != fresh.ID || !keys[1].Active {
		t.Errorf("%+v, %v", keys, err)
	}
	if age := w.Now().Sub(keys[0].Created).Round(day); age != 200*day {
		t.Errorf("the old one is %v old", age)
	}
	if err := client.DeleteKey(ctx, here, "sam", old); err != nil {
		t.Fatal(err)
	}
	if p := wrong(t, client.DeleteKey(ctx, here, "sam", old)); p.Code != "NoSuchEntity" || !p.Definite {
		t.Errorf("deleted again: %+v", p)
	}
	if p := wrong(t, second(client.KeyUse(ctx, here, old))); p.Code != "AccessDenied" || !p.Definite {
		t.Errorf("the use of a deleted key: %+v", p)
	}
}

func TestAKeyIsMadeOnceThoughTheAnswerIsLost(t *testing.T) {
	w, fake, client, key := account(t)
	for _, c := range []struct {
		method string
		call   func() error
	}{
		{"CreateAccessKey", func() error { _, _, err := client.CreateKey(t.Context(), here, "sam"); return err }},
		{"UpdateAccessKey", func() error { return client.SetKey(t.Context(), here, "sam", key, false) }},
		{"DeleteAccessKey", func() error { return client.DeleteKey(t.Context(), here, "sam", key) }},
	} {
		w.Faults.Order(world.Fault{Provider: "aws", Method: c.method, Word: world.Post5xx})
		if p := wrong(t, c.call()); p.Definite {
			t.Errorf("%s: %+v", c.method, p)
		}
		if n := w.Journal.Applied("aws", c.method); n != 1 {
			t.Errorf("%s was done %d times", c.method, n)
		}
	}
	if view, _ := fake.User("sam"); len(view.Keys) != 1 {
		t.Errorf("%+v", view)
	}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "ListAccessKeys", Word: world.Pre5xx})
	if keys, err := client.Keys(t.Context(), here, "sam"); err != nil || len(keys) != 1 {
		t.Errorf("a read that fails at first: %v, %v", keys, err)
	}
}

// inXML answers as answer does, in the protocol of IAM and STS.
func inXML(status int, code string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(status)
		_, _ = fmt.Fprintf(rw, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no, %s</Message></Error></ErrorResponse>", code, canary)
	}
}

func TestRefusalsOfIAMAreTold(t *testing.T) {
	const key = "AKIA7777777777777777"
	ctx := context.Background()
	create := func(c *aws.Client) error { _, _, err := c.CreateKey(ctx, here, "sam"); return err }
	password := func(c *aws.Client) error {
		return second(c.Password(ctx, rotation.Place{Region: region}, rotation.PasswordPolicy{}))
	}
	for name, c := range map[string]struct {
		call   func(*aws.Client) error
		answer http.HandlerFunc
		want   rotation.ProviderError
	}{
		"no right to list users": {func(c *aws.Client) error { return second(c.Users(ctx, here, "/p/", "")) }, inXML(403, "AccessDenied"),
			rotation.ProviderError{Op: "ListUsers", Code: "AccessDenied", Definite: true, Missing: "iam:ListUsers on users under /p/"}},
		"no right to the group": {func(c *aws.Client) error { return second(c.Users(ctx, here, "", "g")) }, inXML(403, "AccessDenied"),
			rotation.ProviderError{Op: "GetGroup", Code: "AccessDenied", Definite: true, Missing: "iam:GetGroup on group g"}},
		"no right to the key's use": {func(c *aws.Client) error { return second(c.KeyUse(ctx, here, key)) }, inXML(403, "AccessDenied"),
			rotation.ProviderError{Op: "GetAccessKeyLastUsed", Code: "AccessDenied", Definite: true, Missing: "iam:GetAccessKeyLastUsed on access key " + key}},
		"no right to make a key": {create, inXML(403, "AccessDenied"),
			rotation.ProviderError{Op: "CreateAccessKey", Code: "AccessDenied", Definite: true, Missing: "iam:CreateAccessKey on user sam"}},
		"the bot's own key is unknown": {create, inXML(403, "InvalidClientTokenId"),
			rotation.ProviderError{Op: "CreateAccessKey", Code: "InvalidClientTokenId", Definite: true}},
		"throttled": {create, inXML(400, "Throttling"),
			rotation.ProviderError{Op: "CreateAccessKey", Code: "Throttling", RetryAfter: time.Minute}},
		"broken": {create, inXML(500, "ServiceFailure"),
			rotation.ProviderError{Op: "CreateAccessKey", Code: "ServiceFailure"}},
		"a proxy's page": {create, func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "<html>"+canary, http.StatusForbidden) },
			rotation.ProviderError{Op: "CreateAccessKey", Code: "403", Definite: true}},
		"a key without its secret half": {create, func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(rw, "<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><AccessKeyId>%s</AccessKeyId></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>", canary)
		}, rotation.ProviderError{Op: "CreateAccessKey", Code: "an answer that can't be read"}},
		"no right to make a password": {password, answer(400, "AccessDeniedException", "no"),
			rotation.ProviderError{Op: "GetRandomPassword", Code: "AccessDeniedException", Definite: true, Missing: "secretsmanager:GetRandomPassword on *"}},
		"no password in the answer": {password, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("{}")) },
			rotation.ProviderError{Op: "GetRandomPassword", Code: "an answer that can't be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, "AKIA", c.answer)
			c.want.Provider = "AWS"
			if diff := cmp.Diff(c.want, wrong(t, c.call(client))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPasswordIsOfThePolicy(t *testing.T) {
	_, _, client, _ := account(t)
	v, err := client.Password(t.Context(), rotation.Place{}, rotation.PasswordPolicy{Length: 200, Exclude: "aB1", ExcludePunctuation: true})
	if err != nil || len(v.Reveal()) != 200 {
		t.Fatal(err)
	}
	for _, r := range v.Reveal() {
		if slices.Contains([]rune("aB1!#$"), r) {
			t.Errorf("%q is in it", r)
		}
	}
	if err := second(client.Password(t.Context(), rotation.Place{}, rotation.PasswordPolicy{Length: 5000})); err == nil {
		t.Error("a password of 5,000 characters was asked for")
	}
}
