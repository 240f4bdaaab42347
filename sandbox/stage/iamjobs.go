package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"rekey/sandbox/fakeaws"
)

// A Job is what a collaborator has running somewhere: a program that signs in
// to AWS with the key that it was given, every few minutes.
type Job struct {
	User    string
	KeyID   string
	Ran     time.Time // zero: not yet
	Refused string    // AWS's word for why the last run failed; empty: it didn't
}

// jobs are those of all collaborators. The zero jobs is ready to use.
type jobs struct {
	mu   sync.Mutex
	list []*running
}

type running struct {
	Job
	secret string
}

// give lets a user's job sign in with a key from now on.
func (j *jobs) give(user string, key keyPair) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, one := range j.list {
		if one.User == user {
			one.KeyID, one.secret, one.Refused = key.ID, key.Secret, ""
			return
		}
	}
	j.list = append(j.list, &running{Job{User: user, KeyID: key.ID}, key.Secret})
}

// of is a user's job, and with what it signs in.
func (j *jobs) of(user string) (running, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, one := range j.list {
		if one.User == user {
			return *one, nil
		}
	}
	return running{}, fmt.Errorf("%s has no job", user)
}

// Jobs returns the jobs of all collaborators.
func (s *Stage) Jobs() []Job {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	var out []Job
	for _, one := range s.jobs.list {
		out = append(out, one.Job)
	}
	return out
}

// RunJob lets a user's job sign in once. That AWS refused its key is no error:
// it stands in the job.
func (s *Stage) RunJob(ctx context.Context, user string) error {
	one, err := s.jobs.of(user)
	if err != nil {
		return err
	}
	client := sts.New(sts.Options{
		BaseEndpoint: &s.AWSURL, Region: fakeaws.Region, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(one.KeyID, one.secret, ""),
	})
	_, err = client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	word := ""
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		word = refused.ErrorCode()
	case err != nil:
		word = "no answer"
	}
	s.jobs.mu.Lock()
	for _, now := range s.jobs.list {
		if now.User == user && now.KeyID == one.KeyID { // nobody gave it another key meanwhile
			now.Ran, now.Refused = s.World.Now(), word
		}
	}
	s.jobs.mu.Unlock()
	s.World.Changed()
	return nil
}

// TickJobs runs every job each time that every has passed, until ctx ends.
func (s *Stage) TickJobs(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, user := range Collaborators() {
			_ = s.RunJob(ctx, user) // each has one
		}
	}
}

// Delivered tells whether the user's secret holds a key that their job doesn't
// use. It looks without anybody signing in.
func (s *Stage) Delivered(user string) bool {
	one, err := s.jobs.of(user)
	text, there := s.AWS.Current(KeySecret(user))
	var kept keyPair
	return err == nil && there && json.Unmarshal([]byte(text), &kept) == nil && kept.ID != "" && kept.ID != one.KeyID
}

// UseDelivered is what a user does who was told that a new key is there: they
// fetch it from Secrets Manager, with the key that they have, and give it to
// their job.
func (s *Stage) UseDelivered(ctx context.Context, user string) error {
	one, err := s.jobs.of(user)
	if err != nil {
		return err
	}
	var kept struct{ SecretString string }
	if err := s.askAWS(ctx, keyPair{one.KeyID, one.secret}, "GetSecretValue", map[string]any{"SecretId": KeySecret(user)}, &kept); err != nil {
		return err
	}
	return s.useKey(one, kept.SecretString)
}

// UseClipboard gives a user's job the key on the clipboard, which somebody
// fetched for them.
func (s *Stage) UseClipboard(user string) error {
	one, err := s.jobs.of(user)
	if err != nil {
		return err
	}
	return s.useKey(one, s.Clipboard())
}

func (s *Stage) useKey(one running, text string) error {
	var fresh keyPair
	if err := json.Unmarshal([]byte(text), &fresh); err != nil || fresh.ID == "" || fresh.Secret == "" {
		return errors.New("that holds no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	if fresh.ID == one.KeyID {
		return fmt.Errorf("that is the key that the job of %s already uses", one.User)
	}
	s.jobs.give(one.User, fresh)
	s.World.Changed()
	return nil
}
