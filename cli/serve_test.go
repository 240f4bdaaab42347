package cli

import (
	"bytes"
	"database/sql"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

func TestItsPagesAnswer(t *testing.T) {
	t.Parallel()
	s := newHouse(t).serve().ready()
	if status, text := s.get("/healthz"); status != 200 || text != "ok\n" {
		t.Errorf("/healthz: %d %q", status, text)
	}
	s.until("it counts both sockets", func() bool { // one alone makes it ready
		_, text := s.get("/metrics")
		return strings.Contains(text, "rekey_slack_sockets 2\n")
	})
	status, text := s.get("/metrics")
	var served []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(text, -1) {
		served = append(served, m[1])
	}
	operations, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(rekey_[a-z_]+)").FindAllSubmatch(operations, -1) {
		listed = append(listed, string(m[1]))
	}
	slices.Sort(served)
	slices.Sort(listed)
	if status != 200 || len(listed) == 0 || !slices.Equal(served, listed) {
		t.Errorf("/metrics: %d; it has\n%q\ndocs/operations.md lists\n%q", status, served, listed)
	}
	for _, line := range []string{`rekey_rotations{state="running"} 0`, `rekey_rotations{state="parked"} 0`, `rekey_slack_sockets 2`, "rekey_alarms 0"} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("/metrics doesn't say %s", line)
		}
	}
	for _, path := range []string{"/", "/debug/pprof/", "/healthz/x"} {
		if status, _ := s.get(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// Nobody is sent to a bot that presses don't reach; it comes back by itself.
func TestItIsNotReadyWhileSlackIsGone(t *testing.T) {
	t.Parallel()
	s := newHouse(t).serve().ready()
	s.until("it holds both sockets", func() bool { return s.stage.Slack.Sockets() == 2 }) // one alone makes it ready
	s.stage.Slack.Refuse("apps.connections.open", "internal_error", -1)
	s.stage.Slack.DropSockets()
	s.until("it says that it isn't ready", func() bool {
		status, text := s.get("/readyz")
		return status == 503 && strings.Contains(text, "Slack")
	})
	if status, _ := s.get("/healthz"); status != 200 {
		t.Errorf("/healthz: %d", status)
	}
	s.stage.Slack.Accept()
	s.ready()
}

// A right that was never granted is said at once, and by its name.
func TestItEndsWhenItMayNotSeeTheGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.stage.Slack.SetScopes("chat:write", "commands")
	h.serve().ends(ExitSlack, "rekey: ", "usergroups:read")
}

func TestASignalEndsItInOrder(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s := h.serve().ready()
			s.signal(sig)
			s.ends(ExitOK)
			s.until("Slack sees its sockets closed", func() bool { return h.stage.Slack.Sockets() == 0 })
			if info, err := os.Stat(h.database() + "-wal"); err == nil && info.Size() > 0 {
				t.Errorf("the write-ahead log has %d bytes", info.Size())
			}
			again := h.serve().ready()
			again.signal(sig)
			again.ends(ExitOK, `"starts":2`)
		})
	}
}

// A provider that doesn't answer doesn't hold the end up.
func TestASignalEndsItWhileACallHangs(t *testing.T) {
	t.Parallel()
	s := newHouse(t).serve().ready()
	faults := &s.stage.World.Faults
	faults.Order(world.Fault{Provider: "aws", Word: world.Slow, For: time.Minute})
	faults.Order(world.Fault{Provider: "slack", Method: "chat.postMessage", Word: world.Slow, For: time.Minute})
	starter, _ := stage.PersonID("starter")
	if _, err := s.stage.Slack.Command(starter, stage.Platform, "/rotate github_ci_user_pat"); err != nil {
		t.Fatal(err)
	}
	s.until("a call hangs", func() bool { return len(faults.List()) < 2 })
	s.signal(syscall.SIGTERM)
	s.ends(ExitOK)
}

func TestASecondOneOnTheSameDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.serve().ready()
	h.serve().ends(ExitDatabase, "rekey: Another Rekey (process ", "is running on "+h.database(), "Stop that one first")
	if status, _ := first.get("/readyz"); status != 200 {
		t.Errorf("the first one is not ready any more: %d", status)
	}
	if n := h.stage.Slack.Sockets(); n != 2 {
		t.Errorf("%d sockets", n)
	}
}

func TestABrokenOrNewerDatabaseIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  string
	}{
		"newer": {func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(`insert into schema_version (n, sha256, at) values (99, 'x', 0); pragma journal_mode = delete`); err != nil {
				t.Fatal(err)
			}
		}, "was written by a newer Rekey (schema 99"},
		"damaged": {func(t *testing.T, path string) {
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.WriteAt(bytes.Repeat([]byte{0xA5}, 4096), 4096); err != nil {
				t.Fatal(err)
			}
		}, "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s := h.serve().ready()
			s.signal(syscall.SIGTERM)
			s.ends(ExitOK)
			c.spoil(t, h.database())
			before, err := os.ReadFile(h.database())
			if err != nil {
				t.Fatal(err)
			}
			h.serve().ends(ExitDatabase, "rekey: "+h.database()+" ", c.want, "Nothing was changed.")
			if after, err := os.ReadFile(h.database()); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
}

// What Slack will refuse for as long as nobody changes anything ends the bot.
func TestSlackRefusesTheBot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(*stage.Stage)
		env     string
		want    string
	}{
		"the bot token":    {nil, "SLACK_BOT_TOKEN=xoxb-canary-4b1d9f", "SLACK_BOT_TOKEN"},
		"the app token":    {nil, "SLACK_APP_TOKEN=xapp-1-canary-4b1d9f", "SLACK_APP_TOKEN"},
		"a revoked token":  {func(s *stage.Stage) { s.Slack.Refuse("auth.test", "token_revoked", -1) }, "", "token_revoked"},
		"Socket Mode off":  {func(s *stage.Stage) { s.Slack.SocketMode(false) }, "", "Socket Mode is switched off"},
		"a right too few":  {func(s *stage.Stage) { s.Slack.Refuse("apps.connections.open", "missing_scope", -1) }, "", "lacks a right"},
		"not while it ran": {nil, "", "token_revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			if c.happens != nil {
				c.happens(h.stage)
			}
			s := h.serve(c.env)
			if c.happens == nil && c.env == "" {
				s.ready()
				h.stage.Slack.Refuse("", "token_revoked", -1)
				h.stage.Slack.DropSockets()
			}
			s.ends(ExitSlack, "rekey: ", c.want)
			if strings.Contains(string(s.log.Bytes()), "canary") {
				t.Errorf("a token is in the log:\n%s", s.log.Bytes())
			}
		})
	}
}

func TestTheTokensAreForAnotherWorkspace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	settings := bytes.Replace(h.stage.Settings(), []byte(stage.Team), []byte("T0ANOTHER"), 1)
	h.serve("REKEY_CONFIG="+h.file("another.yaml", settings)).ends(ExitSlack, "rekey: ", "T0ANOTHER")
}

func TestAnAddressInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := newHouse(t)
	h.serve("REKEY_LISTEN="+l.Addr().String()).ends(ExitUsage, "rekey: REKEY_LISTEN: ", "address already in use")
}
