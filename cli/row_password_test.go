package cli

// What people do to replace the CI user's password: one fetches the new one and
// sets it at GitHub.
const setPassword = `
#platform | [Approve]
thread | @mp-approvers
settle> 300ms
approver> [Approve]
#platform | [Password is set…]
thread | is your turn
settle> 300ms
starter> [Password is set…] because GitHub took it
#platform | GitHub MP CI User Password rotated
thread | is done
settle> 300ms
`

var passwordRows = []row{{
	name: "password", secret: "github_ci_user_password", people: setPassword,
	effects: []effect{
		{"the password is staged", "aws", "PutSecretValue", 1},
		{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
		{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
	},
}}
