package message

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// ActionSnooze is the press of a button that asks until when nobody is to be
// reminded; its value are the names of the secrets, as SnoozeNames reads them.
const ActionSnooze = "snooze"

// The form that asks for it, and its fields.
const (
	SnoozeView   = "snooze" // Snooze: private_metadata is the channel and, if it is only one, the secret
	SnoozeSecret = "secret"
	SnoozeUntil  = "until" // YYYY-MM-DD, the day on which reminders go on
)

const between = "|" // the names on a button; no name has it

// SnoozeNames are the secrets that a button is about.
func SnoozeNames(value string) []string {
	return slices.DeleteFunc(strings.Split(value, between), func(name string) bool { return name == "" })
}

// MaySnooze reports whether there are reminders of a row that could be snoozed.
func (row Row) MaySnooze(c Context) bool {
	return !row.Whole && row.Running == nil && !row.Clocks.Due().On.IsZero() && len(row.SnoozeDays([]int{1}, c)) > 0
}

// SnoozeDays are the days until which a row can be snoozed, if in so many days
// is wanted: none beyond the day before its provider lets it die.
func (row Row) SnoozeDays(in []int, c Context) []time.Time {
	var out []time.Time
	for _, n := range in {
		year, month, day := c.Now.In(c.zone()).Date()
		on := time.Date(year, month, day+n, 0, 0, 0, 0, c.zone())
		if !row.Wakes(on, c.zone()).Before(on) {
			out = append(out, on)
		}
	}
	return out
}

// Snooze is the form that asks why nobody is to be reminded, and until when: of
// one secret, or of one of several. In is in how many days that may be.
func Snooze(rows []Row, in []int, channel string, c Context) slack.ModalViewRequest {
	p := newPage(c, "")
	only, until := "", Row{}.SnoozeDays(in, c)
	if len(rows) == 1 {
		only, until = rows[0].Secret.Name, rows[0].SnoozeDays(in, c)
		p.section(rows[0].entry(c).line.said)
	} else {
		which := &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: SnoozeSecret, Placeholder: words("Choose a secret", maxPlaceholder)}
		for _, row := range rows {
			if name := row.Secret.Name; utf8.RuneCountInString(name) <= maxOptionValue && len(which.Options) < maxOptions {
				which.Options = append(which.Options, slack.NewOptionBlockObject(name, words(row.Secret.Title, maxOptionText), nil))
			}
		}
		p.blocks = append(p.blocks, slack.NewInputBlock(SnoozeSecret, words("Secret", maxLabel), nil, which))
	}
	day := &slack.SelectBlockElement{Type: slack.OptTypeStatic, ActionID: SnoozeUntil, Placeholder: words("Choose a day", maxPlaceholder)}
	for _, on := range until {
		option := slack.NewOptionBlockObject(on.Format(time.DateOnly), words(ahead(on, c)+", "+Day(on, c), maxOptionText), nil)
		day.Options = append(day.Options, option)
		if len(day.Options) <= 3 { // what somebody gets who doesn't choose: a few days
			day.InitialOption = option
		}
	}
	why := slack.NewPlainTextInputBlockElement(nil, ReasonField)
	why.Multiline, why.MaxLength = true, maxReason
	p.blocks = append(p.blocks,
		slack.NewInputBlock(SnoozeUntil, words("Until", maxLabel), words("It ends earlier when a rotation starts, or when the secret is due on another day. What expires is still told to others.", maxLabel), day),
		slack.NewInputBlock(ReasonField, words("Why can it wait?", maxLabel), words("Everybody in the channel can read it. Don't put a secret here.", maxLabel), why))
	v := p.view("Snooze reminders", "Snooze", "Go back")
	v.CallbackID, v.PrivateMetadata = SnoozeView, strings.TrimSpace(channel+" "+only)
	return v
}

// ahead says in how many days a day begins.
func ahead(on time.Time, c Context) string {
	year, month, day := c.Now.In(c.zone()).Date()
	today := time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	year, month, day = on.In(c.zone()).Date()
	if n := int(time.Date(year, month, day, 12, 0, 0, 0, time.UTC).Sub(today) / (24 * time.Hour)); n > 1 {
		return fmt.Sprintf("in %d days", n)
	}
	return "tomorrow"
}

// Snoozed says that nobody is reminded for a while.
func Snoozed(title string, until time.Time, c Context) string {
	return "Nobody is reminded of " + rotation.Clean(title) + " until " + Day(until, c) + ". `/rotate list` shows by whom it was snoozed, and why."
}
