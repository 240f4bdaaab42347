package steps

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// clientSecrets are what the steps about one application's client secrets know
// of it.
type clientSecrets struct {
	ClientID string `json:"client_id"` // the application's
	Name     string `json:"name"`      // what the team calls the client secret
}

func (c clientSecrets) check() error {
	if c.ClientID == "" || c.Name == "" {
		return errors.New("client_id: and name: are needed: of which application, and what the client secret is called there")
	}
	return nil
}

// marked is the name of a client secret that an attempt adds. It tells later
// whose it is, also if no answer came.
func (c clientSecrets) marked(attempt string) string { return c.Name + " " + attempt[:8] }

// named reports whether a client secret has the team's name for it.
func (c clientSecrets) named(one rotation.ClientSecret) bool {
	return one.Name == c.Name || strings.HasPrefix(one.Name, c.Name+" ")
}

// ours reports whether a client secret was made by this rotation.
func (c clientSecrets) ours(r *rotation.Rotation, one rotation.ClientSecret) bool {
	if one.ID == r.Facts.NewKey {
		return true
	}
	s := r.Find(rotation.KindReceive)
	return s != nil && slices.ContainsFunc(s.Effects, func(e rotation.Effect) bool { return one.Name == c.marked(e.ID) })
}

// mint adds client secrets that live until end.
func (c clientSecrets) mint(entra Entra, aws interface {
	Labels
	Writer
}, field string, end time.Time) mint {
	return mint{
		AWS: aws, What: "client secret",
		Seen: func(ctx context.Context, attempt string) ([]string, error) {
			all, err := entra.Secrets(ctx, c.ClientID)
			ids := []string{}
			for _, one := range all {
				if attempt == "" || one.Name == c.marked(attempt) {
					ids = append(ids, one.ID)
				}
			}
			return ids, err
		},
		Make: func(ctx context.Context, attempt string) (string, rotation.Value, error) {
			made, value, err := entra.AddSecret(ctx, c.ClientID, c.marked(attempt), end)
			return made.ID, value, err
		},
		Fill: func(whole, made rotation.Value) (rotation.Value, error) {
			if field == "" {
				return made, nil
			}
			return aws.Merge(whole, field, made)
		},
		Remove: func(ctx context.Context, id string) error {
			err := entra.RemoveSecret(ctx, c.ClientID, id)
			if p, definite := rotation.Definite(err); definite && p.Code == "404" {
				return nil // it was listed before, so somebody removed it meanwhile
			}
			return err
		},
	}
}

// orphans removes what this rotation added and nobody has the value of: an
// attempt whose answer was lost may show late.
func (c clientSecrets) orphans(ctx context.Context, t *rotation.Task, m mint, all []rotation.ClientSecret, keep string) error {
	for _, one := range all {
		if one.ID == keep || !c.ours(t.Rotation, one) {
			continue
		}
		if err := m.remove(ctx, t, one.ID); err != nil {
			return err
		}
	}
	return nil
}

// handRunbook says how to go on without rights at Microsoft Graph.
const handRunbook = "write `runbook: entra_by_hand` into its row of the catalogue and start Rekey again: people then do it by hand."

// refusedByGraph adds what to do without the right that is missing.
func refusedByGraph(t *rotation.Task, err error) error {
	p, definite := rotation.Definite(err)
	if !definite || p.Provider != "Entra ID" || p.Missing == "" {
		return err
	}
	return &rotation.Error{
		What: "Rekey may not do this at Entra ID: " + p.Op + " was refused (" + p.Code + ").",
		Safe: t.Rotation.Safe(),
		Next: "Give Rekey the right " + p.Missing + ", then press Retry. Or " + handRunbook,
	}
}
