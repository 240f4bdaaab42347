package bot

import (
	"errors"
	"fmt"
	"slices"

	"rekey/rotation"
)

// A FatalError stops the bot: trying again doesn't help until somebody changes
// something. Its sentence says what.
type FatalError struct {
	Class    Class
	Sentence string
}

// A Class says what has to be changed, so that each can have its exit code.
type Class string

// The classes.
const (
	BadToken      Class = "bad token"      // Slack refuses a token
	MissingScope  Class = "missing scope"  // a token lacks a right
	SwitchedOff   Class = "switched off"   // Socket Mode or the app is off
	WrongSettings Class = "wrong settings" // the tokens are for another workspace or app
)

// Error is the sentence.
func (e *FatalError) Error() string { return e.Sentence }

// Codes that Slack answers any method with, and that no repeat changes.
// https://docs.slack.dev/reference/methods/auth.test#errors
var (
	badToken = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "user_removed_from_team"}
	noRight  = []string{"missing_scope", "no_permission", "access_denied", "team_access_not_granted", "org_login_required"}
)

// fatalToken is the FatalError behind an answer of Slack's, or nil.
func fatalToken(err error, token, variable string) error {
	var p *rotation.ProviderError
	if !errors.As(err, &p) {
		return nil
	}
	switch {
	case slices.Contains(badToken, p.Code):
		return &FatalError{BadToken, fmt.Sprintf("Slack refuses the %s (%s). Put a valid one in %s and start Rekey again.", token, p.Code, variable)}
	case slices.Contains(noRight, p.Code):
		right := p.Missing
		if right == "" {
			right = p.Code
		}
		return &FatalError{MissingScope, fmt.Sprintf("The %s lacks a right (%s). Grant it to the app, reinstall it, and start Rekey again.", token, right)}
	}
	return nil
}

var errLinkDisabled = &FatalError{SwitchedOff, "Socket Mode is switched off for this Slack app, so no press can reach Rekey. Switch it on under Settings, Socket Mode at https://api.slack.com/apps, and start Rekey again."}
