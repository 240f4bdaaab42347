package rotation

import (
	"context"
	"errors"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A Foreign version is one that somebody else made current, and what its value
// showed when it was tried. It is kept with the sighting, so that a value which
// has got an answer is never tried again.
type Foreign struct {
	Version string `json:"version"`
	Said    string `json:"said"`              // the rest of the sentence: ", and it works"
	Wrong   bool   `json:"wrong,omitempty"`   // its provider refuses it, or it is another's
	Settled bool   `json:"settled,omitempty"` // it isn't tried any more
	Tries   int    `json:"tries,omitempty"`
	Tried   int64  `json:"tried,omitempty"`  // when it was tried last: Unix seconds
	Ends    int64  `json:"ends,omitempty"`   // until when it lives: Unix seconds
	Unread  bool   `json:"unread,omitempty"` // its provider names an end that can't be true
}

// A Reader reads one value, of exactly this version and only while it carries
// this label.
type Reader interface {
	Read(ctx context.Context, p Place, version, label, field string) (Value, error)
}

const (
	mostTries = 3         // of a value about which its provider gives no answer
	tryAgain  = time.Hour // the time between them at least
)

// in returns what a look showed, with what is known of the change.
func (c Foreign) in(f Finding) Finding {
	f.Outside, f.Alarm, f.Ends, f.Unread = &c, f.Alarm || c.Wrong, c.Ends, c.Unread
	f.Words += " It was changed outside Rekey" + c.Said + "."
	return f
}

// A trial is a change whose value is to be tried now.
type trial struct {
	change Foreign
	plan   Plan
	seen   Finding // as the look showed it
}

// compare adds to what a look at a secret's version showed whether somebody
// else made it current. The trial is nil if its value isn't to be tried now.
func (l *lookout) compare(ctx context.Context, w *Watch, f Finding, began time.Time) (Finding, *trial) {
	if w.Kind != KindVersion || len(f.Dates) == 0 {
		return f, nil
	}
	e, before, version := l.engine, l.last(w), f.Dates[0].Name
	known := before.Finding.Outside
	if known != nil && known.Version != version {
		known = nil
	}
	newest, err := e.Store.Latest(ctx, w.Row)
	switch {
	case Is(err, Unknown):
	case err != nil:
		e.Log.Error("whether a secret was changed outside can't be told; the next look tries again", "secret", w.Row, "error", err)
		if known != nil {
			f = known.in(f)
		}
		return f, nil
	}
	if known == nil && !e.foreign(newest, version, before, began) {
		return f, nil
	}
	t := &trial{seen: f}
	var why string
	t.plan, why = e.triable(w.Row)
	if known == nil {
		known = &Foreign{Version: version, Said: ", not verified yet"}
		if why != "" {
			known.Said, known.Settled = ", not verified: "+why, true
		}
		e.note(ctx, w.Row, "changed outside", "Version "+version+" is current, and no rotation made it so. It was changed outside Rekey"+known.Said+".")
	}
	t.change = *known
	running := newest != nil && newest.State == Running // its own steps prove what it needs
	if why != "" || running || known.Settled || known.Tries > 0 && began.Sub(time.Unix(known.Tried, 0)) < tryAgain {
		return known.in(f), nil
	}
	t.change.Tries++
	t.change.Tried = began.Unix()
	return t.change.in(f), t
}

// foreign reports whether somebody else made a version current: no rotation
// left it so, or it is another than at the look before. Just after a rotation
// AWS may show what was.
func (e *Engine) foreign(newest *Rotation, version string, before Sighting, began time.Time) bool {
	moved := len(before.Finding.Dates) > 0 && before.Finding.Dates[0].Name != version
	if newest == nil {
		return moved
	}
	left, _, _ := newest.left()
	switch {
	case newest.State == Running, !began.After(newest.Ended.Add(e.Waits.Settle)):
		return false
	case left == "":
		return moved && before.Seen.After(newest.Ended)
	}
	return left != version
}

// triable returns the plan by which a secret's value can be tried, or why it
// can't be.
func (e *Engine) triable(secret string) (Plan, string) {
	plan, err := e.Catalogue.Plan(Order{Secret: secret})
	switch {
	case err != nil:
		return plan, "the catalogue has no plan for it"
	case e.Provers[plan.Prover] == nil:
		return plan, "no API can prove it"
	case e.Values == nil, !plan.MayRead("current"):
		return plan, "its row doesn't let Rekey read it"
	}
	return plan, ""
}

// judge tries the value once, and returns what is known then.
func (e *Engine) judge(ctx context.Context, w *Watch, t *trial) Finding {
	c, prover := t.change, e.Provers[t.plan.Prover]
	owner, shown, err := e.prove(ctx, t)
	p, definite := Definite(err)
	lag, slow := prover.(Lagging)
	young := slow && time.Unix(c.Tried, 0).Before(t.seen.Dates[0].When().Add(lag.Lag()))
	switch {
	case definite && p.Dead && !young:
		c.Said, c.Wrong, c.Settled = ", and "+prover.Provider()+" refuses it", true, true
	case err != nil:
		c.Said, c.Settled = ", not verified: "+Clean(e.blind(w, err)), c.Tries >= mostTries
	case shown.Wrong != "":
		c.Said, c.Wrong, c.Settled = ", and it "+shown.Wrong, true, true
	default:
		c.Said, c.Settled, c.Unread = ", and it works", true, owner.Unread
		if len(shown.Missing) > 0 {
			c.Said += ", but lacks " + Clean(strings.Join(shown.Missing, ", "))
		}
		if owner.Expires.IsZero() {
			owner.Expires = shown.Expires
		}
		if !owner.Expires.IsZero() {
			c.Ends = owner.Expires.Unix()
		}
	}
	t.change = c
	return c.in(t.seen)
}

// prove reads the value and tries it. A panic is an error like any other.
func (e *Engine) prove(ctx context.Context, t *trial) (c Credential, shown Proof, err error) {
	defer func() {
		if x := recover(); x != nil {
			e.Log.Error("a prover panicked", "prover", t.plan.Prover, "stack", string(debug.Stack()))
			err = errors.New("the prover panicked")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, 3*e.Waits.Send) // it is read, tried and looked over
	defer cancel()
	plan, prover := t.plan, e.Provers[t.plan.Prover]
	value, err := e.Values.Read(ctx, plan.Place(), t.change.Version, Current, plan.Field)
	if err != nil {
		return c, shown, err
	}
	if shown.Wrong, err = e.beside(ctx, t); err != nil || shown.Wrong != "" {
		return c, shown, err
	}
	if c, err = prover.Try(ctx, value, plan.Proof); err != nil {
		return c, shown, err
	}
	shown, err = prover.Prove(ctx, value, c, plan.Proof)
	return c, shown, err
}

// beside says what another field of the secret holds wrongly beside the value,
// or "".
func (e *Engine) beside(ctx context.Context, t *trial) (string, error) {
	f, ok := e.Provers[t.plan.Prover].(Fielded)
	if !ok || t.plan.Field == "" {
		return "", nil
	}
	fields := f.Fields(t.plan.Proof)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		kept, err := e.Values.Read(ctx, t.plan.Place(), t.change.Version, Current, name)
		if err != nil {
			return "", err
		}
		if !kept.Same(NewValue(fields[name])) {
			return "stands beside another " + name + " than " + fields[name] + ", which the catalogue names", nil
		}
	}
	return "", nil
}

// note writes into the audit log what was noticed.
func (e *Engine) note(ctx context.Context, secret, kind, text string) {
	event := Event{Secret: secret, At: e.Now(), By: ByRekey, Kind: kind, Text: text}
	if err := e.Store.Log(ctx, event); err != nil {
		e.Log.Error("what was noticed couldn't be logged", "secret", secret, "kind", kind, "error", err)
		return
	}
	e.Log.Info(kind, "secret", secret, "by", ByRekey)
}

// overtaken reports whether a rotation has completed since its secret's version
// was seen.
func (s *Standing) overtaken(x Sighting) bool {
	return x.Kind == KindVersion && s.Last != nil && s.Last.State == Complete && !x.Seen.After(s.Last.Ended)
}

// refused reports whether somebody saved a value outside that can't be used.
func (s *Standing) refused() bool {
	return slices.ContainsFunc(s.Alarms, func(x Sighting) bool { return x.Kind == KindVersion })
}
