package cli

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"rekey/bot"
	"rekey/rotation"
	"rekey/steps"
	"rekey/storage"
)

// Issues are the issues at GitHub: one for each rotation that is due, one for
// each step that somebody calls wrong. Without a repository there are none.
type Issues struct {
	Repository string   // "owner/name"
	Labels     []string // of those for due rotations
	Wrong      []string // of those about steps
}

var repository = regexp.MustCompile(`^[A-Za-z0-9_-]+/[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)

// check returns what is wrong with them.
func (i Issues) check() []string {
	var problems []string
	if i.Repository == "" {
		if len(i.Labels)+len(i.Wrong) > 0 {
			problems = append(problems, "issues: labels mean nothing without a repository")
		}
		return problems
	}
	if !repository.MatchString(i.Repository) {
		problems = append(problems, fmt.Sprintf("issues: repository: %q is not a repository's owner/name", i.Repository))
	}
	for name, labels := range map[string][]string{"labels": i.Labels, "wrong": i.Wrong} {
		seen := map[string]bool{}
		for _, l := range labels {
			if n := len([]rune(l)); n == 0 || n > 50 || rotation.Clean(l) != l {
				problems = append(problems, fmt.Sprintf("issues: %s: %q is not a label; GitHub takes 1 to 50 characters on one line", name, l))
			}
			if seen[l] {
				problems = append(problems, fmt.Sprintf("issues: %s: %q stands there twice", name, l))
			}
			seen[l] = true
		}
	}
	return problems
}

// desk keeps the issues, or is nil if none are wanted.
func (s Service) desk(engine *rotation.Engine, db *storage.DB, clients steps.Providers, slack *bot.Bot, zone *time.Location, log *slog.Logger) *rotation.Desk {
	if s.settings.Issues.Repository == "" {
		return nil
	}
	hub, ok := clients.GitHub.(rotation.Issues)
	if !ok {
		panic("cli: the client of GitHub keeps no issues")
	}
	return &rotation.Desk{
		Engine: engine, Store: db, Issues: hub, Repo: s.settings.Issues.Repository,
		Labels: s.settings.Issues.Labels, Wrong: s.settings.Issues.Wrong, Zone: zone, Log: log,
		Names: slack.Members.Name,
		Card: func(ctx context.Context, id rotation.ID) string {
			card, err := db.Card(ctx, id)
			if err != nil || card.TS == "" {
				return ""
			}
			return slack.Link(card)
		},
	}
}
