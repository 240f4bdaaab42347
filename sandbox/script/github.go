package script

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/stage"
)

// What people do at GitHub, and what happens there.
var githubForms = []form{
	{`github> {who} regenerates {secret}`, func(p *player, m match) error { _, err := p.Stage.Regenerate(m["secret"]); return err }},
	{`github> {who} makes a second token for {secret}`, func(p *player, m match) error { _, err := p.Stage.SecondToken(m["secret"]); return err }},
	{`github> {who} deletes the old token of {secret}`, func(p *player, m match) error { return p.Stage.DeleteOldToken(m["secret"]) }},
	{`github> {who} deletes the new token of {secret}`, func(p *player, m match) error { return p.Stage.DeleteNewToken(m["secret"]) }},
	{`github> {who} makes a token of {word}`, func(p *player, m match) error { p.Stage.OtherToken(m["word"], 90*24*time.Hour); return nil }},
	{`github> {who} makes an expired token`, func(p *player, m match) error { p.Stage.OtherToken(stage.CIUser, -time.Hour); return nil }},
	{`github> {who} sets {word} in {secret}`, (*player).setCopy},
	{`github> {who} generates an App key`, func(p *player, _ match) error { _, _, err := p.Stage.GenerateAppKey(); return err }},
	{`github> {who} deletes the old App key`, func(p *player, _ match) error { return p.Stage.DeleteOldAppKey() }},
	{`github> {who} deletes the new App key`, func(p *player, _ match) error { return p.Stage.DeleteNewAppKey() }},
	{`github> next {file} fails`, fate(fakegithub.Failure)},
	{`github> next {file} is cancelled`, fate(fakegithub.Cancelled)},
	{`github> next {file} never starts`, fate(fakegithub.NeverStarts)},
	{`github> next {file} skips its job`, fate(fakegithub.SkippedJob)},
	{`github> run of {file} is re-run`, (*player).rerun},
	{`github> runs finish`, func(p *player, _ match) error { p.Stage.GitHub.FinishRuns(); return nil }},
	{`github> token of {secret} loses {word}`, (*player).tokenLoses},
	{`github> token of {secret} gets {word} back`, (*player).tokenGets},
	{`github> bot loses {word}`, (*player).botLoses},
	{`github> bot gets {word} back`, (*player).botGets},
	{`github> bot may only read {word}`, (*player).botMayRead},
	{`github> {file} is removed`, func(p *player, m match) error { p.Stage.RemoveWorkflow(m["file"], true); return nil }},
	{`github> {file} comes back`, func(p *player, m match) error { p.Stage.RemoveWorkflow(m["file"], false); return nil }},
	{`github> {file} runs`, (*player).startRun},
}

// repo is where a file is; that it is somewhere was checked before.
func (p *player) repo(m match) string {
	repo, _ := p.Stage.RepoOf(m["file"])
	return repo
}

func fate(which string) func(*player, match) error {
	return func(p *player, m match) error { return p.Stage.GitHub.FailNext(p.repo(m), m["file"], which) }
}

func (p *player) startRun(m match) error {
	// GitHub's dates are whole seconds: a run of the second in which a copy was
	// written doesn't come after it.
	err := p.until(func() error {
		for _, repo := range []string{stage.PlatformRepo, stage.Environments} {
			for _, s := range p.Stage.GitHub.Secrets(repo) {
				if !p.Stage.World.Now().Truncate(time.Second).After(s.Updated) {
					return errors.New("a copy was written this very second")
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = p.Stage.GitHub.Run(p.repo(m), m["file"], "push", stage.CIUser)
	return err
}

// rerun starts the newest run again once it has completed.
func (p *player) rerun(m match) error {
	return p.until(func() error {
		runs := p.Stage.GitHub.Runs(p.repo(m), m["file"])
		if len(runs) == 0 {
			return errors.New("it has not run yet")
		}
		return p.Stage.GitHub.Rerun(runs[0].ID)
	})
}

// setCopy is what somebody without the bot's help does: paste the clipboard
// into an Actions secret, of a repository of the organisation.
func (p *player) setCopy(m match) error {
	if p.Stage.Clipboard() == "" {
		return errors.New("nothing is on the clipboard")
	}
	repo := m["secret"]
	if !strings.Contains(repo, "/") {
		repo = stage.Org + "/" + repo
	}
	return p.Stage.GitHub.SetSecret(repo, m["word"], p.Stage.Clipboard())
}

func (p *player) tokenLoses(m match) error {
	token, ok := p.Stage.Token(m["secret"])
	if !ok {
		return fmt.Errorf("%s is no GitHub token", m["secret"])
	}
	return p.loses(token, m["word"])
}

func (p *player) tokenGets(m match) error {
	token, ok := p.Stage.Token(m["secret"])
	if !ok {
		return fmt.Errorf("%s is no GitHub token", m["secret"])
	}
	return p.gets(token, m["word"])
}

func (p *player) botLoses(m match) error { return p.loses(p.Stage.BotToken(), m["word"]) }

func (p *player) botGets(m match) error { return p.gets(p.Stage.BotToken(), m["word"]) }

func (p *player) botMayRead(m match) error {
	return p.Stage.Grant(p.Stage.BotToken(), m["word"], "read")
}

func (p *player) loses(token fakegithub.TokenView, permission string) error {
	level := token.Permissions[permission]
	if err := p.Stage.Withdraw(token, permission); err != nil {
		return err
	}
	p.taken[token.Name+" "+permission] = level
	return nil
}

func (p *player) gets(token fakegithub.TokenView, permission string) error {
	level, lost := p.taken[token.Name+" "+permission]
	if !lost {
		return fmt.Errorf("the token %s never lost %s", token.Name, permission)
	}
	return p.Stage.Grant(token, permission, level)
}
