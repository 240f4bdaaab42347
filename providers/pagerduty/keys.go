package pagerduty

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	pd "github.com/PagerDuty/go-pagerduty"

	"rekey/rotation"
)

// pageSize is the most that PagerDuty gives at once, and maxPages where we
// stop asking: an account has a few thousand services at most.
const (
	pageSize = 100
	maxPages = 100
)

// IntegrationKeys reads, with the bot's own token, every key that lets events
// in: of the services, and of the event orchestrations. Integrations by mail
// have none.
// See https://developer.pagerduty.com/api-reference/e960cca205c0f-list-services
// and https://developer.pagerduty.com/api-reference/7ba0fe7bdb26a-list-event-orchestrations.
func (c *Client) IntegrationKeys(ctx context.Context) ([]rotation.IntegrationKey, error) {
	client, h, err := c.mine("read the integration keys")
	if err != nil {
		return nil, err
	}
	services, err := serviceKeys(ctx, client, h)
	if err != nil {
		return nil, err
	}
	orchestrations, err := orchestrationKeys(ctx, client, h)
	if err != nil {
		return nil, err
	}
	return append(services, orchestrations...), nil
}

func serviceKeys(ctx context.Context, client *pd.Client, h *heard) ([]rotation.IntegrationKey, error) {
	const op, right = "reading the services", "services.read"
	var out []rotation.IntegrationKey
	err := pages(op, right, h, func(offset uint) (pd.APIListObject, int, error) {
		page, err := client.ListServicesWithContext(ctx, pd.ListServiceOptions{Limit: pageSize, Offset: offset, Includes: []string{"integrations"}})
		if err != nil {
			return pd.APIListObject{}, 0, failed(op, right, h)
		}
		for _, s := range page.Services {
			for _, i := range s.Integrations {
				whole, err := wholeIntegration(ctx, client, h, s.ID, i)
				if err != nil {
					return pd.APIListObject{}, 0, err
				}
				if whole.IntegrationKey != "" {
					out = append(out, rotation.IntegrationKey{Kind: "service", Owner: s.Name, OwnerID: s.ID, Name: whole.Name, ID: i.ID, Key: rotation.NewValue(whole.IntegrationKey)})
				}
			}
		}
		return page.APIListObject, len(page.Services), nil
	})
	return out, err
}

// wholeIntegration reads an integration that the list only refers to.
func wholeIntegration(ctx context.Context, client *pd.Client, h *heard, service string, i pd.Integration) (pd.Integration, error) {
	if !strings.HasSuffix(i.Type, "_reference") {
		return i, nil
	}
	whole, err := client.GetIntegrationWithContext(ctx, service, i.ID, pd.GetIntegrationOptions{})
	if err != nil {
		return i, failed("reading an integration of a service", "services.read", h)
	}
	return *whole, nil
}

func orchestrationKeys(ctx context.Context, client *pd.Client, h *heard) ([]rotation.IntegrationKey, error) {
	const op, right = "reading the event orchestrations", "event_orchestrations.read"
	var out []rotation.IntegrationKey
	err := pages(op, right, h, func(offset uint) (pd.APIListObject, int, error) {
		page, err := client.ListOrchestrationsWithContext(ctx, pd.ListOrchestrationsOptions{Limit: pageSize, Offset: offset})
		if err != nil {
			return pd.APIListObject{}, 0, failed(op, right, h)
		}
		for _, o := range page.Orchestrations {
			whole, err := client.GetOrchestrationWithContext(ctx, o.ID, nil)
			if err != nil {
				return pd.APIListObject{}, 0, failed("reading an event orchestration", right, h)
			}
			for _, i := range whole.Integrations {
				if i != nil && i.Parameters != nil && i.Parameters.RoutingKey != "" {
					out = append(out, rotation.IntegrationKey{Kind: "event orchestration", Owner: o.Name, OwnerID: o.ID, ID: i.ID, Key: rotation.NewValue(i.Parameters.RoutingKey)})
				}
			}
		}
		return page.APIListObject, len(page.Orchestrations), nil
	})
	return out, err
}

// pages reads one page after the other. A list that never ends, or says that
// there is more and gives nothing, can't be read.
func pages(op, right string, h *heard, read func(offset uint) (pd.APIListObject, int, error)) error {
	offset := uint(0)
	for range maxPages {
		list, n, err := read(offset)
		if err != nil || !list.More {
			return err
		}
		if n == 0 {
			break
		}
		offset += uint(n)
	}
	return failed(op, right, h)
}

var serviceID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// OnCall names those who are called first for some services now, by the ids of
// the services, each person once. It needs the bot's own token. An event
// orchestration has nobody on call: ask for the services behind it.
// See https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls.
func (c *Client) OnCall(ctx context.Context, serviceIDs []string) ([]string, error) {
	client, h, err := c.mine("see who is on call")
	if err != nil || len(serviceIDs) == 0 {
		return nil, err
	}
	var policies []string
	for _, id := range serviceIDs {
		if !serviceID.MatchString(id) {
			return nil, fmt.Errorf("%q is not the id of a service", id) // it would be another address
		}
		service, err := client.GetServiceWithContext(ctx, id, nil)
		if err != nil {
			return nil, failed("reading the service "+id, "services.read", h)
		}
		if service.EscalationPolicy.ID != "" && !slices.Contains(policies, service.EscalationPolicy.ID) {
			policies = append(policies, service.EscalationPolicy.ID)
		}
	}
	if len(policies) == 0 {
		return nil, nil
	}
	const op, right = "reading who is on call", "oncalls.read"
	var names []string
	err = pages(op, right, h, func(offset uint) (pd.APIListObject, int, error) {
		page, err := client.ListOnCallsWithContext(ctx, pd.ListOnCallOptions{Limit: pageSize, Offset: offset, EscalationPolicyIDs: policies})
		if err != nil {
			return pd.APIListObject{}, 0, failed(op, right, h)
		}
		for _, one := range page.OnCalls {
			if one.EscalationLevel == 1 && one.User.Summary != "" && !slices.Contains(names, one.User.Summary) {
				names = append(names, one.User.Summary)
			}
		}
		return page.APIListObject, len(page.OnCalls), nil
	})
	return names, err
}
