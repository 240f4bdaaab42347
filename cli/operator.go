package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rekey/bot"
	"rekey/rotation"
	"rekey/storage"
)

// An operatorPage serves /healthz, /readyz and /metrics.
type operatorPage struct {
	listener net.Listener
	server   *http.Server
}

// newOperatorPage listens on address. /healthz says that the process lives;
// /readyz that presses reach it and what it does reaches the disk.
func newOperatorPage(address string, db *storage.DB, slack *bot.Bot, desk *rotation.Desk, acks *ackTimes, now func() time.Time) (*operatorPage, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("REKEY_LISTEN: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(slack.Ready(), db.Ping(r.Context())); err != nil {
			http.Error(w, rotation.Plain(err.Error()), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry(db, slack, desk, acks, now), promhttp.HandlerOpts{}))
	return &operatorPage{listener, &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}}, nil
}

func (p *operatorPage) address() string { return p.listener.Addr().String() }

// run serves until ctx ends.
func (p *operatorPage) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.server.Close() })
	defer stop()
	if err := p.server.Serve(p.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the operator's pages: %w", err)
	}
	return nil
}

// ackTimes measures from the frame to its acknowledgement.
type ackTimes struct{ histogram prometheus.Histogram }

func newAckTimes() *ackTimes {
	return &ackTimes{prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "rekey_slack_ack_seconds", Help: "From a frame's arrival to its acknowledgement.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3},
	})}
}

func (a *ackTimes) observe(d time.Duration) { a.histogram.Observe(d.Seconds()) }

// registry names the metrics, which docs/operations.md lists.
func registry(db *storage.DB, slack *bot.Bot, desk *rotation.Desk, acks *ackTimes, now func() time.Time) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(acks.histogram)
	m := slack.Metrics
	for name, counter := range map[string]interface{ Load() int64 }{
		"rekey_slack_envelopes_total": &m.Envelopes, "rekey_slack_duplicates_total": &m.Duplicates,
		"rekey_slack_foreign_total": &m.Foreign, "rekey_slack_acks_total": &m.Acks, "rekey_slack_unacked_total": &m.Unacked,
		"rekey_slack_opens_total": &m.Opens, "rekey_slack_dropped_total": &m.Dropped, "rekey_slack_calls_total": &m.Calls,
		"rekey_slack_failures_total": &m.Failures, "rekey_slack_limited_total": &m.Limited, "rekey_slack_posts_total": &m.Posts,
		"rekey_slack_updates_total": &m.Updates, "rekey_panics_total": &m.Panics,
	} {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: "See docs/operations.md."},
			func() float64 { return float64(counter.Load()) }))
	}
	for name, gauge := range map[string]interface{ Load() int64 }{"rekey_slack_sockets": &m.Sockets, "rekey_slack_extra_sockets": &m.Extra} {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: "See docs/operations.md."},
			func() float64 { return float64(gauge.Load()) }))
	}
	if desk == nil { // no issues are kept, so none are counted
		desk = &rotation.Desk{}
	}
	r.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rekey_issues_sent_total", Help: "See docs/operations.md."}, func() float64 { return float64(desk.Sent.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "rekey_issues_stuck", Help: "See docs/operations.md."}, func() float64 { return float64(desk.Stuck.Load()) }))
	r.MustRegister(rotations{db}, sightings{db, now})
	return r
}

// rotations counts rotations by state, and their debts, when it is asked.
type rotations struct{ db *storage.DB }

var (
	rotationsDesc = prometheus.NewDesc("rekey_rotations", "Rotations by state: running, and of these parked.", []string{"state"}, nil)
	debtsDesc     = prometheus.NewDesc("rekey_debts", "Old credentials that aren't proven dead.", nil, nil)
)

// Describe names the metrics.
func (rotations) Describe(ch chan<- *prometheus.Desc) {
	ch <- rotationsDesc
	ch <- debtsDesc
}

// Collect counts; a database that can't be read leaves the metrics out.
func (c rotations) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	counts, err := c.db.Counts(ctx)
	if err != nil {
		return
	}
	ch <- prometheus.MustNewConstMetric(debtsDesc, prometheus.GaugeValue, float64(counts["debts"]))
	delete(counts, "debts")
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(rotationsDesc, prometheus.GaugeValue, float64(n), state)
	}
}

// sightings tells of what is watched, when it is asked.
type sightings struct {
	db  *storage.DB
	now func() time.Time
}

var (
	alarmsDesc = prometheus.NewDesc("rekey_alarms", "What is watched and isn't as it has to be.", nil, nil)
	ageDesc    = prometheus.NewDesc("rekey_sighting_age_seconds", "How long ago that was seen which has gone unseen the longest.", nil, nil)
)

// Describe names the metrics.
func (sightings) Describe(ch chan<- *prometheus.Desc) {
	ch <- alarmsDesc
	ch <- ageDesc
}

// Collect counts; a database that can't be read leaves the metrics out.
func (c sightings) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	seen, err := c.db.Sightings(ctx)
	if err != nil {
		return
	}
	alarms, oldest := 0, time.Duration(0)
	for _, s := range seen {
		if s.Finding.Alarm {
			alarms++
		}
		at := s.Seen
		if at.IsZero() {
			at = s.Failing // it never was
		}
		oldest = max(oldest, c.now().Sub(at))
	}
	ch <- prometheus.MustNewConstMetric(alarmsDesc, prometheus.GaugeValue, float64(alarms))
	ch <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, oldest.Seconds())
}
