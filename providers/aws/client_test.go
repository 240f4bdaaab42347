package aws_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/aws"
	"rekey/providers/wire/wiretest"
	"rekey/rotation"
)

const (
	canary = "canary-4b1d9f"
	id     = "6f1c0a52-7f0a-4a3e-9a55-1c2d3e4f5a6b"
	other  = "0b9e7d61-52a4-4a0b-8f3e-aa11bb22cc33"
	region = "eu-west-2"
)

var pat = rotation.Place{ID: "pat", Region: region}

// serve answers every call with one handler and returns a client for it, whose
// key is the given one, and the number of calls so far.
func serve(t *testing.T, key string, handler http.Handler) (*aws.Client, *atomic.Int32) {
	t.Helper()
	url, calls := wiretest.Serve(t, handler)
	return clientFor(t, key, url), calls
}

var place = wiretest.Place[*aws.Client]{
	Serve: func(t *testing.T, handler http.HandlerFunc) (*aws.Client, *atomic.Int32) {
		return serve(t, "AKIA", handler)
	},
	At: func(t *testing.T, url string) *aws.Client { return clientFor(t, "AKIA", url) },
}

func clientFor(t *testing.T, key, url string) *aws.Client {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_SESSION_TOKEN": "",
		"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": key, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none",
	} {
		t.Setenv(name, value)
	}
	client, err := aws.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// answer is a handler that always says the same, with the canary in every
// place from which it could leak.
func answer(status int, code, message string, header ...string) http.HandlerFunc {
	body := fmt.Sprintf(`{"__type":%q,"Message":%q}`, code, message+" "+canary)
	return wiretest.Says(status, body, append([]string{"Content-Type", "application/x-amz-json-1.1"}, header...)...)
}

func put(c *aws.Client) error {
	return c.Stage(context.Background(), pat, id, rotation.NewValue(canary))
}

func read(c *aws.Client) error {
	_, err := c.Raw(context.Background(), pat, id, rotation.Current)
	return err
}

func describe(c *aws.Client) error {
	_, err := c.Describe(context.Background(), pat)
	return err
}

// wrong returns the ProviderError in err, having made sure that no way to
// print err shows a value or an address.
func wrong(t *testing.T, err error) rotation.ProviderError {
	t.Helper()
	return wiretest.Failure(t, err, canary)
}

func silent(t *testing.T, err error) {
	t.Helper()
	wiretest.Silent(t, err, canary)
}

func TestRefusalsAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		call   func(*aws.Client) error
		answer http.HandlerFunc
		want   rotation.ProviderError
	}{
		"a right that is missing for reading": {describe, answer(400, "AccessDeniedException", "User: x is not authorized to perform: y"),
			rotation.ProviderError{Op: "DescribeSecret", Code: "AccessDeniedException", Definite: true, Missing: "secretsmanager:DescribeSecret on pat"}},
		"a right that is missing for writing": {put, answer(400, "AccessDeniedException", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "AccessDeniedException", Definite: true, Missing: "secretsmanager:PutSecretValue on pat"}},
		"the key refuses a read": {read, answer(400, "AccessDeniedException", "Access to KMS is not allowed"),
			rotation.ProviderError{Op: "GetSecretValue", Code: "AccessDeniedException: KMS", Definite: true, Missing: "kms:Decrypt on the key of pat"}},
		"the key refuses a write": {put, answer(400, "AccessDeniedException", "Access to KMS is not allowed"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "AccessDeniedException: KMS", Definite: true, Missing: "kms:GenerateDataKey and kms:Decrypt on the key of pat"}},
		"a disabled key can't decrypt": {read, answer(400, "DecryptionFailure", "no"),
			rotation.ProviderError{Op: "GetSecretValue", Code: "DecryptionFailure: KMS", Definite: true}},
		"a disabled key can't encrypt": {put, answer(400, "EncryptionFailure", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "EncryptionFailure: KMS", Definite: true}},
		"no such secret": {describe, answer(400, "ResourceNotFoundException", "no"),
			rotation.ProviderError{Op: "DescribeSecret", Code: "ResourceNotFoundException", Definite: true}},
		"a secret marked for deletion": {put, answer(400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."),
			rotation.ProviderError{Op: "PutSecretValue", Code: aws.MarkedForDeletion, Definite: true}},
		"a secret marked for deletion, in other words": {put, answer(400, "InvalidRequestException", "the secret is scheduled for deletion"),
			rotation.ProviderError{Op: "PutSecretValue", Code: aws.MarkedForDeletion, Definite: true}},
		"another invalid request": {put, answer(400, "InvalidRequestException", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "InvalidRequestException", Definite: true}},
		"a token that was used": {put, answer(400, "ResourceExistsException", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "ResourceExistsException", Definite: true}},
		"throttled": {put, answer(400, "ThrottlingException", "Rate exceeded"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "ThrottlingException", RetryAfter: time.Minute}},
		"throttled for a time": {put, answer(429, "TooManyRequestsException", "no", "Retry-After", "7"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "TooManyRequestsException", RetryAfter: 7 * time.Second}},
		"throttled for a day": {put, answer(429, "", "no", "Retry-After", "86400"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "429", RetryAfter: 15 * time.Minute}},
		"broken": {put, answer(500, "InternalServiceError", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "InternalServiceError"}},
		"unavailable, come back later": {put, answer(503, "", "no", "Retry-After", "0"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "503", RetryAfter: time.Second}},
		"too slow a request": {put, answer(408, "", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "408"}},
		"a proxy's page": {put, func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "<html>"+canary, http.StatusForbidden) },
			rotation.ProviderError{Op: "PutSecretValue", Code: "403", Definite: true}},
		"an answer that isn't JSON": {put, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>" + canary)) },
			rotation.ProviderError{Op: "PutSecretValue", Code: "an answer that can't be read"}},
		"an error's name that isn't one": {put, answer(400, canary+" 'x' y", "no"),
			rotation.ProviderError{Op: "PutSecretValue", Code: "400", Definite: true}},
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

func TestAWriteIsSentOnceAndAReadThreeTimes(t *testing.T) {
	reset := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	move := func(c *aws.Client) error {
		return c.Move(context.Background(), pat, rotation.Current, id, other)
	}
	for name, c := range map[string]struct {
		call   func(*aws.Client) error
		answer http.HandlerFunc
		times  int32
	}{
		"PutSecretValue on 500":               {put, answer(500, "InternalServiceError", "no"), 1},
		"PutSecretValue when throttled":       {put, answer(400, "ThrottlingException", "no"), 1},
		"PutSecretValue on a reset":           {put, reset, 1},
		"UpdateSecretVersionStage on 500":     {move, answer(500, "InternalServiceError", "no"), 1},
		"UpdateSecretVersionStage on a reset": {move, reset, 1},
		"DescribeSecret on 500":               {describe, answer(500, "InternalServiceError", "no"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			client, calls := serve(t, "AKIA", c.answer)
			if p := wrong(t, c.call(client)); p.Definite {
				t.Errorf("%+v is definite", p)
			}
			if calls.Load() != c.times {
				t.Errorf("sent %d times", calls.Load())
			}
		})
	}
}

func TestNoAnswerIsNeverDefinite(t *testing.T) {
	check := func(name, code string, client *aws.Client, ctx context.Context) {
		if p := wrong(t, client.Stage(ctx, pat, id, rotation.NewValue(canary))); p.Code != code || p.Definite || p.Op != "PutSecretValue" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	place.Silences(t, check)
	check("no credentials", "no credentials", clientFor(t, "", "http://host.invalid"), t.Context())
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	place.Redirects(t, func(client *aws.Client, status int) {
		if p := wrong(t, put(client)); p.Code != fmt.Sprint(status) || !p.Definite {
			t.Errorf("%+v", p)
		}
		wrong(t, read(client))
	})
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	client, _ := serve(t, "AKIA", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = rw.Write([]byte(`{"SecretString":"`))
		for r.Context().Err() == nil {
			if _, err := rw.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	}))
	if p := wrong(t, read(client)); p.Code != "an answer that can't be read" {
		t.Errorf("%+v", p)
	}
}
