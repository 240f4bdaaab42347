package cli

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// A clock is the wall clock, or one that a sandbox moves ahead of it. Waits
// that have to be real, such as a send's deadline, don't go by it.
type clock struct{ ahead atomic.Int64 }

// Now is the time that the clock shows.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// follow reads from in how far the clock is ahead, a duration a line, until in
// ends, and closes told after the first. What isn't a duration is passed over.
func (c *clock) follow(in io.Reader, told chan<- struct{}) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if d, err := time.ParseDuration(lines.Text()); err == nil && d >= 0 {
			c.ahead.Store(int64(d))
		}
		if told != nil {
			close(told)
			told = nil
		}
	}
	if told != nil {
		close(told)
	}
}

// played makes sure that nobody can move the clock of a bot that changes
// anything real: every provider has to be on this machine.
func (s *Service) played() error {
	for _, name := range []string{"SLACK_API_URL", "GITHUB_API_URL", "AWS_ENDPOINT_URL", "PAGERDUTY_API_URL", "PAGERDUTY_EVENTS_URL", "GRAPH_API_URL", "AZURE_AUTHORITY_HOST"} {
		if !strings.HasPrefix(s.env.values[name], "http://127.0.0.1:") {
			return errors.New("--clock-from-stdin is for sandboxes: " + name + " isn't an address of this machine")
		}
	}
	return nil
}
