package stage

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"rekey/sandbox/fakegithub"
)

// lifetime is what people choose for a new token, in days.
const lifetime = 180

// Regenerate presses GitHub's button on the newest token of a secret: the old
// value is dead, and the new one, good for 180 days, is on the clipboard.
func (s *Stage) Regenerate(secret string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.tokens[secret]
	if len(ids) == 0 {
		return "", fmt.Errorf("%s is no GitHub token", secret)
	}
	value, err := s.GitHub.Regenerate(ids[len(ids)-1], s.World.Now().AddDate(0, 0, lifetime))
	if err != nil {
		return "", fmt.Errorf("regenerating %s: %w", secret, err)
	}
	s.copied(secret, value)
	return value, nil
}

// SecondToken makes another token with the rights of the newest one of a
// secret and leaves that alive. The new value is on the clipboard.
func (s *Stage) SecondToken(secret string) (string, error) {
	token, ok := s.Token(secret)
	if !ok {
		return "", fmt.Errorf("%s is no GitHub token", secret)
	}
	id, value := s.GitHub.AddToken(CIUser, token.Name+"-2", s.World.Now().AddDate(0, 0, lifetime), token.Permissions, token.Repos)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[secret] = append(s.tokens[secret], id)
	s.copied(secret, value)
	return value, nil
}

// OtherToken gives a user a token of their own with the rights of the CI
// user's, which lives as long as life: one that is negative has expired. Its
// value is on the clipboard.
func (s *Stage) OtherToken(login string, life time.Duration) string {
	_, value := s.GitHub.AddToken(login, "a token of "+login, s.World.Now().Add(life), permissions(), []string{PlatformRepo, Environments})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clipboard = value
	return value
}

func (s *Stage) copied(secret, value string) {
	s.values[secret] = append(s.values[secret], value)
	s.clipboard = value
}

// DeleteOldToken deletes the oldest token of a secret that is alive and isn't
// its only one.
func (s *Stage) DeleteOldToken(secret string) error {
	return s.deleteGitHubToken(secret, func([]int64) int { return 0 })
}

// DeleteNewToken deletes the newest token of a secret, unless it is the only
// one.
func (s *Stage) DeleteNewToken(secret string) error {
	return s.deleteGitHubToken(secret, func(ids []int64) int { return len(ids) - 1 })
}

func (s *Stage) deleteGitHubToken(secret string, which func([]int64) int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := s.tokens[secret]
	if len(ids) < 2 {
		return fmt.Errorf("%s has no second token, so none is old or new", secret)
	}
	i := which(ids)
	id := ids[i]
	s.tokens[secret] = slices.Delete(slices.Clone(ids), i, i+1)
	if err := s.GitHub.DeleteToken(id); err != nil {
		return fmt.Errorf("deleting a token of %s: %w", secret, err)
	}
	return nil
}

// Clipboard is the value that was copied last at GitHub; it is empty at first.
func (s *Stage) Clipboard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clipboard
}

// SetClipboard puts a value there that somebody copied elsewhere.
func (s *Stage) SetClipboard(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clipboard = value
}

// Former is the value that a secret's token had before the latest one, or its
// only one.
func (s *Stage) Former(secret string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := s.values[secret]
	if len(values) == 0 {
		return "", false
	}
	return values[max(0, len(values)-2)], true
}

// Newest is the value that was made last for a secret's token, or the one that
// it began with.
func (s *Stage) Newest(secret string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := s.values[secret]
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// Token is the newest token of a secret as its owner sees it, and false for a
// secret that is no token.
func (s *Stage) Token(secret string) (fakegithub.TokenView, bool) {
	s.mu.Lock()
	ids := s.tokens[secret]
	s.mu.Unlock()
	if len(ids) == 0 {
		return fakegithub.TokenView{}, false
	}
	return s.view(CIUser, ids[len(ids)-1])
}

// BotToken is the bot's own token at GitHub.
func (s *Stage) BotToken() fakegithub.TokenView { return s.GitHub.Tokens(BotUser)[0] }

func (s *Stage) view(owner string, id int64) (fakegithub.TokenView, bool) {
	for _, t := range s.GitHub.Tokens(owner) {
		if t.ID == id {
			return t, true
		}
	}
	return fakegithub.TokenView{}, false
}

// Withdraw takes a permission from a token, as its owner can at any time.
func (s *Stage) Withdraw(token fakegithub.TokenView, permission string) error {
	if token.Permissions[permission] == "" {
		return errors.New(token.Name + " has no permission " + permission)
	}
	delete(token.Permissions, permission)
	return s.GitHub.SetPermissions(token.ID, token.Permissions)
}

// Grant gives a token a permission, at GitHub's level "read" or "write".
func (s *Stage) Grant(token fakegithub.TokenView, permission, level string) error {
	token.Permissions[permission] = level
	return s.GitHub.SetPermissions(token.ID, token.Permissions)
}
