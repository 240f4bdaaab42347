package rotation

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// atOnce is how many rotations are worked on at the same time.
const atOnce = 4

// Run does due steps until ctx ends, and then waits for attempts in flight.
// Each rotation is worked on by one goroutine at a time.
func (e *Engine) Run(ctx context.Context) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		busy  = map[ID]bool{}
		slots = make(chan struct{}, atOnce)
	)
	defer wg.Wait()
	for {
		due, next, err := e.Store.Due(ctx, e.Now())
		if err != nil && ctx.Err() == nil {
			e.Log.Error("can't read what is due; trying again", "error", err)
			next = e.Now().Add(time.Second)
		}
		for _, id := range due {
			mu.Lock()
			taken := busy[id]
			busy[id] = true
			mu.Unlock()
			if taken {
				continue
			}
			slots <- struct{}{}
			wg.Go(func() {
				e.work(ctx, id)
				mu.Lock()
				delete(busy, id)
				mu.Unlock()
				<-slots
				e.changed()
			})
		}
		if !e.sleep(ctx, next) {
			return nil
		}
	}
}

// sleep waits until next, a wake-up, or ctx's end, which it reports as false.
// The sandbox's clock can jump, so it never sleeps longer than a second.
func (e *Engine) sleep(ctx context.Context, next time.Time) bool {
	pause := time.Second
	if !next.IsZero() {
		pause = min(pause, max(next.Sub(e.Now()), time.Millisecond))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-e.wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// work makes one attempt at whatever is due in one rotation.
func (e *Engine) work(ctx context.Context, id ID) {
	r, err := e.Store.Rotation(ctx, id)
	if err != nil {
		return
	}
	now := e.Now()
	switch {
	case r.Step() == nil:
		err = e.lookAtDebts(ctx, r, now)
	case !r.Nudge.IsZero() && !r.Nudge.After(now):
		_, err = e.update(ctx, id, func(r *Rotation) ([]Event, error) { return r.Remind(now), nil })
	case len(r.OpenClaims()) > 0 && !r.Asking.After(now):
		err = e.settle(ctx, r, now)
	case r.Step().State == Open && !r.Due.IsZero() && !r.Due.After(now):
		err = e.attempt(ctx, r, now)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, errMovedOn) {
		e.Log.Error("an attempt was lost; it is made again", "rotation", id, "error", err)
		e.pauseAfter(ctx)
	}
}

// pauseAfter keeps a full disk from being hammered.
func (e *Engine) pauseAfter(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}

// settle asks Slack about everybody with an open claim, and counts.
func (e *Engine) settle(ctx context.Context, r *Rotation, now time.Time) error {
	var verdicts []Verdict
	var unknown []Person
	for _, c := range r.OpenClaims() {
		v, err := e.Members.MayApprove(ctx, r.Plan.Approvers, c.By)
		if err != nil {
			e.Log.Warn("Slack didn't say whether somebody may approve; asking again", "rotation", r.ID, "user", c.By, "error", err)
			unknown = append(unknown, c.By)
			continue
		}
		v.By = c.By
		verdicts = append(verdicts, v)
	}
	next := e.after(ctx, r)
	_, err := e.update(ctx, r.ID, func(r *Rotation) ([]Event, error) {
		events := r.Settle(verdicts, now)
		r.offer(next)
		if len(r.OpenClaims()) > 0 && len(unknown) > 0 {
			r.Asking = now.Add(e.Waits.Slack)
			events = append(events, r.silent(unknown, now)...)
		}
		return events, nil
	})
	return err
}

// attempt does the current step once and records how it ended.
func (e *Engine) attempt(ctx context.Context, r *Rotation, now time.Time) error {
	step, round := r.Step().ID, r.Step().Round
	t := &Task{Rotation: r, Now: now, Asked: r.Checks.Asked, engine: e}
	o, err := e.do(ctx, t)
	var p *pending
	if errors.As(err, &p) {
		o, err = p.outcome, nil
	}
	if errors.Is(err, errMovedOn) || ctx.Err() != nil {
		return nil
	}
	now = e.Now() // a look at the same thing may have begun since the attempt did, and is older than its outcome
	var next []Next
	if o.kind == outcomeDone {
		next = e.after(ctx, r)
	}
	_, uerr := e.update(ctx, r.ID, func(r *Rotation) ([]Event, error) {
		s := r.Step()
		if s == nil || s.ID != step || s.Round != round || s.State != Open {
			return nil, errMovedOn
		}
		pressed := r.Checks.Asked && !t.Asked
		r.Checks.Asked = pressed
		if err != nil {
			return e.failed(r, err, now), nil
		}
		events := r.Record(o, now)
		r.offer(next)
		if o.kind == outcomeWait {
			r.Due = e.again(r, o, now)
		}
		if pressed {
			r.Due = now
		}
		return events, nil
	})
	return uerr
}

// again says when an open step is looked at next.
func (e *Engine) again(r *Rotation, o Outcome, now time.Time) time.Time {
	switch {
	case o.after == AtOnce:
		return now
	case o.after > 0:
		return now.Add(o.after)
	}
	return now.Add(e.Pace(r, now))
}

// lookAtDebts looks at the debts of an ended rotation that somebody asked
// about, or that can be looked at without an attempt to sign in.
func (e *Engine) lookAtDebts(ctx context.Context, r *Rotation, now time.Time) error {
	open := slices.DeleteFunc(r.OpenDebts(), func(d Debt) bool { return !d.due(e.Waits.Debts, now) })
	if len(open) == 0 { // it was scheduled by another pace
		_, err := e.update(ctx, r.ID, func(*Rotation) ([]Event, error) { return nil, nil })
		return err
	}
	for _, d := range open {
		seen, dead := e.lookAtDebt(ctx, r, d, now)
		if ctx.Err() != nil {
			return nil
		}
		if _, err := e.update(ctx, r.ID, func(r *Rotation) ([]Event, error) { return r.LookedAt(d.ID, seen, dead, now), nil }); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) lookAtDebt(ctx context.Context, r *Rotation, d Debt, now time.Time) (seen string, dead bool) {
	creditor, ok := e.Actions[d.Kind].(Creditor)
	if !ok {
		return "Rekey has no way to look", false
	}
	defer func() {
		if x := recover(); x != nil {
			e.Log.Error("a look at a debt panicked", "rotation", r.ID, "debt", d.ID, "stack", string(debug.Stack()))
			seen, dead = "Rekey made a mistake and couldn't look", false
		}
	}()
	seen, dead, err := creditor.Dead(ctx, &Task{Rotation: r, Now: now, Asked: d.Asked, engine: e}, d)
	var provider *ProviderError
	var person *Error
	switch {
	case errors.As(err, &person):
		return strings.TrimSuffix(person.What, "."), false
	case errors.As(err, &provider):
		return provider.Provider + " didn't tell (" + provider.Op + ": " + provider.Code + ")", false
	case err != nil:
		e.Log.Error("a debt couldn't be looked at", "rotation", r.ID, "debt", d.ID, "error", err)
		return "Rekey couldn't look, for a reason that isn't a provider's", false
	}
	return seen, dead
}

// do calls the step's action; a panic in it is an error like any other.
func (e *Engine) do(ctx context.Context, t *Task) (o Outcome, err error) {
	defer func() {
		if x := recover(); x != nil {
			e.Log.Error("a step panicked", "rotation", t.Rotation.ID, "kind", t.Step().Kind, "stack", string(debug.Stack()))
			err = &Error{Reason: Invalid, What: "Rekey made a mistake in this step and stopped it.", Safe: "What was done before is recorded.", Next: "Tell whoever runs Rekey, then press Retry."}
		}
	}()
	action, ok := e.Actions[t.Step().Kind]
	if !ok {
		return Outcome{}, fmt.Errorf("no action for steps of kind %q", t.Step().Kind)
	}
	return action.Do(ctx, t)
}

// failed decides what an error means: a provider that didn't answer is asked
// again, anything else parks.
func (e *Engine) failed(r *Rotation, err error, now time.Time) []Event {
	var provider *ProviderError
	var person *Error
	switch {
	case errors.As(err, &person):
		return r.Record(Park(Problem{What: person.What, Safe: person.Safe, Next: person.Next}), now)
	case errors.As(err, &provider) && provider.Definite:
		return r.Record(Park(explain(r, provider)), now)
	case errors.As(err, &provider):
		pause := min(e.Waits.Answer<<min(r.Step().Fails, 6), max(time.Minute, e.Waits.Answer))
		pause = max(pause, min(provider.RetryAfter, 15*time.Minute))
		return r.NotAnswered(fmt.Sprintf("%s didn't answer (%s: %s). Nothing is lost; Rekey asks again by itself.", provider.Provider, provider.Op, provider.Code), now, now.Add(pause))
	}
	e.Log.Error("a step failed", "rotation", r.ID, "kind", r.Step().Kind, "error", err)
	return r.Record(Park(Problem{
		What: "Rekey couldn't do this step, for a reason that isn't a provider's.",
		Safe: "What was done before is recorded, and nothing was sent since.",
		Next: "Look at Rekey's log, then press Retry.",
	}), now)
}
