package fakepagerduty

import (
	"encoding/json"
	"fmt"
	"time"
)

// kept is what PagerDuty holds, in JSON. The rate limits aren't in it.
type kept struct {
	Users     []keptUser
	Tokens    []keptToken
	Owners    []keptOwner
	Incidents []keptIncident
}

type keptUser struct {
	ID, Email, Name, Role string
	Slack                 bool
}

type keptToken struct {
	ID, Name, Owner, MadeBy, Value string
	ReadOnly, Revoked              bool
	Foreign                        string
	Created, LastUsed              time.Time
}

type keptOwner struct {
	Kind, ID, Name, Policy string
	Levels                 []string
	Routes                 string // the id of the service that an orchestration sends events to
	Integrations           []keptIntegration
}

type keptIntegration struct {
	ID, Name, Key string
	Minted        int
}

type keptIncident struct {
	Number                           int
	Service, Title, Status, DedupKey string
	Created                          time.Time
	Owner, Way                       string
}

// Memory returns all that PagerDuty holds.
func (f *Fake) Memory() (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var k kept
	for _, u := range f.users {
		k.Users = append(k.Users, keptUser{u.id, u.email, u.name, u.role, u.slack})
	}
	for _, t := range f.tokens {
		k.Tokens = append(k.Tokens, keptToken{t.id, t.name, t.owner, t.madeBy, t.value, t.readOnly, t.revoked, t.foreign, t.created, t.lastUsed})
	}
	for _, o := range f.owners {
		one := keptOwner{o.kind, o.id, o.name, o.policy, o.levels, "", nil}
		if o.routes != nil {
			one.Routes = o.routes.id
		}
		for _, i := range o.integrations {
			one.Integrations = append(one.Integrations, keptIntegration{i.id, i.name, i.key, i.minted})
		}
		k.Owners = append(k.Owners, one)
	}
	for _, i := range f.incidents {
		k.Incidents = append(k.Incidents, keptIncident{i.number, i.service.id, i.title, i.status, i.dedupKey, i.created, i.owner.id, i.way})
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("writing down PagerDuty: %w", err)
	}
	return text, nil
}

// Recall replaces all that PagerDuty holds by what Memory returned.
func (f *Fake) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading PagerDuty: %w", err)
	}
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	f.users, f.tokens, f.owners, f.incidents, f.limits = nil, nil, nil, nil, map[*token]*allowance{}
	for _, u := range k.Users {
		f.users = append(f.users, &user{u.ID, u.Email, u.Name, u.Role, u.Slack})
	}
	for _, t := range k.Tokens {
		f.tokens = append(f.tokens, &token{
			id: t.ID, name: t.Name, owner: t.Owner, madeBy: t.MadeBy, value: t.Value, readOnly: t.ReadOnly, revoked: t.Revoked,
			foreign: t.Foreign, created: t.Created, lastUsed: t.LastUsed,
		})
	}
	known := map[string]*owner{}
	for _, o := range k.Owners {
		one := &owner{kind: o.Kind, id: o.ID, name: o.Name, policy: o.Policy, levels: o.Levels, routes: known[o.Routes]}
		for _, i := range o.Integrations {
			one.integrations = append(one.integrations, &integration{i.ID, i.Name, i.Key, i.Minted})
		}
		known[o.ID] = one
		f.owners = append(f.owners, one)
	}
	for _, i := range k.Incidents {
		service, from := known[i.Service], known[i.Owner]
		if service == nil || from == nil {
			return fmt.Errorf("incident %d is of no service", i.Number)
		}
		f.incidents = append(f.incidents, &incident{i.Number, service, i.Title, i.Status, i.DedupKey, i.Created, from, i.Way})
	}
	return nil
}
