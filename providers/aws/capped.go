package aws

import (
	"io"
	"net/http"
)

// capped cuts every answer off after maxAnswer bytes, so that a broken or
// hostile server can't fill the memory. What is cut off fails to parse.
type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err == nil {
		resp.Body = cut{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type cut struct {
	io.Reader
	io.Closer
}
