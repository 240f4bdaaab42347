package message

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// Details shows all that is known of a rotation: each step with its full
// evidence and what was changed, who approved, the version ids, the plan's
// hash, and what is still owed. What doesn't fit is counted.
func Details(r *rotation.Rotation, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	p.header(rotation.Clean(r.Plan.Title))
	p.context(fmt.Sprintf("Rotation %d · %s · held by %s · started by %s at %s", r.ID, r.State, holder(r), person(r.Starter), rotation.When(r.Started)))
	if r.Plan.Alarm != "" {
		p.section("Rekey started it by itself, for what it saw: " + r.Plan.Alarm)
	}
	n := 0
	for i := range r.Steps {
		s := step{&r.Steps[i], n + 1}
		if s.State != rotation.Skipped {
			n++
		}
		p.section(s.full(r)...)
	}
	p.section(proved(r)...)
	p.section(votes(r)...)
	p.section(ids(r)...)
	var debts []string
	for _, d := range r.Debts {
		debts = append(debts, debt(d, c))
	}
	p.section(debts...)
	p.section(remarks(r)...)
	p.trim(maxViewBlocks - 1)
	p.wrongButton(r)
	return p.view("Rotation "+itoa(r.ID), "", "Close")
}

// trim cuts a page to the given number of blocks, and counts what it left out.
func (p *page) trim(limit int) {
	if len(p.blocks) <= limit {
		return
	}
	left := len(p.blocks) - limit + 1
	p.blocks = p.blocks[:limit-1]
	p.context(fmt.Sprintf("… and %d more paragraphs; Rekey's database has everything.", left))
}

// full is a step with everything that is known of it.
func (s step) full(r *rotation.Rotation) []string {
	var out []string
	switch s.State {
	case rotation.Skipped:
		return []string{"– " + rotation.Clean(s.Title) + " · not needed any more"}
	case rotation.Later:
		return []string{s.later(r)}
	case rotation.Ticked:
		out = append(out, "✓ "+strong(s.head())+" · "+rotation.When(s.Ended))
	case rotation.Parked:
		out = append(out, "! "+strong(s.head())+" · parked")
	default:
		out = append(out, "● "+strong(s.head())+" · "+s.whose(r)+", since "+rotation.When(s.Opened))
	}
	out = append(out, s.Evidence...)
	if s.Round > 1 {
		out = append(out, fmt.Sprintf("Round %d.", s.Round))
	}
	if s.Asked != "" {
		out = append(out, "Asked again: "+s.Asked)
	}
	if s.Problem != nil {
		out = append(out, s.Problem.What, s.Problem.Safe, s.Problem.Next)
	}
	out = append(out, s.Note)
	for _, e := range s.Effects {
		out = append(out, effect(e))
	}
	return out
}

// effects are the purposes of changes in words, by their first word.
var effects = map[string]string{
	"promote": "Making the new version current", "restore": "Making the old version current again",
	"unstage": "Taking AWSPENDING off", "revoke": "Revoking the old credential",
	"make": "Making", "remove": "Removing", "deactivate": "Deactivating", "activate": "Activating", "delete": "Deleting",
	"test": "Posting a test message", "generate": "Making a new value and staging it",
	"dispatch": "Starting the workflow", "run": "Starting the workflow", "copy": "Writing the copy",
	"request": "Asking another team", "remind": "Reminding another team",
	"trigger": "Sending a test alert for", "resolve": "Resolving the test alert for", "apply": "Starting the workflow",
}

func effect(e rotation.Effect) string {
	verb, object, _ := strings.Cut(rotation.Clean(e.Purpose), " ")
	what, ok := effects[verb]
	if !ok {
		what, object = "Change", verb+" "+object
	}
	if object = strings.TrimSpace(object); object != "" {
		what += " " + code(object)
	}
	state := map[rotation.EffectState]string{
		rotation.Intended: "recorded, about to be sent",
		rotation.Landed:   "done",
		rotation.Declined: "refused by the provider, so nothing changed",
		rotation.Unclear:  "sent; no answer came, and a look didn't show what became of it",
		rotation.Unsure:   "sent, and no answer came; Rekey looks before it sends again",
	}[e.State]
	return fmt.Sprintf("• %s: %s, %s (%s)", what, state, rotation.When(e.At), code(e.ID))
}

// votes lists the presses that only count from an approver.
func votes(r *rotation.Rotation) []string {
	if len(r.Claims) == 0 {
		return nil
	}
	out := []string{strong("Approvals")}
	for _, c := range r.Claims {
		text := fmt.Sprintf("• %s: %s, %s, %s", person(c.By), strings.ReplaceAll(string(c.Verb), "_", " "), c.State, rotation.When(c.At))
		if c.Reason != "" {
			text += ". " + rotation.Clean(c.Reason)
		}
		if c.Why != "" {
			text += ". " + c.Why
		}
		out = append(out, text)
	}
	return out
}

// proved lists the permissions that the catalogue names for the new value.
func proved(r *rotation.Rotation) []string {
	f := r.Facts
	if len(f.Proven)+len(f.Missing)+len(f.Unproven) == 0 && f.ProofLacks == "" {
		return nil
	}
	out := []string{strong("Permissions of the new " + noun(r))}
	for _, list := range []struct {
		names []string
		what  string
	}{
		{f.Proven, "proven by a read"}, {f.Missing, "missing"}, {f.Unproven, "can't be proven without writing"},
	} {
		for _, name := range list.names {
			out = append(out, "• "+rotation.Clean(name)+": "+list.what)
		}
	}
	if f.ProofLacks != "" {
		out = append(out, f.ProofLacks)
	}
	return out
}

// ids are what a person needs to check us at the provider.
func ids(r *rotation.Rotation) []string {
	out := []string{strong("For checking")}
	add := func(what, id string) {
		if id != "" {
			out = append(out, "• "+what+": "+code(rotation.Clean(id)))
		}
	}
	add("secret", secretID(r)+" in "+r.Plan.Region)
	add("version before", r.Facts.OldVersion)
	add("new version", r.Facts.New)
	if r.Facts.New == "" && r.State == rotation.Running {
		add("version kept for the new value", r.Reserved())
	}
	for _, id := range r.Facts.Rejected {
		add("rejected version", id)
	}
	for _, picked := range r.Facts.Picked {
		add("chosen", picked)
	}
	add("plan", r.Plan.Hash()[:12])
	if r.Changed != "" {
		add("the catalogue's plan now", Cut(r.Changed, 13))
	}
	add("approvers", fmt.Sprintf("%d of %s", r.Quorum(), r.Plan.Approvers.Name))
	add("overlap", string(r.Plan.Overlap))
	return out
}
