package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/sandbox/stage"
)

// A house is a stage on which `rekey serve` runs as a process of its own, to
// be looked at from outside: its pages, its signals, its exit code.
type house struct {
	t     testing.TB
	stage *stage.Stage
	dir   string
	exe   string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	s, err := stage.New(stage.Options{RunDuration: 150 * time.Millisecond, AckWait: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.SetWaits(quick)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &house{t, s, t.TempDir(), exe}
}

func (h *house) file(name string, text []byte) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

func (h *house) database() string { return filepath.Join(h.dir, "rekey.db") }

// A served is one run of `rekey serve`.
type served struct {
	*house
	cmd   *exec.Cmd
	log   *lockedBuffer
	ended chan error
}

// serve starts the command; more is laid over its environment.
func (h *house) serve(more ...string) *served {
	h.t.Helper()
	cmd := exec.Command(h.exe, "serve")
	cmd.Env = append(h.stage.Env(), asRekey+"="+h.file("embedded.yaml", embedded(h.t)), "HOME="+h.dir,
		"DATABASE_URL="+h.database(), "REKEY_CONFIG="+h.file("settings.yaml", h.stage.Settings()), "REKEY_LISTEN=127.0.0.1:0")
	cmd.Env = append(cmd.Env, more...)
	s := &served{h, cmd, &lockedBuffer{}, make(chan error, 1)}
	cmd.Stderr = s.log
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() { s.ended <- cmd.Wait() }()
	h.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return s
}

// until looks again and again.
func (s *served) until(what string, cond func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !cond() {
		select {
		case <-ctx.Done():
			s.t.Fatalf("waited in vain until %s\n%s", what, s.log.Bytes())
		case <-look.C:
		}
	}
}

// address is where its pages are; the log says so.
func (s *served) address() string {
	for line := range bytes.Lines(s.log.Bytes()) {
		var entry struct{ Msg, Listen string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "rekey serves" {
			return entry.Listen
		}
	}
	return ""
}

// get is one of its pages; 0 while there is none.
func (s *served) get(path string) (status int, text string) {
	resp, err := http.Get("http://" + s.address() + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, ""
	}
	return resp.StatusCode, string(body)
}

// ready waits until it is.
func (s *served) ready() *served {
	s.t.Helper()
	s.until("it listens", func() bool { return s.address() != "" })
	s.until("it is ready", func() bool {
		status, _ := s.get("/readyz")
		return status == http.StatusOK
	})
	return s
}

// ends waits for its end, ten seconds at most, and wants the exit code, the
// phrases in what it wrote and no value there.
func (s *served) ends(code int, phrases ...string) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			s.t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		s.t.Fatalf("it didn't end within ten seconds\n%s", s.log.Bytes())
	}
	log := string(s.log.Bytes())
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, not %d\n%s", got, code, log)
	}
	for _, p := range phrases {
		if !strings.Contains(log, p) {
			s.t.Errorf("it doesn't say %q:\n%s", p, log)
		}
	}
	if hits := s.stage.Leaks(map[string][]byte{"stderr": []byte(log)}); len(hits) > 0 {
		s.t.Errorf("values got out: %v", hits)
	}
}

func (s *served) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}
