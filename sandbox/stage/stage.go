// Package stage sets up one world for the team's runbooks: a Slack workspace, an
// AWS account, a GitHub organisation, and the other providers of the team's
// secrets, on loopback ports, with the people, secrets, tokens and workflows
// that the runbooks speak of. The sandbox's page, the conversations and the leak
// search all play on it.
//
// It knows nothing of Rekey but what is agreed with every program that it can
// start: the names of the environment and the shape of the settings.
package stage

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"rekey/sandbox/fakeaws"
	"rekey/sandbox/fakeentra"
	"rekey/sandbox/fakegithub"
	"rekey/sandbox/fakepagerduty"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

// A Stage is one world with fakes that listen on loopback. It is safe
// for use by several goroutines. Make one with New and end it with Close.
type Stage struct {
	World     *world.World
	Slack     *fakeslack.Slack
	AWS       *fakeaws.Fake
	GitHub    *fakegithub.Fake
	PagerDuty *fakepagerduty.Fake
	Entra     *fakeentra.Fake

	SlackURL           string // http://127.0.0.1:port/api/
	AWSURL             string // http://127.0.0.1:port
	GitHubURL          string // http://127.0.0.1:port/
	PagerDutyURL       string // http://127.0.0.1:port
	PagerDutyEventsURL string // http://127.0.0.1:port
	EntraURL           string // http://127.0.0.1:port, for Graph and the authority

	options string // a hash of those that decide what is here
	web     string
	digest  string // the channel of the weekly digest, by its handle
	tags    bool   // the bot writes due dates as tags
	listing bool   // the bot may list what is in Secrets Manager
	calm    bool   // nobody is reminded of what is due
	issues  bool   // the bot keeps issues
	hidden  hidden
	signIn  signIn
	jobs    jobs
	made    made
	keys    map[string]string // AWS secret access key by access key id
	bot     botTokens
	pd      pagerDutyState
	servers []*http.Server

	mu        sync.Mutex
	tokens    map[string][]int64 // of each secret, oldest first
	values    map[string][]string
	clipboard string
	waits     map[string]string
}

// Options are what differs between one stage and another.
type Options struct {
	// RunDuration is how long a workflow run takes, in real time; five seconds
	// if zero.
	RunDuration time.Duration

	// Web is the base address of the sandbox's page, without a slash at the
	// end. Deep links and runs lead there; if it is empty, to the real sites.
	Web string

	// Digest is the channel that the bot's weekly digest goes to, by its
	// handle; where the cards are if empty.
	Digest string

	// Calm has the bot remind nobody of what is due.
	Calm bool

	// AckWait is how long people wait for an acknowledgement, and how long a
	// trigger id lives if that is longer than Slack's three seconds; three
	// seconds if zero.
	AckWait time.Duration

	// Tags has the bot write due dates as tags.
	Tags bool

	// Listing lets the bot list what is in Secrets Manager, where there is
	// something that the catalogue doesn't name.
	Listing bool

	// App makes the bot a GitHub App that may list the organisation's tokens,
	// and not a user with a token.
	App bool

	// Issues has the bot keep issues in the platform's repository.
	Issues bool

	// Wanted is what somebody's own catalogue names, to be made where the stage
	// hasn't got it.
	Wanted Wanted

	// GitHub, if not nil, is put around the fake of GitHub: a check of every
	// request and answer against GitHub's own description, for one. url is the
	// server's address, once it is known.
	GitHub func(url func() string, fake http.Handler) (http.Handler, error)
}

type botTokens struct{ slack, app, github, appDir, appKey string }

// New seeds a world and starts to listen. It returns an error if a port can't
// be opened.
func New(o Options) (*Stage, error) {
	w := world.New()
	s := &Stage{
		World: w, AWS: fakeaws.New(w), Entra: fakeentra.New(w, Tenant), web: o.Web, digest: o.Digest, calm: o.Calm, issues: o.Issues, listing: o.Listing, tags: o.Tags, keys: map[string]string{},
		PagerDuty: fakepagerduty.New(w, fakepagerduty.Config{Subdomain: PagerDutySubdomain}),
		tokens:    map[string][]int64{}, values: map[string][]string{}, waits: map[string]string{},
		bot: botTokens{
			slack: "xoxb-" + world.Random(24, "0123456789"), app: "xapp-" + world.Random(24, "0123456789"),
		},
	}
	var err error
	if s.options, err = fingerprint(o); err != nil {
		return nil, err
	}
	s.Slack = fakeslack.New(w, s.workspace(o))
	github := fakegithub.Config{Org: Org, ReadSecret: s.AWS.Current, RunDuration: o.RunDuration}
	if o.Web != "" {
		github.WebURL = o.Web + "/github"
	}
	s.GitHub = fakegithub.New(w, github)
	if err := s.seed(o.Wanted); err != nil {
		return nil, fmt.Errorf("seeding the world: %w", err)
	}
	gate, err := s.checked(o)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	for _, one := range []struct {
		handler http.Handler
		url     *string
		path    string
	}{
		{s.Slack, &s.SlackURL, "/api/"},
		{s.AWS, &s.AWSURL, ""},
		{gate, &s.GitHubURL, "/"},
		{s.PagerDuty, &s.PagerDutyURL, ""},
		{s.Entra, &s.EntraURL, ""},
	} {
		address, err := s.listen(one.handler)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		*one.url = "http://" + address + one.path
	}
	err = s.seedParts()
	if err == nil && o.Wanted.atRunTime() {
		err = s.addRunTimeSecrets()
	}
	err = errors.Join(err, s.addSecrets(o.Wanted))
	if o.Listing {
		s.seedUnlisted()
	}
	if err == nil && o.App {
		err = s.addBotApp()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("seeding the world: %w", err), s.Close())
	}
	return s, nil
}

// checked is the fake of GitHub with what the options put around it.
func (s *Stage) checked(o Options) (http.Handler, error) {
	fake := http.HandlerFunc(s.serveGitHub)
	if o.GitHub == nil {
		return fake, nil
	}
	return o.GitHub(func() string { return strings.TrimSuffix(s.GitHubURL, "/") }, fake)
}

func (s *Stage) listen(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("opening a port: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(l) }() // ends with ErrServerClosed at Close
	return l.Addr().String(), nil
}

// Close stops the listeners and all runs. The world can still be read.
func (s *Stage) Close() error {
	s.Slack.Close()
	s.GitHub.Close()
	var failed error
	for _, server := range s.servers {
		failed = errors.Join(failed, server.Close())
	}
	if s.bot.appDir != "" {
		failed = errors.Join(failed, os.RemoveAll(s.bot.appDir))
	}
	return failed
}
