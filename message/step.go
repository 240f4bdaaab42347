package message

import (
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// A step is one step with the number that people see.
type step struct {
	*rotation.StepRun
	number int
}

// numbered counts the steps that are, or will be, done.
func numbered(r *rotation.Rotation) []step {
	var out []step
	for i := range r.Steps {
		if s := &r.Steps[i]; s.State != rotation.Skipped {
			out = append(out, step{s, len(out) + 1})
		}
	}
	return out
}

// head is the step's number and title.
func (s step) head() string {
	title := s.Title
	if s.State == rotation.Ticked && s.Done != "" {
		title = s.Done
	}
	return fmt.Sprintf("%d  %s", s.number, rotation.Clean(title))
}

// done is a finished step in one line, with its evidence and when.
func (s step) done() string {
	out := "✓ " + s.head()
	evidence := strings.Join(s.Evidence, " · ")
	if evidence != "" {
		out += " · " + evidence
	}
	if !dated(evidence) && !s.Ended.IsZero() {
		out += ", " + rotation.When(s.Ended)
	}
	return out
}

// later is a step that is still to come, in one line.
func (s step) later(r *rotation.Rotation) string {
	return "○ " + s.head() + s.by(r)
}

// by says who will do a step that is still to come.
func (s step) by(r *rotation.Rotation) string {
	switch {
	case s.Is(rotation.KindApprove):
		return " · " + approvers(r)
	case s.Is(rotation.KindReview):
		return " · one of " + handle(r.Plan.Approvers)
	case s.By == rotation.User:
		return " · " + person(rotation.Person(r.Plan.User.ID))
	case s.By == rotation.Holder, s.Then == rotation.Holder:
		return ""
	}
	return " · by Rekey"
}

// whose says who is needed for the current step, or what Rekey is doing.
func (s step) whose(r *rotation.Rotation) string {
	switch {
	case s.Is(rotation.KindApprove):
		return approvers(r)
	case s.Is(rotation.KindReview):
		out := "one of " + handle(r.Plan.Approvers) + ", not " + person(r.Starter)
		if r.Holder != r.Starter {
			out += " or " + person(r.Holder)
		}
		return out
	case s.By == rotation.User:
		return "your turn, " + person(rotation.Person(r.Plan.User.ID))
	case s.By == rotation.Holder && r.Holder == rotation.ByRekey:
		return "the turn of whoever takes over"
	case s.By == rotation.Holder:
		return "your turn, " + person(r.Holder)
	}
	return "by Rekey"
}

// approvers says who may approve, and who has.
func approvers(r *rotation.Rotation) string {
	approved := r.Approved()
	more := r.Quorum() - len(approved)
	out := number(max(more, 1)) + " of "
	if len(approved) > 0 {
		out = number(max(more, 1)) + " more of "
	}
	out += handle(r.Plan.Approvers)
	for i, p := range involved(r) {
		if i == 0 {
			out += ", not " + person(p)
		} else {
			out += " or " + person(p)
		}
	}
	for _, c := range approved {
		out += " · approved by " + person(c.By) + ", " + rotation.When(c.At)
	}
	return out
}

// involved are the people who may not approve, since they are in it.
func involved(r *rotation.Rotation) []rotation.Person {
	var out []rotation.Person
	for _, p := range []rotation.Person{r.Starter, r.Holder} {
		if p != rotation.ByRekey && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// dated reports whether a sentence names an instant.
func dated(sentence string) bool { return strings.Contains(sentence, "\x01t") }

// person names somebody in a sentence.
func person(p rotation.Person) string {
	if p == "" {
		return "nobody"
	}
	return rotation.Mention(p)
}

// handle is what people call a group, without telling it anything.
func handle(h rotation.Handle) string {
	if h.Name == "" {
		return "the group"
	}
	return rotation.Clean(h.Name)
}

func noun(r *rotation.Rotation) string {
	if r.Plan.Noun == "" {
		return "value"
	}
	return rotation.Clean(r.Plan.Noun)
}

// number is n in words, as far as people say it so.
func number(n int) string {
	if words := []string{"none", "one", "two", "three", "four", "five"}; n >= 0 && n < len(words) {
		return words[n]
	}
	return itoa(n)
}

// some names the first n and counts the rest: "a.yml, b.yml, 3 more".
func some(names []string, n int) string {
	var out []string
	for _, name := range names[:min(n, len(names))] {
		out = append(out, Cut(rotation.Clean(name), 60))
	}
	if more := len(names) - len(out); more > 0 {
		out = append(out, itoa(more)+" more")
	}
	return strings.Join(out, ", ")
}
