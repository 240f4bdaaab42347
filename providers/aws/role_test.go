package aws_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/aws"
	"rekey/rotation"
	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

const role = "arn:aws:iam::111122223333:role/rekey-root"

// roleScene is an account in which the bot itself may do nothing but assume a role,
// which may do the rest.
func roleScene(t *testing.T) (*world.World, *fakeaws.Fake, *aws.Client) {
	t.Helper()
	w := world.New()
	fake := fakeaws.New(w)
	fake.AddIdentity(bot, fakeaws.Identity{ARN: "arn:aws:iam::111122223333:user/rekey", Allowed: fakeaws.Only([]string{"AssumeRole"}, role)})
	fake.AddRole(fakeaws.Role{ARN: role, Trusts: []string{"arn:aws:iam::111122223333:user/rekey"},
		Allowed: fakeaws.Only([]string{"DescribeSecret", "PutSecretValue", "ListAccessKeys"}, "pat", "sam")})
	fake.AddSecret("pat", "first")
	fake.AddUser(fakeaws.User{Name: "sam"})
	client, _ := serve(t, bot, fake)
	return w, fake, client
}

func TestARoleIsAssumedOnceForManyCalls(t *testing.T) {
	w, _, client := roleScene(t)
	there := rotation.Place{ID: "pat", Region: region, Role: role}
	for range 3 {
		if _, err := client.Describe(t.Context(), there); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Keys(t.Context(), rotation.Account{Role: role}, "sam"); err != nil {
		t.Error(err)
	}
	if n := w.Journal.Applied("aws", "AssumeRole"); n != 1 {
		t.Errorf("assumed %d times", n)
	}
	who, err := client.Identity(t.Context(), rotation.Account{Role: role})
	want := rotation.Caller{Account: fakeaws.Account, ARN: "arn:aws:sts::111122223333:assumed-role/rekey-root/rekey"}
	if diff := cmp.Diff(want, who); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	who, err = client.Identity(t.Context(), rotation.Account{})
	if err != nil || who.ARN != "arn:aws:iam::111122223333:user/rekey" {
		t.Errorf("without a role: %+v, %v", who, err)
	}
	there.Role = ""
	if p := wrong(t, second(client.Describe(t.Context(), there))); p.Missing != "secretsmanager:DescribeSecret on pat" {
		t.Errorf("without the role: %+v", p)
	}
}

func TestARoleThatCannotBeAssumedIsNamed(t *testing.T) {
	w, fake, client := roleScene(t)
	fake.AddRole(fakeaws.Role{ARN: role}) // trusts nobody
	write := func() error {
		return client.Stage(t.Context(), rotation.Place{ID: "pat", Region: region, Role: role}, id, rotation.NewValue(canary))
	}
	want := rotation.ProviderError{Provider: "AWS", Op: "AssumeRole", Code: "AccessDenied", Definite: true, Missing: "sts:AssumeRole on " + role}
	if diff := cmp.Diff(want, wrong(t, write())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, wrong(t, second(client.Users(t.Context(), rotation.Account{Role: role}, "", "")))); diff != "" {
		t.Error(diff)
	}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "AssumeRole", Word: world.Pre5xx, Times: -1})
	if p := wrong(t, write()); p.Op != "AssumeRole" || p.Code != "503" || p.Definite {
		t.Errorf("%+v", p)
	}
	for _, call := range w.Journal.Calls() {
		if call.Method != "AssumeRole" {
			t.Errorf("%s was sent without the role", call.Method)
		}
	}
}

func TestAFailureToAssumeARoleShowsNothing(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"refused": inXML(403, "AccessDenied"), "broken": inXML(400, canary), "garbled": func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = rw.Write([]byte("<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>" + canary))
		},
	} {
		client, _ := serve(t, "AKIA", handler)
		err := second(client.Identity(t.Context(), rotation.Account{Role: role}))
		if p := wrong(t, err); p.Op != "AssumeRole" || strings.Contains(p.Code, canary) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
