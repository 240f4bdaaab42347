package rotation

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// An Engine changes rotations: people's presses through Start and Press, and
// by itself in Run, which does the steps that need nobody as they fall due.
type Engine struct {
	Store     Store
	Catalogue *Catalogue
	Actions   map[string]Action  // by kind
	Provers   map[string]Prover  // by name
	Watchers  map[string]Watcher // by kind
	Memory    Memory             // what Watch keeps; nil only where nothing is watched
	Values    Reader             // reads what was changed outside; nil: it isn't tried
	Members   Members
	Now       func() time.Time // the wall clock, or the sandbox's
	Waits     Waits
	Hours     Hours
	Fence     int64 // counts the starts of the process on this database
	Log       *slog.Logger
	Changed   func() // called after each change, so that the cards follow; may be nil

	wake  chan struct{}
	asked *asks
}

// Waits are the times that an operator can set. Zero values mean the defaults,
// which Fill puts in.
type Waits struct {
	Send     time.Duration // within which a change must be sent and answered: 20 s
	Settle   time.Duration // how late an unanswered change may still show: 90 s
	Poll     time.Duration // pace for ten minutes after a turn or a press: 5 s
	PollSlow time.Duration // pace after that: a minute
	PollLate time.Duration // pace after a day: ten minutes
	Answer   time.Duration // first pause after a provider didn't answer: 5 s, doubling to a minute
	Slack    time.Duration // until Slack is asked again who may approve: a minute
	Run      time.Duration // how long a dispatched run may take to appear and to end: an hour
	Copies   time.Duration // how long after a run a copy may take to move: five minutes
	Idle     time.Duration // working time after which whoever is needed is reminded: four hours
	Approval time.Duration // how old an approval may be when it is used, side by side: seven days
	Debts    time.Duration // pace at which debts are looked at that need no sign-in for it: an hour
	Watch    time.Duration // pace at which what is watched is looked at: an hour
	Tickets  time.Duration // pace at which issues for due rotations are kept: a minute
	Quiet    time.Duration // how long an alarm that lasts isn't raised again after somebody ended it: seven days
}

// Fill puts the defaults in where nothing is set.
func (w Waits) Fill() Waits {
	for _, x := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&w.Send, 20 * time.Second}, {&w.Settle, 90 * time.Second}, {&w.Poll, 5 * time.Second},
		{&w.PollSlow, time.Minute}, {&w.PollLate, 10 * time.Minute}, {&w.Answer, 5 * time.Second},
		{&w.Slack, time.Minute}, {&w.Run, time.Hour}, {&w.Copies, 5 * time.Minute},
		{&w.Idle, 4 * time.Hour}, {&w.Approval, 7 * 24 * time.Hour}, {&w.Debts, time.Hour},
		{&w.Watch, time.Hour}, {&w.Tickets, time.Minute}, {&w.Quiet, 7 * 24 * time.Hour},
	} {
		if *x.field == 0 {
			*x.field = x.value
		}
	}
	return w
}

// NewEngine returns e with its defaults set, ready for Run.
func NewEngine(e Engine) *Engine {
	e.Waits = e.Waits.Fill()
	e.wake, e.asked = make(chan struct{}, 1), newAsks()
	return &e
}

// Start begins a rotation. It returns an Error if there is
// no such secret (with the nearest name), if it can't be rotated, or if one is
// running already.
func (e *Engine) Start(ctx context.Context, o Order, by Person) (*Rotation, error) {
	plan, err := e.Catalogue.Plan(o)
	if err != nil {
		return nil, err
	}
	if err := e.afterOthers(ctx, o); err != nil {
		return nil, err
	}
	r, event := New(plan, by, e.Now())
	r.Facts.OldSeen = e.seenAt(ctx, plan.Secret)
	e.schedule(r)
	if err := e.Store.Create(ctx, r, event); err != nil {
		return nil, err
	}
	e.logged(r, event)
	e.changed()
	return r, nil
}

// Press does what a button on a card asks for. An Error says why it can't be.
func (e *Engine) Press(ctx context.Context, id ID, p Press) (*Rotation, error) {
	var next []Next
	if p.Verb == Attest || p.Verb == Owe {
		if r, err := e.Store.Rotation(ctx, id); err == nil {
			next = e.after(ctx, r)
		}
	}
	if p.Verb == CallWrong {
		if r, err := e.Store.Rotation(ctx, id); err == nil {
			p.Runbook = e.runbook(r.Plan.Secret)
		}
	}
	return e.update(ctx, id, func(r *Rotation) ([]Event, error) {
		if p.Verb == NewPlan || p.Verb == Compromised {
			o := r.Plan.Order()
			o.Compromised = o.Compromised || p.Verb == Compromised
			plan, err := e.Catalogue.Plan(o)
			if err != nil && p.Verb == NewPlan {
				return nil, err
			}
			p.Plan = plan
		}
		events, err := r.Press(p, e.Now())
		r.offer(next)
		return events, err
	})
}

// Compare holds every running rotation against the loaded catalogue, once at
// start, so that a changed plan is noticed before it is acted on.
func (e *Engine) Compare(ctx context.Context) error {
	running, err := e.Store.Running(ctx)
	if err != nil {
		return fmt.Errorf("listing the running rotations: %w", err)
	}
	for _, r := range running {
		fresh, err := e.Catalogue.Plan(r.Plan.Order())
		if err != nil {
			e.Log.Warn("a running rotation's secret is not in the catalogue any more; it goes on by its own copy", "rotation", r.ID, "secret", r.Plan.Secret)
			continue
		}
		if _, err := e.update(ctx, r.ID, func(r *Rotation) ([]Event, error) { return r.Compare(fresh, e.Now()), nil }); err != nil {
			return fmt.Errorf("comparing rotation %d with the catalogue: %w", r.ID, err)
		}
	}
	return nil
}

// update changes one rotation and sets when it is looked at next.
func (e *Engine) update(ctx context.Context, id ID, change func(*Rotation) ([]Event, error)) (*Rotation, error) {
	var events []Event
	r, err := e.Store.Update(ctx, id, func(r *Rotation) ([]Event, error) {
		var err error
		events, err = change(r)
		if err == nil {
			e.schedule(r)
		}
		return events, err
	})
	if err != nil {
		return nil, err
	}
	e.logged(r, events...)
	if len(events) > 0 {
		e.changed()
	}
	if r.State != Running && len(events) > 0 { // what it changed is to be seen
		e.Refresh(r.Plan.Secret, strings.Fields(r.Plan.Secret)[0])
	}
	return r, nil
}

// changed wakes the worker and the cards.
func (e *Engine) changed() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
	if e.Changed != nil {
		e.Changed()
	}
}

// logged writes one line per state change, for the operator.
func (e *Engine) logged(r *Rotation, events ...Event) {
	for _, ev := range events {
		e.Log.Info(ev.Kind, "rotation", r.ID, "secret", ev.Secret, "step", ev.Step, "by", ev.By, "version", r.Version)
	}
}

// schedule sets Due and Nudge from where the rotation stands.
func (e *Engine) schedule(r *Rotation) {
	s := r.Step()
	if s == nil {
		r.Due = r.nextLook(e.Waits.Debts, e.Now())
		return
	}
	if s.State == Parked {
		r.Due = time.Time{}
	}
	if len(r.OpenClaims()) > 0 {
		r.Due = e.Now()
		if r.Asking.After(r.Due) {
			r.Due = r.Asking
		}
	}
	r.Nudge = time.Time{}
	if !r.Turn.Since.IsZero() && r.Turn.Nudges < 2 && waitsForSomebody(r) {
		last := r.Turn.Since
		if r.Turn.Nudged.After(last) {
			last = r.Turn.Nudged
		}
		idle := e.Waits.Idle
		if r.Emergency() {
			idle /= 4
		}
		r.Nudge = e.Hours.Add(last, idle)
	}
}

func waitsForSomebody(r *Rotation) bool {
	s := r.Step()
	return s.State == Parked || s.State == Open && (s.By != Rekey || s.Is(KindApprove))
}

// Pace returns how long to wait before an open step is looked at again: short
// after a turn or a press, longer the longer nothing happens.
func (e *Engine) Pace(r *Rotation, now time.Time) time.Duration {
	switch idle := now.Sub(r.Touched); {
	case idle < 10*time.Minute:
		return e.Waits.Poll
	case idle < 24*time.Hour:
		return e.Waits.PollSlow
	}
	return e.Waits.PollLate
}
