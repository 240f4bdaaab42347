package cli

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"rekey/bot"
	"rekey/commands"
	"rekey/rotation"
	"rekey/storage"
)

// Reminders are the settings of how people are reminded of what is due.
type Reminders struct {
	Off           bool   // nobody is
	Schedule      string // when in the day, as cron says it: "30 9 * * *", in the zone
	Ladder        []int  // days before the due date
	SnoozeCap     int    // how many days a snooze may last
	EscalateTo    string // a handle: who hears of what nobody starts; empty: nobody
	EscalateAfter int    // days overdue
}

// most is how many days a setting may name.
const most = 365

// check returns what is wrong with them; id is the Slack id behind a handle.
func (r Reminders) check(id func(handle string) (string, bool)) []string {
	var problems []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, "reminders: "+fmt.Sprintf(format, args...))
		}
	}
	_, err := cron.ParseStandard(r.Schedule)
	add(err != nil, "schedule: %q is not a time like \"30 9 * * *\" (minute, hour, day, month, weekday)", r.Schedule)
	for i, n := range r.Ladder {
		add(n < 1 || n > most, "ladder: %d is not a number of days between 1 and %d", n, most)
		add(slices.Contains(r.Ladder[:i], n), "ladder: %d is there twice", n)
	}
	add(r.SnoozeCap < 1 || r.SnoozeCap > most, "snooze_cap: must be a number of days between 1 and %d", most)
	add(r.EscalateAfter < 1 || r.EscalateAfter > most, "escalate_after: must be a number of days between 1 and %d", most)
	_, there := id(r.EscalateTo)
	add(r.EscalateTo != "" && !there, "escalate_to: the handle %s has no id under handles", r.EscalateTo)
	return problems
}

// holidays are those of the file in the settings, or the ones that are built in.
func (s *Settings) holidays() (*rotation.Holidays, error) {
	if s.Holidays == "" {
		return rotation.BankHolidays(), nil
	}
	text, err := os.ReadFile(s.Holidays)
	if err != nil {
		return nil, err
	}
	h, err := rotation.ReadHolidays(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Holidays, err)
	}
	return h, nil
}

// reminders are the settings as commands needs them.
func (s *Settings) reminders(hours rotation.Hours) commands.Reminders {
	id, _ := s.id(s.Reminders.EscalateTo) // checked when the settings were read
	return commands.Reminders{
		Ladder: rotation.Ladder{Rungs: s.Reminders.Ladder, Hours: hours}, SnoozeCap: s.Reminders.SnoozeCap,
		EscalateTo: rotation.Handle{Name: s.Reminders.EscalateTo, ID: id}, EscalateAfter: s.Reminders.EscalateAfter,
	}
}

// reminders is when reminders are posted, and by whom they are written.
func (s Service) reminders(zone *time.Location, db *storage.DB, writer *commands.Commands) bot.Reminders {
	schedule, err := cron.ParseStandard(s.settings.Reminders.Schedule)
	if err != nil {
		panic("cli: a schedule that was checked can't be read: " + err.Error())
	}
	return bot.Reminders{Schedule: schedule, Zone: zone, Store: db, Notices: writer.Notices}
}
