package steps

import (
	"context"
	"fmt"

	"rekey/rotation"
)

// UseWorkflow runs a workflow that fails with a dead or a wrong value, so that
// its success is a use of the new one. Each round is a run of its own.
type UseWorkflow struct{ GitHub Workflows }

// Check reads the parameters.
func (UseWorkflow) Check(p rotation.Params) error { return RunWorkflow{}.Check(p) }

// By says that nobody has to act.
func (UseWorkflow) By(rotation.Params) rotation.Party { return rotation.Rekey }

// As says that this is how the new value is seen in use.
func (UseWorkflow) As() string { return rotation.KindUsed }

// Do starts the run, or looks how it is.
func (a UseWorkflow) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
	var w workflowParams
	if err := rotation.Decode(t.Step().With, &w); err != nil {
		return rotation.Outcome{}, err
	}
	run, link, unfinished, err := follow(ctx, t, a.GitHub, w)
	if err != nil {
		return rotation.Outcome{}, err
	}
	if unfinished != nil {
		return *unfinished, nil
	}
	by := fmt.Sprintf("%s, run %d", w.File, run.ID)
	return rotation.Done("used by " + by + " " + rotation.When(run.Updated)).Linking(link).Knowing(func(f *rotation.Facts) {
		f.Run, f.RunCreated = fmt.Sprint(run.ID), run.Created
		f.Used, f.UsedBy = run.Updated, by
	}), nil
}
