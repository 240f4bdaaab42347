package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rekey/rotation"
)

// proofParams say what a new token must prove.
type proofParams struct {
	Login       string       `json:"login"`
	Permissions []permission `json:"permissions"`
}

// A permission is named as GitHub's settings page names it. Probe is an API
// path whose GET needs it, on public repositories too; a permission without
// one can't be proven without writing.
type permission struct {
	Name  string `json:"name"`
	Probe string `json:"probe,omitempty"`
}

func (p proofParams) check() error {
	if p.Login == "" {
		return errors.New("login: is needed: whom the token must belong to")
	}
	for _, perm := range p.Permissions {
		if perm.Name == "" {
			return errors.New("permissions: each needs a name")
		}
		if perm.Probe != "" && !strings.HasPrefix(perm.Probe, "/") {
			return fmt.Errorf("permissions: the probe of %s must be an API path like /repos/owner/name/keys", perm.Name)
		}
	}
	return nil
}

// A proof is what a new value showed of itself.
type proof struct {
	evidence []string
	learn    func(*rotation.Facts)
	missing  []string
}

// prove tries the new value: whom it belongs to, until when it lives, and
// which permissions it has. A value that can never be promoted comes back as
// an outcome that asks for another.
func prove(ctx context.Context, t *rotation.Task, aws Values, github Tokens, v rotation.Versions, p proofParams) (proof, *rotation.Outcome, error) {
	noun := t.Rotation.Plan.Noun
	value, readable, err := read(ctx, t, aws, v, t.Rotation.Facts.New)
	if err != nil {
		return proof{}, nil, err
	}
	if !readable {
		return proof{evidence: []string{"not read: the proof comes from its users"}}, nil, nil
	}
	again := func(why string) (proof, *rotation.Outcome, error) {
		o := rotation.AskAgain(why)
		return proof{}, &o, nil
	}
	owner, err := github.Owner(ctx, value)
	switch {
	case dead(err):
		return again("GitHub refuses the " + noun + " that was saved (401): it is mistyped, expired or not the newest one.")
	case err != nil:
		return proof{}, nil, err
	case !strings.EqualFold(owner.Login, p.Login):
		return again("The " + noun + " that was saved belongs to " + rotation.Clean(owner.Login) + ", and " + p.Login + " is needed.")
	case !owner.Expires.IsZero() && owner.Expires.Before(t.Now):
		return again("The " + noun + " that was saved has expired on " + t.Day(owner.Expires) + ".")
	}
	out := proof{evidence: []string{"belongs to " + owner.Login, "expiry unknown"}}
	if !owner.Expires.IsZero() {
		out.evidence[1] = "expires " + t.Day(owner.Expires)
	}
	proven, unproven, missing, err := permissions(ctx, github, value, p.Permissions)
	if err != nil {
		return proof{}, nil, err
	}
	out.missing = missing
	out.evidence = append(out.evidence, counted(proven, unproven, missing)...)
	out.learn = func(f *rotation.Facts) {
		f.Identity, f.Expires, f.Missing = owner.Login, owner.Expires, missing
		f.Proven, f.Unproven = proven, unproven
	}
	return out, nil, nil
}

func permissions(ctx context.Context, github Tokens, value rotation.Value, list []permission) (proven, unproven, missing []string, err error) {
	for _, perm := range list {
		if perm.Probe == "" {
			unproven = append(unproven, perm.Name)
			continue
		}
		status, err := github.Try(ctx, value, perm.Probe)
		switch {
		case err != nil:
			return nil, nil, nil, err
		case status < http.StatusMultipleChoices:
			proven = append(proven, perm.Name)
		default:
			missing = append(missing, perm.Name)
		}
	}
	return proven, unproven, missing, nil
}

func counted(proven, unproven, missing []string) []string {
	var out []string
	add := func(n int, one, many string) {
		if n == 1 {
			out = append(out, "1 permission "+one)
		} else if n > 1 {
			out = append(out, fmt.Sprintf("%d permissions %s", n, many))
		}
	}
	add(len(proven), "proven", "proven")
	add(len(missing), "missing", "missing")
	add(len(unproven), "needs a write to prove", "need a write to prove")
	return out
}

// lacking parks a value that works but misses a named permission. Where the
// old value is dead already, somebody may let it pass, so that a permission
// that the catalogue names wrongly doesn't hold an outage open.
func lacking(t *rotation.Task, p proof) rotation.Outcome {
	noun := t.Rotation.Plan.Noun
	problem := rotation.Problem{
		What:    "The new " + noun + " lacks what the catalogue names: " + strings.Join(p.missing, ", ") + ".",
		Safe:    t.Rotation.Safe(),
		Next:    "Give it the permission at GitHub and press Retry, or press Ask again to save another one.",
		Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
	}
	if t.Rotation.Facts.Old == rotation.OldRefused {
		problem.Next += " If the catalogue is wrong, an approver can promote it as it is."
		problem.Choices = append(problem.Choices, rotation.Choice{Verb: rotation.PromoteAnyway, Label: "Promote with what is missing…"})
	}
	return rotation.Park(problem).Knowing(p.learn)
}
