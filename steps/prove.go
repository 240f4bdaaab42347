package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rekey/rotation"
)

// A proof is what a new value showed of itself, and what is kept of that.
type proof struct {
	rotation.Proof
	learn func(*rotation.Facts)
}

// prove tries the new value: whom it belongs to, until when it lives, and
// what else the runbook's proof: asks for. A value that can never be promoted
// comes back as an outcome that asks for another.
func prove(ctx context.Context, t *rotation.Task, aws Values, v rotation.Versions) (proof, *rotation.Outcome, error) {
	noun := t.Rotation.Plan.Noun
	unproven := func(why string) (proof, *rotation.Outcome, error) {
		return proof{Proof: rotation.Proof{Evidence: []string{why}}, learn: func(*rotation.Facts) {}}, nil, nil
	}
	if t.Prover() == nil {
		return unproven("no API can prove it")
	}
	value, readable, err := read(ctx, t, aws, v, t.Rotation.Facts.New)
	if err != nil {
		return proof{}, nil, err
	}
	if !readable {
		return unproven("not read: the proof comes from its users")
	}
	again := func(why string) (proof, *rotation.Outcome, error) {
		o := rotation.AskAgain("The " + noun + " that was saved " + why + ".")
		return proof{}, &o, nil
	}
	if why, err := beside(ctx, t, aws, v); err != nil {
		return proof{}, nil, err
	} else if why != "" {
		return again(why)
	}
	owner, err := try(ctx, t, value)
	if wait := lagging(t); dead(err) && wait != nil {
		return proof{}, wait, nil
	}
	if dead(err) {
		p, _ := rotation.Definite(err)
		o := rotation.AskAgain(t.Prover().Provider() + " refuses the " + noun + " that was saved (" + p.Code + "): it is mistyped, expired or not the newest one.")
		return proof{}, &o, nil
	}
	if err != nil {
		return proof{}, nil, err
	}
	if owner.Expires.IsZero() {
		owner.Expires = t.Rotation.Facts.Expires // as its maker said, if it was made for Rekey
	}
	shown, err := t.Prover().Prove(ctx, value, owner, t.Rotation.Plan.Proof)
	switch {
	case err != nil:
		return proof{}, nil, err
	case shown.Wrong != "":
		return again(shown.Wrong)
	}
	if owner.Expires.IsZero() {
		owner.Expires = shown.Expires
	}
	switch {
	case !owner.Expires.IsZero() && owner.Expires.Before(t.Now):
		return again("has expired on " + t.Day(owner.Expires))
	}
	switch {
	case !owner.Expires.IsZero():
		shown.Evidence = append(shown.Evidence, "expires "+t.Day(owner.Expires))
		owner.Unread = false
	case owner.Unread:
		shown.Evidence = append(shown.Evidence, t.Prover().Provider()+" names an expiry that can't be read")
	case !shown.Lasting:
		shown.Evidence = append(shown.Evidence, "expiry unknown")
	}
	shown.Evidence = append(shown.Evidence, counted(shown)...)
	return proof{Proof: shown, learn: func(f *rotation.Facts) {
		f.Identity, f.Expires, f.Unread, f.Missing = owner.Login, owner.Expires, owner.Unread, shown.Missing
		f.Proven, f.Unproven, f.ProofLacks, f.Lasting = shown.Proven, shown.Unproven, shown.Lacks, shown.Lasting
	}}, nil, nil
}

// lagging waits for a value that was just made to be known everywhere, or is
// nil once it should be.
func lagging(t *rotation.Task) *rotation.Outcome {
	l, ok := t.Prover().(rotation.Lagging)
	if !ok {
		return nil
	}
	until := t.Rotation.Facts.Created.Add(l.Lag())
	if !t.Now.Before(until) {
		return nil
	}
	o := rotation.Wait(lookAgain, t.Prover().Provider()+" doesn't accept the new "+t.Rotation.Plan.Noun+" yet. It may take until "+rotation.When(until)+"; Rekey tries it again by itself.")
	return &o
}

// lookAgain is the pace at which a change is looked for that a provider takes
// a while to notice.
const lookAgain = 10 * time.Second

// beside says why the other fields of the JSON secret don't go with the new
// value, or "".
func beside(ctx context.Context, t *rotation.Task, aws Values, v rotation.Versions) (string, error) {
	f, ok := t.Prover().(rotation.Fielded)
	if !ok || t.Rotation.Plan.Field == "" {
		return "", nil
	}
	fields := f.Fields(t.Rotation.Plan.Proof)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		kept, readable, err := readField(ctx, t, aws, v, t.Rotation.Facts.New, name)
		if err != nil {
			return "", err
		}
		if readable && !kept.Same(rotation.NewValue(fields[name])) {
			return "stands beside another " + name + " than " + fields[name] + ", which the catalogue names", nil
		}
	}
	return "", nil
}

func counted(p rotation.Proof) []string {
	var out []string
	add := func(n int, one, many string) {
		if n == 1 {
			out = append(out, "1 permission "+one)
		} else if n > 1 {
			out = append(out, fmt.Sprintf("%d permissions %s", n, many))
		}
	}
	add(len(p.Proven), "proven", "proven")
	add(len(p.Missing), "missing", "missing")
	add(len(p.Unproven), "needs a write to prove", "need a write to prove")
	return out
}

// lacking parks a value that works but misses a named permission. Where the
// old value is dead already, somebody may let it pass, so that a permission
// that the catalogue names wrongly doesn't hold an outage open.
func lacking(t *rotation.Task, p proof) rotation.Outcome {
	noun := t.Rotation.Plan.Noun
	problem := rotation.Problem{
		What:    "The new " + noun + " lacks what the catalogue names: " + strings.Join(p.Missing, ", ") + ".",
		Safe:    t.Rotation.Safe(),
		Next:    "Give it the permission at " + t.Prover().Provider() + " and press Retry, or press Ask again to save another one.",
		Choices: []rotation.Choice{{Verb: rotation.Again, Label: "Ask again"}},
	}
	if t.Rotation.Facts.Old == rotation.OldRefused {
		problem.Next += " If the catalogue is wrong, an approver can promote it as it is."
		problem.Choices = append(problem.Choices, rotation.Choice{Verb: rotation.PromoteAnyway, Label: "Promote with what is missing…"})
	}
	return rotation.Park(problem).Knowing(p.learn)
}
