package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// api is the one way to Slack's Web API. It makes no call of a method that
// Slack wants left alone, remembers that in the database, and returns errors
// that hold neither a token nor an address.
type api struct {
	client  *slack.Client
	limits  *limits
	metrics *Metrics
}

const (
	callWait = 10 * time.Second // one call, from dialling to the last byte
	maxBody  = 8 << 20          // bytes of an answer that are read
)

func newAPI(cfg Config, m *Metrics) *api {
	l := &limits{store: cfg.Store, metrics: m, until: map[string]time.Time{}, next: &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConns: 20, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: callWait,
	}}
	client := &http.Client{
		Transport: l, Timeout: callWait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &api{
		client:  slack.New(cfg.BotToken, slack.OptionAppLevelToken(cfg.AppToken), slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client)),
		limits:  l,
		metrics: m,
	}
}

// call makes one call within wait. Its error is a *rotation.ProviderError.
func (a *api) call(ctx context.Context, method string, wait time.Duration, do func(context.Context, *slack.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	a.metrics.Calls.Add(1)
	err := do(ctx, a.client)
	if err == nil {
		return nil
	}
	p := classify(method, err)
	var answered slack.SlackErrorResponse
	if errors.As(err, &answered) && answered.Err == rateLimited {
		p.RetryAfter = retryAfter("", time.Now())
		a.limits.hold(ctx, method, p.RetryAfter)
	}
	a.metrics.Failures.Add(1)
	return p
}

// recall reads the holds that an earlier process left.
func (a *api) recall(ctx context.Context) error {
	holds, err := a.limits.store.Holds(ctx)
	if err != nil {
		return fmt.Errorf("reading until when Slack wants no calls: %w", err)
	}
	a.limits.mu.Lock()
	defer a.limits.mu.Unlock()
	for method, until := range holds {
		a.limits.until[method] = until
	}
	return nil
}

const rateLimited = "ratelimited"

// passing are Slack's own failures: the same call may succeed later, and may
// have been done.
var passing = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", rateLimited}

// classify turns what slack-go returns into words. An address or a token,
// which some of its errors quote, never gets through.
func classify(method string, err error) *rotation.ProviderError {
	p := &rotation.ProviderError{Provider: "Slack", Op: method, Code: "no answer"}
	var held *heldError
	var answered slack.SlackErrorResponse
	var status slack.StatusCodeError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &held):
		p.Code, p.RetryAfter = rateLimited, held.wait
	case errors.As(err, &answered):
		p.Code, p.Missing = answered.Err, answered.Needed
		p.Definite = !slices.Contains(passing, answered.Err)
	case errors.As(err, &status):
		p.Code = "HTTP " + strconv.Itoa(status.Code)
		p.Definite = status.Code >= 400 && status.Code < 500
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		p.Code = "timeout"
	case errors.Is(err, context.Canceled):
		p.Code = "cancelled"
	}
	return p
}

// A heldError is a call that wasn't made, or was answered with 429.
type heldError struct{ wait time.Duration }

func (e *heldError) Error() string { return "Slack asked to wait " + e.wait.String() }

// limits keeps each method's hold, below slack-go, so that nothing gets round.
type limits struct {
	next    http.RoundTripper
	store   Store
	metrics *Metrics

	mu    sync.Mutex
	until map[string]time.Time
}

// RoundTrip refuses calls of a held method, and takes note of a 429.
// https://docs.slack.dev/apis/web-api/rate-limits
func (l *limits) RoundTrip(r *http.Request) (*http.Response, error) {
	method := path.Base(r.URL.Path)
	l.mu.Lock()
	wait := time.Until(l.until[method])
	l.mu.Unlock()
	if wait > 0 {
		return nil, &heldError{wait}
	}
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusTooManyRequests {
		_ = answer.Body.Close()
		wait := retryAfter(answer.Header.Get("Retry-After"), time.Now())
		l.hold(r.Context(), method, wait)
		return nil, &heldError{wait}
	}
	answer.Body = &bounded{Reader: io.LimitReader(answer.Body, maxBody), Closer: answer.Body}
	return answer, nil
}

func (l *limits) hold(ctx context.Context, method string, wait time.Duration) {
	l.metrics.Limited.Add(1)
	until := time.Now().Add(wait)
	l.mu.Lock()
	l.until[method] = until
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	// If the database can't take it, this process still knows.
	_ = l.store.Hold(ctx, method, until)
}

type bounded struct {
	io.Reader
	io.Closer
}

// retryAfter reads the header: seconds or a date, no less than a second, no
// more than a quarter of an hour, and a minute if it says nothing useful.
func retryAfter(header string, now time.Time) time.Duration {
	const least, most, otherwise = time.Second, 15 * time.Minute, time.Minute
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds == seconds {
		return time.Duration(min(max(seconds, least.Seconds()), most.Seconds()) * float64(time.Second))
	}
	if date, err := http.ParseTime(header); err == nil {
		return min(max(date.Sub(now), least), most)
	}
	return otherwise
}
