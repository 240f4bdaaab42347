package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// updated reads when each copy was last written, by GitHub's clock. A copy
// whose metadata GitHub doesn't show is an error that names the right.
func updated(ctx context.Context, github Copies, copies []rotation.Copy) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for _, c := range copies {
		at, err := github.CopyUpdated(ctx, c.Repo, c.Name)
		if p, definite := rotation.Definite(err); definite && (p.Code == "403" || p.Code == "404") {
			return nil, &rotation.Error{
				What: "GitHub doesn't show the Actions secret " + c.Name + " of " + c.Repo + " (" + p.Code + "), so Rekey couldn't tell whether it is replaced.",
				Safe: "Rekey changed nothing there.",
				Next: "Give Rekey's GitHub identity the right Secrets: read on " + c.Repo + ", or correct the name in the catalogue, then press Retry.",
			}
		}
		if err != nil {
			return nil, err
		}
		out[c.Key()] = at
	}
	return out, nil
}

// moved splits copies into those written since the switch, or that need no
// writing, and the others.
func moved(f rotation.Facts, now map[string]time.Time, copies []rotation.Copy) (done, left []rotation.Copy, newest time.Time) {
	for _, c := range copies {
		before, known := f.CopiesBefore[c.Key()]
		at := now[c.Key()]
		if slices.Contains(f.Spared, c.Key()) {
			done = append(done, c)
			continue
		}
		// Without a baseline only a write after the run began counts, by the
		// same clock.
		if known && at.After(before) || !known && !f.RunCreated.IsZero() && !at.Before(f.RunCreated) {
			done = append(done, c)
			if at.After(newest) {
				newest = at
			}
			continue
		}
		left = append(left, c)
	}
	return done, left, newest
}

// names lists copies for a sentence: "TOKEN in 2 repositories".
func names(copies []rotation.Copy) string {
	repos := map[string][]string{}
	var order, out []string
	for _, c := range copies {
		if len(repos[c.Name]) == 0 {
			order = append(order, c.Name)
		}
		repos[c.Name] = append(repos[c.Name], c.Repo)
	}
	for _, name := range order {
		if n := len(repos[name]); n > 1 {
			out = append(out, fmt.Sprintf("%s in %d repositories", name, n))
		} else {
			out = append(out, name+" in "+repos[name][0])
		}
	}
	return strings.Join(out, ", ")
}
