// Package wire is what the clients of all providers do alike below their
// calls: they wait a bounded time, read a bounded answer, follow no redirect,
// and have one word for each way in which no answer came. The words never hold
// an address, a header or a body.
package wire

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DialTimeout is how long connecting may take, and a TLS handshake after it.
const DialTimeout = 5 * time.Second

// Base reads the address of an API, or of the standard host by https if none is
// given. What is after its path is dropped, and a slash that ends it. It isn't
// ok unless it is an http or https URL; an error shouldn't show it, since it may
// hold a password.
func Base(address, standard string) (base *url.URL, ok bool) {
	if address == "" {
		return &url.URL{Scheme: "https", Host: standard}, true
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}, true
}

// Client returns a client whose calls take at most this long. It follows no
// redirect, so that no credential reaches another host.
func Client(by http.RoundTripper, callTimeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     by,
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Transport returns a transport that waits so long for an answer's header and
// reads at most so many bytes of its body.
func Transport(headerTimeout time.Duration, most int64) http.RoundTripper {
	return Capped{Most: most, Next: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: DialTimeout}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   DialTimeout,
		ResponseHeaderTimeout: headerTimeout,
		IdleConnTimeout:       time.Minute,
	}}
}

// The words for a call that got no answer.
const (
	Timeout    = "timeout"
	NoAnswer   = "no answer"
	NotTrusted = "the server's certificate isn't trusted"
	Unreadable = "an answer that can't be read"
)

// ErrUnreadable is for an answer that came and makes no sense.
var ErrUnreadable = errors.New(Unreadable)

// Silence is the word for a call that got no answer, or none that can be read.
func Silence(err error) string {
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	case errors.As(err, &certificate):
		return NotTrusted
	case errors.As(err, &syntax), errors.As(err, &shape), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, ErrUnreadable):
		return Unreadable
	}
	return NoAnswer
}

// Capped cuts every answer off after Most bytes, so that a broken or hostile
// server can't fill the memory. What is cut off fails to parse.
type Capped struct {
	Next http.RoundTripper
	Most int64
}

// RoundTrip sends the request by Next.
func (c Capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.Next.RoundTrip(r)
	if err == nil {
		resp.Body = cut{io.LimitReader(resp.Body, c.Most), resp.Body}
	}
	return resp, err
}

type cut struct {
	io.Reader
	io.Closer
}
