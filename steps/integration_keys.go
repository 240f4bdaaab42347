package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rekey/rotation"
)

// An integrationKey is one key of a secret that holds several by their names,
// and what it opens at PagerDuty.
type integrationKey struct {
	name  string // in the secret
	value rotation.Value
	opens rotation.Integration // empty: PagerDuty doesn't list the key
}

// services are what a row says of some of the keys.
type services struct {
	Services []service `json:"services"`
}

type service struct {
	Name string `json:"name"`       // of the key in the secret
	Test bool   `json:"test_event"` // a test alert is sent with the new key, which calls whoever is on call
}

// tested reports whether a test alert is sent with the key of a name.
func (s services) tested(name string) bool {
	return slices.ContainsFunc(s.Services, func(one service) bool { return one.Name == name && one.Test })
}

// integrationKeys reads the secret as it is now, and holds its keys against
// PagerDuty's own list. besides is how many of the list the secret doesn't
// have. The values stay in memory for this attempt.
func integrationKeys(ctx context.Context, t *rotation.Task, aws Values, pagerduty Integrations, v rotation.Versions) (keys []integrationKey, besides int, err error) {
	secret, readable, err := read(ctx, t, aws, v, v.At(rotation.Current))
	if err != nil {
		return nil, 0, err
	}
	if !readable {
		return nil, 0, &rotation.Error{
			What: "The catalogue doesn't let Rekey read " + t.Rotation.Plan.SecretID + ", so its keys can't be held against PagerDuty's list.",
			Safe: t.Rotation.Safe(), Next: "Add current to read: in its row, and press Retry.",
		}
	}
	fields, err := secret.Fields()
	if err != nil {
		return nil, 0, &rotation.Error{
			What: "The secret " + t.Rotation.Plan.SecretID + " isn't a JSON object of keys by their names.",
			Safe: t.Rotation.Safe(), Next: "See what wrote it. Have Terraform write it again, then press Retry.",
		}
	}
	list, err := pagerduty.IntegrationKeys(ctx)
	if err != nil {
		return nil, 0, err
	}
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key := integrationKey{name: name, value: fields[name]}
		for _, at := range list {
			if at.Key.Same(key.value) {
				key.opens = rotation.Integration{ID: at.ID, Owner: at.Owner, OwnerID: at.OwnerID, Kind: at.Kind}
				used[at.ID] = true
			}
		}
		keys = append(keys, key)
	}
	for _, at := range list {
		if !used[at.ID] {
			besides++
		}
	}
	return keys, besides, nil
}

// keyNamed finds a key by its name in the secret.
func keyNamed(keys []integrationKey, name string) (integrationKey, bool) {
	i := slices.IndexFunc(keys, func(k integrationKey) bool { return k.name == name })
	if i < 0 {
		return integrationKey{name: name}, false
	}
	return keys[i], true
}

// service names what a key opens as people know it, or else the key.
func (k integrationKey) service() string {
	if k.opens.Owner == "" {
		return rotation.Clean(k.name)
	}
	return rotation.Clean(k.opens.Owner)
}

// onCall says whom the events of an integration reach: "Mina", or what is known
// of them.
func onCall(ctx context.Context, pagerduty Integrations, at rotation.Integration) (string, error) {
	switch {
	case at.OwnerID == "":
		return "nobody, PagerDuty doesn't list its key", nil
	case at.Kind != rotation.ServiceKey:
		return "an " + at.Kind, nil
	}
	names, err := pagerduty.OnCall(ctx, []string{at.OwnerID})
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "nobody on call", nil
	}
	for i := range names {
		names[i] = rotation.Clean(names[i])
	}
	return someOf(names, 2) + " on call", nil
}

// someOf names the first n and counts the rest: "Cooker, Sprinkler, 3 more".
func someOf(names []string, n int) string {
	out := strings.Join(names[:min(n, len(names))], ", ")
	if more := len(names) - n; more > 0 {
		out += fmt.Sprintf(", %d more", more)
	}
	return out
}
