package entra

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"rekey/providers/wire"
	"rekey/rotation"
)

const provider = "Entra ID"

// What an AADSTS code of the authority means, as far as a person can act on it.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes
var reasons = map[int]string{
	7000215: "the client secret isn't valid",
	7000222: "the client secret has expired",
	7000218: "the client secret is missing",
	7000112: "the application is disabled",
	700016:  "the tenant has no such application",
	90002:   "there is no such tenant",
}

// dead are the codes that refuse the client secret itself.
var dead = map[int]bool{7000215: true, 7000222: true}

// signInFailed turns what oauth2 returned into a *rotation.ProviderError that
// holds the authority's code and nothing else of the answer. A secret that was
// tried can be dead; the bot's own can only be refused.
func signInFailed(op string, err error, tried bool) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: provider, Op: op}
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		p.Code = wire.Unreadable
		var unanswered *url.Error
		if errors.As(err, &unanswered) {
			p.Code = wire.Silence(err)
		}
		return p
	}
	classify(p, refused.Response)
	var answer struct {
		Codes []int `json:"error_codes"`
	}
	if json.Unmarshal(refused.Body, &answer) != nil || len(answer.Codes) == 0 || !p.Definite {
		return p
	}
	number := answer.Codes[0]
	p.Code = "AADSTS" + strconv.Itoa(number)
	if reason := reasons[number]; reason != "" {
		p.Code += ": " + reason
	}
	p.Dead = tried && dead[number]
	return p
}

// What a refusal of Graph's means that its status doesn't tell: its code, a
// part of its sentence, and what the code says then.
var causes = []struct{ code, has, says string }{
	{"Request_BadRequest", "No credentials found to be removed", "404"},
	{"Request_ResourceNotFound", "", ": the tenant has no such application"},
	{"Directory_QuotaExceeded", "", ": the application has as many credentials as it may"},
	{"CredentialTypeNotAllowedAsPerAppPolicy", "", ": the tenant's policy allows no client secrets"},
	{"CredentialInvalidLifetimeAsPerAppPolicy", "", ": the tenant's policy doesn't allow a client secret that lives so long"},
}

// failed turns a refusal of Graph's, or no answer, into a
// *rotation.ProviderError that holds the status and nothing of the request, the
// answer or the address.
// See https://learn.microsoft.com/graph/errors.
func failed(op string, resp *http.Response, body io.Reader, err error) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: provider, Op: op}
	if resp == nil {
		p.Code = wire.Silence(err)
		return p
	}
	classify(p, resp)
	var answer struct {
		Error struct{ Code, Message string }
	}
	_ = json.NewDecoder(body).Decode(&answer) // without it, there is the status
	for _, c := range causes {
		if p.Definite && answer.Error.Code == c.code && strings.Contains(answer.Error.Message, c.has) {
			if !strings.HasPrefix(c.says, ":") {
				p.Code = ""
			}
			p.Code += c.says
			return p
		}
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized: // the next call signs in anew
		p.Definite, p.RetryAfter = false, time.Second
	case http.StatusForbidden:
		p.Missing = "Application.ReadWrite.OwnedBy, as an owner of the application"
	}
	return p
}

// classify says what a status means for whoever thinks of sending it again.
func classify(p *rotation.ProviderError, resp *http.Response) {
	p.Code = strconv.Itoa(resp.StatusCode)
	after := resp.Header.Get("Retry-After")
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		p.RetryAfter = pause(after)
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		if after != "" {
			p.RetryAfter = pause(after)
		}
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		p.Definite, p.Code = true, p.Code+": moved elsewhere"
	case status >= http.StatusBadRequest:
		p.Definite = true
	default: // it says yes and makes no sense
		p.Code = wire.Unreadable
	}
}

// pause is how long Entra ID asks to wait, a minute if it doesn't say; between
// a second and a quarter of an hour.
// See https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling.
func pause(after string) time.Duration {
	asked := time.Minute
	if seconds, err := strconv.ParseInt(after, 10, 32); err == nil {
		asked = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(after); err == nil {
		asked = time.Until(at)
	}
	return min(max(asked, time.Second), 15*time.Minute)
}
