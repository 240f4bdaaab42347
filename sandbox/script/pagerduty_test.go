package script_test

import (
	"strings"
	"testing"
	"time"
)

func TestPagerDutyIsPlayed(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"pagerduty> ops makes an account token",
		"aws> starter saves pagerduty_token in the console",
		"pagerduty> ops deletes the old token of pagerduty_token",
		"pagerduty> starter makes a user token",
		"pagerduty> starter deletes the new token of pagerduty_userapi_token",
		"pagerduty> member authorises Slack",
		"pagerduty> starter replaces everything",
		"pagerduty> starter replaces nothing",
		"pagerduty> starter replaces cooker_cloudwatch",
		"pagerduty> starter replaces security_hub_alarms",
		"pagerduty> cooker.yml alerts with 0 old keys",
		"github> terraform-pagerduty.yml runs",
		"github> runs finish",
		"pagerduty> cooker.yml alerts with 2 old keys",
		"pagerduty> sprinkler.yml alerts with 2 old keys",
		"github> cooker.yml runs",
		"github> runs finish",
		"pagerduty> cooker.yml alerts with 0 old keys",
		"pagerduty> sprinkler.yml alerts with 2 old keys",
		"pagerduty> cooker_cloudwatch has 0 incidents",
		"pagerduty> starter may only look on",
		"pagerduty> starter may configure again",
		"fault> pagerduty \"POST enqueue trigger\" posthang",
		"fault> clear",
		"journal> pagerduty \"POST enqueue trigger\" applied 0",
	)
	for line, says := range map[string]string{
		"pagerduty> starter makes an account token":                              "#ask-operations-engineering",
		"pagerduty> starter replaces github_ci_user_pat":                         "no integration github_ci_user_pat in Terraform",
		"pagerduty> starter deletes the old token of pagerduty_integration_keys": "no second key",
		"pagerduty> sprinkler.yml alerts with 1 old keys":                        "there are 2 old keys, not 1",
	} {
		if err := sc.play(t, line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
