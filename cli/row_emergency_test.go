package cli

import "strings"

// A token that somebody else may know, and that is ended before there is a new
// one. An approver looks over it at the end.
var emergencyRows = []row{{
	name: "compromised, revoke first", secret: "github_ci_user_pat --compromised", catalogue: "revoke-first", byPeople: byPut,
	people: strings.NewReplacer("starter regenerates", "starter makes a second token for", "thread | Your turn", "thread | is your turn",
		"#platform | GitHub MP CI User PAT rotated", `#platform | Look over what happened
thread | done but for its review
settle> 300ms
approver> [Close the review…] because nobody had used it
#platform | GitHub MP CI User PAT rotated`).Replace(regenerate),
	effects: []effect{
		{"the old token is revoked", "github", "POST revoke", 1},
		{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
		{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
		{"the copy is written", "github", "PUT secret", 1},
		{"the workflow is started", "github", "POST dispatch", 1},
	},
}}
