package pagerduty

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rekey/providers/wire"
	"rekey/rotation"
)

const provider = "PagerDuty"

// failed turns a call that didn't succeed into a *rotation.ProviderError that
// holds the status and nothing of the request, the answer or the address. The
// right is what the call needs, in PagerDuty's name for it.
func failed(op, right string, h *heard) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: provider, Op: op}
	switch {
	case h.err != nil:
		p.Code = wire.Silence(h.err)
		return p
	case h.status < http.StatusMultipleChoices:
		p.Code = wire.Unreadable
		return p
	}
	p.Code = strconv.Itoa(h.status)
	switch {
	case h.status == http.StatusTooManyRequests:
		p.RetryAfter = pause(h.header)
	case h.status >= http.StatusInternalServerError, h.status == http.StatusRequestTimeout:
		if h.header.Get("Retry-After") != "" {
			p.RetryAfter = pause(h.header)
		}
	default:
		p.Definite = true
		p.Code += h.cause()
		if h.status == http.StatusForbidden {
			p.Missing = right
		}
	}
	return p
}

// refused is failed for a token that was passed in: a 401 is about that token.
func refused(op, right string, h *heard) *rotation.ProviderError {
	p := failed(op, right, h)
	p.Dead = p.Definite && h.status == http.StatusUnauthorized
	return p
}

// pause is how long PagerDuty asks to wait, in whole seconds of either header,
// else a minute; between a second and a quarter of an hour.
// https://support.pagerduty.com/docs/rest-api-rate-limits
func pause(header http.Header) time.Duration {
	asked := time.Minute
	for _, name := range []string{"Retry-After", "Ratelimit-Reset"} {
		if seconds, err := strconv.ParseInt(header.Get(name), 10, 32); err == nil {
			asked = time.Duration(seconds) * time.Second
		}
	}
	return min(max(asked, time.Second), 15*time.Minute)
}

// maxPlain is how long a sentence without JSON may be to be one of PagerDuty's,
// and no page of somebody in between.
const maxPlain = 200

// words are PagerDuty's sentences, to be looked at and never shown: of either
// API, with "errors" as a list or as a text, or as a plain text, which the
// Events API has for a key that it doesn't know.
func (h *heard) words() string {
	type sentences struct {
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	var answer struct {
		Error sentences `json:"error"`
		sentences
	}
	if err := json.Unmarshal(h.body, &answer); err != nil {
		return string(h.body[:min(len(h.body), maxPlain)])
	}
	return strings.Join([]string{answer.Error.Message, string(answer.Error.Errors), answer.Message, string(answer.Errors)}, " ")
}

// The causes of a refusal that a status doesn't tell and a person can act on.
const (
	needsUser = ": the key is the account's, and no user's"
	wrongKey  = ": no such integration key"
	elsewhere = ": moved elsewhere"
)

func (h *heard) cause() string {
	words := strings.ToLower(h.words())
	switch {
	case h.status < http.StatusBadRequest:
		return elsewhere
	case h.status != http.StatusBadRequest:
		return ""
	case strings.Contains(words, "routing key"), strings.Contains(words, "routing_key"):
		return wrongKey
	case strings.Contains(words, "user") && strings.Contains(words, "required"):
		return needsUser
	}
	return ""
}
