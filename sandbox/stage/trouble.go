package stage

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rekey/sandbox/fakegithub"
	"rekey/sandbox/world"
)

// A Provider is one of the outside world's parties, by the name that its calls
// have in the journal and by what people call it.
type Provider struct{ ID, Name string }

// Providers are all of them.
func Providers() []Provider {
	return []Provider{{"slack", "Slack"}, {"aws", "AWS"}, {"github", "GitHub"}, {"pagerduty", "PagerDuty"}, {"entra", "Entra ID"}}
}

// A Trouble is something that somebody has ordered to go wrong, and that waits
// to happen or lasts.
type Trouble struct {
	ID    string // for TakeBack
	Where string // a provider's name, or a workflow's file
	What  string // "is down"
	Until string // "until it is taken back", "for the next call"
}

// Late is the kind of trouble that shows what was written only after a while.
const Late = "late"

// Order makes something go wrong at a provider, at all of them if it is empty:
// one of package world's fault words, or Late. Those whose answer is lost hit
// the next call that changes something. The others hit so many calls, or all
// of them until they are taken back if times is -1; d is for those that take a
// time. It says what was ordered.
func (s *Stage) Order(provider, kind string, d time.Duration, times int) (string, error) {
	name, ok := providerName(provider)
	if !ok {
		return "", errors.New("there is no such provider")
	}
	fault := world.Fault{Provider: provider, Word: kind, Times: times, For: d}
	switch kind {
	case Late:
		return s.late(provider, name, d)
	case world.PostHang, world.Post5xx, world.PostReset:
		fault.Changing, fault.Times, fault.For = true, 1, 0
	case world.Slow, world.TooMany:
	case world.Down, world.Pre5xx:
		fault.For = 0
	default:
		return "", errors.New("nothing goes wrong in that way")
	}
	s.World.Faults.Order(fault)
	if kind == world.Down && times < 0 && (provider == "" || provider == "slack") {
		s.Slack.DropSockets() // and nobody gets a new one
	}
	return name + " " + faultWords(fault) + " " + howOften(fault), nil
}

func providerName(id string) (string, bool) {
	if id == "" {
		return "Everything", true
	}
	all := Providers()
	i := slices.IndexFunc(all, func(p Provider) bool { return p.ID == id })
	if i < 0 {
		return "", false
	}
	return all[i].Name, true
}

func (s *Stage) late(provider, name string, d time.Duration) (string, error) {
	done := false
	for _, l := range s.lags() {
		if provider == "" || provider == l.provider {
			l.set(d)
			done = true
		}
	}
	if !done {
		return "", errors.New(name + " notices at once, also in reality: choose AWS, GitHub or Entra ID")
	}
	return fmt.Sprintf("%s notices changes %v late", name, d), nil
}

// A lag is how late a provider notices changes.
type lag struct {
	provider, what string
	now            func() time.Duration
	set            func(time.Duration)
}

func (s *Stage) lags() []lag {
	return []lag{
		{"aws", "answers reads with what was true %v ago; so do IAM's keys", s.AWS.Stale, func(d time.Duration) { s.AWS.SetStale(d); s.AWS.SetLag(d) }},
		{"github", "lists new runs %v late", s.GitHub.ListLag, s.GitHub.SetListLag},
		{"entra", "notices new and removed client secrets %v late", s.Entra.Lag, s.Entra.SetLag},
	}
}

// faultWords says what a fault does, after the provider's name.
func faultWords(f world.Fault) string {
	switch f.Word {
	case world.Down:
		return "is down: connections are reset"
	case world.Pre5xx:
		return "answers 503 and does nothing"
	case world.TooMany:
		return fmt.Sprintf("answers 429, to be tried again after %v", f.For)
	case world.Slow:
		return fmt.Sprintf("answers after %v", f.For)
	case world.PostHang:
		return "makes a change and never answers"
	case world.Post5xx:
		return "makes a change and answers 500"
	case world.PostReset:
		return "makes a change and cuts the connection"
	}
	return f.Word
}

func howOften(f world.Fault) string {
	switch {
	case f.Changing:
		return "the next time that something is changed"
	case f.Times < 0:
		return "until it is taken back"
	case f.Times == 1:
		return "for the next call"
	}
	return fmt.Sprintf("for the next %d calls", f.Times)
}

// Troubles lists what is ordered and waits to happen or lasts.
func (s *Stage) Troubles() []Trouble {
	var out []Trouble
	for _, f := range s.World.Faults.List() {
		name, ok := providerName(f.Provider)
		if !ok {
			name = f.Provider
		}
		if f.Method != "" {
			name += " (" + f.Method + ")"
		}
		out = append(out, Trouble{"fault " + strconv.Itoa(f.ID), name, faultWords(f), howOften(f)})
	}
	for _, l := range s.lags() {
		if d := l.now(); d > 0 {
			name, _ := providerName(l.provider)
			out = append(out, Trouble{Late + " " + l.provider, name, fmt.Sprintf(l.what, d), "until it is taken back"})
		}
	}
	for _, f := range s.GitHub.Fates() {
		out = append(out, Trouble{"run " + f.Repo + " " + f.File + " " + f.Fate, f.File, fateWords(f.Fate), "the next time that it is started"})
	}
	if n := s.Slack.Duplicates(); n > 0 {
		out = append(out, Trouble{"twice", "Slack", "delivers what people press or type twice", fmt.Sprintf("the next %d times", n)})
	}
	return out
}

func fateWords(fate string) string {
	switch fate {
	case fakegithub.Failure:
		return "fails"
	case fakegithub.Cancelled:
		return "is cancelled"
	case fakegithub.NeverStarts:
		return "stays queued for ever"
	}
	return "skips its job"
}

// TakeBack takes one trouble back by its ID, and says so if it is over.
func (s *Stage) TakeBack(id string) error {
	kind, rest, _ := strings.Cut(id, " ")
	gone := errors.New("that is over already")
	switch kind {
	case "fault":
		n, err := strconv.Atoi(rest)
		if err != nil || !s.World.Faults.TakeBack(n) {
			return gone
		}
	case Late:
		for _, l := range s.lags() {
			if l.provider == rest {
				l.set(0)
			}
		}
	case "run":
		part := strings.Split(rest, " ")
		if len(part) != 3 || !s.GitHub.Spare(fakegithub.Fate{Repo: part[0], File: part[1], Fate: part[2]}) {
			return gone
		}
	case "twice":
		s.Slack.Duplicate(0)
	default:
		return gone
	}
	return nil
}

// AllWell takes everything back that was ordered to go wrong.
func (s *Stage) AllWell() {
	for _, t := range s.Troubles() {
		_ = s.TakeBack(t.ID) // it may just be over
	}
	s.Slack.Accept()
}
