// Package wire is what the clients of all providers do alike below their
// calls: they read a bounded answer, and they have one word for each way in
// which no answer came. The words never hold an address, a header or a body.
package wire

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
)

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
