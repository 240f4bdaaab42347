package stage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// keptVersion is the form of what Memory returns. Whoever changes that, or what
// a fake returns as its memory, counts it up.
const keptVersion = 1

// keptBy says what a memory is to somebody who finds it.
const keptBy = "rekey sandbox --data"

// kept is a whole stage in JSON: what each fake holds, and what the stage
// remembers of it.
type kept struct {
	KeptBy  string
	Version int
	Options string            // a hash of those that decide what is on a stage
	Origins map[string]string // where the page and the fakes were, by name

	World, Slack, AWS, GitHub, PagerDuty, Entra json.RawMessage

	Stage keptStage
}

// What Recall refuses.
var (
	// ErrOtherVersion says that a memory was written by another version.
	ErrOtherVersion = errors.New("another version of the sandbox wrote it")

	// ErrOtherOptions says that a memory is of a stage with other options.
	ErrOtherOptions = errors.New("it is of a sandbox with another --catalogue, or with --app where this one is without, or the other way round")
)

// A memory is what a part of the stage holds, in JSON.
type memory interface {
	Memory() (json.RawMessage, error)
	Recall(json.RawMessage) error
}

// memories are the world and the fakes, with where each has its memory in k.
func (s *Stage) memories(k *kept) []struct {
	of   memory
	text *json.RawMessage
} {
	return []struct {
		of   memory
		text *json.RawMessage
	}{
		{s.Slack, &k.Slack}, {s.AWS, &k.AWS}, {s.GitHub, &k.GitHub}, {s.PagerDuty, &k.PagerDuty}, {s.Entra, &k.Entra}, {s.World, &k.World},
	}
}

// Memory returns all that is on the stage, secret values included, for Recall.
// Each fake is asked in turn, so that what happens meanwhile may be in one part
// of it and not yet in another.
func (s *Stage) Memory() ([]byte, error) {
	k := kept{KeptBy: keptBy, Version: keptVersion, Options: s.options, Origins: s.origins(), Stage: s.remembered()}
	for _, part := range s.memories(&k) {
		var err error
		if *part.text, err = part.of.Memory(); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // what the bot sent is kept letter by letter
	if err := encoder.Encode(k); err != nil {
		return nil, fmt.Errorf("writing down the stage: %w", err)
	}
	return out.Bytes(), nil
}

// Recall replaces all that is on the stage by what Memory returned, also in
// another process. Addresses of the page and of the fakes that it holds become
// those of today. It is for a stage on which nothing has happened yet; after an
// error the stage is of no use.
func (s *Stage) Recall(text []byte) error {
	var head struct {
		KeptBy  string
		Version int
		Options string
		Origins map[string]string
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	switch {
	case head.KeptBy != keptBy:
		return errors.New("it isn't what a sandbox writes")
	case head.Version != keptVersion:
		return ErrOtherVersion
	case head.Options != s.options:
		return ErrOtherOptions
	}
	var k kept
	if err := json.Unmarshal(moved(text, head.Origins, s.origins()), &k); err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	for _, part := range s.memories(&k) {
		if err := part.of.Recall(*part.text); err != nil {
			return fmt.Errorf("it is damaged: %w", err)
		}
	}
	return s.recalled(k.Stage)
}

// origins are where the page and the fakes are.
func (s *Stage) origins() map[string]string {
	return map[string]string{
		"page": s.web, "slack": strings.TrimSuffix(s.SlackURL, "/api/"), "aws": s.AWSURL,
		"github": strings.TrimSuffix(s.GitHubURL, "/"), "pagerduty": s.PagerDutyURL, "entra": s.EntraURL,
	}
}

// moved replaces origins in a text by those of the same names. It does so in
// one go, since what was one's port may be another's now.
func moved(text []byte, from, to map[string]string) []byte {
	var old []string
	now := map[string]string{}
	for name, origin := range from {
		if origin != "" && to[name] != "" {
			old = append(old, regexp.QuoteMeta(origin))
			now[origin] = to[name]
		}
	}
	if len(old) == 0 {
		return text
	}
	return regexp.MustCompile("(?:"+strings.Join(old, "|")+`)\b`).ReplaceAllFunc(text, func(origin []byte) []byte {
		return []byte(now[string(origin)])
	})
}

// fingerprint is a hash of the options that decide what is on a stage.
func fingerprint(o Options) (string, error) {
	text, err := json.Marshal(struct {
		App    bool
		Wanted Wanted
	}{o.App, o.Wanted})
	if err != nil {
		return "", fmt.Errorf("hashing the options: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
