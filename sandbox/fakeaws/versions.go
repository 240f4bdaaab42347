package fakeaws

import (
	"bytes"
	"slices"
	"time"
)

// The labels that Secrets Manager itself moves.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// A version is one value of a secret. It is immutable; a change of labels
// makes a new one.
type version struct {
	id      string
	text    *string
	binary  []byte
	labels  []string
	created time.Time
}

func (v version) has(label string) bool { return slices.Contains(v.labels, label) }

func (v version) sameValue(in *input) bool {
	if v.text == nil || in.SecretString == nil {
		return v.text == nil && in.SecretString == nil && bytes.Equal(v.binary, in.SecretBinary)
	}
	return *v.text == *in.SecretString
}

// A state is all that can change about a secret, at one moment.
type state struct {
	since       time.Time // real time, for reads that lag behind
	versions    []version // oldest first
	description string
	kmsKey      string
	tags        []tag
	changed     time.Time // the world's time
	deletion    time.Time // when it will be deleted, in the world's time; zero while nobody asked for it
}

func (s *state) clone() *state {
	c := *s
	c.versions, c.tags = slices.Clone(s.versions), slices.Clone(s.tags)
	return &c
}

func (s *state) byID(id string) (version, bool) {
	i := slices.IndexFunc(s.versions, func(v version) bool { return v.id == id })
	if i < 0 {
		return version{}, false
	}
	return s.versions[i], true
}

func (s *state) byLabel(label string) (version, bool) {
	i := slices.IndexFunc(s.versions, func(v version) bool { return v.has(label) })
	if i < 0 {
		return version{}, false
	}
	return s.versions[i], true
}

// attach puts a label on one version and takes it off the one that had it.
// When AWSCURRENT moves, AWSPREVIOUS goes to the version that it left.
func (s *state) attach(label, id string) {
	was, had := s.byLabel(label)
	if had && was.id == id {
		return
	}
	s.detach(label)
	for i, v := range s.versions {
		if v.id == id {
			s.versions[i].labels = append(slices.Clone(v.labels), label)
		}
	}
	if label == current {
		s.detach(previous)
		if had {
			s.attach(previous, was.id)
		}
	}
}

func (s *state) detach(label string) {
	for i, v := range s.versions {
		s.versions[i].labels = slices.DeleteFunc(slices.Clone(v.labels), func(l string) bool { return l == label })
	}
}

// prune drops the oldest versions without a label beyond a hundred, as AWS
// does: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
func (s *state) prune() {
	for len(s.versions) > 100 {
		i := slices.IndexFunc(s.versions, func(v version) bool { return len(v.labels) == 0 })
		if i < 0 {
			return
		}
		s.versions = slices.Delete(s.versions, i, i+1)
	}
}
