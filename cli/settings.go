package cli

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"rekey/rotation"
)

// Settings are what one installation of Rekey needs to know: the workspace,
// the ids behind handles, schedules, waits and feature switches. Nothing in it
// is about secrets. REKEY_CONFIG names the file.
type Settings struct {
	Workspace struct {
		App        string `yaml:"app"`
		Team       string `yaml:"team"`
		Enterprise string `yaml:"enterprise"`
	} `yaml:"workspace"`
	Handles  map[string]string `yaml:"handles"`  // "@group" and "#channel" to Slack's ids
	Zone     string            `yaml:"zone"`     // IANA name; Europe/London
	Hours    Hours             `yaml:"hours"`    // in which people are reminded
	Features Features          `yaml:"features"` // what needs rights beyond the smallest set
	Waits    map[string]Wait   `yaml:"waits"`
	Links    map[string]string `yaml:"links"` // where links with this beginning lead instead
}

// Hours are the working hours.
type Hours struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// Features need Slack rights that the smallest set doesn't have.
type Features struct {
	History bool `yaml:"history"` // channels:history: a post whose answer was lost is looked up instead of repeated
}

// Wait is a time in Go's notation: "5s", "4h".
type Wait time.Duration

// UnmarshalYAML reads "5s".
func (w *Wait) UnmarshalYAML(text []byte) error {
	var s string
	if err := yaml.Unmarshal(text, &s); err != nil {
		return err
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is not a time; write it as 5s, 10m or 4h", s)
	}
	*w = Wait(d)
	return nil
}

// waitNames are the waits that can be set, and where they go.
func waitNames(w *rotation.Waits, slack *slackWaits) map[string]*time.Duration {
	return map[string]*time.Duration{
		"send": &w.Send, "settle": &w.Settle, "poll": &w.Poll, "poll_slow": &w.PollSlow, "poll_late": &w.PollLate,
		"answer": &w.Answer, "members": &w.Slack, "run": &w.Run, "copies": &w.Copies, "idle": &w.Idle, "approval": &w.Approval,
		"cards": &slack.Cards, "slack_settle": &slack.Settle, "roster": &slack.Roster,
	}
}

// slackWaits are those that package bot keeps.
type slackWaits struct{ Cards, Settle, Roster time.Duration }

// waits returns what is set, and what is set wrongly.
func (s *Settings) waits() (w rotation.Waits, slack slackWaits, problems []string) {
	known := waitNames(&w, &slack)
	for name, d := range s.Waits {
		field, ok := known[name]
		if !ok {
			problems = append(problems, "waits: there is no "+name)
			continue
		}
		*field = time.Duration(d)
	}
	return w, slack, problems
}

// readSettings reads the settings file strictly and returns everything that is
// wrong with it.
func readSettings(path string) (Settings, []string) {
	s := Settings{Zone: "Europe/London", Hours: Hours{9, 18}}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, []string{"the settings can't be read: " + err.Error()}
	}
	if err := yaml.UnmarshalWithOptions(text, &s, yaml.Strict()); err != nil {
		return s, []string{"the settings " + path + " are wrong: " + strings.TrimSpace(yaml.FormatError(err, false, true))}
	}
	var problems []string
	if s.Workspace.Team == "" {
		problems = append(problems, "the settings lack workspace.team, the id of the Slack workspace (T…)")
	}
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "" {
		problems = append(problems, fmt.Sprintf("zone: there is no time zone %q; use a name like Europe/London", s.Zone))
	}
	if s.Hours.From < 0 || s.Hours.To > 24 || s.Hours.From >= s.Hours.To {
		problems = append(problems, "hours: from must be before to, both between 0 and 24")
	}
	for handle, id := range s.Handles {
		want := "CG"
		if strings.HasPrefix(handle, "@") {
			want = "S"
		}
		if id == "" || !strings.Contains(want, id[:1]) {
			problems = append(problems, fmt.Sprintf("handles: %s needs a Slack id that begins with %s, not %q", handle, strings.Join(strings.Split(want, ""), " or "), id))
		}
	}
	_, _, wrong := s.waits()
	problems = append(problems, wrong...)
	slices.Sort(problems)
	return s, problems
}

// id is the Slack id behind a handle.
func (s *Settings) id(handle string) (string, bool) {
	id, ok := s.Handles[handle]
	return id, ok && id != ""
}

// link says where a link leads: somewhere else only in a sandbox.
func (s *Settings) link(target string) string {
	for from, to := range s.Links {
		if rest, ok := strings.CutPrefix(target, from); ok {
			return to + rest
		}
	}
	return target
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
