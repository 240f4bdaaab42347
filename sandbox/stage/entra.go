package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rekey/sandbox/fakeentra"
	"rekey/sandbox/fakegithub"
)

// The client secret with which people sign in to AWS.
const (
	Tenant = "9b1f0c52-3a77-4a7e-8f0d-6c2e5d41b8a3"

	SignInSecret = "azure_entraid_oidc" // a JSON object with client_id, client_secret and domain
	SignInApp    = "justicedigital-panda-awsidentitycenter"
	SignInClient = "4f8d2b6e-91c3-4d57-a0be-7e63f1c9d204"
	ClientSecret = "aws-sso-entraid-integration" // what the team calls its client secret

	RootRepo  = Org + "/aws-root-account"
	RootApply = "management-account-apply.yml" // takes the client secret to where people sign in
)

func entraID() part {
	return part{
		secrets: []string{SignInSecret}, readable: []string{SignInSecret}, writable: []string{SignInSecret}, seed: (*Stage).seedEntra,
		workflows: []workflowIn{
			{RootRepo, fakegithub.Workflow{File: RootApply, Name: "Management account apply", Job: "apply"}, nil, (*Stage).deploySignIn},
		},
	}
}

// signIn is how people sign in to AWS: with the client secret as it was when
// it was last deployed.
type signIn struct {
	mu       sync.Mutex
	deployed string
	known    []string // the client secrets that the team made, by their keyId, oldest first
	bot      fakeentra.App
	own      string // the bot's own client secret
}

func (s *Stage) seedEntra() error {
	now := s.World.Now().Truncate(time.Second)
	app := s.Entra.AddApp(SignInApp, SignInClient)
	s.signIn.bot = s.Entra.AddApp("rekey", "")
	// Nobody knows any more what the first one was for.
	_, _, forgotten := s.Entra.Add(app.ID, "test", now.AddDate(-1, -2, 0), now.AddDate(0, 10, 0))
	made, value, err := s.Entra.Add(app.ID, ClientSecret, now.AddDate(0, 0, 20-lifetime), now.AddDate(0, 0, 20))
	_, own, failed := s.Entra.Add(s.signIn.bot.ID, "rekey", now.AddDate(0, -1, 0), now.AddDate(0, 5, 0))
	err = errors.Join(forgotten, err, failed, s.Entra.Grant(s.signIn.bot.ID, fakeentra.OwnedBy), s.Entra.SetOwners(app.ID, s.signIn.bot.ID))
	if err != nil {
		return fmt.Errorf("registering the applications: %w", err)
	}
	s.signIn.own, s.signIn.known, s.signIn.deployed = own, []string{made.ID}, value
	s.values[SignInSecret] = []string{value}
	kept, err := json.Marshal(map[string]string{"client_id": app.ID, "client_secret": value, "domain": "justice.gov.uk"})
	if err != nil {
		return fmt.Errorf("writing %s: %w", SignInSecret, err)
	}
	s.AWS.AddSecret(SignInSecret, string(kept))
	s.AWS.Backdate(SignInSecret, (lifetime-20)*day)
	return nil
}

// deploySignIn is what a run of RootApply does: it takes the client secret that
// is AWSCURRENT at that moment to where people sign in.
func (s *Stage) deploySignIn() bool {
	var kept struct {
		Secret string `json:"client_secret"`
	}
	text, ok := s.AWS.Current(SignInSecret)
	if !ok || json.Unmarshal([]byte(text), &kept) != nil || kept.Secret == "" {
		return false
	}
	s.signIn.mu.Lock()
	defer s.signIn.mu.Unlock()
	s.signIn.deployed = kept.Secret
	return true
}

// SignInWorks tells whether people can sign in to AWS now: whether the client
// secret that was deployed last is alive.
func (s *Stage) SignInWorks() bool {
	s.signIn.mu.Lock()
	deployed := s.signIn.deployed
	s.signIn.mu.Unlock()
	return s.Entra.Alive(SignInClient, deployed)
}

// AddClientSecret is "New client secret" for the application that people sign
// in with: good for 180 days. It returns the value, which is on the
// clipboard as well.
func (s *Stage) AddClientSecret(name string) (string, error) {
	return s.AddClientSecretUntil(SignInClient, name, s.World.Now().AddDate(0, 0, lifetime))
}

// AddClientSecretUntil is AddClientSecret for any application, by its client
// id, and until a time of one's choice.
func (s *Stage) AddClientSecretUntil(appID, name string, end time.Time) (string, error) {
	made, value, err := s.Entra.Add(appID, name, s.World.Now(), end)
	if err != nil {
		return "", fmt.Errorf("adding a client secret: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clipboard = value
	if appID == SignInClient {
		s.copied(SignInSecret, value)
		s.signIn.mu.Lock()
		s.signIn.known = append(s.signIn.known, made.ID)
		s.signIn.mu.Unlock()
	}
	return value, nil
}

// DeleteOldClientSecret deletes the oldest client secret that the team made
// for the application that people sign in with, unless it is the newest of all.
func (s *Stage) DeleteOldClientSecret() error {
	s.signIn.mu.Lock()
	defer s.signIn.mu.Unlock()
	all := s.Entra.Secrets(SignInClient)
	for _, id := range s.signIn.known {
		i := slices.IndexFunc(all, func(one fakeentra.Secret) bool { return one.ID == id })
		switch {
		case i < 0:
			continue
		case i == len(all)-1:
			return errors.New("the newest client secret isn't old")
		}
		return s.Entra.Remove(SignInClient, id)
	}
	return errors.New("the team has no client secret any more")
}

// DeleteNewestClientSecret deletes the newest client secret of the application
// that people sign in with, whoever made it.
func (s *Stage) DeleteNewestClientSecret() error {
	all := s.Entra.Secrets(SignInClient)
	if len(all) == 0 {
		return errors.New("the application has no client secret")
	}
	return s.Entra.Remove(SignInClient, all[len(all)-1].ID)
}

// OwnSignIn makes the bot an owner of the application that people sign in with,
// or takes that from it.
func (s *Stage) OwnSignIn(owner bool) error {
	var owners []string
	if owner {
		owners = []string{s.signIn.bot.ID}
	}
	return s.Entra.SetOwners(SignInClient, owners...)
}

// OnlyReadSignIn lets the bot list the client secrets of every application and
// change none, from its next access token on.
func (s *Stage) OnlyReadSignIn() error {
	return errors.Join(s.Entra.Grant(s.signIn.bot.ID, fakeentra.ReadAll), s.OwnSignIn(false))
}

// entraEnv is how the bot finds Entra ID, and its own app registration.
func (s *Stage) entraEnv() []string {
	return []string{
		"GRAPH_API_URL=" + s.EntraURL, "AZURE_AUTHORITY_HOST=" + s.EntraURL,
		"AZURE_TENANT_ID=" + Tenant, "AZURE_CLIENT_ID=" + s.signIn.bot.ID, "AZURE_CLIENT_SECRET=" + s.signIn.own,
	}
}
