package stage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"rekey/sandbox/fakegithub"
)

// The team's GitHub App, with which its workflows sign in, and the bot's own.
const (
	AppPrivateKey = "modernisation_platform_github_app_private_key"
	TeamApp       = int64(2013696)
	TeamAppSlug   = "modernisation-platform-app"

	// BotApp is what the bot is at GitHub with Options.App.
	BotApp     = int64(2013700)
	BotAppSlug = "rekey"

	botInstallation = int64(7700)
)

func githubApp() part {
	return part{
		secrets: []string{AppPrivateKey}, readable: []string{AppPrivateKey}, seed: (*Stage).seedApp,
		workflows: []workflowIn{
			{repo: PlatformRepo, workflow: fakegithub.Workflow{File: "generate-dora-metrics.yml", Name: "Generate DORA metrics",
				ReadsSecret: AppPrivateKey, App: TeamApp, Job: "generate"}},
		},
	}
}

// An RSA key takes a while to make, and a program may set up many stages: it
// makes these two once.
var (
	teamKey = sync.OnceValues(fakegithub.NewPrivateKey)
	botKey  = sync.OnceValues(fakegithub.NewPrivateKey)
)

func (s *Stage) seedApp() error {
	s.GitHub.AddApp(fakegithub.App{ID: TeamApp, Slug: TeamAppSlug, InstallationID: 6600, Repos: []string{PlatformRepo, Environments},
		Permissions: map[string]string{"metadata": "read", "contents": "write", "pull_requests": "write"}})
	key, err := teamKey()
	if err != nil {
		return fmt.Errorf("making the App's private key: %w", err)
	}
	_, text, err := s.GitHub.AddAppKey(TeamApp, key)
	if err != nil {
		return fmt.Errorf("giving the App its private key: %w", err)
	}
	s.values[AppPrivateKey] = []string{text}
	s.AWS.AddSecret(AppPrivateKey, text)
	s.AWS.Backdate(AppPrivateKey, 158*day)
	return nil
}

// GenerateAppKey generates another private key of the team's App. It is on the
// clipboard, and the older ones stay alive.
func (s *Stage) GenerateAppKey() (fakegithub.AppKey, string, error) {
	key, text, err := s.GitHub.GenerateAppKey(TeamApp)
	if err != nil {
		return fakegithub.AppKey{}, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied(AppPrivateKey, text)
	return key, text, nil
}

// DeleteOldAppKey deletes the oldest private key of the team's App. GitHub
// refuses to delete the only one.
func (s *Stage) DeleteOldAppKey() error { return s.deleteAppKey(func(int) int { return 0 }) }

// DeleteNewAppKey deletes the newest private key of the team's App.
func (s *Stage) DeleteNewAppKey() error { return s.deleteAppKey(func(n int) int { return n - 1 }) }

func (s *Stage) deleteAppKey(choose func(n int) int) error {
	keys := s.GitHub.AppKeys(TeamApp)
	if len(keys) == 0 {
		return errors.New("the App has no private key")
	}
	return s.GitHub.DeleteAppKey(TeamApp, keys[choose(len(keys))].ID)
}

// addBotApp makes the bot an App that may also list the organisation's tokens,
// with its private key in a file that is removed at Close.
func (s *Stage) addBotApp() error {
	s.GitHub.AddApp(fakegithub.App{ID: BotApp, Slug: BotAppSlug, InstallationID: botInstallation, Repos: Repos(),
		Permissions: s.withIssues(map[string]string{"metadata": "read", "actions": "write", "secrets": "write", "organization_personal_access_tokens": "read"})})
	key, err := botKey()
	if err != nil {
		return fmt.Errorf("making the bot's private key: %w", err)
	}
	_, text, err := s.GitHub.AddAppKey(BotApp, key)
	if err != nil {
		return fmt.Errorf("giving the bot its private key: %w", err)
	}
	s.bot.appKey = text
	if s.bot.appDir, err = os.MkdirTemp("", "rekey-app-"); err != nil {
		return fmt.Errorf("making a directory for the bot's private key: %w", err)
	}
	if err := os.WriteFile(s.bot.keyFile(), []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the bot's private key: %w", err)
	}
	return nil
}

func (b botTokens) keyFile() string { return filepath.Join(b.appDir, "private-key.pem") }

// githubEnv is how the bot signs in to GitHub.
func (s *Stage) githubEnv() []string {
	if s.bot.appDir == "" {
		return []string{"GITHUB_API_URL=" + s.GitHubURL, "GITHUB_TOKEN=" + s.bot.github}
	}
	return []string{
		"GITHUB_API_URL=" + s.GitHubURL,
		"GITHUB_APP_ID=" + strconv.FormatInt(BotApp, 10),
		"GITHUB_APP_INSTALLATION_ID=" + strconv.FormatInt(botInstallation, 10),
		"GITHUB_APP_PRIVATE_KEY_FILE=" + s.bot.keyFile(),
	}
}
