package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/rotation"
)

// sockets holds the bot's connections to Slack, two of them unless configured
// otherwise, so that one can be refreshed while the other listens. It is the
// only place that opens any.
type sockets struct {
	cfg     Config
	metrics *Metrics
	log     *slog.Logger
	gate    *gate
	connect func(context.Context) (*socket, error)
	opening chan struct{} // held while one is being opened

	mu      sync.Mutex
	open    map[*socket]bool
	closed  []time.Time // when sockets of ours ended, as far back as Slack may count them still
	strange time.Time   // since when Slack counts more sockets than we do
	down    time.Time   // since when there is none
	all     sync.WaitGroup
}

func newSockets(cfg Config, a *api, m *Metrics) *sockets {
	s := &sockets{
		cfg: cfg, metrics: m, log: cfg.Log, gate: &gate{waits: cfg.Waits},
		opening: make(chan struct{}, 1), open: map[*socket]bool{}, down: time.Now(),
	}
	s.connect = func(ctx context.Context) (*socket, error) { return connect(ctx, a, cfg) }
	return s
}

// run keeps the sockets open until ctx ends or Slack says that it makes no
// sense. It returns when everything that came in was answered.
func (s *sockets) run(ctx context.Context, serve func(*socket, frame)) error {
	group, ctx := errgroup.WithContext(ctx)
	for range s.cfg.Sockets {
		group.Go(func() error { return s.keep(ctx, serve) })
	}
	err := group.Wait()
	s.mu.Lock()
	for k := range s.open {
		k.stop()
	}
	s.mu.Unlock()
	s.all.Wait()
	return err
}

// keep holds one socket and replaces it whenever it has to be.
func (s *sockets) keep(ctx context.Context, serve func(*socket, frame)) error {
	healthy := true
	for {
		k, err := s.next(ctx, healthy, serve)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if healthy, err = s.watch(ctx, k); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// next opens one socket when the gate lets it, however often that takes. Its
// error is fatal, or the context's.
func (s *sockets) next(ctx context.Context, healthy bool, serve func(*socket, frame)) (*socket, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case s.opening <- struct{}{}:
		}
		k, wait, err := s.try(ctx, healthy, serve)
		<-s.opening
		if k != nil || err != nil {
			return k, err
		}
		if wait == 0 {
			healthy = false
			continue
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// try opens a socket once. Without one, wait says how long the gate is shut.
func (s *sockets) try(ctx context.Context, healthy bool, serve func(*socket, frame)) (k *socket, wait time.Duration, err error) {
	if wait := s.gate.pause(time.Now(), healthy); wait > 0 {
		return nil, wait, nil
	}
	s.metrics.Opens.Add(1)
	k, err = s.connect(ctx)
	var fatal *FatalError
	if errors.As(err, &fatal) || ctx.Err() != nil {
		if k != nil {
			_ = k.conn.Close()
		}
		return nil, 0, err
	}
	if err != nil {
		s.metrics.Dropped.Add(1)
		var p *rotation.ProviderError
		asked := time.Duration(0)
		if errors.As(err, &p) {
			asked = p.RetryAfter
		}
		s.gate.ended(time.Now(), 0, false, asked)
		s.log.Warn("can't open a socket to Slack; trying again", "error", err)
		return nil, 0, nil
	}
	s.begin(k, serve)
	return k, 0, nil
}

// begin lets a fresh socket be read, and be counted.
func (s *sockets) begin(k *socket, serve func(*socket, frame)) {
	s.mu.Lock()
	s.open[k] = true
	s.down = time.Time{}
	s.count(k)
	s.metrics.Sockets.Store(int64(len(s.open)))
	s.mu.Unlock()
	s.log.Info("a socket to Slack is open", "connections", k.hello.Connections)

	s.all.Go(func() { k.read(s.cfg.Waits.Silence, s.metrics, func(f frame) { serve(k, f) }) })
	s.all.Go(func() { k.ping(s.cfg.Waits.Silence / 4) })
	s.all.Go(func() {
		<-k.done
		s.mu.Lock()
		delete(s.open, k)
		s.closed = append(s.closed, time.Now())
		if len(s.open) == 0 {
			s.down = time.Now()
		}
		s.metrics.Sockets.Store(int64(len(s.open)))
		s.mu.Unlock()
		k.finish()
	})
}

// watch returns when a socket has to be replaced, and whether that is in good
// health. A socket that is only old, or that Slack wants refreshed, goes on
// listening for a while.
func (s *sockets) watch(ctx context.Context, k *socket) (healthy bool, err error) {
	age := s.cfg.Waits.Age
	if s.suspicious() {
		age = s.cfg.Waits.Settled
	}
	timer := time.NewTimer(age)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true, nil
	case <-k.done:
	case <-k.asked:
	case <-timer.C:
	}
	lived := time.Since(k.since)
	reason := ""
	switch {
	case over(k.asked):
		healthy, reason = lived >= shortLife, "a refresh asked for too soon"
	case !over(k.done):
		healthy = true
	case k.ended.fatal != nil:
		return false, k.ended.fatal
	default:
		reason = k.ended.reason
	}
	s.gate.ended(time.Now(), lived, healthy, 0)
	if !healthy {
		s.metrics.Dropped.Add(1)
		s.log.Warn("a socket to Slack ended", "reason", reason, "after", lived.Round(time.Second))
	}
	s.all.Go(func() {
		select {
		case <-k.done:
		case <-ctx.Done():
		case <-time.After(s.cfg.Waits.Drain):
		}
		k.stop()
	})
	return healthy, nil
}

func over(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// count compares how many sockets Slack counts with how many we know of. More
// of them, also when a refresh has settled, are somebody else's.
func (s *sockets) count(k *socket) {
	now := time.Now()
	s.closed = slices.DeleteFunc(s.closed, func(at time.Time) bool { return now.Sub(at) > s.cfg.Waits.Settled/4 })
	extra := k.hello.Connections - len(s.open) - len(s.closed)
	switch {
	case extra <= 0:
		s.strange = time.Time{}
		s.metrics.Extra.Store(0)
	case s.strange.IsZero():
		s.strange = now
	case now.Sub(s.strange) >= s.cfg.Waits.Settled:
		s.metrics.Extra.Store(int64(extra))
		s.log.Error("Slack counts more sockets of this app than Rekey holds: a second bot uses its tokens, and half of the presses go there. Stop it, or replace the app-level token.", "extra", extra)
	}
}

// suspicious reports whether another socket should be opened soon, to see
// whether strange ones are still there.
func (s *sockets) suspicious() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.strange.IsZero() && s.metrics.Extra.Load() == 0
}

func (s *sockets) ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down.IsZero() {
		return nil
	}
	return &rotation.Error{Reason: rotation.NotNow, What: "Rekey is not connected to Slack since " + rotation.When(s.down) + "."}
}
