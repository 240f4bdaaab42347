package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/sandbox"
)

// A sandbox that is kept goes on where it ended, however that came about: with
// a rotation in the middle of a step, old cards that can be pressed, and runs
// that finish.
func TestASandboxGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"Ctrl-C": syscall.SIGTERM, "kill -9": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &keptSandbox{t: t, dir: filepath.Join(t.TempDir(), "kept")}
			k.start()
			k.do("be", url.Values{"person": {"starter"}})
			k.do("say", url.Values{"line": {"/rotate github_ci_user_pat"}})
			k.see("Approve the plan")
			k.end(signal)

			k.start()
			k.do("be", url.Values{"person": {"approver"}})
			k.press("Approve")
			k.see("your turn")
			k.end(signal)

			k.start()
			k.do("be", url.Values{"person": {"starter"}})
			k.get("/github/settings/personal-access-tokens")
			id := k.find(`/github/settings/personal-access-tokens/(\d+)"><b>terraform-github<`)
			shown := k.do("token-regenerate", url.Values{"id": {id}, "days": {"180"}})
			value := regexp.MustCompile(`id="token-value"[^>]*>([^<]+)<`).FindStringSubmatch(shown)
			if value == nil {
				t.Fatal("no new token is shown: ", k.words())
			}
			k.end(signal)

			k.start()
			k.do("be", url.Values{"person": {"starter"}})
			k.do("aws-save", url.Values{"name": {"github_ci_user_pat"}, "value": {value[1]}})
			k.see("Waiting for a run")
			k.end(signal)

			k.start()
			k.seeAt("/github/ministryofjustice/modernisation-platform/actions", "success")
			k.do("consumers", nil)
			k.see("GitHub MP CI User PAT rotated")
			k.see("0 of ")
			k.end(signal)
		})
	}
}

// Whoever opens the sandbox finds a debt and a parked rotation, beside what is
// overdue, what expires and what needs no rotation. They are there at the next
// start as well, and the past isn't played twice.
func TestTheSandboxHasAPast(t *testing.T) {
	t.Parallel()
	k := &keptSandbox{t: t, dir: filepath.Join(t.TempDir(), "lived"), env: []string{asLived + "=yes"}}
	k.start()
	k.see("Still owed: The old token of PagerDuty Organisation Level Token")
	k.see(">Retry</button>")
	k.gone("The team is at work")
	k.end(syscall.SIGKILL)
	k.start()
	k.see("Still owed: The old token of PagerDuty Organisation Level Token")
	k.see(">Retry</button>")
	if strings.Contains(k.page, "The team is at work") {
		t.Error("the past is played again")
	}
	k.do("advance", url.Values{"by": {"monday"}})
	k.see("Secrets this week")
	k.find(`(?s)Secrets this week.*(parked: .*overdue since .*expires that day.*still owed, with Operations Engineering)`)
	k.end(syscall.SIGTERM)
}

// asSandbox makes the test binary behave as `rekey sandbox --data` with the
// directory that it names, whose bot is the test binary too.
const asSandbox = "REKEY_TEST_AS_SANDBOX"

// asLived lets that sandbox begin with what happened before somebody came.
const asLived = "REKEY_TEST_AS_LIVED"

func keepSandbox(data string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := sandbox.Run(ctx, sandbox.Config{
		Executable: os.Args[0], Env: []string{asRekey + "=" + filepath.Join(filepath.Dir(data), "embedded.yaml")}, Data: data, Out: os.Stdout,
		Prologue: os.Getenv(asLived) != "",
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A keptSandbox is `rekey sandbox --data` as a process of its own, with
// somebody on its page.
type keptSandbox struct {
	t       *testing.T
	dir     string
	cmd     *exec.Cmd
	address string
	client  *http.Client
	env     []string
	page    string // what was seen last
}

func (k *keptSandbox) start() {
	k.t.Helper()
	catalogue := filepath.Join(filepath.Dir(k.dir), "embedded.yaml")
	if err := os.WriteFile(catalogue, embedded(k.t), 0o600); err != nil {
		k.t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	k.cmd = exec.Command(exe)
	k.cmd.Env = append(os.Environ(), asSandbox+"="+k.dir)
	k.cmd.Env = append(k.cmd.Env, k.env...)
	k.cmd.Stderr = k.t.Output()
	out, err := k.cmd.StdoutPipe()
	if err == nil {
		err = k.cmd.Start()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = k.cmd.Process.Kill() }) // it may have ended
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "Rekey sandbox: "); ok {
			k.address = strings.TrimSuffix(address, "/")
			break
		}
	}
	if k.address == "" {
		k.t.Fatal("it didn't say where it is")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatal(err)
	}
	k.client = &http.Client{Jar: jar}
}

func (k *keptSandbox) end(by syscall.Signal) {
	k.t.Helper()
	if err := k.cmd.Process.Signal(by); err != nil {
		k.t.Fatal(err)
	}
	err := k.cmd.Wait()
	if by == syscall.SIGTERM && err != nil {
		k.t.Fatalf("it ended with %v", err)
	}
	k.address = ""
}

// do sends one of the page's forms and returns the page that it leads to.
func (k *keptSandbox) do(action string, form url.Values) string {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), http.MethodPost, k.address+"/do/"+action, strings.NewReader(form.Encode()))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", k.address)
	return k.send(r)
}

func (k *keptSandbox) get(path string) string {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), http.MethodGet, k.address+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return k.send(r)
}

func (k *keptSandbox) send(r *http.Request) string {
	k.t.Helper()
	answer, err := k.client.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		k.t.Fatalf("%s: %s: %s", r.URL, answer.Status, text)
	}
	k.page = string(text)
	return k.page
}

// see waits until the page says something.
func (k *keptSandbox) see(text string) { k.t.Helper(); k.seeAt("/", text) }

func (k *keptSandbox) seeAt(path, text string) {
	k.t.Helper()
	k.until(path, text, true)
}

// gone waits until the page says something no more.
func (k *keptSandbox) gone(text string) { k.t.Helper(); k.until("/", text, false) }

func (k *keptSandbox) until(path, text string, said bool) {
	k.t.Helper()
	ctx, stop := context.WithTimeout(k.t.Context(), 2*time.Minute)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.address+"/events", nil)
	if err != nil {
		k.t.Fatal(err)
	}
	answer, err := k.client.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	for changes := bufio.NewScanner(answer.Body); ; {
		if strings.Contains(k.get(path), text) == said {
			return
		}
		if !changes.Scan() {
			k.t.Fatalf("%s says %q is %v:\n%s", path, text, !said, k.words())
		}
	}
}

// find is what the page last seen has for the group of a pattern.
func (k *keptSandbox) find(pattern string) string {
	k.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(k.page)
	if m == nil {
		k.t.Fatalf("the page has no %s:\n%s", pattern, k.words())
	}
	return m[1]
}

// words are those of the page last seen.
func (k *keptSandbox) words() string {
	return regexp.MustCompile(`(?:<[^>]*>|\s)+`).ReplaceAllString(k.page, " ")
}

// press presses a button of a message.
func (k *keptSandbox) press(label string) {
	k.t.Helper()
	k.see(">" + label + "</button>")
	press := strings.ReplaceAll(k.find(`name="press" value="([^"]+)"[^>]*>`+label+`</button>`), "&amp;", "&")
	before, _, _ := strings.Cut(k.page, ">"+label+"</button>")
	form := before[strings.LastIndex(before, `<form method="post" action="/do/press"`):]
	values := url.Values{"press": {press}}
	for _, m := range regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		values.Set(m[1], m[2])
	}
	k.do("press", values)
}
