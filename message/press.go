package message

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"rekey/rotation"
)

// What a button can ask for besides the rotation's own verbs. None of them
// changes anything.
const (
	ShowDetails rotation.Verb = "details" // opens Details
	ShowHowTo   rotation.Verb = "how_to"  // opens HowTo
	ShowOptions rotation.Verb = "options" // opens Options
	FollowLink  rotation.Verb = "link"    // Slack opens the page; the press is only acknowledged
)

// The action ids that don't stand for a verb.
const (
	ActionMore    = "more"    // the menu: the chosen option's value says which verb
	ActionStart   = "start"   // a button whose value is what would be typed after /rotate
	ActionPick    = "pick"    // a button that asks which secret is compromised
	ActionRefresh = "refresh" // a button that has everything looked at again
)

// What can be typed after a secret's name.
const (
	Compromised = "--compromised" // somebody else may know the value
	Walk        = "--walk"        // nothing is rotated: only the runbook is walked through
)

// NeedsReason reports whether a press of v opens a form first, since it needs
// a reason.
func NeedsReason(v rotation.Verb) bool {
	switch v {
	case rotation.Refuse, rotation.Cancel, rotation.Attest, rotation.PromoteAnyway, rotation.RollBack,
		rotation.Compromised, rotation.CloseReview, rotation.Owe, rotation.SettleDebt:
		return true
	}
	return false
}

// EncodePress writes the identifiers of a press into a button's value:
// rotation, verb, step, round, and what was chosen. "42.retry.copy.2".
func EncodePress(r *rotation.Rotation, v rotation.Verb, value string) string {
	step, round := "", 0
	if s := r.Step(); s != nil {
		step, round = s.ID, s.Round
	}
	out := fmt.Sprintf("%d.%s.%s.%d", r.ID, v, quoteDots(step), round)
	if value != "" {
		out += "." + quoteDots(value)
	}
	return out
}

var verbForm = regexp.MustCompile(`^[a-z_]+$`)

// DecodePress reads what EncodePress wrote. Who pressed isn't in it. It
// returns an error for anything else, which can't come from our buttons.
func DecodePress(s string) (rotation.ID, rotation.Press, error) {
	bad := func(what string) (rotation.ID, rotation.Press, error) {
		return 0, rotation.Press{}, fmt.Errorf("reading a button's value: %s", what)
	}
	if len(s) > maxButtonValue {
		return bad("it is too long")
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 && len(parts) != 5 {
		return bad("it has another number of parts than 4 or 5")
	}
	id, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || id < 1 {
		return bad("it doesn't begin with a rotation's number")
	}
	if !verbForm.MatchString(parts[1]) {
		return bad("its verb isn't one")
	}
	step, err := url.PathUnescape(parts[2])
	if err != nil {
		return bad("its step can't be read")
	}
	round, err := strconv.Atoi(parts[3])
	if err != nil || round < 0 {
		return bad("its round isn't a number")
	}
	value := ""
	if len(parts) == 5 {
		if value, err = url.PathUnescape(parts[4]); err != nil {
			return bad("its choice can't be read")
		}
	}
	return rotation.ID(id), rotation.Press{Verb: rotation.Verb(parts[1]), Step: step, Round: round, Value: value}, nil
}

func quoteDots(s string) string {
	return strings.ReplaceAll(url.PathEscape(s), ".", "%2E")
}

func itoa[N ~int | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }
