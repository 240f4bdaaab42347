package rotation

import (
	"context"
	"time"
)

// The kinds of steps that the state machine itself knows. All others are known
// only to their Action, which may say that it takes the part of one of these
// (Acting): a provider that mints a client secret is a way to receive it.
const (
	KindApprove  = "approve"  // somebody else approves
	KindReceive  = "receive"  // the new value comes in
	KindPromote  = "promote"  // it becomes current: the switch
	KindWithdraw = "withdraw" // a cancelled rotation takes back what it made
	KindRestore  = "restore"  // a roll back makes the old value current again
	KindUsed     = "see_used" // it is seen in use
	KindRevoke   = "revoke"   // the old value is ended
	KindReview   = "review"   // approvers look over what was done in an emergency
)

// An Action is what the bot does for one kind of step. It keeps no state: all
// that it needs is in the Task.
type Action interface {
	// Check reads a step's parameters when the catalogue is loaded, so that a
	// mistake stops the bot and not a person half-way.
	Check(p Params) error

	// By says whether a step with these parameters waits for a person.
	By(p Params) Party

	// Do makes one attempt. It may be called any number of times: what
	// changes something outside goes through Task.Effect. An error means that
	// a provider did not answer, or refused: the engine decides whether to
	// try again or to park.
	Do(ctx context.Context, t *Task) (Outcome, error)
}

// An Acting action takes the part of another kind in the state machine.
type Acting interface{ As() string }

// A Handing action begins by itself and then waits for somebody, as one does
// that ends an old value after a soak.
type Handing interface{ Then(p Params) Party }

// An Outcome is how one attempt ended. Make it with Done, Wait, Park, AskAgain
// or Resume.
type Outcome struct {
	kind     outcomeKind
	evidence []string
	note     string
	after    time.Duration
	problem  Problem
	links    []Link
	by       Party
	learn    func(*Facts)
	debts    []Debt
	attest   bool
	beside   bool
	final    bool
	press    string
	attested Person
	owing    *Debt
	options  []Option
	rejects  string
}

type outcomeKind int

const (
	outcomeDone outcomeKind = iota + 1
	outcomeWait
	outcomePark
	outcomeAskAgain
	outcomeResume
	outcomeReapprove
)

// Done ticks the step on the given evidence, a phrase each.
func Done(evidence ...string) Outcome { return Outcome{kind: outcomeDone, evidence: evidence} }

// Wait leaves the step open and says what for. It is looked at again after the
// given time; 0 means at the usual pace (Engine.Pace), AtOnce immediately.
func Wait(after time.Duration, note string) Outcome {
	return Outcome{kind: outcomeWait, after: after, note: note}
}

// AtOnce makes Wait come back immediately.
const AtOnce = time.Duration(-1)

// Park stops the step until somebody does what the problem says.
func Park(p Problem) Outcome { return Outcome{kind: outcomePark, problem: p} }

// AskAgain rejects the new value and asks for another in a new round.
func AskAgain(why string) Outcome { return Outcome{kind: outcomeAskAgain, note: why} }

// Resume ends a cancellation that turned out to be impossible, and says why.
func Resume(why string) Outcome { return Outcome{kind: outcomeResume, note: why} }

// Knowing adds what was learned; it is recorded with the outcome.
func (o Outcome) Knowing(learn func(*Facts)) Outcome {
	o.learn = learn
	return o
}

// Linking adds links to the step's buttons.
func (o Outcome) Linking(links ...Link) Outcome {
	o.links = links
	return o
}

// Owing adds old credentials that were not proven dead.
func (o Outcome) Owing(debts ...Debt) Outcome {
	o.debts = debts
	return o
}

// Attestable lets whoever has the turn vouch for the step instead.
func (o Outcome) Attestable() Outcome {
	o.attest = true
	return o
}

// Saying is Attestable with another button than "Attest…".
func (o Outcome) Saying(button string) Outcome {
	o.attest, o.press = true, button
	return o
}

// Beside asks for a person's word besides what is observed: StepRun.Attested
// and Word hold it once it is given, and the step goes on.
func (o Outcome) Beside() Outcome {
	o.attest, o.beside = true, true
	return o
}

// Rejectable lets the holder ask for another value instead of waiting. why is
// what they say with it.
func (o Outcome) Rejectable(why string) Outcome {
	o.rejects = why
	return o
}

// Final says that what a person vouches for here can't be undone.
func (o Outcome) Final() Outcome {
	o.final = true
	return o
}

// Owable lets the holder leave the step with a debt instead of waiting.
func (o Outcome) Owable(d Debt) Outcome {
	o.owing = &d
	return o
}

// Offering lets the holder choose any of the options; Facts.Picked holds them
// once they have.
func (o Outcome) Offering(options ...Option) Outcome {
	o.options = options
	return o
}

// AttestedBy says whose word the step is ticked on, where nothing could be
// observed.
func (o Outcome) AttestedBy(p Person) Outcome {
	o.attested = p
	return o
}

// Reapprove voids the approvals and asks anew.
func Reapprove(why string) Outcome { return Outcome{kind: outcomeReapprove, note: why} }

// Needing passes the turn to a person who has to act outside, where the step's
// parameters alone didn't say so.
func (o Outcome) Needing(p Party) Outcome {
	o.by = p
	return o
}
