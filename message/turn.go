package message

import (
	"fmt"
	"regexp"

	"rekey/rotation"
)

// Turn is the reply in the card's thread that tells whoever is needed now. It
// is the only message that mentions anybody in order to notify them. Its first
// block's id names the rotation and the turn: "rekey:42:turn:3".
func Turn(r *rotation.Rotation, c Context) Post {
	p := newPage(c, fmt.Sprintf("rekey:%d:turn:%d", r.ID, r.Turn.N))
	p.lines(maxLine, p.sectionBlock, line{mention: addressee(r), said: turn(r, c), card: c.Permalink})
	return p.post()
}

// addressee is the mention of whoever has the turn.
func addressee(r *rotation.Rotation) string {
	if r.Turn.Loud {
		out := group(r.Plan.Approvers) + " " + group(r.Plan.Owner)
		switch {
		case r.Turn.To == rotation.Holder && r.Holder != rotation.ByRekey:
			out += " " + user(r.Holder)
		case r.Turn.To == rotation.User:
			out += " " + user(rotation.Person(r.Plan.User.ID))
		}
		return out
	}
	to := r.Turn.To
	if r.Holder == rotation.ByRekey && (to == rotation.Holder || to == rotation.Starter) {
		to = rotation.Team // nobody has taken it over yet
	}
	switch to {
	case rotation.User:
		return user(rotation.Person(r.Plan.User.ID))
	case rotation.Approvers:
		return group(r.Plan.Approvers)
	case rotation.Team:
		return group(r.Plan.Owner)
	case rotation.Starter:
		if r.Starter == rotation.ByRekey {
			return user(r.Holder)
		}
		if r.Holder != r.Starter && r.Holder != "" {
			return user(r.Starter) + " " + user(r.Holder)
		}
		return user(r.Starter)
	}
	return user(r.Holder)
}

// turn says what they are needed for.
func turn(r *rotation.Rotation, c Context) string {
	s, title := r.Step(), rotation.Clean(r.Plan.Title)
	if s == nil {
		return over(r, c)
	}
	if r.Turn.Loud {
		return alarm(r)
	}
	switch r.Turn.Kind {
	case rotation.TurnNudge:
		return nudge(r)
	case rotation.TurnReview:
		return fmt.Sprintf("%d is done but for its review: %s was compromised. Look over what happened, and close the review.", r.ID, title)
	case rotation.TurnApprove:
		if !s.Is(rotation.KindApprove) { // told late: it went on in the meantime
			return fmt.Sprintf("%d is approved and goes on: %s.", r.ID, rotation.Clean(s.Title))
		}
		out := fmt.Sprintf("%d needs %s: %s", r.ID, approvals(r), title)
		if r.Emergency() {
			out = fmt.Sprintf("Compromised: %d needs %s now: %s", r.ID, approvals(r), title)
		}
		if expires := r.Facts.OldExpires; !expires.IsZero() && r.Facts.Promoted.IsZero() {
			out += ", expires " + Day(expires, c)
		}
		out += "."
		if s.Asked != "" {
			out += " Asked again: " + s.Asked
		}
		return out
	}
	if s.State == rotation.Parked && s.Problem != nil {
		return fmt.Sprintf("%d is parked: %s %s", r.ID, s.Problem.What, s.Problem.Safe)
	}
	if r.Plan.Alarm != "" && r.Holder == rotation.ByRekey && r.At == 0 {
		return fmt.Sprintf("%d was started by Rekey: %s %s Whoever sees to it presses Take over.", r.ID, title+".", r.Plan.Alarm)
	}
	if s.By == rotation.Rekey {
		return fmt.Sprintf("%d goes on by itself: %s.", r.ID, rotation.Clean(s.Title))
	}
	out := fmt.Sprintf("%d is your turn: %s.", r.ID, rotation.Clean(s.Title))
	switch before := previous(r); {
	case s.Asked != "":
		out = fmt.Sprintf("%d asks again: %s. %s", r.ID, rotation.Clean(s.Title), s.Asked)
	case before != nil && before.Is(rotation.KindApprove) && len(before.Evidence) > 0:
		out = fmt.Sprintf("%d was approved by %s. Your turn: %s.", r.ID, before.Evidence[0], rotation.Clean(s.Title))
	}
	return out
}

// alarm says that an emergency begins, and what is needed now.
func alarm(r *rotation.Rotation) string {
	by := "Said by " + person(r.Starter) + "."
	if r.Alarmed != "" {
		by = "Said by " + person(r.Alarmed) + ": " + stop(rotation.Clean(r.Alarm))
	}
	out := fmt.Sprintf("Compromised: treat the old %s of %s as known to others. %s ", noun(r), rotation.Clean(r.Plan.Title), by)
	switch s := r.Step(); {
	case s.State == rotation.Parked && s.Problem != nil:
		return out + fmt.Sprintf("%d is parked with %s: %s", r.ID, person(r.Holder), s.Problem.What)
	case s.Is(rotation.KindApprove):
		return out + fmt.Sprintf("%d needs %s now.", r.ID, approvals(r))
	case s.By == rotation.Holder:
		return out + fmt.Sprintf("%d is with %s: %s.", r.ID, person(r.Holder), rotation.Clean(s.Title))
	case s.By == rotation.User:
		return out + fmt.Sprintf("%d is with %s: %s.", r.ID, person(rotation.Person(r.Plan.User.ID)), rotation.Clean(s.Title))
	default:
		return out + fmt.Sprintf("%d goes on by itself: %s.", r.ID, rotation.Clean(s.Title))
	}
}

// nudge reminds whoever has had the turn for long.
func nudge(r *rotation.Rotation) string {
	s, since := r.Step(), rotation.When(r.Turn.Since)
	title := rotation.Clean(r.Plan.Title)
	waits := fmt.Sprintf("%d (%s) waits since %s", r.ID, title, since)
	switch {
	case s.State == rotation.Parked && s.Problem != nil:
		waits += ", parked: " + s.Problem.What
	case s.Is(rotation.KindApprove):
		waits += " for " + approvals(r) + " from " + handle(r.Plan.Approvers) + "."
	default:
		waits += ": " + rotation.Clean(s.Title) + "."
	}
	if r.Holder == rotation.ByRekey {
		return waits + " Nobody holds it yet; press Take over."
	}
	if r.Turn.To == rotation.Team {
		return waits + " " + person(r.Holder) + " holds it; anybody of you can press Take over."
	}
	return waits
}

// over says how it ended.
func over(r *rotation.Rotation, c Context) string {
	switch r.State {
	case rotation.Complete:
		out := fmt.Sprintf("%d is done.", r.ID)
		if open := r.OpenDebts(); len(open) > 0 {
			out = fmt.Sprintf("%d is done, with %s still owed: %s.", r.ID, number(len(open)), open[0].What)
		}
		if !r.Facts.Promoted.IsZero() && r.Plan.Every > 0 {
			d := rotation.DueAfter(r.Facts.Promoted, r.Facts.Expires, rotation.Days(r.Plan.Every))
			out += " Next due " + Day(d.On, c) + "."
		}
		return out
	case rotation.RolledBack:
		return fmt.Sprintf("%d is rolled back: the old %s is current again. %s", r.ID, noun(r), reason(r, r.State))
	}
	return fmt.Sprintf("%d is %s. %s %s", r.ID, r.State, untouched(r), reason(r, r.State))
}

// approvals says how many are missing: "one approval".
func approvals(r *rotation.Rotation) string {
	n := max(1, r.Quorum()-len(r.Approved()))
	out := number(n)
	if len(r.Approved()) > 0 {
		out += " more"
	}
	if n == 1 {
		return out + " approval"
	}
	return out + " approvals"
}

// previous is the last step that was ticked before the current one.
func previous(r *rotation.Rotation) *rotation.StepRun {
	for i := r.At - 1; i >= 0; i-- {
		if r.Steps[i].State == rotation.Ticked {
			return &r.Steps[i]
		}
	}
	return nil
}

var slackID = regexp.MustCompile(`^[A-Z0-9]+$`)

// group mentions a user group.
// https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups
func group(h rotation.Handle) string {
	if !slackID.MatchString(h.ID) {
		return escaper.Replace(handle(h))
	}
	return "<!subteam^" + h.ID + ">"
}

func user(p rotation.Person) string {
	if !slackID.MatchString(string(p)) {
		return escaper.Replace(rotation.Clean(string(p)))
	}
	return "<@" + string(p) + ">"
}
