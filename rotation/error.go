package rotation

import (
	"errors"
	"fmt"
	"time"
)

// An Error is an error meant for a person: what happened, what is safe, what
// to do next. It is made where the cause is known and shown as it is. Anything
// else that fails is an internal error, which people see only as such.
type Error struct {
	Reason Reason // what kind of refusal, for code that has to decide
	What   string // what happened: a sentence
	Safe   string // what is safe, or what is at risk: a sentence, or empty
	Next   string // what to do next: a sentence, or empty
}

// A Reason classifies an Error for code; people read its sentences.
type Reason string

// The reasons.
const (
	NotAllowed Reason = "not allowed" // this person may not do that
	NotNow     Reason = "not now"     // the rotation isn't where that makes sense
	Unknown    Reason = "unknown"     // there is no such secret or rotation
	Conflict   Reason = "conflict"    // another rotation of this secret is running
	Invalid    Reason = "invalid"     // the input can't be used
	Stale      Reason = "stale"       // pressed on an old card or an old round
)

// Error joins the sentences.
func (e *Error) Error() string {
	text := e.What
	for _, more := range []string{e.Safe, e.Next} {
		if more != "" {
			text += " " + more
		}
	}
	return text
}

// Is reports whether err is an Error of the given reason.
func Is(err error, reason Reason) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == reason
}

func refuse(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, What: fmt.Sprintf(format, args...)}
}

// A ProviderError is what the clients of providers return when a call did not
// succeed. It holds the provider's own word for the cause and never a request,
// an answer or a value.
type ProviderError struct {
	Provider   string        // "AWS", "GitHub", "Slack"
	Op         string        // "DescribeSecret", "reading the workflow"
	Code       string        // "AccessDeniedException", "404", "timeout"
	Definite   bool          // the provider decided: it changed nothing and won't on a repeat
	Dead       bool          // the provider refuses the credential itself that was tried
	Missing    string        // the right that the provider says is missing, or empty
	RetryAfter time.Duration // how long the provider asks to wait, or zero
}

// Error says which call failed and the provider's word for it.
func (e *ProviderError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Provider, e.Op, e.Code)
}

// Definite returns the ProviderError in err if the provider definitely refused.
func Definite(err error) (*ProviderError, bool) {
	var p *ProviderError
	if errors.As(err, &p) && p.Definite {
		return p, true
	}
	return nil, false
}
