package message

import (
	"fmt"
	"slices"
	"strings"

	"rekey/rotation"
)

// ended draws a rotation that is over: the whole story on one screen.
func ended(p *page, r *rotation.Rotation) {
	title := rotation.Clean(r.Plan.Title)
	switch {
	case r.State == rotation.Complete && r.Find(rotation.KindReceive) == nil:
		p.header("✓ " + title + ": done")
		p.context(summary(r, p.c))
		p.section(walked(r)...)
	case r.State == rotation.Complete:
		p.header("✓ " + title + " rotated")
		p.context(summary(r, p.c))
		p.section(complete(r), next(r, p.c))
	case r.State == rotation.RolledBack:
		p.header(title + ": rolled back")
		p.context(summary(r, p.c))
		back := "The old " + noun(r) + " is current again"
		if s := r.Find(rotation.KindRestore); s != nil && !s.Ended.IsZero() {
			back += " since " + rotation.When(s.Ended)
		}
		p.section(back+".", reason(r, r.State))
	default:
		p.header(title + ": " + string(r.State))
		p.context(summary(r, p.c))
		p.section(untouched(r), reason(r, r.State))
	}
	p.section(looked(r)...)
	p.section(siblings(r, p.c)...)
	p.section(owed(r, p.c)...)
	p.buttons(controls(r)...)
}

// looked says that it was an emergency, and what the review found.
func looked(r *rotation.Rotation) []string {
	if !r.Emergency() {
		return nil
	}
	out := "It was an emergency"
	if r.Alarmed != "" {
		out += ", said by " + person(r.Alarmed) + ": " + rotation.Clean(r.Alarm)
	}
	out = stop(out)
	if s := r.Find(rotation.KindReview); s != nil && s.State == rotation.Ticked {
		return []string{out + " Looked over by " + stop(strings.Join(s.Evidence, " · "))}
	}
	return []string{out + " Nobody looked it over."}
}

// walked is what people did where no value was replaced, a line each.
func walked(r *rotation.Rotation) []string {
	var out []string
	for _, s := range numbered(r) {
		out = append(out, s.done())
	}
	return out
}

// summary says which rotation it was, how long it took and who was in it.
func summary(r *rotation.Rotation, c Context) string {
	until := "until"
	if Day(r.Started, c) == Day(r.Ended, c) {
		until = "on"
	}
	out := fmt.Sprintf("Rotation %d · %s %s %s · %s", r.ID, rotation.Lasting(r.Ended.Sub(r.Started)), until, Day(r.Ended, c), person(r.Starter))
	if r.Starter == rotation.ByRekey {
		out += " by itself"
	}
	if r.Holder != r.Starter {
		out += ", then " + person(r.Holder)
	}
	if approved := r.Approved(); len(approved) > 0 {
		out += ", approved by "
		for i, a := range approved {
			if i > 0 {
				out += " and "
			}
			out += person(a.By)
		}
	}
	return out
}

// complete says since when the new value is used and the old one isn't, and
// how long its users failed.
func complete(r *rotation.Rotation) string {
	f := r.Facts
	out := "The new " + noun(r) + " is current"
	if !f.Promoted.IsZero() {
		out += " since " + rotation.When(f.Promoted)
	}
	if !f.Used.IsZero() {
		out += ", used "
		if f.UsedBy != "" {
			out += "by " + rotation.Clean(f.UsedBy) + " "
		}
		out += "at " + rotation.When(f.Used)
		if f.Vouched != "" {
			out += " (attested by " + rotation.Mention(f.Vouched) + ")"
		}
	}
	out += "."
	if f.Old == rotation.OldRefused && !f.OldDead.IsZero() {
		gone := "refused"
		if f.Way == rotation.ByOwner {
			gone = "gone" // whoever lists it doesn't any more
		}
		out += " The old one is " + gone + " since " + rotation.When(f.OldDead) + " (observed)."
	}
	switch {
	case !f.FailingSince.IsZero() && !f.Used.IsZero():
		out += " Its users failed from " + rotation.When(f.FailingSince) + " to " + rotation.When(f.Used) + " at most."
	case !f.FailingSince.IsZero():
		out += " Its users failed from " + rotation.When(f.FailingSince) + "; when that ended was not seen."
	}
	if len(f.Missing) > 0 && f.Accepted != "" {
		out += " It was promoted without " + some(f.Missing, 3) + ", accepted by " + person(f.Accepted) + "."
	}
	return out
}

// next says when the new value is due, and by which clock.
func next(r *rotation.Rotation, c Context) string {
	if r.Facts.Promoted.IsZero() || r.Plan.Every == 0 {
		return ""
	}
	d := rotation.DueAfter(r.Facts.Promoted, r.Facts.Expires, rotation.Days(r.Plan.Every))
	out := "Next due " + Day(d.On, c) + ": "
	switch {
	case !d.Expiry.IsZero() && Day(d.Expiry, c) == Day(d.Policy, c):
		return out + "the " + noun(r) + " expires that day, and policy says the same."
	case d.Expires:
		return out + "the " + noun(r) + " expires that day (policy: " + Day(d.Policy, c) + ")."
	case !d.Expiry.IsZero():
		return out + fmt.Sprintf("policy, every %d days (the %s expires %s).", r.Plan.Every, noun(r), Day(d.Expiry, c))
	}
	if r.Facts.NewKey != "" {
		return out + fmt.Sprintf("policy, every %d days. The %s has no expiry of its own.", r.Plan.Every, noun(r))
	}
	if r.Facts.Lasting {
		return out + fmt.Sprintf("policy, every %d days.", r.Plan.Every)
	}
	return out + fmt.Sprintf("policy, every %d days. When the %s expires is not known.", r.Plan.Every, noun(r))
}

// untouched says what became of a rotation that ended before the switch.
func untouched(r *rotation.Rotation) string {
	if r.Facts.Early {
		return "The new " + noun(r) + " was saved in the console and is current. Rekey didn't check it."
	}
	if r.Find(rotation.KindReceive) == nil {
		return "Nothing is replaced by it. What people did until then is done."
	}
	if r.Facts.New == "" {
		return "Nothing was changed. The old " + noun(r) + " is current, as before."
	}
	return "The old " + noun(r) + " is current, as before. The new one was not put into use."
}

// reason says why it ended so, and who said so where that is known.
func reason(r *rotation.Rotation, ending rotation.State) string {
	out := map[rotation.State]string{rotation.Refused: "Refused", rotation.RolledBack: "Rolled back"}[ending]
	if out == "" {
		out = "Cancelled"
	}
	if r.EndedBy != "" {
		out += " by " + person(r.EndedBy)
	}
	if r.Reason == "" {
		return out + "; no reason was given."
	}
	return stop(out + ": " + rotation.Clean(r.Reason))
}

// stop ends a sentence that people may have left open.
func stop(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// owed lists the old credentials that were not proven dead, and those that
// were found dead since.
func owed(r *rotation.Rotation, c Context) []string {
	var out []string
	open := r.OpenDebts()
	settled := slices.DeleteFunc(slices.Clone(r.Debts), func(d rotation.Debt) bool { return d.Open() })
	if more := len(settled) - max(0, 3-len(open)); more > 0 {
		settled = settled[more:] // Details has them all
	}
	for i, d := range open {
		if i == 3 {
			out = append(out, fmt.Sprintf("… and %d more; Details has them all.", len(open)-i))
			break
		}
		out = append(out, debt(d, c))
	}
	for _, d := range settled {
		out = append(out, debt(d, c))
	}
	return out
}

func debt(d rotation.Debt, c Context) string {
	if !d.Open() {
		return "✓ Settled: " + d.What + ", " + d.Evidence + " · " + rotation.When(d.Settled)
	}
	out := "! Still owed: " + d.What
	if d.Why != "" {
		out += " (" + d.Why + ")"
	}
	if !d.Since.IsZero() {
		out += ", since " + Day(d.Since, c)
	}
	if d.Owner != "" {
		out += ". With " + rotation.Clean(d.Owner)
	}
	if d.Seen != "" {
		out += ". Looked " + rotation.When(d.Looked) + ": " + d.Seen
	}
	return out + "."
}
