package fakeaws

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/world"
)

func (f *Fake) describeSecret(in *input, _ *world.Call) (output, error) {
	s := f.find(in.SecretId)
	if s == nil {
		return nil, notFound(".")
	}
	st := s.seen(f.stale)
	out := s.summary(st)
	if labels := st.labelled(); len(labels) > 0 {
		out["VersionIdsToStages"] = labels
	}
	return out, nil
}

// summary has the members that DescribeSecret and ListSecrets share.
func (s *secret) summary(st *state) output {
	out := output{
		"ARN": s.arn, "Name": s.name,
		"CreatedDate": timestamp(s.created), "LastChangedDate": timestamp(st.changed),
	}
	if st.description != "" {
		out["Description"] = st.description
	}
	if st.kmsKey != "" {
		out["KmsKeyId"] = st.kmsKey
	}
	if !s.accessed.IsZero() {
		out["LastAccessedDate"] = timestamp(s.accessed)
	}
	if !st.deletion.IsZero() {
		out["DeletedDate"] = timestamp(st.deletion)
	}
	if len(st.tags) > 0 {
		out["Tags"] = st.tags
	}
	return out
}

func (s *state) labelled() map[string][]string {
	out := map[string][]string{}
	for _, v := range s.versions {
		if len(v.labels) > 0 {
			out[v.id] = v.labels
		}
	}
	return out
}

func (f *Fake) getSecretValue(in *input, _ *world.Call) (output, error) {
	s := f.find(in.SecretId)
	if s == nil {
		return nil, notFound(".")
	}
	st := s.seen(f.stale)
	if !st.deletion.IsZero() {
		return nil, markedForDeletion()
	}
	v, err := st.choose(in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	if err := s.kms("DecryptionFailure"); err != nil {
		return nil, err
	}
	s.accessed = f.w.Now().Truncate(24 * time.Hour)
	out := output{"ARN": s.arn, "Name": s.name, "VersionId": v.id, "CreatedDate": timestamp(v.created)}
	if len(v.labels) > 0 {
		out["VersionStages"] = v.labels
	}
	if v.text != nil {
		out["SecretString"] = *v.text
	} else {
		out["SecretBinary"] = v.binary
	}
	return out, nil
}

// choose finds the version that a read names. Where it names an id and a
// label, both have to match, so that a label which has moved fails the read
// instead of answering with another value.
func (s *state) choose(id, label string) (version, error) {
	if id == "" {
		if label == "" {
			label = current
		}
		v, ok := s.byLabel(label)
		if !ok {
			return v, notFound(" value for staging label: %s", label)
		}
		return v, nil
	}
	v, ok := s.byID(id)
	switch {
	case !ok:
		return v, notFound(" value for VersionId: %s", id)
	case label != "" && !v.has(label):
		return v, &refusal{"ResourceNotFoundException", "You provided a VersionStage that is not associated to the provided VersionId."}
	}
	return v, nil
}

func (s *secret) kms(disabled string) error {
	switch {
	case s.kmsDenied:
		return &refusal{"AccessDeniedException", "Access to KMS is not allowed"}
	case s.kmsDisabled:
		return &refusal{disabled, "KMS key is disabled"}
	}
	return nil
}

func (f *Fake) listSecretVersionIds(in *input, _ *world.Call) (output, error) {
	s := f.find(in.SecretId)
	if s == nil {
		return nil, notFound(".")
	}
	var entries []output
	for _, v := range slices.Backward(s.seen(f.stale).versions) {
		if len(v.labels) == 0 && !in.IncludeDeprecated {
			continue
		}
		entry := output{"VersionId": v.id, "CreatedDate": timestamp(v.created), "KmsKeyIds": []string{"DefaultEncryptionKey"}}
		if len(v.labels) > 0 {
			entry["VersionStages"] = v.labels
		}
		entries = append(entries, entry)
	}
	out, err := page(in, "Versions", entries)
	if err == nil {
		out["ARN"], out["Name"] = s.arn, s.name
	}
	return out, err
}

func (f *Fake) listSecrets(in *input, _ *world.Call) (output, error) {
	var entries []output
	for _, s := range f.secrets {
		st := s.seen(f.stale)
		if !st.deletion.IsZero() && !in.IncludePlannedDeletion || !s.matches(in.Filters) {
			continue
		}
		entry := s.summary(st)
		if labels := st.labelled(); len(labels) > 0 {
			entry["SecretVersionsToStages"] = labels
		}
		entries = append(entries, entry)
	}
	return page(in, "SecretList", entries)
}

// matches knows the filter by name, a prefix as at AWS; others match all.
func (s *secret) matches(filters []filter) bool {
	for _, flt := range filters {
		if flt.Key == "name" && !slices.ContainsFunc(flt.Values, func(v string) bool { return strings.HasPrefix(s.name, v) }) {
			return false
		}
	}
	return true
}

// page cuts a list to MaxResults. The token of the next page is where it starts.
func page(in *input, member string, entries []output) (output, error) {
	from, err := 0, error(nil)
	if in.NextToken != "" {
		if from, err = strconv.Atoi(in.NextToken); err != nil || from < 0 || from > len(entries) {
			return nil, &refusal{"InvalidNextTokenException", "The provided next token is invalid."}
		}
	}
	size := in.MaxResults
	if size == 0 {
		size = maxResults
	}
	to := min(from+size, len(entries))
	out := output{member: append([]output{}, entries[from:to]...)}
	if to < len(entries) {
		out["NextToken"] = strconv.Itoa(to)
	}
	return out, nil
}
