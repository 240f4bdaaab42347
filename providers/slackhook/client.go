// Package slackhook is a thin client of Slack's incoming webhooks. The URL of a
// webhook is the secret itself, and it is data: somebody typed it in. So it is
// looked at before anything is sent, goes to Slack's two hosts only, follows no
// redirect, and stands in no error.
package slackhook

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rekey/providers/wire"
	"rekey/rotation"
)

const provider = "Slack"

// How long a call may take, and how much of an answer is read: it is one word.
const (
	callTimeout = 15 * time.Second
	maxAnswer   = 4 << 10
)

// NotAWebhook is the code for a value that isn't a webhook's URL. Nothing was
// sent to anybody.
const NotAWebhook = "not a Slack webhook's URL"

// A Client posts to incoming webhooks. It is safe for use by several
// goroutines. Make one with New.
type Client struct {
	loopback bool // webhooks of this machine are accepted too
	http     *http.Client
}

// New returns a client. The address is that of Slack's API, SLACK_API_URL, or
// empty: only where that is on this machine, as in the sandbox, are webhooks of
// this machine accepted.
func New(api string) *Client {
	return &Client{loopback: onLoopback(api), http: wire.Client(wire.Capped{Most: maxAnswer, Next: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSHandshakeTimeout:    wire.DialTimeout,
		ResponseHeaderTimeout:  callTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        time.Minute,
	}}, callTimeout)}
}

// Probe tries a webhook without posting anything: it sends a message without a
// text, which a live webhook refuses. The word is Slack's own, such as
// "no_text" or "no_service". A webhook that Slack refuses is a definite error
// with Dead set; any other answer, or none, is an error that says neither dead
// nor alive.
func (c *Client) Probe(ctx context.Context, url rotation.Value) (word string, alive bool, err error) {
	const op = "trying the webhook"
	a, failed := c.send(ctx, op, url, "")
	switch {
	case failed != nil:
		return "", false, failed
	case a.status == http.StatusBadRequest && (a.word == "no_text" || a.word == "missing_text" || a.word == "missing_text_or_fallback_or_attachments"):
		return a.word, true, nil
	}
	p := a.failure(op)
	p.Definite = p.Dead
	return a.word, false, p
}

// Post posts one message, which people see. It is sent once: after an error
// that isn't definite, it may have been posted or not.
func (c *Client) Post(ctx context.Context, url rotation.Value, text string) error {
	const op = "posting to the webhook"
	a, failed := c.send(ctx, op, url, text)
	switch {
	case failed != nil:
		return failed
	case a.status == http.StatusOK && a.word == "ok":
		return nil
	}
	return a.failure(op)
}

// An answer is what a webhook said.
type answer struct {
	status int
	word   string // empty: none of Slack's
	empty  bool   // nothing at all was said
	after  time.Duration
}

var words = regexp.MustCompile(`^[a-z_]{1,60}$`)

// send sends one message. A call that isn't sent or gets no answer is an error
// without the address: *url.Error would show it.
func (c *Client) send(ctx context.Context, op string, url rotation.Value, text string) (answer, error) {
	where, ok := c.address(url)
	if !ok {
		return answer{}, &rotation.ProviderError{Provider: provider, Op: op, Code: NotAWebhook, Definite: true}
	}
	r := (&http.Request{
		Method: http.MethodPost, URL: where, Host: where.Host, Header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {"rekey"}},
	}).WithContext(ctx)
	body := message(text)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, &rotation.ProviderError{Provider: provider, Op: op, Code: wire.Silence(err)}
	}
	defer func() { _ = resp.Body.Close() }() // what is left of it is of no use
	said, err := io.ReadAll(resp.Body)
	if err != nil && resp.StatusCode < http.StatusMultipleChoices {
		return answer{}, &rotation.ProviderError{Provider: provider, Op: op, Code: wire.Silence(err)}
	}
	a := answer{status: resp.StatusCode, word: strings.TrimSpace(string(said)), empty: len(said) == 0, after: pause(resp.Header.Get("Retry-After"))}
	if !words.MatchString(a.word) {
		a.word = ""
	}
	return a, nil
}

// failure is what an answer other than the expected one means.
// See https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
func (a answer) failure(op string) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: provider, Op: op, Code: strings.TrimSpace(strconv.Itoa(a.status) + " " + a.word)}
	switch {
	case a.status == http.StatusTooManyRequests:
		p.RetryAfter = max(a.after, time.Second)
	case a.status >= http.StatusInternalServerError, a.status == http.StatusRequestTimeout:
		p.RetryAfter = a.after
	case a.status >= http.StatusMultipleChoices:
		p.Definite, p.Dead = true, a.dead()
	}
	return p
}

// dead tells a webhook that Slack refuses from one that may not post now or
// there: an archived channel, a workspace where posting is restricted. A page
// that isn't Slack's word, such as a gateway's, proves nothing.
func (a answer) dead() bool {
	switch a.status {
	case http.StatusUnauthorized:
		return true
	case http.StatusForbidden:
		return a.empty || a.word != "" && a.word != "action_prohibited" && a.word != "posting_to_general_channel_denied"
	case http.StatusNotFound:
		return a.word == "no_service"
	}
	return false
}

// pause reads Retry-After in seconds, up to a quarter of an hour.
func pause(header string) time.Duration {
	seconds, err := strconv.ParseInt(header, 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, 15*time.Minute)
}

// dial connects to an address of the kind that the host has to have, after it
// was resolved: what a name leads to may change at any moment.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{Timeout: wire.DialTimeout, Control: only(host)}).DialContext(ctx, network, address)
}
