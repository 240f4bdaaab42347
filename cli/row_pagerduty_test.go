package cli

// PagerDuty's tokens. Operations Engineering is asked for the account's in
// their channel, and for the old one's end.
var pagerDutyRows = []row{
	{
		name: "PagerDuty account token", secret: "pagerduty_token", byPeople: byPut,
		people: `
#platform | Operations Engineering was asked · your turn, @starter
thread | Save the new token
settle> 300ms
pagerduty> ops makes an account token
aws> starter puts pagerduty_token
#platform | [Approve]
settle> 300ms
approver> [Approve]
#platform | unless somebody rolls back
settle> 300ms
clock> +2h
#platform | to delete it
settle> 300ms
pagerduty> ops deletes the old token of pagerduty_token
starter> [Check now]
#platform | PagerDuty Organisation Level Token rotated
thread | is done
`,
		effects: []effect{
			{"the new token is asked for", "slack", "chat.postMessage", 1},
			{"the card", "slack", "chat.postMessage", 2},
			{"the reply to the holder", "slack", "chat.postMessage", 3},
			{"the reply to the approvers", "slack", "chat.postMessage", 4},
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"the workflow is started", "github", "POST dispatch", 1},
			{"the old token's end is asked for", "slack", "chat.postMessage", 5},
			{"the reply to the holder again", "slack", "chat.postMessage", 6},
			{"the last reply", "slack", "chat.postMessage", 7},
		},
	},
	{
		name: "PagerDuty user token", secret: "pagerduty_userapi_token", byPeople: byPut,
		people: `
#platform | Make a token of your own · your turn, @starter
thread | Make a token of your own
settle> 300ms
pagerduty> starter makes a user token
aws> starter puts pagerduty_userapi_token
#platform | [Approve]
settle> 300ms
approver> [Approve]
#platform | unless somebody rolls back
settle> 300ms
clock> +2h
#platform | which belongs to sam@digital.justice.gov.uk
settle> 300ms
pagerduty> starter deletes the old token of pagerduty_userapi_token
starter> [Check now]
#platform | PagerDuty User Level API Token rotated
thread | is done
`,
		effects: []effect{
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"the workflow is started", "github", "POST dispatch", 1},
		},
	},
	{
		name: "PagerDuty integration keys", secret: "pagerduty_integration_keys",
		people: `
#platform | [Choose…]
thread | Choose whose keys are replaced
settle> 300ms
starter> [Choose…]
starter> ticks sprinkler_cloudwatch
#platform | [Approve]
settle> 300ms
approver> [Approve]
#platform | Replace the integrations in Terraform · your turn, @starter
settle> 300ms
pagerduty> starter replaces sprinkler_cloudwatch
starter> [Merged…] because both pull requests are merged
#platform | Waiting for sprinkler.yml
settle> 1s
github> sprinkler.yml runs
#platform | PagerDuty Integration Keys rotated
thread | is done
`,
		effects: []effect{
			{"Terraform is run", "github", "POST dispatch", 1},
			{"the new keys are by Terraform", "aws", "UpdateSecret", 1},
			{"a test alert is sent", "pagerduty", "POST enqueue trigger", 1},
			{"and resolved", "pagerduty", "POST enqueue resolve", 1},
			{"a consumer applies the keys", "github", "POST dispatch", 2},
		},
	},
}
