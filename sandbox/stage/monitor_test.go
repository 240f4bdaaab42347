package stage

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

func watched() *Stage {
	w := world.New()
	w.Values.Add("the planted value", planted)
	w.Values.Add("another value", "hunter2hunter2")
	w.Values.Add("too short to tell", "abc")
	return &Stage{World: w, Slack: fakeslack.New(w, fakeslack.Config{})}
}

func TestTheMonitorNamesWhatLeakedAndWhere(t *testing.T) {
	s := watched()
	log := "nothing to see"
	m := s.NewLeakMonitor(func() (map[string][]byte, error) { return map[string][]byte{"the log": []byte(log)}, nil })
	if !m.Report().At.IsZero() {
		t.Error("it reports before it has searched")
	}
	m.Search()
	if r := m.Report(); r.Values != 2 || r.Leaked != 0 || r.Bytes != len(log) || len(r.Found) != 0 || r.At.IsZero() {
		t.Errorf("%+v", r)
	}
	log += base64.StdEncoding.EncodeToString([]byte("x" + planted))
	m.Search()
	r := m.Report()
	if r.Leaked != 1 || len(r.Found) == 0 || !strings.HasPrefix(r.Found[0], "the log: the planted value, base64") {
		t.Errorf("%+v", r)
	}
	if strings.Contains(strings.Join(r.Found, ""), planted) {
		t.Error("the report has the value itself")
	}
}

func TestASearchThatFailsSaysSoAndKeepsWhatWasFound(t *testing.T) {
	s := watched()
	var broken error
	m := s.NewLeakMonitor(func() (map[string][]byte, error) { return map[string][]byte{"the log": []byte(planted)}, broken })
	m.Search()
	broken = errors.New("no such disk")
	m.Search()
	if r := m.Report(); r.Leaked != 1 || r.Problem != "no such disk" {
		t.Errorf("%+v", r)
	}
}

// A busy world is searched every two seconds at most.
func TestTheMonitorRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := watched()
		var searched atomic.Int64
		m := s.NewLeakMonitor(func() (map[string][]byte, error) { searched.Add(1); return nil, nil })
		go m.Run(t.Context())
		for range 600 {
			s.World.Changed()
			time.Sleep(100 * time.Millisecond)
		}
		if n := searched.Swap(0); n < 25 || n > 31 {
			t.Errorf("%d searches in a busy minute", n)
		}
		time.Sleep(time.Minute)
		if n := searched.Load(); n < 3 || n > 5 {
			t.Errorf("%d searches in a quiet minute", n)
		}
	})
}

func TestSizesAreReadable(t *testing.T) {
	for size, want := range map[int]string{0: "0.0 kB", 34_567: "34.6 kB", 3_141_592: "3.1 MB"} {
		if got := (LeakReport{Bytes: size}).Size(); got != want {
			t.Errorf("%d bytes read %q, want %q", size, got, want)
		}
	}
}
