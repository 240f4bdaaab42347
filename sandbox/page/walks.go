package page

import "rekey/sandbox/stage"

// Steps that several walks have.
const (
	beAda    = `Under <b>You are</b> become Ada, and press <b>Approve</b> on the card. Whoever started it can't.`
	saveIt   = `As Sam, press <b>How to save it</b> on the card, run its first line in the <a href="/terminal">Terminal</a>, and paste the value when it asks.`
	hours    = `Then the old one stays for a while, so that there is a way back. When the card says so, press <b>+1 h</b> at the top twice.`
	checkNow = `Press <b>Check now</b> on the card. It proves that the old one is dead, and the rotation is done.`
)

// walks are the rotations that the guide leads through, the first first.
var walks = []walk{
	{
		Secret: stage.UserPAT, Title: "GitHub MP CI User PAT", Kind: "a GitHub token that is regenerated",
		Steps: []walkStep{
			{`Below the channel, type <code>/rotate github_ci_user_pat</code> and press Enter. A card appears; it is the runbook.`, "typed"},
			{beAda, "press Approve"},
			{`Become Sam again. <b>Open GitHub</b> on the card leads to the <a href="/github/settings/personal-access-tokens">tokens</a>: choose terraform-github, regenerate it and copy the new value.`, "token-regenerate"},
			{saveIt, "saved"},
			{`The card goes on by itself: Rekey proves the new token, makes it current, and has a <a href="/github/ministryofjustice/modernisation-platform/actions">workflow</a> copy it.`, "current"},
			{`In the end it waits for another workflow to use the token: press <b>Run consumers now</b> under <a href="/github/ministryofjustice/modernisation-platform/actions">Actions</a>.`, "rotated"},
		},
	},
	{
		Secret: "slack_webhook_url", Title: "Slack Webhook URL", Kind: "a webhook beside which a second one can live",
		Steps: []walkStep{
			{`Type <code>/rotate slack_webhook_url</code>.`, "typed"},
			{`At the <a href="/slack/apps/A0ALERTS/incoming-webhooks">Slack app</a>, add a new webhook for #modernisation-platform-notifications and copy its URL.`, "webhook-add"},
			{saveIt, "saved"},
			{`Rekey posts one test message with it. ` + beAda, "press Approve"},
			{`When the card waits for a run, press <b>Run consumers now</b> under <a href="/github/ministryofjustice/modernisation-platform/actions">Actions</a>, so that a workflow posts with it.`, "consumers"},
			{hours + ` Then remove the old webhook at the <a href="/slack/apps/A0ALERTS/incoming-webhooks">Slack app</a>.`, "webhook-remove"},
			{checkNow, "rotated"},
		},
	},
	{
		Secret: "azure_entraid_oidc", Title: "AWS SSO Entra ID", Kind: "a client secret that Rekey adds and removes itself",
		Steps: []walkStep{
			{`Type <code>/rotate azure_entraid_oidc</code>. Rekey adds a client secret, proves it and stages it.`, "typed"},
			{beAda, "press Approve"},
			{`Rekey has it applied. See at the <a href="/entra/apps">Entra ID</a> console that there are two, become Sam again, and press <b>It works…</b> on the card, with what you tried.`, "press It works…"},
			{`The old one stays for a day. Press <b>+1 day</b> and <b>+1 h</b> at the top: Rekey removes it by itself.`, "rotated"},
		},
	},
	{
		Secret: "pagerduty_userapi_token", Title: "PagerDuty User Level API Token", Kind: "a token that belongs to whoever makes it",
		Steps: []walkStep{
			{`Type <code>/rotate pagerduty_userapi_token</code>.`, "typed"},
			{`At <a href="/pagerduty/users/me/user-settings">PagerDuty</a>, create a token of your own and copy it.`, "pd-key-make"},
			{saveIt, "saved"},
			{beAda, "press Approve"},
			{hours + ` Become Sam, and delete the old token at <a href="/pagerduty/users/me/user-settings">PagerDuty</a>.`, "pd-key-delete"},
			{checkNow, "rotated"},
		},
	},
	{
		Secret: "aws_user_keys sam.collaborator", Title: "An access key of sam.collaborator", Kind: "an access key of somebody's, who has to take the new one",
		Steps: []walkStep{
			{`Type <code>/rotate aws_user_keys sam.collaborator</code>. Rekey makes a second key and delivers it where only they can read it.`, "typed"},
			{`They take it: for <a href="/aws/iam/users/sam.collaborator">sam.collaborator</a> press <b>Use the delivered key</b>, then <b>Run now</b>.`, "job-use"},
			{`As Sam, press <b>It is in use…</b> on the card and say where.`, "press It is in use…"},
			{beAda, "press Approve"},
			{`A day later, if nothing used it, the old key is deactivated: press <b>+1 day</b> and <b>+1 h</b>. A week after that it is deleted: <b>+1 week</b> and <b>+1 day</b>.`, "rotated"},
		},
	},
}
