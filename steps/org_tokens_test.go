package steps_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

// What an organisation's list shows of the new token, where a GitHub App may
// see it.
func TestAListOfTokensProvesWhatAReadCant(t *testing.T) {
	listed := func(permissions map[string]string, owner, name string) []rotation.OrgToken {
		return []rotation.OrgToken{{Owner: owner, Name: name, Permissions: permissions, Expires: time.Date(2000, 6, 30, 0, 0, 0, 0, time.UTC)}}
	}
	for story, c := range map[string]struct {
		tokens []rotation.OrgToken
		proof  string
		lacks  bool
	}{
		"that it may write":           {listed(map[string]string{"pull_requests": "write"}, "modernisation-platform-ci", "terraform-github"), "4 permissions proven", false},
		"unless it is another's":      {listed(map[string]string{"pull_requests": "write"}, "somebody", "terraform-github"), "1 permission needs a write to prove", true},
		"unless nothing is there":     {[]rotation.OrgToken{}, "1 permission needs a write to prove", true},
		"unless Rekey may not see it": {nil, "1 permission needs a write to prove", true},
	} {
		within(t, story, func(t *testing.T) {
			town := visitAfter(t, func(town *town) { town.listed = c.tokens })
			town.approve()
			town.makes("fresh", "old")
			if len(c.tokens) > 0 { // it says what the token itself says
				c.tokens[0].Expires = town.tokens["fresh"].expires
			}
			town.save(v3, "fresh")
			town.done("promote", c.proof)
			if lacks := town.r().Facts.ProofLacks; (lacks != "") != c.lacks {
				t.Errorf("what is lacking: %q", lacks)
			}
		})
	}
}
