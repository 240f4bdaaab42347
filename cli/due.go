package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rekey/rotation"
	"rekey/storage"
)

// A due is one `rekey due`: what it reads, and how it shows that.
type due struct {
	database, catalogue, settings string
	asJSON, asCSV, asICS          bool
	all, exitCode                 bool
	now                           time.Time

	embedded []byte
	zone     *time.Location
	people   map[string]string // Slack's ids to handles
}

func dueCommand(catalogue []byte) *cobra.Command {
	d := due{embedded: catalogue}
	cmd := &cobra.Command{
		Use:   "due",
		Short: "Show what is due, from the database",
		Long: "Show what is due: what `/rotate due` and App Home show, from the database and the\n" +
			"catalogue, without Slack and without asking a provider. It only reads, also while\n" +
			"the bot runs. The table has what needs somebody within a month, the most urgent\n" +
			"first; --all adds the rest. --json, --csv and --ics always have everything.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for flag, name := range map[*string]string{&d.database: "DATABASE_URL", &d.catalogue: "REKEY_CATALOGUE", &d.settings: "REKEY_CONFIG"} {
				if *flag == "" {
					*flag = os.Getenv(name)
				}
			}
			if d.database == "" {
				d.database = "rekey.db"
			}
			d.now = time.Now()
			return d.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&d.database, "database", "", "the database file (DATABASE_URL; rekey.db)")
	flags.StringVar(&d.catalogue, "catalogue", "", "the catalogue file (REKEY_CATALOGUE); empty: the embedded one")
	flags.StringVar(&d.settings, "config", "", "the settings file, for its zone and handles (REKEY_CONFIG); empty: Europe/London")
	flags.BoolVar(&d.all, "all", false, "show what is fine too")
	flags.BoolVar(&d.asJSON, "json", false, "print JSON, of everything")
	flags.BoolVar(&d.asCSV, "csv", false, "print CSV, of everything")
	flags.BoolVar(&d.asICS, "ics", false, "print a calendar (iCalendar) of all due dates")
	flags.BoolVar(&d.exitCode, "exit-code", false, "end with code 5 if anything is overdue, not known, or not as it has to be")
	cmd.MarkFlagsMutuallyExclusive("json", "csv", "ics")
	completesYAML(cmd, "catalogue")
	completesYAML(cmd, "config")
	must(cmd.MarkFlagFilename("database", "db"))
	return cmd
}

func (d *due) run(ctx context.Context, out, note io.Writer) error {
	known := anyHandle()
	known.Own = owns // of which only those are shown that a running Rekey has looked at
	book, err := loadCatalogue(d.catalogue, d.embedded, known)
	if err != nil {
		return exit(ExitUsage, err)
	}
	if err := d.readSettings(); err != nil {
		return exit(ExitUsage, err)
	}
	seen, err := storage.LookAt(ctx, d.database)
	if err != nil {
		return exit(ExitDatabase, err)
	}
	report := rotation.NewReport(book.Standings(seen.Newest, seen.Seen, seen.Snoozes), seen.Owing, d.now, d.zone)
	if err := d.print(out, note, report, looked(seen.Seen)); err != nil {
		return exit(ExitFailed, fmt.Errorf("printing what is due: %w", err))
	}
	bad := report.Count(rotation.RankAlarm) + report.Count(rotation.RankOverdue) + report.Count(rotation.RankUnknown)
	if d.exitCode && bad > 0 {
		return exit(ExitDue, fmt.Errorf("%d overdue, not known, or not as it has to be", bad))
	}
	return nil
}

// readSettings takes the zone and the handles from the settings, if there are any.
func (d *due) readSettings() error {
	s := Settings{Zone: "Europe/London"}
	if d.settings != "" {
		var problems []string
		if s, problems = readSettings(d.settings); len(problems) > 0 {
			return wrongSettings(problems)
		}
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return fmt.Errorf("finding the time zone: %w", err)
	}
	d.zone, d.people = zone, map[string]string{}
	for handle, id := range s.Handles {
		d.people[id] = handle
	}
	return nil
}

// looked is when a provider was last asked; zero: never.
func looked(seen []rotation.Sighting) time.Time {
	var last time.Time
	for _, s := range seen {
		if s.Looked.After(last) {
			last = s.Looked
		}
	}
	return last
}

func (d *due) print(out, note io.Writer, r rotation.Report, looked time.Time) error {
	switch {
	case d.asJSON:
		return d.json(out, r, looked)
	case d.asCSV:
		return d.csv(out, r)
	case d.asICS:
		return d.ics(out, r)
	}
	return errors.Join(d.table(out, r), d.summary(note, r, looked))
}

// day is an instant's date in the team's zone, "2026-12-04"; empty for none.
func (d *due) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format(time.DateOnly)
}

// said renders a sentence: people by their handles, instants in the team's
// zone.
func (d *due) said(sentence string) string {
	return rotation.Clean(rotation.Say(sentence, func(s string) string { return s },
		func(p rotation.Person) string {
			if handle, ok := d.people[string(p)]; ok {
				return handle
			}
			return "@" + string(p)
		},
		func(t time.Time) string { return t.In(d.zone).Format("2006-01-02 15:04 MST") }))
}
