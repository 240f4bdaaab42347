package stage

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rekey/sandbox/fakeaws"
)

// Env is the bot's environment as far as the stage knows it: where the fakes
// are and what opens them.
func (s *Stage) Env() []string {
	return append(slices.Concat(s.awsEnv(BotKeyID), s.entraEnv(), s.githubEnv()),
		"SLACK_BOT_TOKEN="+s.bot.slack,
		"SLACK_APP_TOKEN="+s.bot.app,
		"SLACK_API_URL="+s.SlackURL,
		"PAGERDUTY_API_URL="+s.PagerDutyURL,
		"PAGERDUTY_EVENTS_URL="+s.PagerDutyEventsURL,
		"PAGERDUTY_TOKEN="+s.pd.botToken,
	)
}

// PersonEnv is the environment in which a person runs commands of their own:
// AWS with their identity, and nothing else. It is nil for nobody.
func (s *Stage) PersonEnv(handle string) []string {
	keyID, ok := PersonKeyID(handle)
	if !ok {
		return nil
	}
	return s.awsEnv(keyID)
}

func (s *Stage) awsEnv(keyID string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.AWSURL,
		"AWS_REGION=" + fakeaws.Region,
		"AWS_ACCESS_KEY_ID=" + keyID,
		"AWS_SECRET_ACCESS_KEY=" + s.keys[keyID],
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// SetWaits replaces the waits in the settings: durations, as Go writes them,
// by their names.
func (s *Stage) SetWaits(waits map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = maps.Clone(waits)
}

// Settings is the YAML that tells the bot where it is: workspace, ids behind
// the handles, zone, features, links to the sandbox's page, waits.
func (s *Stage) Settings() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "workspace: {app: %s, team: %s, enterprise: \"\"}\n", App, Team)
	handles := stageHandles()
	maps.Copy(handles, s.made.handles)
	fmt.Fprintf(&b, "handles: %s\n", flow(handles))
	fmt.Fprintf(&b, "zone: Europe/London\nfeatures: {history: true, mail: true, files: true, listing: %t, tags: %t}\n", s.listing, s.tags)
	if s.web != "" {
		fmt.Fprintf(&b, "links: %s\n", flow(map[string]string{
			"https://github.com": s.web + "/github", "https://" + fakeaws.Region + ".console.aws.amazon.com": s.web + "/aws",
			"https://us-east-1.console.aws.amazon.com":           s.web + "/aws", // where IAM's console is
			"https://us-east-1.console.aws.amazon.com/iam/home#": s.web + "/aws/iam",
			"https://api.slack.com":                              s.web + "/slack", "https://" + PagerDutySubdomain + ".pagerduty.com": s.web + "/pagerduty",
			"https://portal.azure.com": s.web + "/entra", "https://entra.microsoft.com": s.web + "/entra",
			"https://moj.awsapps.com/start": s.web + "/aws-sign-in",
		}))
	}
	if s.digest != "" {
		fmt.Fprintf(&b, "digest: {channel: %q}\n", s.digest)
	}
	fmt.Fprintf(&b, "reminders: {off: %t, escalate_to: \"@mp-approvers\"}\n", s.calm)
	if s.issues {
		fmt.Fprintf(&b, "issues: {repository: %s, labels: [security, kanban], wrong: [documentation]}\n", PlatformRepo)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&b, "waits: %s\n", flow(s.waits))
	return []byte(b.String())
}

// flow writes a map of strings as YAML on one line, sorted.
func flow(m map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, strconv.Quote(key)+": "+strconv.Quote(m[key]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
