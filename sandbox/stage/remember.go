package stage

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"rekey/sandbox/fakeentra"
)

// keptStage is what the stage itself remembers, in JSON.
type keptStage struct {
	Hidden    map[string]bool     // the workflows that were removed
	Keys      map[string]string   // with which people and the bot sign in to AWS
	Tokens    map[string][]int64  // of each secret at GitHub
	Values    map[string][]string // of each secret
	Clipboard string
	Jobs      []keptJob
	Bot       keptBot
	SignIn    keptSignIn
	PagerDuty keptPagerDuty
}

type keptJob struct {
	Job
	Secret string
}

type keptBot struct{ GitHub, AppKey string }

type keptSignIn struct {
	Deployed, Own string
	Known         []string
	Bot           fakeentra.App
}

type keptPagerDuty struct {
	Bot    string
	IDs    map[string]string
	Owners map[string]string
	Tokens map[string][]string
	Marked map[string]bool
	Copies map[string]map[string]string
}

func (s *Stage) remembered() keptStage {
	k := keptStage{Keys: s.keys, Bot: keptBot{s.bot.github, s.bot.appKey}}
	s.hidden.mu.Lock()
	k.Hidden = maps.Clone(s.hidden.files)
	s.hidden.mu.Unlock()
	s.mu.Lock()
	k.Tokens, k.Values, k.Clipboard = maps.Clone(s.tokens), maps.Clone(s.values), s.clipboard
	s.mu.Unlock()
	s.jobs.mu.Lock()
	for _, one := range s.jobs.list {
		k.Jobs = append(k.Jobs, keptJob{one.Job, one.secret})
	}
	s.jobs.mu.Unlock()
	s.signIn.mu.Lock()
	k.SignIn = keptSignIn{s.signIn.deployed, s.signIn.own, slices.Clone(s.signIn.known), s.signIn.bot}
	s.signIn.mu.Unlock()
	s.pd.mu.Lock()
	k.PagerDuty = keptPagerDuty{
		s.pd.botToken, maps.Clone(s.pd.ids), maps.Clone(s.pd.owners), maps.Clone(s.pd.tokens), maps.Clone(s.pd.marked), maps.Clone(s.pd.copies),
	}
	s.pd.mu.Unlock()
	return k
}

func (s *Stage) recalled(k keptStage) error {
	s.keys, s.bot.github = k.Keys, k.Bot.GitHub
	if k.Bot.AppKey != "" {
		s.bot.appKey = k.Bot.AppKey
		if err := os.WriteFile(s.bot.keyFile(), []byte(k.Bot.AppKey), 0o600); err != nil {
			return fmt.Errorf("writing the bot's private key: %w", err)
		}
	}
	s.hidden.mu.Lock()
	s.hidden.files = k.Hidden
	s.hidden.mu.Unlock()
	s.mu.Lock()
	s.tokens, s.values, s.clipboard = some(k.Tokens), some(k.Values), k.Clipboard
	s.mu.Unlock()
	s.jobs.mu.Lock()
	s.jobs.list = nil
	for _, one := range k.Jobs {
		s.jobs.list = append(s.jobs.list, &running{one.Job, one.Secret})
	}
	s.jobs.mu.Unlock()
	s.signIn.mu.Lock()
	s.signIn.deployed, s.signIn.own, s.signIn.known, s.signIn.bot = k.SignIn.Deployed, k.SignIn.Own, k.SignIn.Known, k.SignIn.Bot
	s.signIn.mu.Unlock()
	pd := k.PagerDuty
	s.pd.mu.Lock()
	s.pd.botToken = pd.Bot
	s.pd.ids, s.pd.owners, s.pd.tokens, s.pd.marked, s.pd.copies = some(pd.IDs), some(pd.Owners), some(pd.Tokens), some(pd.Marked), some(pd.Copies)
	s.pd.mu.Unlock()
	return nil
}

// some is m, or an empty map if there is none.
func some[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}
