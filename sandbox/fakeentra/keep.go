package fakeentra

import (
	"encoding/json"
	"fmt"
	"time"
)

// kept is what the tenant holds, in JSON. Access tokens aren't in it: who has
// one signs in again.
type kept struct {
	Apps []keptApp
	Lag  time.Duration
}

type keptApp struct {
	App
	Secrets       []keptSecret
	Roles, Owners []string
}

type keptSecret struct {
	Secret
	Value            string
	Noticed, Removed time.Time
}

// Memory returns all that the tenant holds.
func (f *Fake) Memory() (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := kept{Lag: f.lag}
	for _, a := range f.apps {
		one := keptApp{a.App, nil, a.roles, a.owners}
		for _, s := range a.secrets {
			one.Secrets = append(one.Secrets, keptSecret{s.Secret, s.value, s.noticed, s.removed})
		}
		k.Apps = append(k.Apps, one)
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("writing down Entra ID: %w", err)
	}
	return text, nil
}

// Recall replaces all that the tenant holds by what Memory returned.
func (f *Fake) Recall(text json.RawMessage) error {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return fmt.Errorf("reading Entra ID: %w", err)
	}
	f.mu.Lock()
	defer f.w.Changed()
	defer f.mu.Unlock()
	f.apps, f.issued, f.lag = nil, map[string]ticket{}, k.Lag
	for _, a := range k.Apps {
		one := &app{App: a.App, roles: a.Roles, owners: a.Owners}
		for _, s := range a.Secrets {
			one.secrets = append(one.secrets, &secret{s.Secret, s.Value, s.Noticed, s.Removed})
		}
		f.apps = append(f.apps, one)
	}
	return nil
}
