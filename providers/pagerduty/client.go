// Package pagerduty is a thin client of PagerDuty: whom a token belongs to,
// which keys let events in, who is on call, and whether a key works. It sends
// each request once, and decides nothing. Redirects are not followed, so no
// token reaches another host.
//
// Every failed call is a *rotation.ProviderError, or a *rotation.Error where
// the bot has no token of its own. In one about a token or a key that was
// passed in, Dead says that PagerDuty refuses that credential.
package pagerduty

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	pd "github.com/PagerDuty/go-pagerduty"

	"rekey/providers/wire"
	"rekey/rotation"
)

// How long a call may take, and how much of an answer is read: a page of a
// hundred services with all that belongs to them has about a megabyte.
const (
	headerTimeout = 10 * time.Second
	callTimeout   = 30 * time.Second
	maxAnswer     = 8 << 20
)

// Config says where PagerDuty is, and with which key the bot reads there.
type Config struct {
	URL       string // PAGERDUTY_API_URL; https://api.pagerduty.com if empty
	EventsURL string // PAGERDUTY_EVENTS_URL; https://events.pagerduty.com if empty

	// Token is a read-only API access key of the bot's own. It may be empty:
	// then IntegrationKeys and OnCall say that they need it.
	Token rotation.Value
}

// A Client calls PagerDuty. It is safe for use by several goroutines. Make one
// with New.
type Client struct {
	url, events string
	own         rotation.Value
	http        *http.Client
}

// New checks the configuration and calls nobody.
func New(config Config) (*Client, error) {
	api, ok := wire.Base(config.URL, "api.pagerduty.com")
	events, also := wire.Base(config.EventsURL, "events.pagerduty.com")
	if !ok || !also {
		return nil, errors.New("PagerDuty's API address isn't an http or https URL") // not shown: it may hold a password
	}
	return &Client{
		url: api.String(), events: events.String(), own: config.Token,
		http: wire.Client(wire.Transport(headerTimeout, maxAnswer), callTimeout),
	}, nil
}

// with returns a go-pagerduty client for calls with one token, and what it
// will have heard. Its retries stay off: they would send an emptied body.
func (c *Client) with(token rotation.Value) (*pd.Client, *heard) {
	return c.client(token.Reveal())
}

func (c *Client) client(token string) (*pd.Client, *heard) {
	h := &heard{http: c.http}
	client := pd.NewClient(token, pd.WithAPIEndpoint(c.url), pd.WithV2EventsAPIEndpoint(c.events))
	client.HTTPClient = h
	return client, h
}

// mine is with for the bot's own token.
func (c *Client) mine(need string) (*pd.Client, *heard, error) {
	if c.own.Empty() {
		return nil, nil, &rotation.Error{
			Reason: rotation.NotNow,
			What:   "Rekey has no token of its own for PagerDuty, so it can't " + need + ".",
			Safe:   "Nothing was changed at PagerDuty.",
			Next:   "Whoever runs Rekey sets PAGERDUTY_TOKEN to a read-only API access key and starts it again.",
		}
	}
	client, h := c.with(c.own)
	return client, h, nil
}

// heard sends the requests of a go-pagerduty client, and keeps the last answer
// or why there was none: the library's errors don't hold its header, and not
// always its words.
type heard struct {
	http   *http.Client
	status int
	header http.Header
	body   []byte
	err    error
}

// Do sends one request and reads the whole of its answer.
func (h *heard) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "rekey")
	resp, err := h.http.Do(r)
	if err != nil {
		h.status, h.header, h.body, h.err = 0, nil, nil, err
		return nil, err
	}
	h.status, h.header = resp.StatusCode, resp.Header
	h.body, h.err = io.ReadAll(resp.Body)
	_ = resp.Body.Close() // nothing more is read from it
	if h.err != nil {
		return nil, h.err
	}
	resp.Body = io.NopCloser(bytes.NewReader(h.body))
	return resp, nil
}
