package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rekey/rotation"
)

// WatchClientSecrets looks at which client secrets an application has at Entra
// ID, and until when the one in use lives: the newest with the team's name.
// Those that nobody names are told, and are no reason to replace anything.
type WatchClientSecrets struct{ Entra Entra }

type watchedSecrets struct {
	clientSecrets
	Known []string `json:"known"`
}

// Provider says who is asked.
func (WatchClientSecrets) Provider() string { return "Entra ID" }

// Check reads the parameters.
func (WatchClientSecrets) Check(p rotation.Params) error {
	var w watchedSecrets
	if err := rotation.Decode(p, &w); err != nil {
		return err
	}
	return w.check()
}

// Look lists them.
func (a WatchClientSecrets) Look(ctx context.Context, p rotation.Params) (rotation.Finding, error) {
	var w watchedSecrets
	if err := rotation.Decode(p, &w); err != nil {
		return rotation.Finding{}, err
	}
	all, err := a.Entra.Secrets(ctx, w.ClientID)
	var unset *rotation.Error
	if p, definite := rotation.Definite(err); definite && p.Missing != "" || errors.As(err, &unset) {
		return rotation.Finding{Words: "Rekey has no right to list the client secrets, so nobody knows here until when the one in use lives."}, nil
	}
	if err != nil {
		return rotation.Finding{}, err
	}
	var inUse rotation.ClientSecret
	var unknown []string
	for _, one := range all {
		switch {
		case w.named(one):
			inUse = one // the newest comes last
		case !knows(w.Known, one):
			unknown = append(unknown, fmt.Sprintf("%q", rotation.Clean(one.Name)))
		}
	}
	out := rotation.Finding{Words: "Entra ID lists no client secret called " + w.Name + "."}
	switch {
	case inUse.ID == "":
	case !rotation.Plausible(inUse.End):
		out.Unread = true
		out.Words = "Entra ID doesn't say sensibly until when the newest client secret lives."
	default:
		out.Ends = inUse.End.Unix()
		out.Words = "The newest client secret ends " + inUse.End.UTC().Format("Mon 2 Jan 2006") + "."
	}
	if len(unknown) > 0 {
		out.Words += " The application also has " + strings.Join(unknown, ", ") + ", which the catalogue doesn't name."
	}
	return out, nil
}
