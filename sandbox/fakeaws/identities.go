package fakeaws

import (
	"fmt"
	"slices"
)

// An Identity is who an access key belongs to and what its policy allows.
type Identity struct {
	Name string // shown by the page; any words
	ARN  string // arn:aws:iam::111122223333:user/… or an assumed role's

	// Allowed says whether the policy allows an operation ("PutSecretValue")
	// on a secret, an IAM user or a group, by its name, or a role, by its ARN;
	// the resource is empty for operations that have none. Nil allows
	// everything. It is called under the fake's lock and may not call the fake.
	Allowed func(operation, resource string) bool

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

// authorise holds a call of Secrets Manager to the caller's policy.
func (f *Fake) authorise(who principal, keyID, operation string, in *input) error {
	name := in.Name
	resource := "*"
	if in.SecretId != "" {
		name, resource = in.SecretId, in.SecretId
		if s := f.find(in.SecretId); s != nil {
			name, resource = s.name, s.arn
		}
	}
	if operation == "GetSecretValue" && who.Stages != nil && !slices.Contains(who.Stages(name), in.VersionStage) {
		return denied(who.ARN, "secretsmanager", operation, resource)
	}
	return f.permit(who, keyID, "secretsmanager", operation, name, resource)
}

// permit refuses what the caller's policy doesn't allow. The name is what the
// policy knows the thing by, and the resource how AWS calls it in its refusal.
func (f *Fake) permit(who principal, keyID, service, operation, name, resource string) error {
	if !f.denied[denial{keyID, operation, name}] && (who.Allowed == nil || who.Allowed(operation, name)) {
		return nil
	}
	return denied(who.ARN, service, operation, resource)
}

func denied(arn, service, operation, resource string) error {
	action := service + ":" + operation
	return &refusal{"AccessDenied", fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action", arn, action, resource, action)}
}
