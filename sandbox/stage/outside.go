package stage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

// hidden are the workflows that were removed from their repository.
type hidden struct {
	mu    sync.Mutex
	files map[string]bool
}

// RemoveWorkflow takes a workflow's file off its repository, so that GitHub
// answers 404 for it, or puts it back. Its runs and its place in the list of
// all workflows stay.
func (s *Stage) RemoveWorkflow(file string, removed bool) {
	s.hidden.mu.Lock()
	if s.hidden.files == nil {
		s.hidden.files = map[string]bool{}
	}
	s.hidden.files[file] = removed
	s.hidden.mu.Unlock()
	s.World.Changed()
}

// serveGitHub asks the fake for a file that doesn't exist in place of one that
// was removed, so that the answer and the journal are its own.
func (s *Stage) serveGitHub(rw http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) > 6 && parts[4] == "actions" && parts[5] == "workflows" {
		s.hidden.mu.Lock()
		gone := s.hidden.files[parts[6]]
		s.hidden.mu.Unlock()
		if gone {
			parts[6] = "removed-" + parts[6]
			r.URL.Path = strings.Join(parts, "/")
		}
	}
	s.GitHub.ServeHTTP(rw, r)
}

// CallAWS makes one call of Secrets Manager as a person does with the AWS CLI:
// the operation's name and its members. It returns an error with AWS's code
// and message if it was refused.
func (s *Stage) CallAWS(ctx context.Context, handle, operation string, in map[string]any) error {
	keyID, ok := PersonKeyID(handle)
	if !ok {
		return fmt.Errorf("there is no %s", handle)
	}
	return s.callAWS(ctx, keyID, operation, in)
}

// RemoveSecret deletes a secret for good, without recovery.
func (s *Stage) RemoveSecret(ctx context.Context, name string) error {
	return s.callAWS(ctx, adminKeyID, "DeleteSecret", map[string]any{"SecretId": name, "ForceDeleteWithoutRecovery": true})
}

// SaveForeign saves a value that nobody expects, under a label.
func (s *Stage) SaveForeign(ctx context.Context, name, label string) error {
	return s.callAWS(ctx, adminKeyID, "PutSecretValue", map[string]any{
		"SecretId": name, "SecretString": world.Random(40, world.Alphanumeric), "VersionStages": []string{label},
		"ClientRequestToken": "f0e19100-0000-4000-8000-" + world.Random(12, "0123456789abcdef"),
	})
}

func (s *Stage) callAWS(ctx context.Context, keyID, operation string, in map[string]any) error {
	return s.askAWS(ctx, keyPair{keyID, s.keys[keyID]}, operation, in, nil)
}

// askAWS makes one call of Secrets Manager, signed with a key, and decodes the
// answer into out unless that is nil.
func (s *Stage) askAWS(ctx context.Context, key keyPair, operation string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", operation, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.AWSURL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request for %s: %w", operation, err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "secretsmanager."+operation)
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}, r,
		hex.EncodeToString(sum[:]), "secretsmanager", fakeaws.Region, time.Now())
	if err != nil {
		return fmt.Errorf("signing %s: %w", operation, err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("calling %s: %w", operation, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK {
		if out == nil {
			return nil
		}
		return json.NewDecoder(answer.Body).Decode(out)
	}
	var refused struct {
		Type    string `json:"__type"`
		Message string `json:"Message"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&refused); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", operation, err)
	}
	return fmt.Errorf("%s was refused: %s: %s", operation, refused.Type, refused.Message)
}
