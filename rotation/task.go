package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Task is one attempt at the current step of one rotation.
type Task struct {
	Rotation *Rotation // as it was when the attempt began; changes to it are lost
	Now      time.Time
	Asked    bool // somebody pressed Check now

	engine *Engine
}

// Step returns the step that the attempt is at.
func (t *Task) Step() *StepRun { return t.Rotation.Step() }

// Prover returns how the rotation's value is tried, or nil if nobody can.
func (t *Task) Prover() Prover { return t.engine.Provers[t.Rotation.Plan.Prover] }

// Waits returns the configured waits.
func (t *Task) Waits() Waits { return t.engine.Waits }

// Day writes a day in the team's zone: "Fri 4 Dec 2026".
func (t *Task) Day(day time.Time) string {
	if zone := t.engine.Hours.Zone; zone != nil {
		day = day.In(zone)
	}
	return day.Format("Mon 2 Jan 2006")
}

// Zone is the team's.
func (t *Task) Zone() *time.Location {
	if zone := t.engine.Hours.Zone; zone != nil {
		return zone
	}
	return time.UTC
}

// Change is one change at a provider, for Task.Effect.
type Change struct {
	Purpose string // distinguishes the effects of one step

	// Settles says that an answerless request may show its effect late, so a
	// look waits Waits.Settle after the send's deadline.
	Settles bool

	// Looks is how many looks, half a settle time apart, have to show nothing
	// before that is believed, since a provider's lists may lag behind. 0: one.
	Looks int

	// Before reads what the provider shows before the change. Nil: nothing.
	Before func(ctx context.Context) (any, error)

	// Send does it, once. id is the effect's id. The context ends at the
	// recorded deadline.
	Send func(ctx context.Context, id string, before json.RawMessage) (after any, err error)

	// Look says what became of a request that got no answer.
	Look func(ctx context.Context, id string, before json.RawMessage) (Seen, any, error)

	// Unclear is what is asked of people when a look doesn't tell. Nil: the
	// same in general words.
	Unclear func() Outcome
}

// Seen is what a look at the provider showed of an unanswered request.
type Seen int

// What a look can show.
const (
	SeenNothing Seen = iota // it did not land: send it again
	SeenLanded              // it landed
	SeenUnclear             // neither: a person has to look
)

// A pending error ends an attempt that has to wait; the engine records it.
type pending struct{ outcome Outcome }

func (p *pending) Error() string { return "rotation: waiting: " + p.outcome.note }

// Effect makes one change at a provider, and never twice: the intent is
// recorded before it is sent and the outcome afterwards; what got no answer is
// looked up, after its deadline and the settle time, before it is sent again.
// On success it returns the effect with what the provider answered. Any error
// is to be returned from Do as it is.
func (t *Task) Effect(ctx context.Context, c Change) (Effect, error) {
	e, known := t.effect(c.Purpose)
	switch {
	case known && e.State == Landed:
		return e, nil
	case known && (e.State == Intended || e.State == Unsure):
		return t.resolve(ctx, c, e)
	}
	e = Effect{ID: t.Rotation.EffectID(t.Step().ID, c.Purpose, t.Step().Round), Purpose: c.Purpose, Round: t.Step().Round}
	if c.Before != nil {
		before, err := c.Before(ctx)
		if err != nil {
			return e, err
		}
		if e.Before, err = json.Marshal(before); err != nil {
			return e, fmt.Errorf("keeping what %s showed: %w", c.Purpose, err)
		}
	}
	return t.send(ctx, c, e)
}

// effect finds the effect of this purpose in the present round, or one of an
// earlier round that got no answer yet: what became of that has to be known
// before another is sent.
func (t *Task) effect(purpose string) (Effect, bool) {
	s := t.Step()
	for _, e := range slices.Backward(s.Effects) {
		if e.Purpose == purpose && (e.Round == s.Round || e.State == Intended || e.State == Unsure) {
			e.Round = s.Round
			return e, true
		}
	}
	return Effect{}, false
}

// Landed returns the change of this purpose that was made in the present round.
func (t *Task) Landed(purpose string) (Effect, bool) {
	e, known := t.effect(purpose)
	return e, known && e.State == Landed
}

// Declined reports whether the provider refused this change in the present
// round.
func (t *Task) Declined(purpose string) bool {
	e, known := t.effect(purpose)
	return known && e.State == Declined
}

// send records the intent, sends once, and records the outcome.
func (t *Task) send(ctx context.Context, c Change, e Effect) (Effect, error) {
	began := time.Now() // monotonic: the deadline must not move with the wall clock
	e.State, e.At, e.Fence = Intended, t.engine.Now(), t.engine.Fence
	e.Deadline = e.At.Add(t.Waits().Send)
	e.Sent++
	if err := t.keep(ctx, e, "effect intended", c.Purpose+" is about to be sent"); err != nil {
		return e, err
	}
	sending, cancel := context.WithDeadline(ctx, began.Add(t.Waits().Send))
	after, err := c.Send(sending, e.ID, e.Before)
	cancel()
	if err != nil {
		if _, definite := Definite(err); definite {
			e.State = Declined
			if kept := t.keep(ctx, e, "effect refused", c.Purpose+" was refused: "+err.Error()); kept != nil {
				return e, kept
			}
			return e, err
		}
		e.State = Unsure
		if kept := t.keep(ctx, e, "effect unknown", c.Purpose+" got no answer: "+err.Error()); kept != nil {
			return e, kept
		}
		return e, t.later(c, e)
	}
	return t.landed(ctx, c, e, after, c.Purpose+" done")
}

// resolve finds out what became of a request that got no answer.
func (t *Task) resolve(ctx context.Context, c Change, e Effect) (Effect, error) {
	if t.engine.Now().Before(t.lookAt(c, e)) {
		return e, t.later(c, e)
	}
	seen, after, err := c.Look(ctx, e.ID, e.Before)
	switch {
	case err != nil:
		return e, err
	case seen == SeenLanded:
		return t.landed(ctx, c, e, after, c.Purpose+" had landed")
	case seen == SeenNothing && e.Blank+1 < c.Looks:
		e.Blank++
		if err := t.keep(ctx, e, "effect not seen", c.Purpose+" isn't seen yet"); err != nil {
			return e, err
		}
		return e, t.later(c, e)
	case seen == SeenNothing:
		e.Blank = 0
		return t.send(ctx, c, e)
	}
	e.State = Unclear
	if err := t.keep(ctx, e, "effect unclear", "what became of "+c.Purpose+" can't be told"); err != nil {
		return e, err
	}
	if c.Unclear != nil {
		return e, &pending{c.Unclear()}
	}
	return e, &pending{Park(Problem{
		What: "Rekey sent a change and got no answer, and what it sees now doesn't say whether the change was made.",
		Safe: "Nothing more was sent.",
		Next: "Look at the provider's page, then press Retry to send it again.",
	})}
}

func (t *Task) landed(ctx context.Context, c Change, e Effect, after any, text string) (Effect, error) {
	var err error
	if e.After, err = json.Marshal(after); err != nil {
		return e, fmt.Errorf("keeping the answer to %s: %w", c.Purpose, err)
	}
	e.State = Landed
	return e, t.keep(ctx, e, "effect done", text)
}

func (t *Task) lookAt(c Change, e Effect) time.Time {
	at := e.Deadline
	if c.Settles {
		at = at.Add(t.Waits().Settle)
	}
	return at.Add(time.Duration(e.Blank) * t.Waits().Settle / 2)
}

func (t *Task) later(c Change, e Effect) error {
	after := max(t.lookAt(c, e).Sub(t.engine.Now()), time.Millisecond)
	return &pending{Wait(after, "no answer came; Rekey looks what became of it before it sends anything again")}
}

// keep writes the effect into the rotation's row, if the attempt still owns
// the step.
func (t *Task) keep(ctx context.Context, e Effect, kind, text string) error {
	step, round := t.Step().ID, t.Step().Round
	fresh, err := t.engine.update(ctx, t.Rotation.ID, func(r *Rotation) ([]Event, error) {
		s := r.Step()
		if s == nil || s.ID != step || s.Round != round || s.State != Open {
			return nil, errMovedOn
		}
		if i := slices.IndexFunc(s.Effects, func(x Effect) bool { return x.ID == e.ID }); i >= 0 {
			s.Effects[i] = e
		} else {
			s.Effects = append(s.Effects, e)
		}
		return []Event{r.event(t.engine.Now(), ByRekey, kind, text+" ("+e.ID+")")}, nil
	})
	if err != nil {
		return err
	}
	t.Rotation = fresh
	return nil
}

// errMovedOn ends an attempt whose step was cancelled, retried or taken away
// while it ran.
var errMovedOn = errors.New("rotation: the step moved on during the attempt")

// StillApproved asks Slack again whether everybody whose approval counts may
// approve, before the first sending of a change that can't be undone. It returns
// why not, or "". Without overlap an approval stands from the moment the
// person's step opened.
func (t *Task) StillApproved(ctx context.Context, purpose string) (string, error) {
	sent := slices.ContainsFunc(t.Step().Effects, func(e Effect) bool { return e.Purpose == purpose && e.State != Declined })
	if sent || t.Rotation.Plan.Overlap == None {
		return "", nil
	}
	for _, c := range t.Rotation.Approved() {
		if limit := t.Waits().Approval; limit > 0 && t.Now.Sub(c.At) > limit && !t.Rotation.Committed() {
			return "The approval by " + Mention(c.By) + " is older than it may be, so it is asked for again.", nil
		}
		v, err := t.engine.Members.MayApprove(ctx, t.Rotation.Plan.Approvers, c.By)
		var silent *ProviderError
		switch {
		case errors.As(err, &silent):
			return "", err
		case err != nil:
			t.engine.Log.Warn("Slack doesn't say who may approve", "rotation", t.Rotation.ID, "error", err)
			return "", &Error{
				What: "Slack shows nobody in " + t.Rotation.Plan.Approvers.Name + ", so Rekey can't make sure that the approval still stands.",
				Safe: t.Rotation.Safe(), Next: "Put the group right in Slack, then press Retry.",
			}
		}
		if !v.Count {
			return Mention(c.By) + " approved this and may not approve any more, so somebody else has to.", nil
		}
	}
	if len(t.Rotation.Approved()) < t.Rotation.Quorum() {
		return "What was approved isn't what would be done now, so it is asked for again.", nil
	}
	return "", nil
}

// Bind records which version is AWSCURRENT now, which the plan's hash covers,
// and the secret's full name at AWS.
func (t *Task) Bind(ctx context.Context, version, arn string) error {
	if t.Rotation.Plan.Baseline == version {
		return nil
	}
	fresh, err := t.engine.update(ctx, t.Rotation.ID, func(r *Rotation) ([]Event, error) {
		if r.Facts.OldVersion == "" {
			r.Facts.OldVersion, r.Facts.ARN = version, arn
		}
		return r.Bind(version, t.Now), nil
	})
	if err != nil {
		return err
	}
	t.Rotation = fresh
	return nil
}

// MayProbe notes that the old credential is about to be tried, unless it was
// tried too often already.
func (t *Task) MayProbe(ctx context.Context) (bool, error) {
	allowed := false
	fresh, err := t.engine.update(ctx, t.Rotation.ID, func(r *Rotation) ([]Event, error) {
		if allowed = r.Checks.MayProbe(t.Now); !allowed {
			return nil, nil
		}
		r.Checks.Probed(t.Now)
		return []Event{r.event(t.Now, ByRekey, "probe", "Tries the old "+r.Plan.Noun+" at its provider.")}, nil
	})
	if err == nil {
		t.Rotation = fresh
	}
	return allowed, err
}
