package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"rekey/bot"
	"rekey/commands"
	"rekey/providers/aws"
	"rekey/providers/entra"
	"rekey/providers/github"
	"rekey/providers/pagerduty"
	"rekey/providers/slackhook"
	"rekey/rotation"
	"rekey/steps"
	"rekey/storage"
)

func serveCommand(catalogue []byte) *cobra.Command {
	var untilEOF, clockFromStdin bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the bot",
		Long: "Run the bot: it connects to Slack by Socket Mode, keeps its state in SQLite, and\n" +
			"calls the providers. README.md says how to set it up; `rekey sandbox` needs no set-up.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := NewService(cmd.Flags(), os.Getenv, catalogue)
			if err != nil {
				return exit(ExitUsage, err)
			}
			service.Errors = cmd.ErrOrStderr()
			debug.SetMemoryLimit(40 << 20) // collect rather than grow: the work is small
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			moved, told := &clock{}, make(chan struct{})
			if clockFromStdin {
				if err := service.played(); err != nil {
					return exit(ExitUsage, err)
				}
				service.Now = moved.Now
			}
			if untilEOF || clockFromStdin {
				go func() { // ends with the process
					moved.follow(cmd.InOrStdin(), told)
					if untilEOF {
						stop()
					}
				}()
			}
			if clockFromStdin {
				<-told // nothing is done by the wrong time
			}
			return service.Serve(ctx)
		},
	}
	addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&untilEOF, "until-eof", false, "end when standard input is closed, as it is when the parent process dies")
	cmd.Flags().BoolVar(&clockFromStdin, "clock-from-stdin", false, "standard input says how far the clock is ahead, a duration a line; only in a sandbox")
	return cmd
}

// A Service is one `rekey serve`.
type Service struct {
	env       environment
	settings  Settings
	catalogue []byte                            // the embedded one
	aws       []func(*config.LoadOptions) error // the SDK's options, besides what it finds itself
	Errors    io.Writer                         // where the log goes, a JSON object a line
	Now       func() time.Time                  // the wall clock, or another in tests
}

// NewService reads flags, environment and settings. Its error lists all that
// is missing or wrong.
func NewService(flags *pflag.FlagSet, getenv func(string) string, catalogue []byte) (Service, error) {
	s := Service{Errors: io.Discard, Now: time.Now, catalogue: catalogue}
	var problems []string
	s.env, problems = readEnvironment(flags, getenv)
	if path := s.env.values["REKEY_CONFIG"]; path != "" {
		var wrong []string
		s.settings, wrong = readSettings(path)
		problems = append(problems, wrong...)
		// The catalogue's handles get their ids from the settings.
		if _, err := s.book(steps.Providers{}); err != nil {
			problems = append(problems, err.Error())
		}
	}
	if len(problems) > 0 {
		return s, fmt.Errorf("can't serve:\n  %s\nTo try Rekey without any of this, run: rekey sandbox", strings.Join(problems, "\n  "))
	}
	return s, nil
}

// Serve runs the bot until ctx ends.
func (s Service) Serve(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(s.Errors, nil))
	clients, err := s.providers(ctx)
	if err != nil {
		return exit(ExitUsage, err)
	}
	book, err := s.book(clients)
	if err != nil {
		return exit(ExitUsage, err)
	}
	db, err := storage.Open(ctx, s.env.values["DATABASE_URL"])
	if ctx.Err() != nil && err != nil {
		return nil // told to end before it had begun
	}
	if err != nil {
		return exit(ExitDatabase, err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			log.Error("closing the database", "error", err)
		}
	}()
	return s.run(ctx, log, db, book, clients)
}

// book reads the catalogue for these settings.
func (s Service) book(clients steps.Providers) (*rotation.Catalogue, error) {
	book := steps.Book(clients)
	book.ID, book.Link, book.Listing, book.Tags = s.settings.id, s.settings.link, s.settings.Features.Listing, s.settings.Features.Tags
	book.Own = s.env.own()
	return loadCatalogue(s.env.values["REKEY_CATALOGUE"], s.catalogue, book)
}

// run puts the parts together and runs them: people, work, Slack catching up,
// and the operator's pages.
func (s Service) run(ctx context.Context, log *slog.Logger, db *storage.DB, book *rotation.Catalogue, clients steps.Providers) error {
	zone, err := time.LoadLocation(s.settings.Zone)
	if err != nil {
		return exit(ExitUsage, err)
	}
	holidays, err := s.settings.holidays()
	if err != nil {
		return exit(ExitUsage, fmt.Errorf("reading the holidays: %w", err))
	}
	hours := rotation.Hours{Zone: zone, From: s.settings.Hours.From, To: s.settings.Hours.To, Holidays: holidays}
	waits, slackWaits, _ := s.settings.waits()
	acks := newAckTimes()
	groups, channels := handles(book)
	slack, err := bot.New(bot.Config{
		BotToken: s.env.SlackBotToken.Reveal(), AppToken: s.env.SlackAppToken.Reveal(), APIURL: s.env.values["SLACK_API_URL"],
		AppID: s.settings.Workspace.App, TeamID: s.settings.Workspace.Team, EnterpriseID: s.settings.Workspace.Enterprise,
		Channel: channels[0], Groups: groups, History: s.settings.Features.History, Mail: s.settings.Features.Mail, Zone: zone,
		Waits: bot.Waits{Cards: slackWaits.Cards, Settle: slackWaits.Settle, Roster: slackWaits.Roster},
		Store: db, Log: log, Now: s.Now, AckTime: acks.observe,
	})
	if err != nil {
		return exit(ExitUsage, err)
	}
	clients.Slack, clients.People = slack, slack.Members
	s.slackSignIns(clients.Own, slack)
	engine := rotation.NewEngine(rotation.Engine{
		Store: db, Catalogue: book, Actions: steps.All(clients), Provers: steps.Provers(clients), Watchers: steps.Watchers(clients), Memory: db, Values: clients.AWS, Members: slack.Members, Now: s.Now, Waits: waits,
		Hours: hours,
		Fence: db.Fence(), Log: log, Changed: slack.Cards.Wake,
	})
	if err := engine.Compare(ctx); err != nil {
		return ended(err)
	}
	desk := s.desk(engine, db, clients, slack, zone, log)
	handler := &commands.Commands{
		Engine: engine, Store: db, Team: slack.Roster, Link: slack.Link, Zone: zone, Channel: channels[0].ID, Log: log, Version: "Rekey " + Version(),
		Reminders: s.settings.reminders(hours),
	}
	if desk != nil {
		handler.Issues, handler.Stuck = desk.Repo, desk.Trouble
	}
	page, err := newOperatorPage(s.env.values["REKEY_LISTEN"], db, slack, desk, acks, s.Now)
	if err != nil {
		return exit(ExitUsage, err)
	}
	log.Info("rekey serves", "version", Version(), "secrets", len(book.Secrets), "listen", page.address(), "starts", db.Fence())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return slack.Run(ctx, handler) })
	group.Go(func() error { return slack.Cards.Run(ctx) })
	group.Go(func() error { return slack.RunDigest(ctx, s.digest(zone, channels[0], db, slack, handler, log)) })
	if !s.settings.Reminders.Off {
		group.Go(func() error { return slack.RunReminders(ctx, s.reminders(zone, db, handler)) })
	}
	group.Go(func() error { return engine.Run(ctx) })
	group.Go(func() error { return engine.Watch(ctx) })
	if desk != nil {
		group.Go(func() error { return desk.Run(ctx) })
	} else {
		group.Go(func() error { return slack.RunRemarks(ctx, bot.Remarks{Store: db, Notices: handler.Remarks}) })
	}
	group.Go(func() error { return page.run(ctx) })
	group.Go(func() error { return tidy(ctx, db, log) })
	return ended(group.Wait())
}

// digest is when and where the weekly digest is posted, and by whom it is
// written.
func (s Service) digest(zone *time.Location, team rotation.Handle, db *storage.DB, slack *bot.Bot, writer *commands.Commands, log *slog.Logger) bot.Digest {
	schedule, err := cron.ParseStandard(s.settings.Digest.Schedule)
	if err != nil {
		panic("cli: a schedule that was checked can't be read: " + err.Error())
	}
	channel := team
	if name := s.settings.Digest.Channel; name != "" {
		id, _ := s.settings.id(name) // checked when the settings were read
		channel = rotation.Handle{Name: name, ID: id}
	}
	return bot.Digest{Schedule: schedule, Zone: zone, Channel: channel, Store: db, Write: writer.Digest, Posted: s.picture(slack, writer, log)}
}

// picture is what puts the timeline into a digest's thread, where Slack lets
// Rekey upload files. One that fails is missed by nobody for long: the digest
// itself says what is due.
func (s Service) picture(slack *bot.Bot, writer *commands.Commands, log *slog.Logger) func(ctx context.Context, channel, ts string) {
	if !s.settings.Features.Files {
		return nil
	}
	return func(ctx context.Context, channel, ts string) {
		p, err := writer.Picture(ctx)
		if err == nil {
			err = slack.Attach(ctx, channel, ts, bot.Attachment{Name: "due.png", Title: p.Title, Alt: p.Alt, Bytes: p.PNG})
		}
		if err != nil {
			log.Warn("the digest has no picture in its thread; what is due stands in the digest itself", "error", err)
		}
	}
}

// ended gives an error of the running bot its exit code.
func ended(err error) error {
	var fatal *bot.FatalError
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &fatal):
		return exit(ExitSlack, err)
	}
	return exit(ExitFailed, err)
}

// providers makes the clients.
func (s Service) providers(ctx context.Context) (steps.Providers, error) {
	options := s.aws
	if endpoint := s.env.values["AWS_ENDPOINT_URL"]; endpoint != "" {
		options = append(options, config.WithBaseEndpoint(endpoint))
	}
	secrets, err := aws.New(ctx, options...)
	if err != nil {
		return steps.Providers{}, fmt.Errorf("setting up AWS: %w", err)
	}
	at := github.Config{URL: s.env.values["GITHUB_API_URL"], Token: s.env.GitHubToken, PrivateKey: s.env.GitHubKey}
	if _, err := fmt.Sscan(s.env.values["GITHUB_APP_ID"]+" "+s.env.values["GITHUB_APP_INSTALLATION_ID"], &at.AppID, &at.InstallationID); err != nil {
		at.AppID, at.InstallationID = 0, 0
	}
	hub, err := github.New(at)
	if err != nil {
		return steps.Providers{}, fmt.Errorf("setting up GitHub: %w", err)
	}
	pager, err := pagerduty.New(pagerduty.Config{URL: s.env.values["PAGERDUTY_API_URL"], EventsURL: s.env.values["PAGERDUTY_EVENTS_URL"], Token: s.env.PagerDutyToken})
	if err != nil {
		return steps.Providers{}, fmt.Errorf("setting up PagerDuty: %w", err)
	}
	tenant, err := entra.New(entra.Config{
		GraphURL: s.env.values["GRAPH_API_URL"], AuthorityURL: s.env.values["AZURE_AUTHORITY_HOST"],
		Tenant: s.env.values["AZURE_TENANT_ID"], ClientID: s.env.values["AZURE_CLIENT_ID"], Secret: s.env.EntraSecret,
	})
	if err != nil {
		return steps.Providers{}, fmt.Errorf("setting up Entra ID: %w", err)
	}
	return steps.Providers{
		AWS: secrets, GitHub: hub, PagerDuty: pager, Entra: tenant, Webhooks: slackhook.New(s.env.values["SLACK_API_URL"]),
		Own: s.signIns(hub, pager, tenant),
	}, nil
}

// loadCatalogue reads the catalogue at path, or the embedded one.
func loadCatalogue(path string, text []byte, book rotation.Book) (*rotation.Catalogue, error) {
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("reading the catalogue: %w", err)
		}
	}
	return rotation.LoadCatalogue(text, book)
}

// handles lists the groups and channels that the catalogue names, each once.
func handles(book *rotation.Catalogue) (groups, channels []rotation.Handle) {
	seen := map[string]bool{}
	for _, s := range book.Secrets {
		plan, err := book.Plan(rotation.Order{Secret: s.Name, Walk: s.Exempt != nil})
		if err != nil {
			continue // exempt: nobody acts on it
		}
		for _, h := range []rotation.Handle{plan.Owner, plan.Approvers} {
			if !seen[h.ID] {
				seen[h.ID], groups = true, append(groups, h)
			}
		}
		if !seen[plan.Channel.ID] {
			seen[plan.Channel.ID], channels = true, append(channels, plan.Channel)
		}
	}
	return groups, channels
}

// tidy keeps the write-ahead log short.
func tidy(ctx context.Context, db *storage.DB, log *slog.Logger) error {
	every := time.NewTicker(time.Hour)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
			if err := db.Checkpoint(ctx); err != nil {
				log.Warn("the write-ahead log wasn't emptied", "error", err)
			}
		}
	}
}
