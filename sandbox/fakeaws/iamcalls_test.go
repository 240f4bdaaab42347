package fakeaws_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

// An administrator makes the calls of one row about a user of its own, who has
// no key to begin with and is the only one of the path /name/ and the group.
type administrator struct {
	ctx    context.Context
	client *iam.Client
	name   string
}

func (a administrator) create() (string, error) {
	out, err := a.client.CreateAccessKey(a.ctx, &iam.CreateAccessKeyInput{UserName: &a.name})
	if err != nil {
		return "", err
	}
	return *out.AccessKey.AccessKeyId, nil
}

func (a administrator) set(id string, status types.StatusType) error {
	_, err := a.client.UpdateAccessKey(a.ctx, &iam.UpdateAccessKeyInput{UserName: &a.name, AccessKeyId: &id, Status: status})
	return err
}

func (a administrator) remove(id string) error {
	_, err := a.client.DeleteAccessKey(a.ctx, &iam.DeleteAccessKeyInput{UserName: &a.name, AccessKeyId: &id})
	return err
}

// keys says which keys there are: "Active Inactive".
func (a administrator) keys() (string, error) {
	out, err := a.client.ListAccessKeys(a.ctx, &iam.ListAccessKeysInput{UserName: &a.name})
	if err != nil {
		return "", err
	}
	var parts []string
	for _, k := range out.AccessKeyMetadata {
		parts = append(parts, string(k.Status))
	}
	return strings.Join(parts, " "), nil
}

func (a administrator) lastUse(id string) (string, error) {
	out, err := a.client.GetAccessKeyLastUsed(a.ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	if err != nil {
		return "", err
	}
	return fmt.Sprint(out.AccessKeyLastUsed.LastUsedDate != nil, " ", *out.AccessKeyLastUsed.ServiceName), nil
}

// iamRows is what IAM does, in words of its API reference, as rows is.
var iamRows = []struct {
	name        string
	do          func(a administrator) (string, error)
	want        string // the answer, or the error's code
	motoDiffers string
}{
	{name: "a user without keys has an empty list",
		do: func(a administrator) (string, error) { return a.keys() }, want: ""},
	{name: "a new key is active and has a secret half",
		do: func(a administrator) (string, error) {
			out, err := a.client.CreateAccessKey(a.ctx, &iam.CreateAccessKeyInput{UserName: &a.name})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(out.AccessKey.Status, " ", len(*out.AccessKey.SecretAccessKey), " ", len(*out.AccessKey.AccessKeyId)), nil
		}, want: "Active 40 20"},
	{name: "a third key is refused",
		do: func(a administrator) (string, error) {
			_, first := a.create()
			_, second := a.create()
			_, third := a.create()
			return "", cmp.Or(first, second, third)
		}, want: "LimitExceeded"},
	{name: "an inactive key counts towards the limit",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			_, second := a.create()
			err = cmp.Or(err, second, a.set(id, types.StatusTypeInactive))
			_, third := a.create()
			return "", cmp.Or(err, third)
		}, want: "LimitExceeded"},
	{name: "a key is deactivated, and again without an error",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			return then(cmp.Or(err, a.set(id, types.StatusTypeInactive), a.set(id, types.StatusTypeInactive)), a.keys)
		}, want: "Inactive"},
	{name: "a key is activated again",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			return then(cmp.Or(err, a.set(id, types.StatusTypeInactive), a.set(id, types.StatusTypeActive)), a.keys)
		}, want: "Active"},
	{name: "a deleted key is gone and makes room",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			_, second := a.create()
			err = cmp.Or(err, second, a.remove(id))
			_, third := a.create()
			return then(cmp.Or(err, third), a.keys)
		}, want: "Active Active"},
	{name: "a key can't be deleted twice",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			return "", cmp.Or(err, a.remove(id), a.remove(id))
		}, want: "NoSuchEntity"},
	{name: "a key of nobody can't be changed",
		do: func(a administrator) (string, error) {
			return "", a.set("AKIA7777777777777777", types.StatusTypeInactive)
		}, want: "NoSuchEntity"},
	{name: "an unknown user has no keys",
		do: func(a administrator) (string, error) { a.name = "nobody"; return a.keys() }, want: "NoSuchEntity"},
	{name: "a key that was never used says so",
		do: func(a administrator) (string, error) {
			id, err := a.create()
			return then(err, func() (string, error) { return a.lastUse(id) })
		}, want: "false N/A"},
	{name: "the last use of an unknown key is nobody's to know",
		do: func(a administrator) (string, error) { return a.lastUse("AKIA7777777777777777") }, want: "AccessDenied", motoDiffers: "NoSuchEntity"},
	{name: "a user with keys can't be deleted",
		do: func(a administrator) (string, error) {
			_, err := a.create()
			_, deleted := a.client.DeleteUser(a.ctx, &iam.DeleteUserInput{UserName: &a.name})
			return "", cmp.Or(err, deleted)
		}, want: "DeleteConflict", motoDiffers: "deletes it"},
	{name: "users are listed by their path",
		do: func(a administrator) (string, error) {
			out, err := a.client.ListUsers(a.ctx, &iam.ListUsersInput{PathPrefix: aws.String("/" + a.name)})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(len(out.Users), *out.Users[0].UserName == a.name, *out.Users[0].Path == "/"+a.name+"/", out.IsTruncated), nil
		}, want: "1 true true false"},
	{name: "a group has its members",
		do: func(a administrator) (string, error) {
			out, err := a.client.GetGroup(a.ctx, &iam.GetGroupInput{GroupName: aws.String("group-" + a.name)})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(len(out.Users), *out.Users[0].UserName == a.name), nil
		}, want: "1 true"},
	{name: "an unknown group is refused",
		do: func(a administrator) (string, error) {
			_, err := a.client.GetGroup(a.ctx, &iam.GetGroupInput{GroupName: aws.String("nobody")})
			return "", err
		}, want: "NoSuchEntity"},
	{name: "a user is known by name",
		do: func(a administrator) (string, error) {
			out, err := a.client.GetUser(a.ctx, &iam.GetUserInput{UserName: &a.name})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(strings.HasSuffix(*out.User.Arn, ":user/"+a.name+"/"+a.name)), nil
		}, want: "true"},
	{name: "a list of a thousand and one is refused",
		do: func(a administrator) (string, error) {
			_, err := a.client.ListUsers(a.ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1001)})
			return "", err
		}, want: "ValidationError", motoDiffers: "takes it"},
}

func TestIAMDoesWhatTheTableSays(t *testing.T) {
	fake, client := newIAM(t, nil)
	for i, row := range iamRows {
		t.Run(row.name, func(t *testing.T) {
			name := fmt.Sprint("row-", i)
			fake.AddUser(fakeaws.User{Name: name, Path: "/" + name + "/", Groups: []string{"group-" + name}})
			if got := tell(t, administrator{t.Context(), client, name}, row.do); got != row.want {
				t.Errorf("the fake says %q, want %q", got, row.want)
			}
		})
	}
}

func TestMotosIAMDoesWhatTheTableSays(t *testing.T) {
	client := iamFor(motoServer(t), "AKIAMOTO", "secret")
	for i, row := range iamRows {
		t.Run(row.name, func(t *testing.T) {
			got := motoSays(t, fmt.Sprint("row-", i), func(name string) (string, error) {
				_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name, Path: aws.String("/" + name + "/")})
				_, grouped := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("group-" + name)})
				_, added := client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{UserName: &name, GroupName: aws.String("group-" + name)})
				var refused smithy.APIError
				if err := cmp.Or(err, grouped, added); errors.As(err, &refused) {
					t.Fatal(err)
				} else if err != nil {
					return "", err
				}
				return row.do(administrator{t.Context(), client, name})
			})
			if (got == row.want) == (row.motoDiffers != "") {
				t.Errorf("moto says %q, the table %q; known to differ: %q", got, row.want, row.motoDiffers)
			}
		})
	}
}

func tell(t *testing.T, a administrator, do func(administrator) (string, error)) string {
	t.Helper()
	return told(t, func() (string, error) { return do(a) })
}

// iamFor returns the real SDK, signing with that key and without retries.
func iamFor(url, keyID, secret string) *iam.Client {
	return iam.New(iam.Options{
		BaseEndpoint: &url, Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
	})
}

// newIAM returns a fake and an administrator's client of it.
func newIAM(t *testing.T, w *world.World) (*fakeaws.Fake, *iam.Client) {
	t.Helper()
	if w == nil {
		w = world.New()
	}
	fake := fakeaws.New(w)
	fake.AddIdentity("AKIAADMIN", fakeaws.Identity{Name: "admin", ARN: "arn:aws:iam::111122223333:user/admin"})
	return fake, iamFor(serve(t, fake), "AKIAADMIN", "secret")
}
