package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// Reapply sees every consumer that copies the value apply it again: the named
// job succeeded in a run created after the new version. It runs those that it
// may, and waits for the others.
type Reapply struct{ GitHub Workflows }

type reapplyParams struct {
	Consumers []applier `json:"consumers"`
}

// An applier is a consumer that has to apply the new value. Without keys it
// uses every key of the secret.
type applier struct {
	consumer
	Keys []string `json:"keys"` // the names of those that it uses
}

// Check reads the parameters.
func (Reapply) Check(p rotation.Params) error {
	var r reapplyParams
	if err := rotation.Decode(p, &r); err != nil {
		return err
	}
	if len(r.Consumers) == 0 {
		return errors.New("consumers: name those that have to apply the new value")
	}
	for _, c := range r.Consumers {
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

// By says that nobody has to act: it runs them, or waits.
func (Reapply) By(rotation.Params) rotation.Party { return rotation.Rekey }

// As says that this is how the new value is seen in use.
func (Reapply) As() string { return rotation.KindUsed }

// An application is what is known of one consumer.
type application struct {
	applier
	used   *rotation.Use // what proves it; nil: nothing yet
	failed string        // what the bot's own run says, if it ended without success
	note   string
	link   rotation.Link
}

// Do looks at every consumer.
func (a Reapply) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p reapplyParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	var all []application
	for _, c := range p.Consumers {
		if !c.uses(t.Rotation.Facts.Picked) {
			continue
		}
		one, err := a.look(ctx, t, c)
		if err != nil {
			return rotation.Outcome{}, err
		}
		all = append(all, one)
	}
	return a.sum(t, all), nil
}

// uses reports whether the consumer uses any of the keys that were picked.
func (c applier) uses(picked []string) bool {
	return len(c.Keys) == 0 || slices.ContainsFunc(picked, func(name string) bool { return slices.Contains(c.Keys, name) })
}

func (c applier) key() string { return c.Repo + " " + c.Workflow }

// look looks for a run of one consumer that proves it, and starts one if that
// is the bot's to do and there is none. What was seen once isn't looked for
// again.
func (a Reapply) look(ctx context.Context, t *rotation.Task, c applier) (application, error) {
	out := application{applier: c}
	if use, known := t.Rotation.Facts.Applied[c.key()]; known {
		out.used = &use
		return out, nil
	}
	see := func(own *rotation.Run) error {
		run, note, link, err := SeeUsed(a).seen(ctx, c.consumer, t.Rotation.Facts.Created, own)
		if err != nil {
			return err
		}
		out.note, out.link = note, *link
		if run != nil {
			out.used = &rotation.Use{By: fmt.Sprintf("%s, run %d", c.Workflow, run.ID), At: run.Updated}
		}
		return nil
	}
	if err := see(nil); err != nil || out.used != nil || !c.Dispatch {
		return out, err
	}
	w := workflowParams{Repo: c.Repo, File: c.Workflow, Title: c.Workflow, Ref: "main"}
	own, begun, err := start(ctx, t, a.GitHub, "apply "+c.Workflow, w)
	if err != nil {
		return out, err
	}
	late := t.Now.Sub(begun) > t.Waits().Run
	if own == nil {
		if late {
			out.failed = c.Workflow + ": GitHub accepted the run and never showed it"
		}
		return out, nil
	}
	out.link = rotation.Link{Title: "Open the run of " + c.Workflow, URL: own.URL}
	switch {
	case own.Status != "completed":
		out.note = fmt.Sprintf("run %d, %s", own.ID, words(own.Status))
		if late {
			out.failed = fmt.Sprintf("%s: run %d has been %s for a long time", c.Workflow, own.ID, words(own.Status))
		}
		return out, nil
	case own.Conclusion != "success":
		out.failed = fmt.Sprintf("%s, run %d: %s", c.Workflow, own.ID, words(own.Conclusion))
		return out, nil
	}
	if err := see(own); err != nil || out.used != nil {
		return out, err
	}
	out.failed = c.Workflow + ": " + strings.TrimSuffix(out.note, ".")
	return out, nil
}

// often is how many consumers are looked for at the usual pace; more would use
// up what GitHub lets us ask in an hour.
const often = 10

// sum says what is still open.
func (a Reapply) sum(t *rotation.Task, all []application) rotation.Outcome {
	var applied, waits, failed, late []string
	var links []rotation.Link
	seen := map[string]rotation.Use{}
	last, longest := time.Time{}, time.Duration(0)
	for _, one := range all {
		within := time.Duration(one.Within)
		switch {
		case one.used != nil:
			seen[one.key()], applied = *one.used, append(applied, one.used.By)
			if one.used.At.After(last) {
				last = one.used.At
			}
			continue
		case one.failed != "":
			failed = append(failed, one.failed)
		case !one.Dispatch && t.Now.After(t.Step().Opened.Add(within)):
			late, longest = append(late, one.Workflow), max(longest, within)
		case one.note != "":
			waits = append(waits, one.Workflow+" ("+strings.TrimSuffix(one.note, ".")+")")
		default:
			waits = append(waits, one.Workflow)
		}
		if one.link.URL != "" {
			links = append(links, one.link)
		}
	}
	learn := func(f *rotation.Facts) { f.Applied = seen }
	if len(waits)+len(failed)+len(late) == 0 {
		return rotation.Done(fmt.Sprintf("all %d consumers: %s", len(all), someOf(applied, 4))).Knowing(func(f *rotation.Facts) {
			learn(f)
			f.Used, f.UsedBy = last, someOf(applied, 3)
		})
	}
	problem := unapplied(t, len(all), applied, failed, late, longest)
	if len(waits) == 0 {
		return rotation.Park(problem).Linking(links...).Knowing(learn)
	}
	pause := time.Duration(0)
	if len(waits) > often {
		pause = time.Minute
	}
	return rotation.Wait(pause, problem.What+" Waiting for "+someOf(waits, 3)+".").Linking(links...).Knowing(learn).Attestable()
}

// unapplied says which consumers still have the old value, and why.
func unapplied(t *rotation.Task, all int, applied, failed, late []string, longest time.Duration) rotation.Problem {
	what := fmt.Sprintf("%d of %d consumers have applied them", len(applied), all)
	if len(applied) > 0 && len(failed)+len(late) == 0 {
		what += ": " + someOf(applied, 3)
	}
	what += "."
	next := "Mend it, then press Retry: Rekey runs its own again and looks for the others"
	if len(failed) > 0 {
		what += " Not applied: " + someOf(failed, 3) + "."
	}
	if len(late) > 0 {
		what += " Not seen in time: " + someOf(late, 3) + "."
		next += " for another " + days(longest)
	}
	return rotation.Problem{What: what, Safe: "The new " + t.Rotation.Plan.Noun + " is current in Secrets Manager, and the old one dead.", Next: next + "."}
}
