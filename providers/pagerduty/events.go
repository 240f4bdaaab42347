package pagerduty

import (
	"context"

	pd "github.com/PagerDuty/go-pagerduty"

	"rekey/rotation"
)

// Accepts tries an integration key without calling anybody: it resolves an
// alert under a key that nobody knows. A key that PagerDuty refuses is a
// definite refusal with Dead set.
// See https://developer.pagerduty.com/docs/send-alert-event.
func (c *Client) Accepts(ctx context.Context, key rotation.Value, dedup string) error {
	return c.send(ctx, "trying an integration key", key, pd.V2Event{Action: "resolve", DedupKey: dedup})
}

// Trigger opens an alert under dedup, which calls whoever is on call. Sent
// again with the same dedup while it is open, it adds nothing.
func (c *Client) Trigger(ctx context.Context, key rotation.Value, dedup, summary string) error {
	return c.send(ctx, "sending a test alert", key, pd.V2Event{Action: "trigger", DedupKey: dedup,
		Payload: &pd.V2Payload{Summary: summary, Source: "rekey", Severity: "info"}})
}

// Resolve ends the alert under dedup; one that isn't open stays as it is.
func (c *Client) Resolve(ctx context.Context, key rotation.Value, dedup string) error {
	return c.send(ctx, "resolving a test alert", key, pd.V2Event{Action: "resolve", DedupKey: dedup})
}

// send sends an event, which its integration key alone lets in.
func (c *Client) send(ctx context.Context, op string, key rotation.Value, e pd.V2Event) error {
	client, h := c.client("")
	e.RoutingKey = key.Reveal()
	if _, err := client.ManageEventWithContext(ctx, &e); err != nil {
		p := failed(op, "", h)
		p.Dead = p.Definite && h.cause() == wrongKey
		return p
	}
	return nil
}
