package message

import (
	"slices"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A control is one button, or one entry of the menu.
type control struct {
	label string
	verb  rotation.Verb
	value string // for Choose: which version
	url   string // for FollowLink
	style slack.Style
}

// labels are what the buttons say. "…" means that a form opens first.
var labels = map[rotation.Verb]string{
	rotation.Approve: "Approve", rotation.Refuse: "Refuse…", rotation.Attest: "Attest…",
	rotation.Retry: "Retry", rotation.TakeOver: "Take over", rotation.Cancel: "Cancel…",
	rotation.Check: "Check now", rotation.Again: "Ask again", rotation.PromoteAnyway: "Promote with what is missing…",
	rotation.RollBack: "Roll back…", rotation.NewPlan: "Use the new plan", rotation.Choose: "Choose",
	rotation.Compromised: "Compromised…", rotation.CloseReview: "Close the review…", rotation.Owe: "Leave as a debt…",
	rotation.CheckDebt: "Check it", rotation.SettleDebt: "It is gone…",
	ShowDetails: "Details", ShowHowTo: "How to save it", ShowOptions: "Choose…",
}

func label(v rotation.Verb) string {
	if l, ok := labels[v]; ok {
		return l
	}
	return string(v)
}

func press(v rotation.Verb) control { return control{label: label(v), verb: v} }

func primary(v rotation.Verb) control {
	return control{label: label(v), verb: v, style: slack.StylePrimary}
}

// controls are a card's buttons: at most maxButtons, the others in the menu.
// None is drawn that would be refused whoever pressed it.
func controls(r *rotation.Rotation) []slack.BlockElement {
	if r.State != rotation.Running {
		name := "Details"
		if r.State == rotation.Complete {
			name = "Evidence"
		}
		return elements(r, append(append(settling(r), following(r)...), control{label: name, verb: ShowDetails}), nil)
	}
	row := lead(r)
	var menu []control
	if r.MayCancel() {
		menu = append(menu, press(rotation.Cancel))
	}
	if r.MayRollBack() {
		menu = append(menu, press(rotation.RollBack))
	}
	menu = append(menu, press(rotation.TakeOver))
	if !slices.ContainsFunc(row, func(c control) bool { return c.verb == ShowDetails }) {
		menu = append(menu, press(ShowDetails))
	}
	// It can be typed as well, so it gives way where the menu is full.
	room := maxOverflow - len(menu) - max(0, len(row)-maxButtons)
	if room > 0 && !r.Emergency() && r.Ending == rotation.Complete && r.Find(rotation.KindReceive) != nil {
		menu = append(menu, press(rotation.Compromised))
	}
	return elements(r, row, menu)
}

// lead are the buttons of the current step, the most useful first.
func lead(r *rotation.Rotation) []control {
	var row []control
	s := r.Step()
	links := doors(s)
	if tooEarly(s) {
		links = nil
	}
	first := links[:min(1, len(links))]
	rest := links[len(first):]
	switch {
	case s.State == rotation.Parked:
		row = append(row, first...)
		if s.Problem != nil && !s.Problem.NoRetry {
			row = append(row, primary(rotation.Retry))
		}
		if s.Attestable {
			row = append(row, attest(s))
		}
		if s.Problem != nil {
			for _, c := range s.Problem.Choices {
				row = append(row, choice(c))
			}
		}
		if s.Owing != nil {
			row = append(row, press(rotation.Owe))
		}
		row = append(row, press(ShowDetails))
	case s.Is(rotation.KindReview):
		row = append(row, primary(rotation.CloseReview), press(ShowDetails))
	case s.Is(rotation.KindApprove):
		if r.Plan.Baseline != "" {
			row = append(row, primary(rotation.Approve))
		}
		if r.MayRefuse() {
			row = append(row, press(rotation.Refuse))
		}
		row = append(row, press(ShowDetails))
		rest = links
	case fetched(r) && s.Attestable:
		row = append(row, control{label: "How to fetch it", verb: ShowHowTo}, attest(s), press(rotation.Check))
		rest = links
	default:
		row = append(row, first...)
		if s.Kind == rotation.KindReceive && s.By == rotation.Holder {
			row = append(row, press(ShowHowTo))
		}
		if staged(r) {
			row = append(row, control{label: "How to fetch it", verb: ShowHowTo})
		}
		if len(s.Options) > 0 {
			row = append(row, primary(ShowOptions))
		}
		if s.By == rotation.Rekey {
			row = append(row, press(rotation.Check))
		}
		if s.Attestable {
			row = append(row, attest(s))
		}
		if s.Rejects != "" {
			row = append(row, press(rotation.Again))
		}
		if s.Owing != nil {
			row = append(row, press(rotation.Owe))
		}
		if s.By != rotation.Rekey {
			row = append(row, press(rotation.Check))
		} else {
			row = append(row, press(ShowDetails))
		}
	}
	return append(row, rest...)
}

// fetched reports whether somebody fetches at this step what was delivered for
// them.
func fetched(r *rotation.Rotation) bool {
	s := r.Step()
	return s != nil && r.Facts.Way == rotation.ByMint && s.Is(rotation.KindUsed) && s.By == rotation.User
}

// attest is the button by which somebody vouches for a step, in its own words.
func attest(s *rotation.StepRun) control {
	out := press(rotation.Attest)
	if s.Press != "" {
		out.label = s.Press
	}
	return out
}

// settling are the buttons of what an ended rotation still owes: of the first
// debt, since the next one's come when that is settled.
func settling(r *rotation.Rotation) []control {
	open := r.OpenDebts()
	if len(open) == 0 {
		return nil
	}
	settle := control{label: label(rotation.SettleDebt), verb: rotation.SettleDebt, value: open[0].ID}
	if open[0].Key == "" && open[0].Version == "" { // nothing that Rekey could look at
		return []control{settle}
	}
	return []control{{label: label(rotation.CheckDebt), verb: rotation.CheckDebt, value: open[0].ID}, settle}
}

// choice is the button of a parked step's choice, in the domain's words.
func choice(c rotation.Choice) control {
	out := control{label: c.Label, verb: c.Verb, value: c.Value}
	if out.label == "" || c.Verb == rotation.PromoteAnyway {
		out.label = label(c.Verb)
	}
	return out
}

// doors are the pages of a step: what turned up on the way first, newest first.
func doors(s *rotation.StepRun) []control {
	var out []control
	for _, l := range slices.Concat(reversed(s.More), s.Links) {
		if sound(l.URL) {
			out = append(out, control{label: l.Title, verb: FollowLink, url: l.URL})
		}
	}
	return out
}

func reversed(links []rotation.Link) []rotation.Link {
	out := slices.Clone(links)
	slices.Reverse(out)
	return out
}

// elements draws the row, and a menu with what is left over and what belongs
// there. Nothing is dropped: what the menu can't take stays in the row.
func elements(r *rotation.Rotation, row, menu []control) []slack.BlockElement {
	var stay []control
	fits := func(c control) bool { return len(EncodePress(r, c.verb, c.value)) <= maxOptionValue }
	for len(row) > maxButtons && len(menu) < maxOverflow {
		last := row[len(row)-1]
		row = row[:len(row)-1]
		if fits(last) {
			menu = slices.Insert(menu, 0, last)
		} else {
			stay = slices.Insert(stay, 0, last)
		}
	}
	row = append(row, stay...)
	var options []*slack.OptionBlockObject
	for _, c := range menu {
		if !fits(c) {
			row = append(row, c)
			continue
		}
		o := slack.NewOptionBlockObject(EncodePress(r, c.verb, c.value), words(c.label, maxOptionText), nil)
		o.URL = c.url
		options = append(options, o)
	}
	var out []slack.BlockElement
	seen := map[rotation.Verb]int{}
	for _, c := range row[:min(len(row), maxActions-1)] {
		seen[c.verb]++
		id := string(c.verb)
		if n := seen[c.verb]; n > 1 {
			id += ":" + itoa(n)
		}
		b := slack.NewButtonBlockElement(id, EncodePress(r, c.verb, c.value), words(c.label, maxButtonText))
		b.URL, b.Style = c.url, c.style
		out = append(out, b)
	}
	if len(options) > 0 {
		out = append(out, slack.NewOverflowBlockElement(ActionMore, options...))
	}
	return out
}
