package bot

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// hub is a bot's sockets with a connect that is the test's.
func hub(connect func(context.Context) (*socket, error)) *sockets {
	cfg := Config{Sockets: 2, Waits: Waits{}.withDefaults(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	s := newSockets(cfg, nil, &Metrics{})
	s.connect = connect
	return s
}

func TestAnUnreachableSlackIsAskedEverMoreSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opens []time.Time
		s := hub(func(context.Context) (*socket, error) {
			opens = append(opens, time.Now())
			return nil, errors.New("the socket couldn't be reached")
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := s.run(ctx, nil); err != nil {
			t.Fatal(err)
		}
		for i := maxOpens; i < len(opens); i++ {
			if within := opens[i].Sub(opens[i-maxOpens]); within < time.Minute {
				t.Fatalf("six openings within %s, the last of them number %d", within, i)
			}
		}
		if len(opens) < 55 || len(opens) > 90 {
			t.Errorf("%d openings in an hour", len(opens))
		}
		if last := opens[len(opens)-1].Sub(opens[len(opens)-2]); last > time.Minute {
			t.Errorf("%s between the last two", last)
		}
	})
}

func TestAFatalAnswerEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opens := 0
		s := hub(func(context.Context) (*socket, error) { opens++; return nil, errLinkDisabled })
		var fatal *FatalError
		if err := s.run(t.Context(), nil); !errors.As(err, &fatal) || opens > 2 {
			t.Errorf("%v after %d openings", err, opens)
		}
	})
}

func TestTheGateOpensAtOnceForAHealthyRefreshOnly(t *testing.T) {
	g := &gate{waits: Waits{}.withDefaults()}
	now := time.Now()
	for range 30 {
		if wait := g.pause(now, true); wait != 0 {
			t.Fatalf("a healthy refresh waits %s", wait)
		}
		g.ended(now, time.Hour, true, 0)
	}
	if wait := g.pause(now, false); wait != time.Minute {
		t.Errorf("after thirty openings an unhealthy one waits %s", wait)
	}
	g.ended(now, 0, false, 5*time.Second)
	if wait := g.pause(now, true); wait != 5*time.Second {
		t.Errorf("Slack asked for 5 s, and the gate waits %s", wait)
	}
	now = now.Add(2 * time.Minute)
	g.ended(now, time.Hour, true, 0)
	if wait := g.pause(now, true); wait != 0 {
		t.Errorf("a good life doesn't make up for a failure: %s", wait)
	}
}

func TestRetryAfterIsReadWhateverItSays(t *testing.T) {
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"30": 30 * time.Second, " 30 ": 30 * time.Second, "2.5": 2500 * time.Millisecond, "0": time.Second, "-1": time.Second, "1000000000": 15 * time.Minute,
		"1e99": 15 * time.Minute, "inf": 15 * time.Minute, "NaN": time.Minute, "": time.Minute, "soon": time.Minute,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Hour).Format(http.TimeFormat): time.Second,
		now.Add(48 * time.Hour).Format(http.TimeFormat): 15 * time.Minute,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestSocketsGoToSlackOnly(t *testing.T) {
	const real, fake = "https://slack.com/api/", "http://127.0.0.1:8080/api/"
	for _, c := range []struct {
		api, socket string
		want        bool
	}{
		{real, "wss://wss-primary.slack.com/link/?ticket=1", true},
		{real, "wss://wss.slack-gov.com/link/", true},
		{real, "ws://wss-primary.slack.com/link/", false},
		{real, "wss://evil.example/link/", false},
		{real, "wss://slack.com.evil.example/", false},
		{real, "wss://notslack.com/", false},
		{real, "ws://127.0.0.1/link/", false},
		{fake, "ws://127.0.0.1:8080/link/", true},
		{fake, "ws://[::1]/link/", true},
		{fake, "wss://evil.example/", false},
		{fake, "://", false},
	} {
		if got := trusted(c.api, c.socket); got != c.want {
			t.Errorf("%s from %s: %v", c.socket, c.api, got)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, text := range []string{
		`{"envelope_id":"1","type":"slash_commands","payload":{"team_id":"T","api_app_id":"A","text":"x"}}`,
		`{"envelope_id":"1","type":"interactive","payload":{"type":"block_actions","actions":[{"action_id":"a","type":"overflow","selected_option":{"value":"v"}}]}}`,
		`{"envelope_id":"1","type":"interactive","payload":{"type":"view_submission","view":{"state":{"values":{"b":{"a":{"type":"plain_text_input","value":"v"}}}}}}}`,
		`{"envelope_id":"1","type":"events_api","payload":null}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := decode(text)
		if err != nil {
			return
		}
		if l, err := open(frame); err == nil && l.request.Kind != 0 && l.request.Envelope != frame.Envelope {
			t.Errorf("the request is %+v", l.request)
		}
	})
}
