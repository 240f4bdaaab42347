package message

import (
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// Card is the one message that shows a rotation, in any state: what is done
// and on what evidence, what comes next and who is needed, what is at risk,
// and the buttons that lead on. Its first block's id names the rotation and
// the version shown: "rekey:42:card:7".
func Card(r *rotation.Rotation, c Context) Post {
	p := newPage(c, fmt.Sprintf("rekey:%d:card:%d", r.ID, r.Version))
	if r.State != rotation.Running {
		ended(p, r)
		return p.post()
	}
	p.header(headline(r))
	p.context(about(r, c))
	p.section(append([]string{due(r, c)}, stakes(r)...)...)
	steps := numbered(r)
	done, later := around(r, steps)
	p.short(done...)
	p.section(current(r, steps)...)
	p.context(later...)
	p.buttons(controls(r)...)
	return p.post()
}

const (
	manySteps = 9 // a plan of more steps than these shows not all of each
	lastDone  = 4 // how many finished steps it shows with their evidence
	nextLater = 3 // and how many of those to come
)

// around are the lines of the finished steps and of those to come. Of a long
// plan the earlier ones are without their evidence, and those far ahead are
// counted: Details has all of them.
func around(r *rotation.Rotation, steps []step) (done, later []string) {
	ticked, ahead, long := 0, 0, len(steps) > manySteps
	for _, s := range steps {
		if s.State == rotation.Ticked {
			ticked++
		}
	}
	for _, s := range steps {
		switch s.State {
		case rotation.Ticked:
			if long && len(done) < ticked-lastDone {
				done = append(done, "✓ "+s.head())
				continue
			}
			done = append(done, s.done())
		case rotation.Later:
			ahead++
			switch {
			case !long:
				later = append(later, s.later(r))
			case ahead <= nextLater:
				later = append(later, strings.TrimSuffix(s.later(r), " · by Rekey"))
			}
		}
	}
	if long && ahead > nextLater {
		later = append(later, fmt.Sprintf("… and %d more steps", ahead-nextLater))
	}
	return done, later
}

// headline is what is being done to which secret.
func headline(r *rotation.Rotation) string {
	title := rotation.Clean(r.Plan.Title)
	if r.Emergency() {
		return "! Compromised: " + title
	}
	return title
}

// about says which rotation this is and whose.
func about(r *rotation.Rotation, c Context) string {
	out := fmt.Sprintf("Rotation %d · held by %s · started %s", r.ID, holder(r), Day(r.Started, c))
	if r.Holder != r.Starter {
		out += " by " + person(r.Starter)
	}
	return out
}

// due says why now, until the new value is in use.
func due(r *rotation.Rotation, c Context) string {
	switch {
	case r.Plan.Every == 0 || r.Plan.Walk || r.Emergency() || !r.Facts.Promoted.IsZero() || r.Ending != rotation.Complete || !r.Facts.NoReturn.IsZero():
		return ""
	case r.Facts.OldCreated.IsZero() && r.Facts.OldSeen.IsZero():
		return fmt.Sprintf("Policy: a new %s every %d days.", noun(r), r.Plan.Every)
	}
	made := r.Facts.OldCreated
	if made.IsZero() {
		made = r.Facts.OldSeen
	}
	d := rotation.DueAfter(made, r.Facts.OldExpires, rotation.Days(r.Plan.Every))
	verb := "Due "
	if d.On.Before(c.Now) {
		verb = "Overdue since "
	}
	last := ". Last rotated " + Day(made, c) + "."
	if d.Expires {
		return verb + Day(d.On, c) + ": the " + noun(r) + " expires that day (policy: " + Day(d.Policy, c) + ")" + last
	}
	return verb + Day(d.On, c) + fmt.Sprintf(" by policy (every %d days)", r.Plan.Every) + last
}

// stakes says what fails now or may fail, and what can't be undone.
func stakes(r *rotation.Rotation) []string {
	out := append(emergency(r), alarmed(r)...)
	users := some(r.Plan.Users, 1)
	step := r.Step()
	switch {
	case !r.Facts.FailingSince.IsZero() && r.Facts.Used.IsZero():
		failing := "! " + strong("Users of this "+noun(r)+" are failing") + " since " + rotation.When(r.Facts.FailingSince) + " at the latest"
		switch {
		case r.Facts.Meanwhile != "": // it says for whom
			failing = "! " + strong("Failing") + " since " + rotation.When(r.Facts.FailingSince) + " at the latest"
		case users != "":
			failing += ": " + users
		}
		out = append(out, failing+".")
	case r.Ending != rotation.Complete || r.Facts.Meanwhile != "":
	case r.Plan.Overlap == rotation.None && r.Facts.Used.IsZero() && users != "" && !step.Is(rotation.KindReview):
		long := "While it is being replaced, these fail for a few minutes: "
		if revoke := r.Find(rotation.KindRevoke); revoke != nil {
			long = "From its end until the new one is in use, these fail: "
		}
		out = append(out, long+users+".")
	case r.Plan.Overlap == rotation.SideBySide && step.Is(rotation.KindApprove):
		both := "The old and the new " + noun(r) + " work side by side, so nothing has to fail."
		if len(r.Plan.RollBack) > 0 {
			both += " Until the old one is revoked, this can be rolled back."
		}
		out = append(out, both)
	}
	if r.Ending == rotation.Complete && r.Facts.Used.IsZero() {
		out = append(out, r.Facts.Meanwhile)
	}
	if r.Plan.Overlap == rotation.None && r.Facts.Old != rotation.OldRefused && r.Facts.NoReturn.IsZero() {
		out = append(out, noReturn(r))
	}
	if r.Facts.Early && step.Is(rotation.KindApprove) {
		out = append(out, "! The new "+noun(r)+" was saved in the console before anybody approved, so it is current already. The approval covers what is left.")
	}
	switch r.Ending {
	case rotation.Cancelled, rotation.Refused:
		out = append(out, strong("Being taken back.")+" "+reason(r, r.Ending))
	case rotation.RolledBack:
		out = append(out, strong("Being rolled back.")+" "+reason(r, r.Ending))
	}
	if r.Changed != "" && r.Committed() {
		out = append(out, "The catalogue has changed since. This rotation goes on as approved.")
	}
	return out
}

// alarmed says what Rekey saw, where it started by itself.
func alarmed(r *rotation.Rotation) []string {
	if r.Plan.Alarm == "" || r.At > 0 { // later it stands in Details
		return nil
	}
	if s := r.Step(); s != nil && s.Note == r.Plan.Alarm {
		return []string{"! Rekey started this by itself, for what it saw."} // which is still so, and stands below
	}
	return []string{"! " + strong("Rekey started this by itself:") + " " + r.Plan.Alarm}
}

// holder says who holds a rotation.
func holder(r *rotation.Rotation) string {
	if r.Holder == rotation.ByRekey {
		return "nobody: press Take over"
	}
	return person(r.Holder)
}

// emergency says that somebody else may know the old value, and what is known
// of its use. Between the approval and the review it is short.
func emergency(r *rotation.Rotation) []string {
	step := r.Step()
	decides := r.At == 0 || step.Is(rotation.KindApprove) || step.Is(rotation.KindReview)
	if !r.Emergency() {
		return nil
	}
	out := []string{"! " + strong("Treat the old "+noun(r)+" as known to others") + " until it is dead."}
	if r.Facts.Old == rotation.OldRefused {
		out = nil
	}
	if r.Alarmed != "" && decides {
		out = append(out, "Said by "+person(r.Alarmed)+": "+stop(rotation.Clean(r.Alarm)))
	}
	if r.Facts.OldUse != "" {
		out = append(out, r.Facts.OldUse)
	} else if decides {
		out = append(out, "Its last use can't be known: the provider doesn't tell.")
	}
	return []string{strings.Join(out, " ")} // an empty one isn't drawn
}

// noReturn warns before the step that can't be undone, unless that step's own
// warning does.
func noReturn(r *rotation.Rotation) string {
	ends := func(s *rotation.StepRun) bool {
		return s.Is(rotation.KindReceive) && s.By == rotation.Holder || s.Is(rotation.KindRevoke)
	}
	from, s := "", r.Step()
	switch {
	case s.Warning != "":
	case s.Is(rotation.KindApprove):
		for _, later := range numbered(r) {
			if (ends(later.StepRun) || later.Warning != "") && later.State == rotation.Later && from == "" {
				from, s = fmt.Sprintf("step %d", later.number), later.StepRun
			}
		}
	case ends(s):
		from = "here"
	}
	if from == "" {
		return ""
	}
	when := "the moment the new one is made"
	switch {
	case s.Is(rotation.KindRevoke):
		when = "before there is a new one"
	case r.Find(rotation.KindReceive) != nil && r.Find(rotation.KindReceive).Kind == "generate":
		when = "the moment the new one is set"
	}
	return "! " + strong("There is no way back from "+from+":") + " the old " + noun(r) + " stops working " + when + "."
}

// current says where the rotation stands: its step, and what is needed.
func current(r *rotation.Rotation, steps []step) []string {
	i := slices.IndexFunc(steps, func(s step) bool { return s.StepRun == r.Step() })
	if i < 0 {
		return nil
	}
	s := steps[i]
	if s.State == rotation.Parked {
		parked := "! " + strong(s.head()) + " · parked"
		if r.Holder != rotation.ByRekey {
			parked += ", " + person(r.Holder)
		}
		out := []string{parked}
		if s.Problem != nil {
			out = append(out, s.Problem.What, s.Problem.Safe, s.Problem.Next)
		}
		return append(out, claimed(r)...)
	}
	out := []string{"● " + strong(s.head()) + " · " + s.whose(r)}
	if s.Asked != "" {
		out = append(out, "Asked again: "+s.Asked)
	}
	text := s.Text
	if tooEarly(s.StepRun) {
		text = ""
	}
	for text := range strings.Lines(text) {
		out = append(out, strings.TrimSpace(text))
	}
	if s.Warning != "" && (!s.Is(rotation.KindReceive) || r.Facts.Old != rotation.OldRefused) {
		out = append(out, "! "+s.Warning)
	}
	if s.Is(rotation.KindApprove) && r.Plan.Baseline == "" && s.Note == "" {
		out = append(out, "Rekey looks at the secret first; then it can be approved.")
	}
	out = append(out, s.Note)
	return append(out, claimed(r)...)
}

// tooEarly reports whether what a person has to do for the step comes later: an
// old value is kept for a while before anybody ends it.
func tooEarly(s *rotation.StepRun) bool {
	return s.Text != "" && s.Is(rotation.KindRevoke) && s.By == rotation.Rekey
}

// claimed says whose press waits for Slack's word on who may.
func claimed(r *rotation.Rotation) []string {
	var out []string
	for _, c := range r.OpenClaims() {
		out = append(out, fmt.Sprintf("%s pressed %s at %s; Rekey asks Slack who is in %s.",
			person(c.By), strings.TrimSuffix(label(c.Verb), "…"), rotation.When(c.At), handle(r.Plan.Approvers)))
	}
	return out
}
