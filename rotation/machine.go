package rotation

import (
	"reflect"
	"slices"
	"time"
)

// New starts a rotation of the plan's secret: its first step is open and due.
func New(plan Plan, starter Person, now time.Time) (*Rotation, Event) {
	r := &Rotation{
		State: Running, Ending: Complete, Starter: starter, Holder: starter, Started: now,
		Plan: plan, Steps: runs(plan.Steps), Facts: Facts{Asks: 1},
	}
	r.open(0, now)
	text := "Started the rotation of " + plan.Title + "."
	if plan.Compromised {
		r.loud(now)
		text = "Started the rotation of " + plan.Title + " as compromised."
	}
	if plan.Alarm != "" {
		text += " " + plan.Alarm
	}
	return r, r.event(now, starter, "started", text)
}

func runs(steps []Step) []StepRun {
	out := make([]StepRun, len(steps))
	for i, s := range steps {
		out[i] = StepRun{Step: s, State: Later}
	}
	return out
}

// Record takes the outcome of an attempt at the current step.
func (r *Rotation) Record(o Outcome, now time.Time) []Event {
	s := r.Step()
	s.Fails = 0
	news := r.learn(s, o)
	switch o.kind {
	case outcomeDone:
		if o.attested != "" {
			s.Attested = o.attested
		}
		return r.tick(s, o.evidence, now)
	case outcomePark:
		if o.attest { // somebody who sees it may still vouch for it
			s.Attestable, s.Press = true, o.press
		}
		return r.park(s, o.problem, now)
	case outcomeAskAgain:
		return r.askAgain(ByRekey, o.note, now)
	case outcomeResume:
		return r.resume(o.note, now)
	case outcomeReapprove:
		return r.reapprove(o.note, now)
	default:
		return r.wait(s, o, news, now)
	}
}

// learn keeps what an outcome tells besides how it ended, and reports whether
// any of it is new.
func (r *Rotation) learn(s *StepRun, o Outcome) (news bool) {
	if o.learn != nil {
		before := r.Clone().Facts
		o.learn(&r.Facts)
		news = !reflect.DeepEqual(before, r.Clone().Facts)
	}
	for _, l := range o.links {
		if !slices.Contains(s.More, l) {
			s.More, news = append(s.More, l), true
		}
	}
	for _, d := range o.debts {
		news = r.owe(d, s) || news
	}
	return news
}

// tick finishes step s on evidence and opens the next, or ends the rotation.
func (r *Rotation) tick(s *StepRun, evidence []string, now time.Time) []Event {
	s.State, s.Ended, s.Note, s.Problem = Ticked, now, "", nil
	s.Evidence = evidence
	e := r.event(now, ByRekey, "step done", s.Title+": "+join(evidence))
	if s.Attested != "" && !s.Beside {
		e.By = s.Attested
	}
	events := []Event{e}
	for next := r.At + 1; next < len(r.Steps); next++ {
		if state := r.Steps[next].State; state != Ticked && state != Skipped {
			r.open(next, now)
			if r.Step().Is(KindApprove) && r.overtakenPlan() {
				events = append(events, r.park(r.Step(), planChanged(r), now)...)
			}
			return events
		}
	}
	return append(events, r.end(r.Ending, now)...)
}

// end closes the rotation and tells those who were in it.
func (r *Rotation) end(state State, now time.Time) []Event {
	r.At, r.State, r.Ended = len(r.Steps), state, now
	r.Due, r.Nudge = time.Time{}, time.Time{}
	var events []Event
	for i := range r.Claims {
		if c := &r.Claims[i]; c.State == Claimed {
			c.State, c.Why = Void, r.overtaken(*c)
			events = append(events, r.tooLate(*c, now))
		}
	}
	kind := map[State]TurnKind{Complete: TurnComplete, Cancelled: TurnCancelled, Refused: TurnRefused, RolledBack: TurnRolledBack}[state]
	r.turn(Starter, kind, now)
	return append(events, r.event(now, ByRekey, string(state), "The rotation is "+string(state)+"."))
}

// open makes step i the current one. It is due at once: even a person's step
// begins with a look at what is there.
func (r *Rotation) open(i int, now time.Time) {
	r.At = i
	s := r.Step()
	s.State, s.Opened, s.Problem, s.Note, s.Ended = Open, now, nil, "", time.Time{}
	s.Attestable, s.Press, s.Rejects, s.Owing, s.Options = false, "", "", nil, nil // what an earlier round offered
	s.Round++
	r.Due, r.Touched = now, now
	switch {
	case s.Is(KindApprove):
		r.turn(Approvers, TurnApprove, now)
	case s.Is(KindReview):
		r.turn(Approvers, TurnReview, now)
	case s.By != Rekey:
		r.turn(s.By, TurnStep, now)
	}
}

// turn passes the turn; the card's thread tells it once.
func (r *Rotation) turn(to Party, kind TurnKind, now time.Time) {
	r.Turn = Turn{N: r.Turn.N + 1, To: to, Kind: kind, Since: now}
	r.Touched = now
}

func (r *Rotation) wait(s *StepRun, o Outcome, news bool, now time.Time) []Event {
	changed := s.Note != o.note || news
	s.State, s.Note = Open, o.note
	changed = changed || s.Attestable != o.attest || s.Beside != o.beside || s.Press != o.press || s.Rejects != o.rejects || (s.Owing == nil) != (o.owing == nil) || !slices.Equal(s.Options, o.options)
	s.Attestable, s.Final, s.Press, s.Rejects, s.Owing, s.Options = o.attest, o.final, o.press, o.rejects, o.owing, o.options
	s.Beside = o.beside || s.Beside && s.Attested != "" // a word that was given stays besides
	if o.by != "" && s.By != o.by {
		s.By, changed = o.by, true
		if o.by != Rekey {
			r.turn(o.by, TurnStep, now)
		}
	}
	if !changed {
		return nil
	}
	return []Event{r.event(now, ByRekey, "waiting", s.Title+": "+o.note)}
}

func (r *Rotation) park(s *StepRun, p Problem, now time.Time) []Event {
	s.State, s.Problem, s.Note = Parked, &p, ""
	r.Due = time.Time{}
	r.turn(Holder, TurnParked, now)
	return []Event{r.event(now, ByRekey, "parked", p.What)}
}

// askAgain rejects the new value and goes back to the step that receives it.
func (r *Rotation) askAgain(by Person, why string, now time.Time) []Event {
	if r.Facts.New != "" && !slices.Contains(r.Facts.Rejected, r.Facts.New) {
		r.Facts.Rejected = append(r.Facts.Rejected, r.Facts.New)
	}
	r.Facts.New, r.Facts.Way, r.Facts.Chosen, r.Facts.Identity = "", "", "", ""
	r.Facts.Missing, r.Facts.Accepted, r.Facts.Expires, r.Facts.Unread = nil, "", time.Time{}, false
	r.Facts.Asks++
	var events []Event
	if r.Plan.Overlap == SideBySide {
		events = r.voidApprovals("The approval was for another value, which is asked for again.", now)
	}
	at := slices.IndexFunc(r.Steps, func(s StepRun) bool { return s.Is(KindReceive) })
	for i := at; i < len(r.Steps); i++ {
		s := &r.Steps[i]
		s.State, s.Problem, s.Note = Later, nil, ""
		s.unsay()
	}
	r.open(at, now)
	r.Steps[at].Asked = why
	return append(events, r.event(now, by, "asked again", why))
}

// unsay forgets what ticked a step that is done anew.
func (s *StepRun) unsay() { s.Evidence, s.Attested, s.Word, s.Beside = nil, "", "", false }

// detour leaves the present order: the remaining steps are skipped, the given
// ones follow, and the rotation ends in state ending.
func (r *Rotation) detour(steps []Step, ending State, now time.Time) {
	r.skip()
	at := len(r.Steps)
	r.Forward = at
	r.Steps = append(r.Steps, runs(steps)...)
	if ending == RolledBack && r.Emergency() { // what others may know is in use again
		r.Steps = append(r.Steps, runs([]Step{review()})...)
	}
	r.Ending = ending
	r.open(at, now)
}

// skip leaves the current step and all that would follow.
func (r *Rotation) skip() {
	for i := r.At; i < len(r.Steps); i++ {
		if s := &r.Steps[i]; s.State != Ticked {
			s.State, s.Problem, s.Note = Skipped, nil, ""
		}
	}
}

// resume takes a cancellation or a roll back back: the steps that it skipped
// go on, and those that it added are gone.
func (r *Rotation) resume(why string, now time.Time) []Event {
	r.Steps, r.Forward = r.Steps[:r.Forward], 0
	at := len(r.Steps)
	for i := range r.Steps {
		if r.Steps[i].State == Skipped {
			r.Steps[i].State = Later
			at = min(at, i)
		}
	}
	r.Ending, r.Reason, r.EndedBy = Complete, "", ""
	r.open(at, now)
	s := r.Step()
	s.Asked = why
	for i := range s.Effects { // nobody asked for another attempt: what was done in this one counts
		if e := &s.Effects[i]; e.Round == s.Round-1 && e.State != Declined {
			e.Round = s.Round
		}
	}
	return []Event{r.event(now, ByRekey, "not cancelled", why)}
}

// event starts an audit line about the current step.
func (r *Rotation) event(now time.Time, by Person, kind, text string) Event {
	e := Event{Rotation: r.ID, Secret: r.Plan.Secret, At: now, By: by, Kind: kind, Text: text}
	if s := r.Step(); s != nil {
		e.Step = s.ID
	}
	return e
}

func join(phrases []string) string {
	out := ""
	for i, p := range phrases {
		if i > 0 {
			out += " · "
		}
		out += p
	}
	return out
}

// NotAnswered records an attempt that no provider answered; the engine says
// when it tries again. After a while of silence the card shows it.
func (r *Rotation) NotAnswered(why string, now, again time.Time) []Event {
	s := r.Step()
	s.Fails++
	r.Due = again
	if s.Note == why {
		return nil
	}
	s.Note = why
	return []Event{r.event(now, ByRekey, "no answer", s.Title+": "+why)}
}
