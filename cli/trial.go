package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"rekey/rotation"
	"rekey/sandbox"
)

// ownCatalogue reads a catalogue that is to be tried out, as strictly as the
// bot does, and says which secret to try first and what all of them name, so
// that a sandbox can make it.
func ownCatalogue(path string) (text []byte, try string, _ sandbox.Wanted, _ error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", sandbox.Wanted{}, fmt.Errorf("reading the catalogue: %w", err)
	}
	var named []string
	known := anyHandle()
	known.ID = func(handle string) (string, bool) {
		named = append(named, handle)
		return handle, true
	}
	book, err := rotation.LoadCatalogue(text, known)
	if err != nil {
		return nil, "", sandbox.Wanted{}, err
	}
	for _, s := range book.Secrets {
		if s.Exempt == nil {
			try = s.Name
			break
		}
	}
	return text, try, wanted(book, named), nil
}

// wanted is what a catalogue names: the handles, which it was seen to ask for,
// and the secrets with what depends on them.
func wanted(book *rotation.Catalogue, named []string) sandbox.Wanted {
	var w sandbox.Wanted
	persons := map[string]bool{}
	for _, s := range book.Secrets {
		persons[s.User] = true
	}
	for _, handle := range named {
		switch {
		case persons[handle]:
			w.People = append(w.People, handle)
		case strings.HasPrefix(handle, "#"):
			w.Channels = append(w.Channels, handle)
		default:
			w.Groups = append(w.Groups, handle)
		}
	}
	for _, s := range book.Secrets {
		plan, err := book.Plan(rotation.Order{Secret: s.Name})
		if err != nil {
			continue // exempt: nothing is kept for it
		}
		w.Secrets = append(w.Secrets, wantedSecret(plan))
	}
	return w
}

// uses are the parameters of steps that name what depends on a secret. Every
// kind of step may have them, under the same names.
type uses struct {
	Copies    []rotation.Copy
	Consumers []struct{ Repo, Workflow, Job string }
	Repo      string
	File      string
}

func wantedSecret(plan rotation.Plan) sandbox.WantedSecret {
	one := sandbox.WantedSecret{ID: plan.SecretID, Field: plan.Field, Account: plan.Account, Region: plan.Region, Role: plan.Role, Token: plan.Prover == "github"}
	var proof struct{ Login string }
	// Other provers and steps have other parameters, which say nothing here.
	if json.Unmarshal(plan.Proof, &proof) == nil {
		one.Login = proof.Login
	}
	seen := map[any]bool{}
	for _, step := range plan.Steps {
		var u uses
		if json.Unmarshal(step.With, &u) != nil {
			continue
		}
		for _, c := range u.Copies {
			copied := sandbox.Copy{Secret: plan.SecretID, Repo: c.Repo, Name: c.Name}
			if !seen[copied] {
				seen[copied], one.Copies = true, append(one.Copies, copied)
			}
		}
		flows := []sandbox.WantedWorkflow{{Repo: u.Repo, File: u.File}}
		for _, c := range u.Consumers {
			flows = append(flows, sandbox.WantedWorkflow{Repo: c.Repo, File: c.Workflow, Job: c.Job})
		}
		for _, f := range flows {
			if f.File != "" && !seen[f] {
				seen[f], one.Workflows = true, append(one.Workflows, f)
			}
		}
	}
	return one
}
