package cli

import "strings"

// The rows of IAM users' access keys: of somebody in Slack, of somebody outside
// for whom a member of the team speaks, and of one whom others may know.
var keyRows = []row{
	keyRow("aws_user_keys sam.collaborator", keyReplaced),
	keyRow("aws_user_keys mina.collaborator", strings.NewReplacer("sam.collaborator", "mina.collaborator", "starter> [It", "member> [It").Replace(keyReplaced)),
	keyRow("aws_user_keys third.party", strings.NewReplacer("sam.collaborator", "third.party", "starter> [It", "member> [It").Replace(keyReplaced)),
	keyRow("aws_user_keys two.keys", `
#platform | has as many access keys as AWS allows · [Retry]
thread | is parked
settle> 300ms
iam> somebody deletes the oldest key of two.keys
starter> [Retry]`+strings.ReplaceAll(keyReplaced, "sam.collaborator", "two.keys")),
	{
		name: "access key that others know", secret: "aws_user_keys sam.collaborator --compromised",
		people: `
#platform | [Approve]
settle> 300ms
approver> [Approve]
#platform | [It is in use…]
settle> 300ms
iam> job of sam.collaborator is refused
aws> starter takes collaborators/sam.collaborator/access-key
iam> job of sam.collaborator uses the key on the clipboard
iam> job of sam.collaborator runs
starter> [It is in use…] because nothing uses the old one
#platform | [Close the review…]
settle> 300ms
approver> [Close the review…] because it was in a build log
#platform | rotated
thread | is done
iam> sam.collaborator has 1 keys
settle> 300ms`,
		effects: []effect{
			{"the old key is deactivated", "aws", "UpdateAccessKey", 1},
			{"a key is made", "aws", "CreateAccessKey", 1},
			{"it is delivered", "aws", "PutSecretValue", 1},
			{"the old key is deleted", "aws", "DeleteAccessKey", 1},
		},
		remade: keyRemade,
	},
}

// keyRemade is how a key whose secret half got lost is ended.
var keyRemade = map[string][]string{"aws CreateAccessKey": {"aws UpdateAccessKey", "aws DeleteAccessKey"}}

func keyRow(secret, people string) row {
	r := row{
		name: secret, secret: secret, people: people, remade: keyRemade,
		effects: []effect{
			{"a key is made", "aws", "CreateAccessKey", 1},
			{"it is delivered", "aws", "PutSecretValue", 1},
			{"the old key is deactivated", "aws", "UpdateAccessKey", 1},
			{"the old key is deleted", "aws", "DeleteAccessKey", 1},
		},
	}
	if strings.Contains(people, "somebody deletes") {
		r.byPeople = map[string]int{"aws DeleteAccessKey": 1}
		r.effects[len(r.effects)-1].n = 2 // theirs is the first
	}
	return r
}

const keyReplaced = `
#platform | [It is in use…]
settle> 300ms
iam> job of sam.collaborator uses the delivered key
iam> job of sam.collaborator runs
starter> [It is in use…] because everything has it
#platform | [Approve]
settle> 300ms
approver> [Approve]
#platform | if AWS sees nothing use it until then
settle> 300ms
clock> +25h
#platform | press Roll back
settle> 300ms
clock> +8d
#platform | rotated · Next due
thread | is done
iam> sam.collaborator has 1 keys
iam> job of sam.collaborator runs
settle> 300ms`
