package cli

import (
	"testing"

	"rekey/sandbox/stage"
)

// Where the bot is a GitHub App that may list the organisation's tokens, no
// permission is left unproven, and an emergency tells of the old token's
// last use.
func TestAnAppSeesWhatATokenMay(t *testing.T) {
	t.Parallel()
	const text = `
starter> /rotate github_ci_user_environments_repo_pat --compromised
#platform | Compromised · GitHub has never seen it used · [Approve]
approver> [Approve]
#platform | your turn, @starter
github> starter regenerates github_ci_user_environments_repo_pat
github> token of github_ci_user_environments_repo_pat loses issues
aws> starter puts github_ci_user_environments_repo_pat
#platform | The new token lacks what the catalogue names: Issues: write · [Retry]
github> token of github_ci_user_environments_repo_pat gets issues back
starter> [Retry]
#platform | Checked and made current · 2 permissions proven
#platform ! needs a write to prove
`
	newTownWith(t, stage.Options{App: true, Calm: true}, false, embedded(t)).play("an App's list of tokens", []byte(text))
}

// Without that right it does without, and says so in Details only.
func TestWithoutAnAppOnlyReadsProve(t *testing.T) {
	t.Parallel()
	const text = `
starter> /rotate github_ci_user_environments_repo_pat
#platform | [Approve]
approver> [Approve]
#platform | your turn, @starter
github> starter regenerates github_ci_user_environments_repo_pat
aws> starter puts github_ci_user_environments_repo_pat
#platform | Checked and made current · 2 permissions need a write to prove
#platform ! doesn't list
starter> [Details]
starter sees | can't be proven without writing · GitHub doesn't list the tokens of ministryofjustice to Rekey (403)
`
	newTown(t, false, embedded(t)).play("no list of tokens", []byte(text))
}
