package stage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const sam = "sam.collaborator"

func jobOf(t *testing.T, s *Stage, user string) Job {
	t.Helper()
	for _, j := range s.Jobs() {
		if j.User == user {
			return j
		}
	}
	t.Fatalf("%s has no job", user)
	return Job{}
}

func TestTheUsersAreAsTheRunbookFindsThem(t *testing.T) {
	s := open(t, Options{})
	for name, want := range map[string][]int{"sam.collaborator": {200}, "mina.collaborator": {30}, "third.party": {170}, "two.keys": {190, 20}, BreakGlass: {}} {
		u, ok := s.AWS.User(name)
		if !ok || len(u.Keys) != len(want) {
			t.Fatalf("%s has %+v", name, u)
		}
		for i, k := range u.Keys {
			if age := int(s.World.Now().Sub(k.Created) / day); age != want[i] || !k.Active {
				t.Errorf("%s's key %d is %d days old", name, i, age)
			}
		}
		if under := u.Path == CollaboratorsPath; under == (name == BreakGlass) {
			t.Errorf("%s is under %s", name, u.Path)
		}
	}
	if u, _ := s.AWS.User(sam); s.World.Now().Sub(u.Keys[0].Used).Round(time.Hour) != day {
		t.Errorf("sam's key was used %v", u.Keys[0].Used)
	}
}

func TestAKeyIsReplacedAndTheJobFollows(t *testing.T) {
	s := open(t, Options{})
	cfg := awsConfig(t, s.Env())
	users, secrets := iam.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg)
	if err := s.RunJob(t.Context(), sam); err != nil {
		t.Fatal(err)
	}
	old := jobOf(t, s, sam)
	if old.Refused != "" || old.Ran.IsZero() {
		t.Fatalf("the first run: %+v", old)
	}
	made, err := users.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String(sam)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.UseDelivered(t.Context(), sam); err == nil || !strings.Contains(err.Error(), "already uses") {
		t.Errorf("before anything was delivered: %v", err)
	}
	value, err := json.Marshal(keyPair{*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey})
	if err != nil {
		t.Fatal(err)
	}
	name := KeySecret(sam)
	if _, err := secrets.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: aws.String(string(value))}); err != nil {
		t.Fatal(err)
	}
	if err := s.UseDelivered(t.Context(), sam); err != nil {
		t.Fatal(err)
	}
	if _, err := users.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String(sam), AccessKeyId: &old.KeyID, Status: types.StatusTypeInactive}); err != nil {
		t.Fatal(err)
	}
	if err := s.RunJob(t.Context(), sam); err != nil {
		t.Fatal(err)
	}
	if now := jobOf(t, s, sam); now.Refused != "" || now.KeyID != *made.AccessKey.AccessKeyId {
		t.Errorf("with the new key: %+v", now)
	}
	used, err := users.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: made.AccessKey.AccessKeyId})
	if err != nil || used.AccessKeyLastUsed.LastUsedDate == nil {
		t.Errorf("its use: %+v, %v", used, err)
	}
}

func TestAJobWhoseKeyIsDeadIsRefused(t *testing.T) {
	s := open(t, Options{})
	key := jobOf(t, s, sam).KeyID
	if err := s.SetKey(sam, key, false); err != nil {
		t.Fatal(err)
	}
	if err := s.RunJob(t.Context(), sam); err != nil || jobOf(t, s, sam).Refused != "InvalidClientTokenId" {
		t.Errorf("inactive: %+v, %v", jobOf(t, s, sam), err)
	}
	if err := s.UseDelivered(t.Context(), sam); err == nil || !strings.Contains(err.Error(), "UnrecognizedClientException") {
		t.Errorf("reading the delivery with a dead key: %v", err)
	}
	if err := s.SetKey(sam, key, true); err != nil {
		t.Fatal(err)
	}
	if err := s.RunJob(t.Context(), sam); err != nil || jobOf(t, s, sam).Refused != "" {
		t.Errorf("active again: %+v, %v", jobOf(t, s, sam), err)
	}
	if s.RunJob(t.Context(), BreakGlass) == nil || s.UseDelivered(t.Context(), "nobody") == nil {
		t.Error("somebody without a job ran one")
	}
	if _, _, err := s.MakeKey("two.keys"); err == nil || !strings.Contains(err.Error(), "LimitExceeded") {
		t.Errorf("a third key: %v", err)
	}
}

func TestWhatTheBotMayDoInIAM(t *testing.T) {
	s := open(t, Options{})
	ctx := t.Context()
	bot, engineer, outsider := iam.NewFromConfig(awsConfig(t, s.Env())), iam.NewFromConfig(awsConfig(t, s.PersonEnv("starter"))), iam.NewFromConfig(awsConfig(t, s.PersonEnv("outsider")))
	list := func(c *iam.Client, user string) error {
		_, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &user})
		return err
	}
	create := func(c *iam.Client, user string) error {
		_, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user})
		return err
	}
	secrets := secretsmanager.NewFromConfig(awsConfig(t, s.Env()))
	_, read := secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(KeySecret(sam)), VersionStage: aws.String("AWSCURRENT")})
	_, password := secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(Password), VersionStage: aws.String("AWSCURRENT")})
	_, random := secrets.GetRandomPassword(ctx, nil)
	_, others := outsider.ListUsers(ctx, nil)
	for what, c := range map[string]struct {
		err error
		may bool
	}{
		"list a collaborator's keys":      {list(bot, sam), true},
		"list the break-glass user's":     {list(bot, BreakGlass), true},
		"make a collaborator a key":       {create(bot, sam), true},
		"make the break-glass user one":   {create(bot, BreakGlass), false},
		"read a key that it delivered":    {read, false},
		"read the password":               {password, true},
		"make a password":                 {random, true},
		"an engineer lists keys":          {list(engineer, sam), true},
		"an engineer makes a key":         {create(engineer, sam), false},
		"somebody of another team lists":  {list(outsider, sam), false},
		"somebody of another team, users": {others, false},
	} {
		if c.may != (c.err == nil) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	assumed, err := sts.NewFromConfig(awsConfig(t, s.Env())).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(RootRole), RoleSessionName: aws.String("rekey")})
	if err != nil || !strings.HasPrefix(*assumed.Credentials.AccessKeyId, "ASIA") {
		t.Errorf("assuming the root account's role: %v", err)
	}
}
