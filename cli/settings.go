package cli

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"rekey/rotation"
)

// Settings are what one installation of Rekey needs to know: the workspace,
// the ids behind handles, schedules, waits and feature switches. Nothing in it
// is about secrets. REKEY_CONFIG names the file.
type Settings struct {
	Workspace struct{ App, Team, Enterprise string }
	Handles   map[string]string // "@group" and "#channel" to Slack's ids
	Zone      string            // IANA name; Europe/London
	Hours     Hours             // in which people are reminded
	Features  Features          // what needs rights beyond the smallest set
	Waits     map[string]string // times in Go's notation, "5s", by the names in docs/operations.md
	Digest    Digest
	Reminders Reminders
	Holidays  string // a file of bank holidays in GOV.UK's format, instead of the one that is built in
	Issues    Issues
	Links     map[string]string // where links with this beginning lead instead
}

// Hours are the working hours.
type Hours struct{ From, To int }

// Digest is the weekly message.
type Digest struct {
	Schedule string // when it is due, as cron says it: "0 9 * * MON", in the zone
	Channel  string // its handle; empty: the first channel of the catalogue
}

// Features need rights that the smallest set doesn't have.
type Features struct {
	Mail    bool // users:read.email: whether a token's owner has left is looked up
	Files   bool // files:write: the digest's picture
	Tags    bool // secretsmanager:TagResource: the next due date is written as the tag expiry-date
	Listing bool // secretsmanager:ListSecrets: the catalogue is compared with the secrets that there are
	History bool // channels:history: a post whose answer was lost is looked up instead of repeated
}

// places are where each setting of the file goes, by its path.
func (s *Settings) places() map[string]any {
	return map[string]any{
		"workspace.app": &s.Workspace.App, "workspace.team": &s.Workspace.Team, "workspace.enterprise": &s.Workspace.Enterprise,
		"handles": &s.Handles, "zone": &s.Zone, "hours.from": &s.Hours.From, "hours.to": &s.Hours.To,
		"digest.schedule": &s.Digest.Schedule, "digest.channel": &s.Digest.Channel,
		"reminders.schedule": &s.Reminders.Schedule, "reminders.ladder": &s.Reminders.Ladder, "reminders.snooze_cap": &s.Reminders.SnoozeCap,
		"reminders.escalate_to": &s.Reminders.EscalateTo, "reminders.escalate_after": &s.Reminders.EscalateAfter, "reminders.off": &s.Reminders.Off,
		"holidays":          &s.Holidays,
		"issues.repository": &s.Issues.Repository, "issues.labels": &s.Issues.Labels, "issues.wrong": &s.Issues.Wrong,
		"features.listing": &s.Features.Listing, "features.tags": &s.Features.Tags, "features.history": &s.Features.History, "features.mail": &s.Features.Mail, "features.files": &s.Features.Files, "waits": &s.Waits, "links": &s.Links,
	}
}

// waitNames are the waits that can be set, and where they go.
func waitNames(w *rotation.Waits, slack *slackWaits) map[string]*time.Duration {
	return map[string]*time.Duration{
		"send": &w.Send, "settle": &w.Settle, "poll": &w.Poll, "poll_slow": &w.PollSlow, "poll_late": &w.PollLate,
		"answer": &w.Answer, "members": &w.Slack, "run": &w.Run, "copies": &w.Copies, "idle": &w.Idle, "approval": &w.Approval, "debts": &w.Debts, "watch": &w.Watch, "tickets": &w.Tickets, "quiet": &w.Quiet,
		"cards": &slack.Cards, "slack_settle": &slack.Settle, "roster": &slack.Roster,
	}
}

// slackWaits are those that package bot keeps.
type slackWaits struct{ Cards, Settle, Roster time.Duration }

// waits returns what is set, and what is set wrongly.
func (s *Settings) waits() (w rotation.Waits, slack slackWaits, problems []string) {
	known := waitNames(&w, &slack)
	for name, text := range s.Waits {
		field, ok := known[name]
		if !ok {
			problems = append(problems, "waits: there is no "+name)
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			problems = append(problems, fmt.Sprintf("waits: %s: %q is not a time; write it as 5s, 10m or 4h", name, text))
			continue
		}
		*field = d
	}
	return w, slack, problems
}

// readSettings reads the settings file strictly and returns everything that is
// wrong with it.
func readSettings(path string) (Settings, []string) {
	s := Settings{
		Zone: "Europe/London", Hours: Hours{9, 18}, Digest: Digest{Schedule: "0 9 * * MON"},
		Reminders: Reminders{Schedule: "30 9 * * *", Ladder: []int{30, 14, 7, 1}, SnoozeCap: 14, EscalateAfter: 7},
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, []string{"the settings can't be read: " + err.Error()}
	}
	problems, ok := decode(text, s.places())
	if !ok {
		return s, problems
	}
	wrong := s.check()
	slices.Sort(wrong) // maps have no order
	for _, p := range wrong {
		problems = append(problems, "settings: "+p)
	}
	return s, problems
}

// check returns what is wrong with the values themselves.
func (s *Settings) check() []string {
	var problems []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	add(s.Workspace.Team == "", "workspace: team is missing, the id of the Slack workspace (T…)")
	_, err := time.LoadLocation(s.Zone)
	add(err != nil || s.Zone == "", "zone: there is no time zone %q; use a name like Europe/London", s.Zone)
	add(s.Hours.From < 0 || s.Hours.To > 24 || s.Hours.From >= s.Hours.To, "hours: from must be before to, both between 0 and 24")
	for handle, id := range s.Handles {
		switch {
		case strings.HasPrefix(handle, "@"):
			add(id == "" || !strings.ContainsRune("SUW", rune(id[0])), "handles: %s needs the id of a group, which begins with S, or of a person, which begins with U, not %q", handle, id)
		case strings.HasPrefix(handle, "#"):
			add(!strings.HasPrefix(id, "C") && !strings.HasPrefix(id, "G"), "handles: %s needs the id of a channel, which begins with C or G, not %q", handle, id)
		default:
			add(true, "handles: %s is neither a group (\"@%s\") nor a channel (\"#%s\"); the quotes are needed", handle, handle, handle)
		}
	}
	_, err = cron.ParseStandard(s.Digest.Schedule)
	add(err != nil, "digest: schedule: %q is not a time like \"0 9 * * MON\" (minute, hour, day, month, weekday)", s.Digest.Schedule)
	_, there := s.id(s.Digest.Channel)
	add(s.Digest.Channel != "" && !there, "digest: channel: the handle %s has no id under handles", s.Digest.Channel)
	problems = append(problems, s.Reminders.check(s.id)...)
	_, err = s.holidays()
	add(err != nil, "holidays: %v", err)
	_, _, wrong := s.waits()
	return slices.Concat(problems, s.Issues.check(), wrong)
}

// id is the Slack id behind a handle.
func (s *Settings) id(handle string) (string, bool) {
	id, ok := s.Handles[handle]
	return id, ok && id != ""
}

// link says where a link leads: somewhere else only in a sandbox.
func (s *Settings) link(target string) string {
	out, longest := target, 0
	for from, to := range s.Links {
		if rest, ok := strings.CutPrefix(target, from); ok && len(from) > longest {
			out, longest = to+rest, len(from)
		}
	}
	return out
}

// loopback reports whether an address can only be reached from this machine.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// checkAddress accepts a vendor's own host over https, and anything on
// loopback, so that nobody can lead tokens elsewhere by an environment
// variable. It returns what is wrong, or "".
func checkAddress(name, address string, vendor ...string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return name + " is not an address like https://" + vendor[0] + "/"
	}
	host := u.Hostname()
	if loopback(host) && (u.Scheme == "http" || u.Scheme == "https") {
		return ""
	}
	for _, v := range vendor {
		if u.Scheme == "https" && (host == v || strings.HasSuffix(host, "."+v)) {
			return ""
		}
	}
	return fmt.Sprintf("%s leads to %s; only https to %s, or an address of this machine, is accepted", name, host, strings.Join(vendor, ", "))
}
