package fakepagerduty

import (
	"fmt"
	"slices"
	"strconv"

	"rekey/sandbox/world"
)

// The kinds of an owner of integrations.
const (
	Service       = "service"
	Orchestration = "event orchestration"
)

// An OwnerView is a service or an event orchestration, and its integrations.
type OwnerView struct {
	Kind, ID, Name string
	OnCall         string // the name of who is called first; empty for an orchestration
	Integrations   []IntegrationView
}

// An IntegrationView is one way in for events, and the key that opens it.
type IntegrationView struct{ ID, Name, Key string }

type owner struct {
	kind, id, name string
	policy         string   // id of the service's escalation policy
	levels         []string // mail addresses of who is called, the first level first
	routes         *owner   // where an orchestration sends events
	integrations   []*integration
}

type integration struct {
	id, name, key string
	minted        int // how many keys it has had
}

// AddService adds a service with an escalation policy of its own: who is called
// first, and who next. It returns the service's id.
func (f *Fake) AddService(name string, levels ...string) string {
	return f.addOwner(&owner{kind: Service, name: name, policy: newID(), levels: levels})
}

// AddOrchestration adds an event orchestration that sends every event to one
// service, by its id, and returns its own.
func (f *Fake) AddOrchestration(name, service string) string {
	f.mu.Lock()
	to := f.ownerOf(Service, service)
	f.mu.Unlock()
	return f.addOwner(&owner{kind: Orchestration, name: name, routes: to})
}

func (f *Fake) addOwner(o *owner) string {
	o.id = newID()
	f.mu.Lock()
	f.owners = append(f.owners, o)
	f.mu.Unlock()
	f.w.Changed()
	return o.id
}

// AddIntegration gives a service or an event orchestration, by its id, another
// way in, and returns the integration's id, or empty if there is no such owner.
func (f *Fake) AddIntegration(owner, name string) string {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	for _, o := range f.owners {
		if o.id == owner {
			i := &integration{name: name}
			f.mint(o, i)
			o.integrations = append(o.integrations, i)
			return i.id
		}
	}
	return ""
}

// Owners returns all services and event orchestrations, oldest first.
func (f *Fake) Owners() []OwnerView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []OwnerView
	for _, o := range f.owners {
		view := OwnerView{Kind: o.kind, ID: o.id, Name: o.name}
		if len(o.levels) > 0 {
			if u := f.userNamed(o.levels[0]); u != nil {
				view.OnCall = u.name
			}
		}
		for _, i := range o.integrations {
			view.Integrations = append(view.Integrations, IntegrationView{i.id, i.name, i.key})
		}
		out = append(out, view)
	}
	return out
}

// Replace destroys an integration and creates it again, as Terraform does with
// -replace: the old key dies at once, and the new one has a new integration's
// id, which is returned.
func (f *Fake) Replace(id string) (string, error) {
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	for _, o := range f.owners {
		for _, i := range o.integrations {
			if i.id == id {
				f.mint(o, i)
				return i.id, nil
			}
		}
	}
	return "", fmt.Errorf("there is no integration %s", id)
}

// mint gives an integration a new id and a new key.
func (f *Fake) mint(o *owner, i *integration) {
	i.id, i.key = newID(), world.Random(32, "0123456789abcdef")
	i.minted++
	f.w.Values.Add("PagerDuty integration key of "+o.name+", "+strconv.Itoa(i.minted), i.key)
}

func (f *Fake) ownerOf(kind, id string) *owner {
	i := slices.IndexFunc(f.owners, func(o *owner) bool { return o.kind == kind && o.id == id })
	if i < 0 {
		return nil
	}
	return f.owners[i]
}

func (o *owner) integration(id string) *integration {
	for _, i := range o.integrations {
		if i.id == id {
			return i
		}
	}
	return nil
}
