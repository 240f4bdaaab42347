package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rekey/rotation"
)

// SeeUsed sees another workflow succeed with the new value: the first attempt
// of a run that was created after the copies moved, in which the named job
// succeeded. Any one consumer proves it.
type SeeUsed struct{ GitHub Workflows }

type usedParams struct {
	Consumers []consumer `json:"consumers"`
}

type consumer struct {
	Repo     string `json:"repo"`
	Workflow string `json:"workflow"`
	Job      string `json:"job"`
	Dispatch bool   `json:"dispatch"`      // the bot runs it
	Within   within `json:"expect_within"` // how long until it runs by itself: "8d", "12h"
}

// within is a duration that may be written in days.
type within time.Duration

// UnmarshalJSON reads "8d" or what time.ParseDuration reads.
func (w *within) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err != nil || n <= 0 {
			return fmt.Errorf("%q is not a number of days", s)
		}
		*w = within(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	d, err := time.ParseDuration(s)
	*w = within(d)
	return err
}

// Check reads the parameters.
func (SeeUsed) Check(p rotation.Params) error {
	var u usedParams
	if err := rotation.Decode(p, &u); err != nil {
		return err
	}
	for _, c := range u.Consumers {
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c consumer) check() error {
	if !strings.Contains(c.Repo, "/") || c.Workflow == "" || c.Job == "" || c.Within <= 0 {
		return errors.New("consumers: each needs repo (owner/name), workflow, job and expect_within (like 8d)")
	}
	return nil
}

// By says that nobody has to act: it waits.
func (SeeUsed) By(rotation.Params) rotation.Party { return rotation.Rekey }

// Needed says whether there is anybody to see.
func (SeeUsed) Needed(p rotation.Params) bool {
	var u usedParams
	return rotation.Decode(p, &u) == nil && len(u.Consumers) > 0
}

// Do looks through the runs since the copies moved.
func (a SeeUsed) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var p usedParams
	if err := rotation.Decode(t.Step().With, &p); err != nil {
		return rotation.Outcome{}, err
	}
	after := switched(t.Rotation)
	var notes []string
	var links []rotation.Link
	longest := time.Duration(0)
	for _, c := range p.Consumers {
		longest = max(longest, time.Duration(c.Within))
		var own *rotation.Run
		if c.Dispatch {
			w := workflowParams{Repo: c.Repo, File: c.Workflow, Title: c.Workflow, Ref: "main"}
			var err error
			if own, _, err = start(ctx, t, a.GitHub, "use "+c.Workflow, w); err != nil {
				return rotation.Outcome{}, err
			}
		}
		used, note, link, err := a.seen(ctx, c, after, own)
		if err != nil {
			return rotation.Outcome{}, err
		}
		if used != nil {
			by := fmt.Sprintf("%s, run %d", c.Workflow, used.ID)
			at := used.Updated
			return rotation.Done("used by " + by + " " + rotation.When(at)).Linking(*link).Knowing(func(f *rotation.Facts) {
				f.Used, f.UsedBy = at, by
			}), nil
		}
		if note != "" {
			notes = append(notes, note)
			links = append(links, *link)
		}
	}
	expected := t.Step().Opened.Add(longest)
	if t.Now.After(expected) {
		return rotation.Park(rotation.Problem{
			What: "No other workflow was seen to use the new " + t.Rotation.Plan.Noun + " by " + t.Day(expected) + ".",
			Safe: t.Rotation.Safe(),
			Next: "Run one of " + list(p.Consumers) + ", then press Retry: Retry looks for another " + days(longest) + ".",
		}).Linking(links...), nil
	}
	note := "Waiting for a run of " + list(p.Consumers) + ", expected by " + t.Day(expected) + "."
	if len(notes) > 0 {
		note += " " + strings.Join(notes, " ")
	}
	return rotation.Wait(0, note).Linking(links...).Attestable(), nil
}

// switched is when the value that has to be used became what workflows get:
// when the copies moved, or without copies when it became current.
func switched(r *rotation.Rotation) time.Time {
	switch f := r.Facts; {
	case !f.Copied.IsZero():
		return f.Copied
	case r.Ending == rotation.RolledBack:
		return f.Restored
	default:
		return f.Promoted
	}
}

// seen returns the first run of a consumer that proves it, or what was seen
// that doesn't count. GitHub's dates are whole seconds: a run of the very
// second in which the copy moved counts only if the bot itself started it.
func (a SeeUsed) seen(ctx context.Context, c consumer, after time.Time, own *rotation.Run) (*rotation.Run, string, *rotation.Link, error) {
	runs, err := a.GitHub.Runs(ctx, c.Repo, c.Workflow, rotation.RunQuery{Since: after})
	if err != nil {
		return nil, "", nil, err
	}
	note, link := "", &rotation.Link{}
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		ours := own != nil && own.ID == r.ID
		if !r.Created.After(after) && !ours || r.Status != "completed" {
			continue
		}
		jobs, err := a.GitHub.Jobs(ctx, c.Repo, r.ID)
		if err != nil {
			return nil, "", nil, err
		}
		state := "without a job " + c.Job
		for _, j := range jobs {
			if j.Name == c.Job {
				state = words(j.Conclusion)
			}
		}
		link = &rotation.Link{Title: fmt.Sprintf("Run %d", r.ID), URL: r.URL}
		if state == "success" {
			return &r, "", link, nil
		}
		note = fmt.Sprintf("Run %d of %s doesn't count: job %q ended as %s", r.ID, c.Workflow, c.Job, state)
		if r.Attempt > 1 {
			note += ", and a re-run proves nothing"
		}
		note += "."
	}
	return nil, note, link, nil
}

func list(cs []consumer) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Workflow)
	}
	return strings.Join(out, " or ")
}

func days(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	return d.String()
}
