package script_test

import (
	"strings"
	"testing"
	"time"
)

func TestWebhooksArePlayed(t *testing.T) {
	sc := newScene(t, 10*time.Second)
	sc.plays(t,
		"github> vpn-maintenance.yml runs",
		"github> runs finish",
		"webhook> #notifications got 1 messages",
		"webhook> starter adds a webhook for #modernisation-platform",
		"github> starter sets SLACK_WEBHOOK_URL in modernisation-platform",
		"webhook> starter removes the old webhook of slack_webhook_url",
		"github> failed-workflows-report.yml runs",
		"github> vpn-maintenance.yml runs",
		"github> runs finish",
		"webhook> #platform got 1 messages",
		"webhook> #notifications got 1 messages",
		"webhook> answers action_prohibited from now on",
		"github> failed-workflows-report.yml runs",
		"github> runs finish",
		"webhook> #platform got 1 messages",
	)
	for line, says := range map[string]string{
		"webhook> #platform got 0 messages":                             "there are 1 messages from webhooks, not 0",
		"webhook> answers sorry from now on":                            "no webhook answers sorry",
		"webhook> starter removes the old webhook of slack_webhook_url": "no second webhook",
	} {
		if err := sc.play(t, line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
