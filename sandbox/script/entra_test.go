package script_test

import (
	"strings"
	"testing"
	"time"
)

func TestEntraIDIsPlayed(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"entra> sign-in works",
		"entra> has 2 client secrets",
		"entra> starter adds a client secret",
		"entra> has 3 client secrets",
		"aws> starter saves client_secret of azure_entraid_oidc in the console",
		"entra> sign-in works",
		"entra> starter deletes the old client secret",
		"entra> sign-in is broken",
		"github> management-account-apply.yml runs",
		"github> runs finish",
		"entra> sign-in works",
		"entra> takes 1m to notice",
		"entra> starter adds a client secret",
		"entra> starter deletes the old client secret",
		"entra> has 2 client secrets",
		"entra> sign-in works",
		"clock> +2m",
		"entra> sign-in is broken",
		"entra> bot is no owner",
		"entra> bot is an owner again",
		`fault> entra "POST addPassword" posthang`,
		`journal> entra "POST addPassword" applied 0`,
	)
	sc.cast.Patience = 50 * time.Millisecond
	for line, says := range map[string]string{
		"entra> sign-in works":                                      "it is false that people can sign in to AWS",
		"entra> has 1 client secrets":                               "there are 2 client secrets, not 1",
		"entra> starter deletes the old client secret":              "the newest client secret isn't old",
		"aws> starter saves x of azure_entraid_oidc in the console": "azure_entraid_oidc has no field x",
	} {
		if err := sc.play(t, line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
