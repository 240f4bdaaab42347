package rotation

import (
	"context"
	"time"
)

// raise starts the runbook of a row about which there is an alarm: once, and
// not again for what somebody has ended with a reason lately.
func (e *Engine) raise(ctx context.Context, w *Watch, f Finding, looked time.Time) {
	s, err := e.Catalogue.Secret(w.Row)
	if err != nil || s.Runbook == "" {
		return // there is nothing to walk through: the list shows it
	}
	latest, err := e.Store.Latest(ctx, w.Row)
	switch {
	case Is(err, Unknown):
	case err != nil:
		e.Log.Error("an alarm wasn't raised; the next look tries again", "about", w.Row, "error", err)
		return
	case !e.isNew(latest, f, looked):
		return
	}
	r, err := e.Start(ctx, Order{Secret: w.Row, Walk: s.Exempt != nil, Alarm: f.Words}, ByRekey)
	switch {
	case Is(err, Conflict): // somebody was faster
	case err != nil:
		e.Log.Error("an alarm wasn't raised; the next look tries again", "about", w.Row, "error", err)
	default:
		e.Log.Info("raised an alarm", "rotation", r.ID, "secret", w.Row)
	}
}

// isNew reports whether an alarm is another one than that which a rotation was
// about, or has been ignored for long enough.
func (e *Engine) isNew(latest *Rotation, f Finding, looked time.Time) bool {
	began := time.Unix(f.Since, 0)
	switch {
	case latest.State == Running, !looked.After(latest.Ended):
		return false
	case began.After(latest.Ended):
		return true
	case latest.State == Complete && latest.Plan.Walk:
		return true // it was seen to be as it has to be, and isn't any more
	}
	return looked.Sub(latest.Ended) >= e.Waits.Quiet
}

// seenAt is when the present value of a secret was made, as far as was seen;
// zero: not known.
func (e *Engine) seenAt(ctx context.Context, secret string) time.Time {
	if e.Memory == nil {
		return time.Time{}
	}
	seen, err := e.Memory.Sightings(ctx)
	if err != nil {
		e.Log.Warn("can't read what was seen of a secret", "secret", secret, "error", err)
		return time.Time{}
	}
	v := Sort(seen).Of(secret, KindVersion)
	if v == nil || len(v.Finding.Dates) == 0 {
		return time.Time{}
	}
	return v.Finding.Dates[0].When()
}
