package cli

import (
	"cmp"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"rekey/rotation"
)

// environment is what `serve` is told from outside. Each variable is a flag
// too; tokens are given as files there, since everybody can read a process's
// arguments.
type environment struct {
	SlackBotToken, SlackAppToken rotation.Value
	GitHubToken                  rotation.Value
	GitHubKey                    rotation.Value
	PagerDutyToken               rotation.Value
	EntraSecret                  rotation.Value
	values                       map[string]string
	told                         map[string]bool // variables of which the problem is known already
}

// A variable is one environment variable and its flag.
type variable struct {
	name, flag, usage, standard string
	file                        bool // the flag names a file that holds it
}

var variables = []variable{
	{name: "SLACK_BOT_TOKEN", flag: "slack-bot-token-file", usage: "file with the bot token (xoxb-…)", file: true},
	{name: "SLACK_APP_TOKEN", flag: "slack-app-token-file", usage: "file with the app-level token (xapp-…)", file: true},
	{name: "SLACK_API_URL", flag: "slack-api-url", usage: "Slack's Web API"},
	{name: "GITHUB_TOKEN", flag: "github-token-file", usage: "file with a token of the bot's own", file: true},
	{name: "GITHUB_API_URL", flag: "github-api-url", usage: "GitHub's API"},
	{name: "GITHUB_APP_ID", flag: "github-app-id", usage: "the GitHub App's number, instead of a token"},
	{name: "GITHUB_APP_INSTALLATION_ID", flag: "github-app-installation-id", usage: "the App's installation"},
	{name: "GITHUB_APP_PRIVATE_KEY_FILE", flag: "github-app-private-key-file", usage: "file with the App's private key (PEM)"},
	{name: "PAGERDUTY_TOKEN", flag: "pagerduty-token-file", usage: "file with a read-only API key of the bot's own", file: true},
	{name: "PAGERDUTY_API_URL", flag: "pagerduty-api-url", usage: "PagerDuty's REST API"},
	{name: "PAGERDUTY_EVENTS_URL", flag: "pagerduty-events-url", usage: "PagerDuty's Events API"},
	{name: "AZURE_TENANT_ID", flag: "azure-tenant-id", usage: "the tenant of the bot's own app registration"},
	{name: "AZURE_CLIENT_ID", flag: "azure-client-id", usage: "its client id"},
	{name: "AZURE_CLIENT_SECRET", flag: "azure-client-secret-file", usage: "file with its client secret", file: true},
	{name: "AZURE_AUTHORITY_HOST", flag: "azure-authority-host", usage: "where Entra ID signs in"},
	{name: "GRAPH_API_URL", flag: "graph-api-url", usage: "Microsoft Graph"},
	{name: "AWS_ENDPOINT_URL", flag: "aws-endpoint-url", usage: "AWS, for a sandbox"},
	{name: "DATABASE_URL", flag: "database", usage: "the database file", standard: "rekey.db"},
	{name: "REKEY_CONFIG", flag: "config", usage: "the settings file (YAML)"},
	{name: "REKEY_CATALOGUE", flag: "catalogue", usage: "the catalogue file (YAML); empty: the embedded one"},
	{name: "REKEY_LISTEN", flag: "listen", usage: "address of /healthz, /readyz and /metrics", standard: "127.0.0.1:9090"},
}

// addFlags adds a flag for each variable.
func addFlags(flags *pflag.FlagSet) {
	for _, v := range variables {
		usage := v.usage + " (" + v.name + ")"
		flags.String(v.flag, "", usage)
	}
}

// readEnvironment reads flags and environment, flags first, and returns
// everything that is missing or wrong.
func readEnvironment(flags *pflag.FlagSet, getenv func(string) string) (environment, []string) {
	e := environment{values: map[string]string{}, told: map[string]bool{}}
	var problems []string
	for _, v := range variables {
		value := strings.TrimSpace(getenv(v.name)) // a line end comes along when a variable is filled from a file
		if given, err := flags.GetString(v.flag); err == nil && given != "" {
			value = given
			if v.file {
				secret, problem := secretFile("--"+v.flag, given)
				if problem != "" {
					problems, e.told[v.name] = append(problems, problem), true
				}
				value = secret
			}
		}
		if value == "" {
			value = v.standard
		}
		e.values[v.name] = value
	}
	e.SlackBotToken = rotation.NewValue(e.values["SLACK_BOT_TOKEN"])
	e.SlackAppToken = rotation.NewValue(e.values["SLACK_APP_TOKEN"])
	e.GitHubToken = rotation.NewValue(e.values["GITHUB_TOKEN"])
	e.PagerDutyToken = rotation.NewValue(e.values["PAGERDUTY_TOKEN"])
	e.EntraSecret = rotation.NewValue(e.values["AZURE_CLIENT_SECRET"])
	problems = append(problems, e.check()...)
	return e, append(problems, checkAWS(func(name string) string { return cmp.Or(e.values[name], getenv(name)) })...)
}

func (e *environment) check() []string {
	var problems []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	add(!e.told["SLACK_BOT_TOKEN"] && !strings.HasPrefix(e.SlackBotToken.Reveal(), "xoxb-"), "SLACK_BOT_TOKEN is missing, or isn't a bot token (xoxb-…)")
	add(!e.told["SLACK_APP_TOKEN"] && !strings.HasPrefix(e.SlackAppToken.Reveal(), "xapp-"), "SLACK_APP_TOKEN is missing, or isn't an app-level token (xapp-…)")
	app := e.values["GITHUB_APP_ID"] + e.values["GITHUB_APP_INSTALLATION_ID"] + e.values["GITHUB_APP_PRIVATE_KEY_FILE"]
	if app != "" {
		add(!e.GitHubToken.Empty(), "GITHUB_TOKEN and GITHUB_APP_… are both set; Rekey takes one of them")
		add(!number(e.values["GITHUB_APP_ID"]), "GITHUB_APP_ID is missing, or isn't a number")
		add(!number(e.values["GITHUB_APP_INSTALLATION_ID"]), "GITHUB_APP_INSTALLATION_ID is missing, or isn't a number")
		key, problem := secretFile("GITHUB_APP_PRIVATE_KEY_FILE", e.values["GITHUB_APP_PRIVATE_KEY_FILE"])
		add(problem != "", "%s", problem)
		e.GitHubKey = rotation.NewValue(key)
	}
	add(app == "" && !e.told["GITHUB_TOKEN"] && e.GitHubToken.Empty(), "GITHUB_TOKEN is missing (or GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PRIVATE_KEY_FILE)")
	if e.values["AZURE_CLIENT_ID"]+e.values["AZURE_CLIENT_SECRET"] != "" {
		for _, name := range []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"} {
			add(!e.told[name] && e.values[name] == "", "%s is missing: the bot's own app registration at Entra ID needs AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET", name)
		}
	}
	add(e.values["REKEY_CONFIG"] == "", "REKEY_CONFIG is missing: the settings file")
	for _, problem := range []string{
		checkAddress("SLACK_API_URL", e.values["SLACK_API_URL"], "slack.com", "slack-gov.com"),
		checkAddress("GITHUB_API_URL", e.values["GITHUB_API_URL"], "api.github.com", "ghe.com"),
		checkAddress("PAGERDUTY_API_URL", e.values["PAGERDUTY_API_URL"], "api.pagerduty.com", "api.eu.pagerduty.com"),
		checkAddress("PAGERDUTY_EVENTS_URL", e.values["PAGERDUTY_EVENTS_URL"], "events.pagerduty.com", "events.eu.pagerduty.com"),
		checkAddress("GRAPH_API_URL", e.values["GRAPH_API_URL"], "graph.microsoft.com", "graph.microsoft.us"),
		checkAddress("AZURE_AUTHORITY_HOST", e.values["AZURE_AUTHORITY_HOST"], "login.microsoftonline.com", "login.microsoftonline.us"),
	} {
		add(problem != "", "%s", problem)
	}
	_, _, err := net.SplitHostPort(e.values["REKEY_LISTEN"])
	add(err != nil, "REKEY_LISTEN is not an address like 127.0.0.1:9090")
	return problems
}

// checkAWS checks the addresses that the AWS SDK takes from the environment.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func checkAWS(getenv func(string) string) []string {
	var problems []string
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"} {
		if problem := checkAddress(name, getenv(name), "amazonaws.com"); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

func number(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n > 0
}

// secretFile reads a file that only its owner can read.
func secretFile(name, path string) (value, problem string) {
	if path == "" {
		return "", name + " is missing"
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", name + ": " + err.Error()
	}
	if info.Mode()&fs.FileMode(0o077) != 0 {
		return "", fmt.Sprintf("%s: others can read %s; run chmod 600 on it", name, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", name + ": " + err.Error()
	}
	return strings.TrimSpace(string(text)), ""
}
