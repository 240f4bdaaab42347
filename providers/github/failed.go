package github

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	gh "github.com/google/go-github/v66/github"

	"rekey/providers/wire"
	"rekey/rotation"
)

const provider = "GitHub"

// failed is failed for a call that the bot signs. An installation's token that
// is refused before its hour is over isn't GitHub's last word: the next call
// mints another.
func (c *Client) failed(op, right string, resp *gh.Response, err error) error {
	p := failed(op, right, resp, err)
	var signIn *ghinstallation.HTTPError
	if c.app != nil && p.Code == "401" && !errors.As(err, &signIn) {
		p.Definite, p.RetryAfter = false, time.Second
	}
	return p
}

// failed turns what go-github returned into a *rotation.ProviderError that
// holds the status and nothing of the request, the answer or the address. The
// right is what the call needs, in case GitHub doesn't say.
func failed(op, right string, resp *gh.Response, err error) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: provider, Op: op}
	answer := refusal(resp, err)
	if answer == nil || answer.StatusCode < http.StatusMultipleChoices {
		p.Code = wire.Silence(err)
		return p
	}
	message := words(err)
	p.Code = strconv.Itoa(answer.StatusCode)
	switch {
	case limited(answer, message, err):
		p.RetryAfter = pause(answer, err)
	case answer.StatusCode >= http.StatusInternalServerError, answer.StatusCode == http.StatusRequestTimeout:
		if answer.Header.Get("Retry-After") != "" {
			p.RetryAfter = pause(answer, err)
		}
	default:
		p.Definite = true
		p.Code += cause(answer.StatusCode, message)
		if answer.StatusCode == http.StatusForbidden {
			p.Missing = missing(message, answer.Header.Get("X-Accepted-GitHub-Permissions"), right)
		}
	}
	return p
}

// refusal is the answer that says no: to the call, or to an App's signing in
// for it.
func refusal(resp *gh.Response, err error) *http.Response {
	var signIn *ghinstallation.HTTPError
	if errors.As(err, &signIn) && signIn.Response != nil {
		_ = signIn.Response.Body.Close() // nothing more is read from it
		return signIn.Response
	}
	if resp == nil {
		return nil
	}
	return resp.Response
}

// words is GitHub's sentence, to be looked at and never shown.
func words(err error) string {
	var refused *gh.ErrorResponse
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.Message + " " + refused.DocumentationURL
}

// limited tells a rate limit, of which some are a 403, from a refusal.
// See https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit.
func limited(answer *http.Response, message string, err error) bool {
	var primary *gh.RateLimitError
	var secondary *gh.AbuseRateLimitError
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		return true
	case answer.StatusCode != http.StatusForbidden:
		return false
	case errors.As(err, &primary), errors.As(err, &secondary):
		return true
	}
	message = strings.ToLower(message)
	return answer.Header.Get("Retry-After") != "" || answer.Header.Get("X-RateLimit-Remaining") == "0" ||
		strings.Contains(message, "rate limit") || strings.Contains(message, "rate-limits")
}

// pause is how long GitHub asks to wait: its Retry-After, else the end of the
// hour whose calls are used up, else a minute; between a second and a quarter
// of an hour.
func pause(answer *http.Response, err error) time.Duration {
	asked := time.Minute
	var primary *gh.RateLimitError
	var secondary *gh.AbuseRateLimitError
	after := answer.Header.Get("Retry-After")
	if seconds, bad := strconv.ParseInt(after, 10, 32); bad == nil {
		asked = time.Duration(seconds) * time.Second
	} else if at, bad := http.ParseTime(after); bad == nil {
		asked = time.Until(at)
	} else if errors.As(err, &secondary) && secondary.RetryAfter != nil {
		asked = *secondary.RetryAfter
	} else if errors.As(err, &primary) && !primary.Rate.Reset.IsZero() {
		asked = time.Until(primary.Rate.Reset.Time)
	} else if reset, bad := strconv.ParseInt(answer.Header.Get("X-RateLimit-Reset"), 10, 64); bad == nil && answer.Header.Get("X-RateLimit-Remaining") == "0" {
		asked = time.Until(time.Unix(reset, 0))
	}
	return min(max(asked, time.Second), 15*time.Minute)
}

// The causes of a refusal that a status doesn't tell and a person can act on:
// what GitHub's sentence has in it, and what the code says then.
var causes = []struct{ has, says string }{
	{"'workflow_dispatch' trigger", ": the workflow can't be started by hand"},
	{"disabled workflow", ": the workflow is disabled"},
	{"No ref found", ": there is no such branch"},
	{"Unexpected inputs", ": the workflow doesn't know an input"},
	{"Required input", ": the workflow needs an input"},
	{detailsField, ": " + detailsField},
}

func cause(status int, message string) string {
	if status < http.StatusBadRequest {
		return ": moved elsewhere"
	}
	if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		return ""
	}
	for _, c := range causes {
		if strings.Contains(message, c.has) {
			return c.says
		}
	}
	return ""
}

var permissions = regexp.MustCompile(`^[a-z_]+=[a-z]+([,;] ?[a-z_]+=[a-z]+)*$`)

// missing names what a 403 says is missing: mostly permissions, in the words of
// GitHub's pages, "actions=read" being "Actions: read on owner/repo". The right
// is what we know ourselves.
// See https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible.
func missing(message, accepted, right string) string {
	switch {
	case strings.Contains(message, "SAML"):
		return "of single sign-on: its token isn't authorised for the organisation"
	case strings.Contains(message, "IP allow list"):
		return "to call from its address: the organisation has an IP allow list"
	case !strings.Contains(message, "Resource not accessible"):
		return ""
	}
	what, where, _ := strings.Cut(right, " on ")
	if len(accepted) <= 200 && permissions.MatchString(accepted) {
		var sets []string
		for _, set := range strings.Split(accepted, ";") {
			var all []string
			for _, one := range strings.Split(set, ",") {
				name, level, _ := strings.Cut(strings.TrimSpace(one), "=")
				name = strings.ReplaceAll(name, "_", " ")
				all = append(all, strings.ToUpper(name[:1])+name[1:]+": "+level)
			}
			sets = append(sets, strings.Join(all, " and "))
		}
		what = strings.Join(sets, " or ")
	}
	if what == "" || where == "" {
		return what
	}
	return what + " on " + where
}
