package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/sandbox/script"
)

// BenchmarkServeReady measures the program as it is released, from outside:
//
//	go test -run '^$' -bench ServeReady -benchtime 5x ./cli
//
// ready-ms is the median time from the start of the process until /readyz
// answers with 200: Slack has said who Rekey is and who is in the groups, and a
// socket is open. start-MB is what is resident then, rotated-MB after a whole
// rotation, and peak-MB the most that ever was. ack-ms are the times from a
// frame to its acknowledgement in that rotation. Where there is no /proc only
// the times are reported.
func BenchmarkServeReady(b *testing.B) {
	exe := filepath.Join(b.TempDir(), "rekey")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", exe, "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b)
		h.exe = exe
		b.StartTimer()
		began := time.Now()
		s := h.serve().ready()
		took = append(took, time.Since(began))
		b.StopTimer()
		s.signal(syscall.SIGTERM)
		s.ends(ExitOK)
		b.StartTimer()
	}
	b.ReportMetric(median(took), "ready-ms")

	h := newHouse(b)
	h.exe = exe
	s := h.serve().ready()
	start, _ := s.resident(b)
	s.rotate()
	rotated, peak := s.resident(b)
	if peak > 0 {
		b.ReportMetric(start, "start-MB")
		b.ReportMetric(rotated, "rotated-MB")
		b.ReportMetric(peak, "peak-MB")
	}
	acks := h.stage.Slack.AckTimes()
	b.ReportMetric(median(acks), "ack-p50-ms")
	b.ReportMetric(float64(slices.Max(acks).Microseconds())/1000, "ack-max-ms")
	s.signal(syscall.SIGTERM)
	s.ends(ExitOK)
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

// resident is the memory that the process holds now, and the most that it ever
// held, in MB of a million bytes; zeroes where /proc doesn't tell.
func (s *served) resident(t testing.TB) (now, peak float64) {
	if runtime.GOOS != "linux" {
		return 0, 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) float64 {
		m := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)
		if m == nil {
			t.Fatalf("/proc doesn't tell %s", name)
		}
		kB, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return kB * 1024 / 1e6
	}
	return read("VmRSS"), read("VmHWM")
}

// rotate plays a whole rotation.
func (s *served) rotate() {
	s.t.Helper()
	const file = "testdata/conversations/happy-path-by-put.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	err = script.Play(ctx, filepath.Base(file), text, script.Cast{Stage: s.stage, Put: s.put})
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.log.Bytes())
	}
}

// put runs `rekey put` as a person.
func (s *served) put(ctx context.Context, person string, args []string, stdin string) (string, error) {
	cmd := exec.CommandContext(ctx, s.exe, append([]string{"put"}, args...)...)
	cmd.Env = append(s.stage.PersonEnv(person), asRekey+"="+filepath.Join(s.dir, "embedded.yaml"), "HOME="+s.dir)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
