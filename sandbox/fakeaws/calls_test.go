package fakeaws_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"rekey/need"
)

// Two version ids, as a plan would reserve them.
const (
	one = "11111111-1111-4111-8111-111111111111"
	two = "22222222-2222-4222-8222-222222222222"
)

// A caller makes the calls of one row against a secret of its own, which
// starts with version one, value "first", AWSCURRENT.
type caller struct {
	ctx    context.Context
	client *secretsmanager.Client
	name   string
}

func (c caller) put(id, value string, labels ...string) error {
	_, err := c.client.PutSecretValue(c.ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &c.name, ClientRequestToken: &id, SecretString: &value, VersionStages: labels,
	})
	return err
}

func (c caller) move(label, from, to string) error {
	_, err := c.client.UpdateSecretVersionStage(c.ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &c.name, VersionStage: &label, RemoveFromVersionId: optional(from), MoveToVersionId: optional(to),
	})
	return err
}

func (c caller) value(id, label string) (string, error) {
	out, err := c.client.GetSecretValue(c.ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &c.name, VersionId: optional(id), VersionStage: optional(label),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

// labels says which version has which labels: "1:AWSPREVIOUS 2:AWSCURRENT".
func (c caller) labels() (string, error) {
	out, err := c.client.DescribeSecret(c.ctx, &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	if err != nil {
		return "", err
	}
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(out.VersionIdsToStages)) {
		stages := out.VersionIdsToStages[id]
		slices.Sort(stages)
		if len(stages) > 0 {
			parts = append(parts, id[:1]+":"+strings.Join(stages, ","))
		}
	}
	return strings.Join(parts, " "), nil
}

func (c caller) delete() error {
	_, err := c.client.DeleteSecret(c.ctx, &secretsmanager.DeleteSecretInput{SecretId: &c.name, RecoveryWindowInDays: aws.Int64(7)})
	return err
}

// rows is what AWS does, in words of its API reference. Where moto is known to
// do otherwise, motoDiffers says how, and moto is asked whether it still does.
var rows = []struct {
	name        string
	do          func(c caller) (string, error)
	want        string // the answer, or the exception's name
	motoDiffers string
}{
	{name: "a new secret has one current version",
		do: func(c caller) (string, error) { return c.labels() }, want: "1:AWSCURRENT"},
	{name: "a read that names nothing gets the current value",
		do: func(c caller) (string, error) { return c.value("", "") }, want: "first"},
	{name: "a read that names a version and its label gets it",
		do: func(c caller) (string, error) { return c.value(one, "AWSCURRENT") }, want: "first"},
	{name: "a read of a version under a label that it doesn't have is refused",
		do:   func(c caller) (string, error) { return c.value(one, "AWSPREVIOUS") },
		want: "ResourceNotFoundException", motoDiffers: "InvalidRequestException with the same words"},
	{name: "a read of an unknown version is refused",
		do: func(c caller) (string, error) { return c.value(two, "") }, want: "ResourceNotFoundException"},
	{name: "a read of a label that no version has is refused",
		do: func(c caller) (string, error) { return c.value("", "AWSPENDING") }, want: "ResourceNotFoundException"},
	{name: "a version put as pending leaves the current one alone",
		do: func(c caller) (string, error) { return then(c.put(two, "second", "AWSPENDING"), c.labels) }, want: "1:AWSCURRENT 2:AWSPENDING"},
	{name: "a version put without labels becomes current",
		do: func(c caller) (string, error) { return then(c.put(two, "second"), c.labels) }, want: "1:AWSPREVIOUS 2:AWSCURRENT"},
	{name: "the same token with the same value changes nothing",
		do: func(c caller) (string, error) {
			return then(cmp.Or(c.put(two, "second", "AWSPENDING"), c.put(two, "second", "AWSPENDING")), c.labels)
		}, want: "1:AWSCURRENT 2:AWSPENDING"},
	{name: "the same token with another value is refused",
		do: func(c caller) (string, error) {
			return "", cmp.Or(c.put(two, "second", "AWSPENDING"), c.put(two, "other", "AWSPENDING"))
		}, want: "ResourceExistsException", motoDiffers: "overwrites"},
	{name: "a token shorter than 32 characters is refused",
		do: func(c caller) (string, error) { return "", c.put("short", "second") }, want: "InvalidParameterException"},
	{name: "moving the current label without saying from where is refused",
		do: func(c caller) (string, error) {
			return "", cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSCURRENT", "", two))
		}, want: "InvalidParameterException"},
	{name: "moving the current label from a version that doesn't have it is refused",
		do: func(c caller) (string, error) {
			return "", cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSCURRENT", two, two))
		}, want: "InvalidParameterException"},
	{name: "a promotion leaves the old version previous and the new one pending too",
		do: func(c caller) (string, error) {
			return then(cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSCURRENT", one, two)), c.labels)
		}, want: "1:AWSPREVIOUS 2:AWSCURRENT,AWSPENDING"},
	{name: "repeating a promotion that has happened is refused",
		do: func(c caller) (string, error) {
			return "", cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSCURRENT", one, two), c.move("AWSCURRENT", one, two))
		}, want: "InvalidParameterException"},
	{name: "the pending label comes off when asked",
		do: func(c caller) (string, error) {
			return then(cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSCURRENT", one, two), c.move("AWSPENDING", two, "")), c.labels)
		}, want: "1:AWSPREVIOUS 2:AWSCURRENT"},
	{name: "rolling back swaps the labels",
		do: func(c caller) (string, error) {
			return then(cmp.Or(c.put(two, "second"), c.move("AWSCURRENT", two, one)), c.labels)
		}, want: "1:AWSCURRENT 2:AWSPREVIOUS"},
	{name: "a label that a version doesn't have can't be taken off it",
		do: func(c caller) (string, error) { return "", c.move("AWSPENDING", one, "") }, want: "InvalidParameterException"},
	{name: "the current label can't be taken off",
		do: func(c caller) (string, error) { return "", c.move("AWSCURRENT", one, "") }, want: "InvalidParameterException",
		motoDiffers: "takes it off"},
	{name: "a label of one's own moves only from where it is",
		do: func(c caller) (string, error) {
			return "", cmp.Or(c.put(two, "second", "blue"), c.move("blue", "", one))
		}, want: "InvalidParameterException", motoDiffers: "leaves it on both"},
	{name: "a version without labels is listed only on request",
		do: func(c caller) (string, error) {
			if err := cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSPENDING", two, "")); err != nil {
				return "", err
			}
			var counts []int
			for _, all := range []bool{false, true} {
				out, err := c.client.ListSecretVersionIds(c.ctx, &secretsmanager.ListSecretVersionIdsInput{SecretId: &c.name, IncludeDeprecated: &all})
				if err != nil {
					return "", err
				}
				counts = append(counts, len(out.Versions))
			}
			return fmt.Sprint(counts), nil
		}, want: "[1 2]", motoDiffers: "lists all"},
	{name: "a version without labels is still read by its id",
		do: func(c caller) (string, error) {
			return then(cmp.Or(c.put(two, "second", "AWSPENDING"), c.move("AWSPENDING", two, "")), func() (string, error) { return c.value(two, "") })
		}, want: "second"},
	{name: "a console save makes a new current version",
		do: func(c caller) (string, error) {
			_, err := c.client.UpdateSecret(c.ctx, &secretsmanager.UpdateSecretInput{SecretId: &c.name, ClientRequestToken: aws.String(two), SecretString: aws.String("second")})
			return then(err, c.labels)
		}, want: "1:AWSPREVIOUS 2:AWSCURRENT"},
	{name: "a secret that awaits deletion can't be read",
		do: func(c caller) (string, error) {
			return then(c.delete(), func() (string, error) { return c.value("", "") })
		}, want: "InvalidRequestException"},
	{name: "a secret that awaits deletion can be described",
		do: func(c caller) (string, error) { return then(c.delete(), c.labels) }, want: "1:AWSCURRENT"},
	{name: "a secret that awaits deletion can't be written",
		do: func(c caller) (string, error) { return "", cmp.Or(c.delete(), c.put(two, "second")) }, want: "InvalidRequestException",
		motoDiffers: "writes it"},
	{name: "a restored secret is read again",
		do: func(c caller) (string, error) {
			if err := c.delete(); err != nil {
				return "", err
			}
			_, err := c.client.RestoreSecret(c.ctx, &secretsmanager.RestoreSecretInput{SecretId: &c.name})
			return then(err, func() (string, error) { return c.value("", "") })
		}, want: "first"},
	{name: "an unknown secret is refused",
		do: func(c caller) (string, error) { c.name = "nobody-knows-it"; return c.labels() }, want: "ResourceNotFoundException"},
	{name: "a secret is found by its ARN",
		do: func(c caller) (string, error) {
			out, err := c.client.DescribeSecret(c.ctx, &secretsmanager.DescribeSecretInput{SecretId: &c.name})
			if err != nil {
				return "", err
			}
			c.name = aws.ToString(out.ARN)
			return c.value("", "")
		}, want: "first"},
	{name: "a secret is found by its ARN without the six characters",
		do: func(c caller) (string, error) {
			out, err := c.client.DescribeSecret(c.ctx, &secretsmanager.DescribeSecretInput{SecretId: &c.name})
			if err != nil {
				return "", err
			}
			c.name = (*out.ARN)[:len(*out.ARN)-7]
			return c.value("", "")
		}, want: "first"},
	{name: "a random password has the length asked for",
		do: func(c caller) (string, error) {
			out, err := c.client.GetRandomPassword(c.ctx, &secretsmanager.GetRandomPasswordInput{PasswordLength: aws.Int64(40), ExcludePunctuation: aws.Bool(true)})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(len(*out.RandomPassword)), nil
		}, want: "40"},
	{name: "a value above 65,536 bytes is refused",
		do: func(c caller) (string, error) { return "", c.put(two, strings.Repeat("x", 65537)) }, want: "InvalidParameterException",
		motoDiffers: "takes it"},
}

func TestFakeDoesWhatTheTableSays(t *testing.T) {
	client := fakeClient(t, nil)
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := ask(t, client, fmt.Sprint("row-", i), row.do); got != row.want {
				t.Errorf("the fake says %q, want %q", got, row.want)
			}
		})
	}
}

func TestMotoDoesWhatTheTableSays(t *testing.T) {
	client := motoClient(t)
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := motoSays(t, fmt.Sprint("row-", i), func(name string) (string, error) { return made(t, client, name, row.do) })
			if (got == row.want) == (row.motoDiffers != "") {
				t.Errorf("moto says %q, the table %q; known to differ: %q", got, row.want, row.motoDiffers)
			}
		})
	}
}

func ask(t *testing.T, client *secretsmanager.Client, name string, do func(caller) (string, error)) string {
	t.Helper()
	return told(t, func() (string, error) { return made(t, client, name, do) })
}

// made makes the secret that a row is about, and does what the row says.
func made(t *testing.T, client *secretsmanager.Client, name string, do func(caller) (string, error)) (string, error) {
	t.Helper()
	_, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, ClientRequestToken: aws.String(one), SecretString: aws.String("first")})
	var refused smithy.APIError
	if errors.As(err, &refused) {
		t.Fatalf("creating the secret: %v", err)
	}
	if err != nil {
		return "", err
	}
	return do(caller{t.Context(), client, name})
}

// told is what was answered, or the code of the refusal.
func told(t *testing.T, do func() (string, error)) string {
	t.Helper()
	got, err := do()
	var refused smithy.APIError
	switch {
	case err == nil:
		return got
	case errors.As(err, &refused):
		return refused.ErrorCode()
	}
	t.Fatal(err)
	return ""
}

// motoSays asks moto about one row. Its server now and then breaks a connection
// in the middle of an answer, which says nothing about the row: then it is asked
// again, about something of another name.
func motoSays(t *testing.T, name string, do func(name string) (string, error)) string {
	t.Helper()
	return told(t, func() (got string, err error) {
		for again := range 3 {
			got, err = do(fmt.Sprint(name, "-", again))
			if !errors.Is(err, net.ErrClosed) {
				break
			}
		}
		return got, err
	})
}

func then(err error, next func() (string, error)) (string, error) {
	if err != nil {
		return "", err
	}
	return next()
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// clientFor returns the real SDK, signing as keyID and without retries.
func clientFor(url, keyID string) *secretsmanager.Client { return clientOf(url, keyID, "secret") }

func clientOf(url, keyID, secret string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		BaseEndpoint: &url, Region: "eu-west-2", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
	})
}

func motoClient(t *testing.T) *secretsmanager.Client {
	t.Helper()
	return clientFor(motoServer(t), "AKIAMOTO")
}

// motoServer starts a moto server of its own for the test and stops exactly
// that one, with its children, at the end.
func motoServer(t *testing.T) string {
	t.Helper()
	path := need.Tool(t, "moto_server")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	_ = listener.Close()
	moto := exec.Command(path, "-H", "127.0.0.1", "-p", port)
	moto.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := moto.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-moto.Process.Pid, syscall.SIGKILL)
		_ = moto.Wait()
	})
	url := "http://127.0.0.1:" + port
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for range 600 {
		if answer, err := http.Get(url + "/moto-api/data.json"); err == nil {
			_ = answer.Body.Close()
			return url
		}
		<-ticker.C
	}
	t.Fatal("moto_server didn't answer within a minute")
	return ""
}
