package fakeaws

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
)

// An Identity is who an access key belongs to and what its policy allows.
type Identity struct {
	Name string // shown by the page; any words
	ARN  string // arn:aws:iam::111122223333:user/… or an assumed role's

	// Allowed says whether the policy allows an operation ("PutSecretValue")
	// on a secret, by its name; the name is empty for operations that have
	// none. Nil allows everything. It is called under the fake's lock and may
	// not call the fake.
	Allowed func(operation, secret string) bool

	// Stages, when not nil, is the policy's condition on
	// secretsmanager:VersionStage: GetSecretValue has to name one of the
	// labels that it returns for the secret.
	Stages func(secret string) []string
}

// Only returns an Allowed that knows a fixed list of operations for a fixed
// list of secrets.
func Only(operations []string, secrets ...string) func(operation, secret string) bool {
	return func(operation, secret string) bool {
		return slices.Contains(operations, operation) && (secret == "" || slices.Contains(secrets, secret))
	}
}

type denial struct{ key, operation, secret string }

// AddIdentity lets an access key id sign in. A second call replaces the first.
func (f *Fake) AddIdentity(keyID string, identity Identity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.identities[keyID] = identity
}

// Deny refuses an operation on a secret to one access key from now on,
// whatever its policy says, until Allow.
func (f *Fake) Deny(keyID, operation, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.denied[denial{keyID, operation, secret}] = true
}

// Allow takes back a Deny. It gives nothing that the identity's policy lacks.
func (f *Fake) Allow(keyID, operation, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.denied, denial{keyID, operation, secret})
}

func (f *Fake) authorise(keyID, operation string, in *input) error {
	if keyID == "" {
		return &refusal{"MissingAuthenticationTokenException", "Missing Authentication Token"}
	}
	identity, known := f.identities[keyID]
	if !known {
		return &refusal{"UnrecognizedClientException", "The security token included in the request is invalid."}
	}
	name := in.Name
	resource := "*"
	if in.SecretId != "" {
		name, resource = in.SecretId, in.SecretId
		if s := f.find(in.SecretId); s != nil {
			name, resource = s.name, s.arn
		}
	}
	allowed := !f.denied[denial{keyID, operation, name}] && (identity.Allowed == nil || identity.Allowed(operation, name))
	if operation == "GetSecretValue" && identity.Stages != nil {
		allowed = allowed && slices.Contains(identity.Stages(name), in.VersionStage)
	}
	if allowed {
		return nil
	}
	return &refusal{"AccessDeniedException", fmt.Sprintf(
		"User: %s is not authorized to perform: secretsmanager:%s on resource: %s because no identity-based policy allows the secretsmanager:%s action",
		identity.ARN, operation, resource, operation)}
}

var credential = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/`)

// signer is the access key id that signed r, or empty.
func signer(r *http.Request) string {
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		return m[1]
	}
	return ""
}
