package rotation

import (
	"encoding/json"
	"slices"
	"time"
)

// withdrawID is the id of the step that a cancellation adds.
const withdrawID = "withdraw"

// MayCancel reports whether Cancel is offered: until something irreversible
// happened or the switch was intended.
func (r *Rotation) MayCancel() bool {
	receive := r.Find(KindReceive)
	begun := receive != nil && receive.State != Later
	return r.State == Running && r.Ending == Complete && !r.Switching() && !r.ending() && !r.Facts.Early && r.Facts.NoReturn.IsZero() && (r.Facts.Old != OldRefused || !begun)
}

// ending reports whether the end of the old value was intended, or somebody
// said that it was done.
func (r *Rotation) ending() bool {
	return slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return s.Is(KindRevoke) && (s.State == Ticked || slices.ContainsFunc(s.Effects, func(e Effect) bool { return e.State != Declined }))
	})
}

// MayRefuse reports whether an approver can still say no: until the switch was
// intended. An approval that is asked for again after it can only be given, or
// the rotation rolled back.
func (r *Rotation) MayRefuse() bool { return !r.Switching() }

// cancel ends the rotation before any change. With a version staged, or after
// an approval without overlap, a withdraw step makes sure of it first.
func (r *Rotation) cancel(p Press, now time.Time) ([]Event, error) {
	if r.Ending != Complete {
		return nil, refuse(NotNow, "This rotation is being undone already.")
	}
	if !r.MayCancel() {
		return nil, refuse(NotNow, "The old %s is gone or the new one is already in use, so there is nothing to go back to. Finish the rotation%s.", r.Plan.Noun, r.orRollBack())
	}
	r.Reason, r.EndedBy = p.Reason, p.By
	events := []Event{r.event(now, p.By, "cancelled", "Cancelled: "+p.Reason)}
	return append(events, r.abandon(Cancelled, now)...), nil
}

func (r *Rotation) orRollBack() string {
	if r.MayRollBack() {
		return ", or roll it back"
	}
	return ""
}

// abandon ends in the given state, by way of a withdraw step where something
// may have changed already.
func (r *Rotation) abandon(ending State, now time.Time) []Event {
	receive := r.Find(KindReceive)
	if receive == nil || !r.begun() && (len(r.Plan.Withdraw) == 0 || !r.mayHaveChanged()) {
		if r.Facts.Early {
			r.owe(Debt{
				What: "The new " + r.Plan.Noun + " of " + r.Plan.Title, Why: "it was saved in the console and is current, and Rekey didn't prove it", Since: now,
			}, r.Step())
		}
		r.skip()
		return r.end(ending, now)
	}
	r.detour(r.withdraw(receive), ending, now)
	return nil
}

// begun reports whether somebody may have made a new value, or ended the old
// one.
func (r *Rotation) begun() bool {
	return slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return (s.Is(KindReceive) || s.Is(KindRevoke)) && s.State != Later && s.State != Skipped
	})
}

// mayHaveChanged reports whether something may have been changed outside
// before a new value was asked for: by an effect, or without overlap by
// somebody who went ahead after the approval.
func (r *Rotation) mayHaveChanged() bool {
	if r.Plan.Overlap == None && r.Committed() {
		return true
	}
	return slices.ContainsFunc(r.Steps, func(s StepRun) bool {
		return slices.ContainsFunc(s.Effects, func(e Effect) bool { return e.State != Declined })
	})
}

// withdraw are the steps that take a cancelled rotation back.
func (r *Rotation) withdraw(receive *StepRun) []Step {
	if len(r.Plan.Withdraw) > 0 {
		return r.Plan.Withdraw
	}
	return []Step{{
		ID: withdrawID, Kind: KindWithdraw, By: Rekey,
		Title: "Make sure that nothing changed", Done: "Nothing changed",
		With: receive.With,
	}}
}

// MayRollBack reports whether the old value can still be made current again:
// side by side, after the switch, until its end is intended.
func (r *Rotation) MayRollBack() bool {
	if r.State != Running || r.Ending != Complete || r.Plan.Overlap != SideBySide || len(r.Plan.RollBack) == 0 {
		return false
	}
	if r.Facts.Promoted.IsZero() || r.Facts.Old == OldRefused || r.Facts.Old == OldUnreadable {
		return false
	}
	return !r.ending() && r.Facts.NoReturn.IsZero()
}

func (r *Rotation) askRollBack(p Press, now time.Time) ([]Event, error) {
	if !r.MayRollBack() {
		return nil, r.noRollBack()
	}
	if p.By != r.Holder {
		return r.claim(RollBack, p, now)
	}
	r.Reason, r.EndedBy = p.Reason, p.By
	return r.rollBack(p.By, now), nil
}

func (r *Rotation) noRollBack() *Error {
	return &Error{Reason: NotNow, What: "The old " + r.Plan.Noun + " can't be made current again any more, so a roll back isn't offered."}
}

func (r *Rotation) rollBack(by Person, now time.Time) []Event {
	r.detour(r.Plan.RollBack, RolledBack, now)
	return []Event{r.event(now, by, "roll back", "Rolls back: "+r.Reason)}
}

// Compare notes whether the catalogue renders another plan now. Where an
// approval can still be voided it parks the approval, or whatever comes between
// it and the switch; otherwise the difference is only shown.
func (r *Rotation) Compare(fresh Plan, now time.Time) []Event {
	fresh.Baseline = r.Plan.Baseline
	hash := fresh.Hash()
	if r.State != Running || r.Ending != Complete {
		return nil
	}
	if hash == r.Plan.Hash() {
		return r.unchanged(now)
	}
	known := hash == r.Changed
	r.Changed = hash
	if r.overtakenPlan() {
		return r.park(r.Step(), planChanged(r), now)
	}
	if known {
		return nil
	}
	text := "The catalogue now says something else about " + r.Plan.Title + "."
	if r.Committed() {
		text += " This rotation goes on as approved."
	}
	return []Event{r.event(now, ByRekey, "plan differs", text)}
}

// overtakenPlan reports whether the current step must not go on by this plan:
// it would be approved, or acted on, while the catalogue says another. Somebody
// who is making the new value isn't stopped half-way.
func (r *Rotation) overtakenPlan() bool {
	s := r.Step()
	if r.Changed == "" || r.Committed() || s.Is(KindReceive) && s.State == Open {
		return false
	}
	return !asksForNewPlan(s)
}

func asksForNewPlan(s *StepRun) bool {
	return s.State == Parked && slices.ContainsFunc(s.Problem.Choices, func(c Choice) bool { return c.Verb == NewPlan })
}

// unchanged lets go on what was parked for a change that was taken back.
func (r *Rotation) unchanged(now time.Time) []Event {
	if r.Changed == "" {
		return nil
	}
	r.Changed = ""
	if asksForNewPlan(r.Step()) {
		r.reopen(now)
	}
	return []Event{r.event(now, ByRekey, "plan agrees", "The catalogue says again what this rotation does.")}
}

func planChanged(r *Rotation) Problem {
	safe := "Nothing has been changed."
	if r.Facts.New != "" {
		safe = "The new " + r.Plan.Noun + " is staged and not in use; the old one is current."
	}
	return Problem{
		What: "The catalogue changed since this rotation started, so its plan isn't what would be done today.", Safe: safe,
		Next:    "Press Use the new plan to ask for an approval of the new one, or cancel.",
		Choices: []Choice{{Verb: NewPlan, Label: "Use the new plan"}}, NoRetry: true,
	}
}

// newPlan starts over with the plan that the catalogue renders now. Rounds and
// effects of steps that stay are kept, so a staged version is found again.
func (r *Rotation) newPlan(p Press, now time.Time) ([]Event, error) {
	fresh := p.Plan
	if fresh.Place() != r.Plan.Place() {
		return nil, refuse(NotNow, "The catalogue now keeps this secret somewhere else (%s in %s), and what was seen so far is of %s in %s. Cancel this rotation and start a new one.", fresh.SecretID, fresh.Region, r.Plan.SecretID, r.Plan.Region)
	}
	fresh.Baseline = r.Plan.Baseline
	steps := runs(fresh.Steps)
	for i := range steps {
		for _, old := range r.Steps {
			if old.ID == steps[i].ID {
				steps[i].Round, steps[i].Effects = old.Round, old.Effects
			}
		}
	}
	if r.Alarmed != "" && !fresh.Compromised { // called so too late for the order of an emergency
		steps = append(steps, runs([]Step{review()})...)
	}
	r.Plan, r.Steps, r.Changed = fresh, steps, ""
	events := r.voidApprovals("The plan changed since you pressed. Look at the card again.", now)
	r.open(0, now)
	return append(events, r.event(now, p.By, "new plan", "Took the plan that the catalogue renders now.")), nil
}

// Bind binds the plan to the version that is AWSCURRENT now, once it is
// known. A version that moved before the approval voids what was approved.
func (r *Rotation) Bind(version string, now time.Time) []Event {
	if version == "" || r.Plan.Baseline == version {
		return nil
	}
	r.Plan.Baseline = version
	return []Event{r.event(now, ByRekey, "plan bound", "The plan is bound to version "+version+".")}
}

// With returns the parameters of the first step of a kind, for later steps
// that need the same.
func (p *Plan) With(kind string) json.RawMessage {
	for _, s := range p.Steps {
		if s.Kind == kind {
			return s.With
		}
	}
	return nil
}
