package fakeaws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

const day = 24 * time.Hour

// who asks STS who it is with a key.
func who(t *testing.T, url, keyID, secret, token string) (string, error) {
	t.Helper()
	out, err := sts.New(sts.Options{BaseEndpoint: &url, Region: "eu-west-2", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, token)}).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

func TestAUserSignsInWithAKeyThatIsActive(t *testing.T) {
	w := world.New()
	fake, client := newIAM(t, w)
	url := serve(t, fake)
	fake.AddUser(fakeaws.User{Name: "sam", Path: "/collaborators/", Allowed: fakeaws.Only([]string{"GetSecretValue"}, "mine")})
	fake.AddSecret("mine", "x")
	id, secret := fake.AddKey("sam", 200*day)
	a := administrator{t.Context(), client, "sam"}

	if arn, err := who(t, url, id, secret, ""); err != nil || arn != "arn:aws:iam::111122223333:user/collaborators/sam" {
		t.Errorf("%s, %v", arn, err)
	}
	if _, err := who(t, url, id, "another secret", ""); code(err) != "SignatureDoesNotMatch" {
		t.Errorf("with another secret: %v", err)
	}
	secrets := clientOf(url, id, secret)
	if _, err := (caller{t.Context(), secrets, "mine"}).value("", ""); err != nil {
		t.Errorf("reading what the user may: %v", err)
	}
	if _, err := (caller{t.Context(), secrets, "mine"}).labels(); code(err) != "AccessDeniedException" {
		t.Errorf("describing what the user may not: %v", err)
	}
	if _, err := (administrator{t.Context(), iamFor(url, id, secret), "sam"}).keys(); code(err) != "AccessDenied" {
		t.Errorf("IAM for a user without rights: %v", err)
	}
	if err := a.set(id, types.StatusTypeInactive); err != nil {
		t.Fatal(err)
	}
	if _, err := who(t, url, id, secret, ""); code(err) != "InvalidClientTokenId" {
		t.Errorf("inactive: %v", err)
	}
	if _, err := (caller{t.Context(), secrets, "mine"}).value("", ""); code(err) != "UnrecognizedClientException" {
		t.Errorf("inactive, at Secrets Manager: %v", err)
	}
	if err := a.remove(id); err != nil {
		t.Fatal(err)
	}
	if _, err := who(t, url, id, secret, ""); code(err) != "InvalidClientTokenId" {
		t.Errorf("deleted: %v", err)
	}
	view, _ := fake.User("sam")
	if len(view.Keys) != 0 {
		t.Errorf("keys are %+v", view.Keys)
	}
}

func TestIAMNoticesLate(t *testing.T) {
	w := world.New()
	fake, client := newIAM(t, w)
	url := serve(t, fake)
	fake.AddUser(fakeaws.User{Name: "sam"})
	old, oldSecret := fake.AddKey("sam", 200*day)
	fake.SetLag(10 * time.Second)
	a := administrator{t.Context(), client, "sam"}
	out, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("sam")})
	if err != nil {
		t.Fatal(err)
	}
	id, secret := *out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey
	if err := a.set(old, types.StatusTypeInactive); err != nil {
		t.Fatal(err)
	}
	if got, err := a.keys(); err != nil || got != "Active" {
		t.Errorf("at once the list says %q, %v", got, err)
	}
	if _, err := who(t, url, id, secret, ""); code(err) != "InvalidClientTokenId" {
		t.Errorf("a key that nobody has noticed: %v", err)
	}
	if _, err := who(t, url, old, oldSecret, ""); err != nil {
		t.Errorf("a deactivation that nobody has noticed: %v", err)
	}
	if _, err := a.create(); code(err) != "LimitExceeded" {
		t.Errorf("the limit knows the truth: %v", err)
	}
	w.Advance(11 * time.Second)
	if got, err := a.keys(); err != nil || got != "Inactive Active" {
		t.Errorf("later the list says %q, %v", got, err)
	}
	if _, err := who(t, url, id, secret, ""); err != nil {
		t.Errorf("later the new key: %v", err)
	}
	if _, err := who(t, url, old, oldSecret, ""); code(err) != "InvalidClientTokenId" {
		t.Errorf("later the old key: %v", err)
	}
}

func TestAKeyIsSeenUsedAfterAWhile(t *testing.T) {
	w := world.New()
	fake, client := newIAM(t, w)
	fake.AddUser(fakeaws.User{Name: "sam", Age: 300 * day})
	id, secret := fake.AddKey("sam", 200*day)
	fake.UseKey(id, 3*day, "s3", "eu-west-1")
	fake.SetUseLag(time.Hour)
	if _, err := who(t, serve(t, fake), id, secret, ""); err != nil {
		t.Fatal(err)
	}
	last := func() *types.AccessKeyLastUsed {
		out, err := client.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
		if err != nil || *out.UserName != "sam" {
			t.Fatal(out, err)
		}
		return out.AccessKeyLastUsed
	}
	if got := last(); w.Now().Sub(*got.LastUsedDate).Round(time.Hour) != 3*day || *got.ServiceName != "s3" || *got.Region != "eu-west-1" {
		t.Errorf("at first: %v %s", got.LastUsedDate, *got.ServiceName)
	}
	w.Advance(61 * time.Minute)
	if got := last(); w.Now().Sub(*got.LastUsedDate) > 2*time.Hour || *got.ServiceName != "sts" || *got.Region != "eu-west-2" {
		t.Errorf("later: %v %s", got.LastUsedDate, *got.ServiceName)
	}
	view, _ := fake.User("sam")
	if k := view.Keys[0]; k.Service != "sts" || w.Now().Sub(k.Created).Round(day) != 200*day || w.Now().Sub(view.Created).Round(day) != 300*day {
		t.Errorf("the console shows %+v", view)
	}
}

func TestListsComeInPages(t *testing.T) {
	fake, client := newIAM(t, nil)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		fake.AddUser(fakeaws.User{Name: name, Path: "/p/", Groups: []string{"all"}})
	}
	fake.AddUser(fakeaws.User{Name: "f", Path: "/q/"})
	var listed, members []string
	users := iam.NewListUsersPaginator(client, &iam.ListUsersInput{PathPrefix: aws.String("/p/"), MaxItems: aws.Int32(2)})
	for users.HasMorePages() {
		out, err := users.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range out.Users {
			listed = append(listed, *u.UserName)
		}
	}
	group := iam.NewGetGroupPaginator(client, &iam.GetGroupInput{GroupName: aws.String("all"), MaxItems: aws.Int32(3)})
	for group.HasMorePages() {
		out, err := group.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range out.Users {
			members = append(members, *u.UserName)
		}
	}
	if all := "a b c d e"; strings.Join(listed, " ") != all || strings.Join(members, " ") != all {
		t.Errorf("listed %v, members %v", listed, members)
	}
}

func TestARoleIsAssumedByWhoMayAndIsTrusted(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/rekey-root"
	w := world.New()
	fake := fakeaws.New(w)
	url := serve(t, fake)
	fake.AddSecret("root", "x")
	fake.AddRole(fakeaws.Role{ARN: role, Trusts: []string{"arn:bot", "arn:other"}, Allowed: fakeaws.Only([]string{"DescribeSecret"}, "root")})
	fake.AddIdentity(bot, fakeaws.Identity{ARN: "arn:bot", Allowed: fakeaws.Only([]string{"AssumeRole"}, role, "arn:aws:iam::111122223333:role/else")})
	fake.AddIdentity("AKIAOTHER", fakeaws.Identity{ARN: "arn:other", Allowed: fakeaws.Only(nil)})
	fake.AddIdentity("AKIASTRANGER", fakeaws.Identity{ARN: "arn:stranger"})
	assume := func(key, role string) (*sts.AssumeRoleOutput, error) {
		return sts.New(sts.Options{BaseEndpoint: &url, Region: "eu-west-2", Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider(key, "secret", "")}).
			AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("rekey")})
	}
	out, err := assume(bot, role)
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	if arn, err := who(t, url, *c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken); err != nil || arn != "arn:aws:sts::111122223333:assumed-role/rekey-root/rekey" {
		t.Errorf("%s, %v", arn, err)
	}
	if _, err := who(t, url, *c.AccessKeyId, *c.SecretAccessKey, "another token"); code(err) != "InvalidClientTokenId" {
		t.Errorf("another token: %v", err)
	}
	for what, err := range map[string]error{
		"no right":     second(assume("AKIAOTHER", role)),
		"no trust":     second(assume("AKIASTRANGER", role)),
		"no such role": second(assume(bot, "arn:aws:iam::111122223333:role/else")),
	} {
		if code(err) != "AccessDenied" || !strings.Contains(err.Error(), "sts:AssumeRole") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheJournalHasUserAndKeyButNeverTheSecret(t *testing.T) {
	w := world.New()
	fake, client := newIAM(t, w)
	fake.AddUser(fakeaws.User{Name: "sam"})
	a := administrator{t.Context(), client, "sam"}
	id, err := a.create()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.lastUse(id); err != nil {
		t.Fatal(err)
	}
	if err := a.remove(id); err != nil {
		t.Fatal(err)
	}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "CreateAccessKey", Word: world.PostReset})
	if _, err := a.create(); err == nil {
		t.Error("the answer wasn't lost")
	}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "ListAccessKeys", Word: world.TooMany})
	if _, err := a.keys(); err == nil {
		t.Error("the call wasn't throttled")
	}
	var methods []string
	for _, call := range w.Journal.Calls() {
		methods = append(methods, call.Method)
		if call.Resource != "sam" || call.Method != "ListAccessKeys" && !strings.HasPrefix(call.Token, "AKIA") {
			t.Errorf("the journal has %+v", call)
		}
	}
	want := []string{"CreateAccessKey", "GetAccessKeyLastUsed", "DeleteAccessKey", "CreateAccessKey", "ListAccessKeys"}
	if !slices.Equal(methods, want) || w.Journal.Applied("aws", "CreateAccessKey") != 2 {
		t.Errorf("the journal has %v", methods)
	}
	if n := len(w.Values.All()); n != 2 {
		t.Errorf("%d values are known", n)
	}
}
