package cli

import (
	"context"
	"slices"
	"time"

	"rekey/bot"
	"rekey/providers/entra"
	"rekey/providers/github"
	"rekey/providers/pagerduty"
	"rekey/rotation"
	"rekey/steps"
)

// slackApps is where Slack's tokens are made.
const slackApps = "https://api.slack.com/apps"

// owns are the rows of what Rekey may sign in with.
var owns = []rotation.Own{
	{
		Name: "rekey_slack_bot_token", Title: "Rekey's Slack bot token", Noun: "token", From: "SLACK_BOT_TOKEN", Page: slackApps,
		Text: "At Slack, under OAuth & Permissions, revoke the app's tokens and install it to the workspace again: an app has one bot token.", Alone: true,
	},
	{
		Name: "rekey_slack_app_token", Title: "Rekey's Slack app-level token", Noun: "token", From: "SLACK_APP_TOKEN", Page: slackApps,
		Text: "At Slack, under Basic Information, generate an app-level token with the scope connections:write.",
	},
	{
		Name: "rekey_github_token", Title: "Rekey's GitHub token", Noun: "token", From: "GITHUB_TOKEN", Page: "https://github.com/settings/personal-access-tokens",
		Text: "At GitHub, as the user whom Rekey is there, generate a fine-grained token with the same repositories and permissions as the old one.",
	},
	{
		Name: "rekey_github_app_key", Title: "Rekey's GitHub App key", Noun: "private key", From: "GITHUB_APP_PRIVATE_KEY_FILE", Page: "https://github.com/settings/apps",
		Text: "At GitHub, on the page of Rekey's App, generate a private key.",
	},
	{
		Name: "rekey_pagerduty_token", Title: "Rekey's PagerDuty API key", Noun: "API key", From: "PAGERDUTY_TOKEN", Page: "https://support.pagerduty.com/docs/api-access-keys",
		Text: "At PagerDuty, under Integrations, API Access Keys, an administrator makes a read-only key.",
	},
	{
		Name: "rekey_entra_secret", Title: "Rekey's Entra ID client secret", Noun: "client secret", From: "AZURE_CLIENT_SECRET", Page: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
		Text: "At Entra ID, in Rekey's app registration under Certificates & secrets, add a client secret.",
	},
}

// own are those of them that this process was given.
func (e environment) own() []rotation.Own {
	return slices.DeleteFunc(slices.Clone(owns), func(o rotation.Own) bool { return e.values[o.From] == "" })
}

// signIns are how each of them is tried.
func (s Service) signIns(hub *github.Client, pager *pagerduty.Client, tenant *entra.Client) map[string]steps.OwnCredential {
	e := s.env
	out := map[string]steps.OwnCredential{}
	add := func(name, provider string, v rotation.Value, try func(context.Context) (rotation.Credential, error)) {
		if !v.Empty() {
			out[name] = steps.OwnCredential{Provider: provider, Mark: v.Mark(), SignIn: try}
		}
	}
	add("rekey_github_token", "GitHub", e.GitHubToken, func(ctx context.Context) (rotation.Credential, error) { return hub.Owner(ctx, e.GitHubToken) })
	add("rekey_github_app_key", "GitHub", e.GitHubKey, func(ctx context.Context) (rotation.Credential, error) {
		login, err := hub.Login(ctx)
		return rotation.Credential{Login: login}, err
	})
	add("rekey_pagerduty_token", "PagerDuty", e.PagerDutyToken, func(ctx context.Context) (rotation.Credential, error) { return pager.Account(ctx, e.PagerDutyToken) })
	add("rekey_entra_secret", "Entra ID", e.EntraSecret, func(ctx context.Context) (rotation.Credential, error) {
		who, err := tenant.SignIn(ctx, e.values["AZURE_TENANT_ID"], e.values["AZURE_CLIENT_ID"], e.EntraSecret)
		if err == nil && who.Expires.IsZero() {
			who.Expires = ends(ctx, tenant, e.values["AZURE_CLIENT_ID"], e.EntraSecret)
		}
		return who, err
	})
	return out
}

// ends is when the secret that Rekey signs in with ends, if Rekey may read its
// own app registration and one secret alone begins as this one does; else zero.
func ends(ctx context.Context, tenant *entra.Client, app string, secret rotation.Value) (end time.Time) {
	all, err := tenant.Secrets(ctx, app)
	if err != nil {
		return end // what isn't known is shown as not known
	}
	n := 0
	for _, x := range all {
		if x.Hint != "" && secret.Begins(x.Hint) {
			end, n = x.End, n+1
		}
	}
	if n != 1 {
		return time.Time{}
	}
	return end
}

// slackSignIns adds Slack's two tokens, once there is a bot.
func (s Service) slackSignIns(all map[string]steps.OwnCredential, slack *bot.Bot) {
	all["rekey_slack_bot_token"] = steps.OwnCredential{Provider: "Slack", Mark: s.env.SlackBotToken.Mark(), SignIn: slack.SignIn}
	all["rekey_slack_app_token"] = steps.OwnCredential{Provider: "Slack", Mark: s.env.SlackAppToken.Mark(), SignIn: slack.Connected}
}
