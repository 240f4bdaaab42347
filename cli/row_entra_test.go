package cli

// The rows of the client secret with which people sign in to AWS: added by
// Rekey, and by hand.
var entraRows = []row{
	{
		name: "entra", secret: "azure_entraid_oidc", people: addedByRekey,
		effects: []effect{
			{"a client secret is added", "entra", "POST addPassword", 1},
			{"it is staged", "aws", "PutSecretValue", 1},
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"it is applied", "github", "POST dispatch", 1},
			{"the old client secret is removed", "entra", "POST removePassword", 1},
		},
		remade: map[string][]string{"entra POST addPassword": {"entra POST removePassword"}},
	},
	{
		name: "entra by hand", secret: "azure_entraid_oidc", catalogue: "entra-by-hand", people: addedByHand, byPeople: byPut,
		effects: []effect{
			{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
			{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
			{"it is applied", "github", "POST dispatch", 1},
		},
	},
}

const (
	signedIn = `
#platform | [Approve]
thread | @mp-approvers
settle> 300ms
approver> [Approve]
#platform | [It works…]
settle> 300ms
entra> sign-in works
starter> [It works…] because I signed in and opened two accounts
#platform | unless somebody rolls back before
settle> 300ms
clock> +25h`
	addedByRekey = signedIn + `
#platform | AWS SSO Entra ID rotated · Next due
thread | is done
entra> has 2 client secrets
entra> sign-in works
settle> 300ms`
	addedByHand = `
#platform | [How to save it]
thread | your turn
settle> 300ms
entra> starter adds a client secret
aws> starter puts azure_entraid_oidc` + signedIn + `
#platform | press Check now
entra> starter deletes the old client secret
settle> 300ms
starter> [Check now]
#platform | AWS SSO Entra ID rotated · Next due
thread | is done
entra> has 2 client secrets
entra> sign-in works
settle> 300ms`
)
