package fakeaws

import (
	"slices"
	"time"

	"rekey/sandbox/world"
)

func (f *Fake) createSecret(in *input, call *world.Call) (output, error) {
	if f.byName(in.Name) != nil {
		return nil, &refusal{"ResourceExistsException", "The operation failed because the secret " + in.Name + " already exists."}
	}
	s := f.create(in.Name)
	call.Applied = true
	out := output{"ARN": s.arn, "Name": s.name}
	f.change(s, func(st *state) { st.describe(in); st.tags = in.Tags })
	if in.hasValue() {
		id := in.versionID()
		f.addVersion(s, in, id, []string{current})
		out["VersionId"] = id
	}
	return out, nil
}

func (f *Fake) putSecretValue(in *input, call *world.Call) (output, error) {
	s, err := f.writable(in)
	if err != nil {
		return nil, err
	}
	if !in.hasValue() {
		return nil, invalidRequest("You must provide either SecretString or SecretBinary.")
	}
	v, err := f.put(s, in, in.VersionStages, call)
	if err != nil {
		return nil, err
	}
	out := output{"ARN": s.arn, "Name": s.name, "VersionId": v.id}
	if len(v.labels) > 0 {
		out["VersionStages"] = v.labels
	}
	return out, nil
}

func (f *Fake) updateSecret(in *input, call *world.Call) (output, error) {
	s, err := f.writable(in)
	if err != nil {
		return nil, err
	}
	out := output{"ARN": s.arn, "Name": s.name}
	if in.hasValue() {
		v, err := f.put(s, in, []string{current}, call)
		if err != nil {
			return nil, err
		}
		out["VersionId"] = v.id
	}
	if in.Description != nil || in.KmsKeyId != nil {
		f.change(s, func(st *state) { st.describe(in) })
		call.Applied = true
	}
	return out, nil
}

// put adds a version. The same token with the same value changes nothing; with
// another value it is refused, since a version's value never changes.
func (f *Fake) put(s *secret, in *input, labels []string, call *world.Call) (version, error) {
	if err := s.kms("EncryptionFailure"); err != nil {
		return version{}, err
	}
	id := in.versionID()
	if v, exists := s.now().byID(id); exists {
		if !v.sameValue(in) {
			return v, &refusal{"ResourceExistsException", "You can't use ClientRequestToken " + id + " because that value is already in use for a version of secret " + s.arn + "."}
		}
		return v, nil
	}
	if len(labels) == 0 || len(s.now().versions) == 0 && !slices.Contains(labels, current) {
		labels = append(slices.Clone(labels), current)
	}
	f.addVersion(s, in, id, labels)
	call.Applied = true
	v, _ := s.now().byID(id)
	return v, nil
}

func (f *Fake) addVersion(s *secret, in *input, id string, labels []string) {
	v := version{id: id, text: in.SecretString, binary: in.SecretBinary, created: f.w.Now()}
	f.change(s, func(st *state) {
		st.versions = append(st.versions, v)
		for _, label := range labels {
			st.attach(label, id)
		}
	})
	value := string(in.SecretBinary)
	if in.SecretString != nil {
		value = *in.SecretString
	}
	f.w.Values.Add("secret "+s.name+", version "+id, value)
}

func (f *Fake) updateSecretVersionStage(in *input, call *world.Call) (output, error) {
	s, err := f.writable(in)
	if err != nil {
		return nil, err
	}
	if in.VersionStage == "" {
		return nil, invalidParameter("VersionStage must be 1-256 characters long.")
	}
	if in.MoveToVersionId == "" {
		err = f.takeOff(s, in)
	} else {
		err = f.move(s, in)
	}
	if err != nil {
		return nil, err
	}
	call.Applied = true
	return output{"ARN": s.arn, "Name": s.name}, nil
}

func (f *Fake) takeOff(s *secret, in *input) error {
	if in.RemoveFromVersionId == "" {
		return invalidParameter("You must specify RemoveFromVersionId, MoveToVersionId, or both.")
	}
	v, exists := s.now().byID(in.RemoveFromVersionId)
	switch {
	case !exists:
		return invalidParameter("Not a valid version: %s", in.RemoveFromVersionId)
	case in.VersionStage == current:
		return invalidParameter("You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.")
	case !v.has(in.VersionStage):
		return invalidParameter("Staging label %s is not attached to version %s.", in.VersionStage, v.id)
	}
	f.change(s, func(st *state) { st.detach(in.VersionStage) })
	return nil
}

func (f *Fake) move(s *secret, in *input) error {
	target, exists := s.now().byID(in.MoveToVersionId)
	holder, held := s.now().byLabel(in.VersionStage)
	switch {
	case !exists:
		return notFound(" version: %s", in.MoveToVersionId)
	case held && holder.id != target.id && in.RemoveFromVersionId == "":
		return invalidParameter("The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached to version %s, so you must explicitly reference that version in RemoveFromVersionId.", in.VersionStage, holder.id)
	case in.RemoveFromVersionId != "" && (!held || in.RemoveFromVersionId != holder.id):
		return invalidParameter("When you move staging label %s, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label %s.", in.VersionStage, in.VersionStage)
	case !target.has(in.VersionStage) && len(target.labels) >= maxLabels:
		return &refusal{"LimitExceededException", "You can't attach more than 20 staging labels to one version."}
	}
	f.change(s, func(st *state) { st.attach(in.VersionStage, target.id) })
	return nil
}

func (f *Fake) tagResource(in *input, call *world.Call) (output, error) {
	return f.retag(in, call, func(st *state) {
		for _, t := range in.Tags {
			st.tags = append(slices.DeleteFunc(st.tags, func(old tag) bool { return old.Key == t.Key }), t)
		}
	})
}

func (f *Fake) untagResource(in *input, call *world.Call) (output, error) {
	return f.retag(in, call, func(st *state) {
		st.tags = slices.DeleteFunc(st.tags, func(old tag) bool { return slices.Contains(in.TagKeys, old.Key) })
	})
}

func (f *Fake) retag(in *input, call *world.Call, edit func(*state)) (output, error) {
	s, err := f.writable(in)
	if err != nil {
		return nil, err
	}
	f.change(s, edit)
	call.Applied = true
	return output{}, nil
}

func (f *Fake) deleteSecret(in *input, call *world.Call) (output, error) {
	s, err := f.writable(in)
	days := in.RecoveryWindowInDays
	switch {
	case err != nil:
		return nil, err
	case days != 0 && in.ForceDeleteWithoutRecovery:
		return nil, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case days != 0 && (days < 7 || days > 30):
		return nil, invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	case days == 0:
		days = 30
	}
	call.Applied = true
	end := f.w.Now().AddDate(0, 0, days)
	if in.ForceDeleteWithoutRecovery {
		end = f.w.Now()
		f.secrets = slices.DeleteFunc(f.secrets, func(other *secret) bool { return other == s })
	}
	f.change(s, func(st *state) { st.deletion = end })
	return output{"ARN": s.arn, "Name": s.name, "DeletionDate": timestamp(end)}, nil
}

func (f *Fake) restoreSecret(in *input, call *world.Call) (output, error) {
	s := f.find(in.SecretId)
	if s == nil {
		return nil, notFound(".")
	}
	if !s.now().deletion.IsZero() {
		f.change(s, func(st *state) { st.deletion = time.Time{} })
		call.Applied = true
	}
	return output{"ARN": s.arn, "Name": s.name}, nil
}

// writable finds the secret that a write is about, unless it awaits deletion.
func (f *Fake) writable(in *input) (*secret, error) {
	s := f.find(in.SecretId)
	if s == nil {
		return nil, notFound(".")
	}
	if !s.now().deletion.IsZero() {
		return nil, markedForDeletion()
	}
	return s, nil
}

func (in *input) hasValue() bool { return in.SecretString != nil || len(in.SecretBinary) > 0 }

func (in *input) versionID() string {
	if in.ClientRequestToken != "" {
		return in.ClientRequestToken
	}
	return newUUID()
}

func (s *state) describe(in *input) {
	if in.Description != nil {
		s.description = *in.Description
	}
	if in.KmsKeyId != nil {
		s.kmsKey = *in.KmsKeyId
	}
}
