package fakeaws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

const bot = "AKIABOT"

// fakeClient serves a fake, with wrap around it if there is one, to a client
// that may do anything.
func fakeClient(t *testing.T, wrap func(http.Handler) http.Handler) *secretsmanager.Client {
	t.Helper()
	fake := fakeaws.New(world.New())
	fake.AddIdentity("AKIAADMIN", fakeaws.Identity{Name: "admin", ARN: "arn:aws:iam::111122223333:user/admin"})
	handler := http.Handler(fake)
	if wrap != nil {
		handler = wrap(fake)
	}
	return clientFor(serve(t, handler), "AKIAADMIN")
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newFake(t *testing.T) (*world.World, *fakeaws.Fake, *secretsmanager.Client) {
	t.Helper()
	w := world.New()
	fake := fakeaws.New(w)
	fake.AddIdentity(bot, fakeaws.Identity{Name: "Rekey", ARN: "arn:aws:sts::111122223333:assumed-role/rekey/serve",
		Allowed: fakeaws.Only([]string{"DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"}, "pat")})
	fake.AddSecret("pat", "first")
	return w, fake, clientFor(serve(t, fake), bot)
}

func code(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

func TestWhoIsNotAllowedIsToldSoInAWSsWords(t *testing.T) {
	_, fake, client := newFake(t)
	other := fake.AddSecret("other", "x")
	c := caller{t.Context(), client, "other"}
	_, err := c.value("", "")
	want := "User: arn:aws:sts::111122223333:assumed-role/rekey/serve is not authorized to perform: secretsmanager:GetSecretValue on resource: " + other +
		" because no identity-based policy allows the secretsmanager:GetSecretValue action"
	if code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	c.name = "pat"
	fake.Deny(bot, "DescribeSecret", "pat")
	if _, err := c.labels(); code(err) != "AccessDeniedException" {
		t.Errorf("after Deny: %v", err)
	}
	fake.Allow(bot, "DescribeSecret", "pat")
	if _, err := c.labels(); err != nil {
		t.Errorf("after Allow: %v", err)
	}
}

func TestAnIdentityMayBeHeldToLabels(t *testing.T) {
	_, fake, client := newFake(t)
	fake.AddIdentity(bot, fakeaws.Identity{Stages: func(string) []string { return []string{"AWSCURRENT"} }})
	c := caller{t.Context(), client, "pat"}
	if _, err := c.value("", "AWSCURRENT"); err != nil {
		t.Error(err)
	}
	if _, err := c.value("", ""); code(err) != "AccessDeniedException" {
		t.Errorf("a read without a label: %v", err)
	}
}

func TestAnUnknownKeyIsRefused(t *testing.T) {
	_, fake, _ := newFake(t)
	c := caller{t.Context(), clientFor(serve(t, fake), "AKIANOBODY"), "pat"}
	if _, err := c.labels(); code(err) != "UnrecognizedClientException" {
		t.Errorf("got %v", err)
	}
}

func TestWhoAmI(t *testing.T) {
	_, fake, _ := newFake(t)
	url := serve(t, fake)
	ask := func(key string) (*sts.GetCallerIdentityOutput, error) {
		return sts.New(sts.Options{BaseEndpoint: &url, Region: "eu-west-2", Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider(key, "secret", "")}).GetCallerIdentity(t.Context(), nil)
	}
	who, err := ask(bot)
	if err != nil || *who.Arn != "arn:aws:sts::111122223333:assumed-role/rekey/serve" || *who.Account != fakeaws.Account {
		t.Errorf("got %+v, %v", who, err)
	}
	if _, err := ask("AKIANOBODY"); code(err) != "InvalidClientTokenId" {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestKMSRefusals(t *testing.T) {
	_, fake, client := newFake(t)
	c := caller{t.Context(), client, "pat"}
	fake.DenyKMS("pat", true)
	if _, err := c.value("", ""); code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "Access to KMS is not allowed") {
		t.Errorf("a read without KMS: %v", err)
	}
	if err := c.put(two, "second"); code(err) != "AccessDeniedException" {
		t.Errorf("a write without KMS: %v", err)
	}
	fake.DenyKMS("pat", false)
	fake.DisableKMS("pat", true)
	if _, err := c.value("", ""); code(err) != "DecryptionFailure" {
		t.Errorf("a read with a disabled key: %v", err)
	}
	if err := c.put(two, "second"); code(err) != "EncryptionFailure" {
		t.Errorf("a write with a disabled key: %v", err)
	}
}

func TestReadsMayLagBehindWrites(t *testing.T) {
	_, fake, client := newFake(t)
	c := caller{t.Context(), client, "pat"}
	fake.SetStale(time.Hour)
	if err := c.put(two, "second"); err != nil {
		t.Fatal(err)
	}
	if got, err := c.value("", ""); err != nil || got != "first" {
		t.Errorf("a lagging read gives %q, %v", got, err)
	}
	if got, _ := fake.Current("pat"); got != "second" {
		t.Errorf("the truth is %q", got)
	}
	fake.SetStale(0)
	if got, err := c.value("", ""); err != nil || got != "second" {
		t.Errorf("a read without lag gives %q, %v", got, err)
	}
}

func TestTheConsoleAndTheJournal(t *testing.T) {
	w, fake, client := newFake(t)
	fake.Backdate("pat", 170*24*time.Hour)
	if err := fake.Save("starter", "pat", "second"); err != nil {
		t.Fatal(err)
	}
	view, _ := fake.Secret("pat")
	if len(view.Versions) != 2 || view.Versions[0].Stages[0] != "AWSCURRENT" || view.Versions[1].Stages[0] != "AWSPREVIOUS" {
		t.Fatalf("after a save: %+v", view)
	}
	if age := view.Versions[0].Created.Sub(view.Versions[1].Created).Round(time.Hour); age != 170*24*time.Hour {
		t.Errorf("the first version is %v older", age)
	}
	fake.ScheduleDeletion("pat")
	if err := fake.Save("starter", "pat", "third"); err == nil {
		t.Error("a secret that awaits deletion was saved")
	}
	fake.Restore("pat")
	c := caller{t.Context(), client, "pat"}
	if err := c.put(two, "third", "AWSPENDING"); err != nil {
		t.Fatal(err)
	}
	type line struct {
		Method, Resource, Token, Caller string
		Status                          int
		Applied                         bool
	}
	var got []line
	for _, call := range w.Journal.Calls() {
		token := call.Token
		if call.Method == "UpdateSecret" {
			token = ""
		}
		got = append(got, line{call.Method, call.Resource, token, call.Caller, call.Status, call.Applied})
	}
	want := []line{
		{"UpdateSecret", "pat", "", "starter", 200, true},
		{"UpdateSecret", "pat", "", "starter", 400, false},
		{"PutSecretValue", "pat", two, bot, 200, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	known := map[string]bool{}
	for _, v := range w.Values.All() {
		known[v.Value] = true
	}
	for _, v := range []string{"first", "second", "third"} {
		if !known[v] {
			t.Errorf("the world doesn't know the value %q", v)
		}
	}
}

func TestALostAnswerWasStillApplied(t *testing.T) {
	w, fake, client := newFake(t)
	c := caller{t.Context(), client, "pat"}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "PutSecretValue", Word: world.PostReset})
	if err := c.put(two, "second", "AWSPENDING"); err == nil {
		t.Fatal("the answer wasn't lost")
	}
	if view, _ := fake.Secret("pat"); len(view.Versions) != 2 {
		t.Errorf("the version isn't there: %+v", view)
	}
	if err := c.put(two, "second", "AWSPENDING"); err != nil {
		t.Errorf("the repeat: %v", err)
	}
	if n := w.Journal.Applied("aws", "PutSecretValue"); n != 1 {
		t.Errorf("applied %d times", n)
	}
}

func TestOnlyOneOfManyMovesWins(t *testing.T) {
	_, _, client := newFake(t)
	c := caller{t.Context(), client, "pat"}
	if err := c.put(two, "second", "AWSPENDING"); err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &c.name})
	if err != nil {
		t.Fatal(err)
	}
	var from string
	for id, labels := range out.VersionIdsToStages {
		if labels[0] == "AWSCURRENT" {
			from = id
		}
	}
	var wait sync.WaitGroup
	results := make(chan error, 10)
	for range 10 {
		wait.Go(func() { results <- c.move("AWSCURRENT", from, two) })
	}
	wait.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d moves succeeded", won)
	}
}
