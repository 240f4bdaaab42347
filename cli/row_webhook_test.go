package cli

// What people do to replace the Slack webhook: one message through the new one
// is the test, and the old one is removed by hand.
const addWebhook = `
#platform | Add a new webhook · [How to save it]
thread | is your turn
settle> 300ms
webhook> starter adds a webhook for #notifications
aws> starter puts slack_webhook_url
#platform | Test message posted · [Approve]
thread | @mp-approvers
settle> 300ms
approver> [Approve]
#platform | Waiting for a run of failed-workflows-report.yml
settle> 300ms
github> failed-workflows-report.yml runs
#platform | Remove the old webhook · unless somebody rolls back
settle> 300ms
clock> +2h
#platform | Delete the old webhook
settle> 300ms
webhook> starter removes the old webhook of slack_webhook_url
starter> [Check now]
#platform | Slack Webhook URL rotated
thread | is done
settle> 300ms
`

var webhookRows = []row{{
	name: "webhook", secret: "slack_webhook_url", people: addWebhook, byPeople: byPut,
	effects: []effect{
		{"the test message", "slack", "webhook", 1},
		{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
		{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
		{"the copy is written", "github", "PUT secret", 1},
		{"the other copy is written", "github", "PUT secret", 2},
		{"the workflow is started", "github", "POST dispatch", 1},
	},
}}
