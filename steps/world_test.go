package steps_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rekey/rotation"
	"rekey/steps"
)

const arn = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:github_ci_user_pat-AbCdEf"

// A world is AWS and GitHub as far as the steps see them: labels and values,
// tokens, workflow runs and copies. A fault is what a call returns instead of
// doing anything.
type world struct {
	steps.Lister
	steps.Tagger
	steps.Writer // what these stories don't need
	steps.AccessKeys
	steps.Apps

	mu     sync.Mutex
	now    func() time.Time
	faults map[string]error // by the call's name, or by name and first argument
	calls  []string         // what was changed or tried, in order

	secrets map[string]*secret
	tokens  map[string]*token // by value
	runs    []*run
	copies  map[string]*copied // "owner/repo NAME"
	listed  []rotation.OrgToken
	silent  bool // a dispatch doesn't tell the run's number, and no run shows
	lenient bool // a revocation is accepted and takes its time
}

type secret struct {
	values  map[string]string
	created map[string]time.Time
	labels  map[string]string // label to version
}

type token struct {
	login   string
	expires time.Time
	dead    bool
	lacks   []string // probes that are answered 403
}

type run struct {
	repo, file string
	rotation.Run
	jobs []rotation.Job
}

type copied struct {
	updated time.Time
	value   string
}

// call notes a call and returns its fault.
func (w *world) call(op string, args ...string) error {
	w.calls = append(w.calls, strings.Join(append([]string{op}, args...), " "))
	if len(args) > 0 {
		if err := w.faults[op+" "+args[0]]; err != nil {
			return err
		}
	}
	return w.faults[op]
}

func (w *world) fault(op string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		delete(w.faults, op)
		return
	}
	w.faults[op] = err
}

// made counts the calls that begin so.
func (w *world) made(call string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

func refused(provider, op, code, missing string) error {
	return &rotation.ProviderError{Provider: provider, Op: op, Code: code, Missing: missing, Definite: true, Dead: code == "401"}
}

func noAnswer(provider, op string) error {
	return &rotation.ProviderError{Provider: provider, Op: op, Code: "timeout"}
}

func (w *world) Describe(_ context.Context, p rotation.Place) (rotation.Versions, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.faults["Describe"]; err != nil {
		return rotation.Versions{}, err
	}
	s := w.secrets[p.ID]
	if s == nil {
		return rotation.Versions{}, refused("AWS", "DescribeSecret", "ResourceNotFoundException", "")
	}
	v := rotation.Versions{ARN: arn, Labels: map[string][]string{}}
	for label, version := range s.labels {
		v.Labels[version] = append(v.Labels[version], label)
	}
	return v, nil
}

func (w *world) Created(_ context.Context, p rotation.Place, version string) (time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.secrets[p.ID].created[version], w.faults["Created"]
}

func (w *world) Read(_ context.Context, p rotation.Place, version, label, _ string) (rotation.Value, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("Read", label, p.ID); err != nil {
		return rotation.Value{}, err
	}
	s := w.secrets[p.ID]
	if s.labels[label] != version {
		return rotation.Value{}, refused("AWS", "GetSecretValue", "ResourceNotFoundException", "")
	}
	return rotation.NewValue(s.values[version]), nil
}

// Move does what AWS does: AWSCURRENT leaves AWSPREVIOUS behind, and a label
// that isn't where it is said to be is an error.
func (w *world) Move(_ context.Context, p rotation.Place, label, to, from string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("Move", label, "to", to, "from", from); err != nil {
		return err
	}
	s := w.secrets[p.ID]
	if s.labels[label] != from {
		return refused("AWS", "UpdateSecretVersionStage", "InvalidParameterException", "")
	}
	if delete(s.labels, label); to != "" {
		s.labels[label] = to
	}
	if label == rotation.Current {
		s.labels[rotation.Previous] = from
	}
	return nil
}

func (w *world) Owner(_ context.Context, v rotation.Value) (rotation.Credential, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("Owner", v.Reveal()); err != nil {
		return rotation.Credential{}, err
	}
	tok := w.tokens[v.Reveal()]
	if tok == nil || tok.dead {
		return rotation.Credential{}, refused("GitHub", "signing in", "401", "")
	}
	return rotation.Credential{Login: tok.login, Expires: tok.expires}, nil
}

func (w *world) Try(_ context.Context, v rotation.Value, path string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if slices.Contains(w.tokens[v.Reveal()].lacks, path) {
		return 403, w.call("Try", path)
	}
	return 200, w.call("Try", path)
}

func (w *world) Revoke(_ context.Context, v rotation.Value) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("Revoke", v.Reveal()); err != nil {
		return err
	}
	w.tokens[v.Reveal()].dead = !w.lenient
	return nil
}

// OrgTokens is for Apps only.
func (w *world) OrgTokens(_ context.Context, org string) ([]rotation.OrgToken, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listed != nil {
		return w.listed, w.faults["OrgTokens"]
	}
	return nil, refused("GitHub", "listing the tokens of "+org, "403", "Personal access tokens: read")
}

func (w *world) Login(context.Context) (string, error) { return "rekey-bot", nil }

func (w *world) Dispatch(_ context.Context, repo, file, _ string) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("Dispatch", file); err != nil {
		return 0, err
	}
	if w.silent {
		return 0, nil
	}
	return w.begin(repo, file, "workflow_dispatch", "rekey-bot").ID, nil
}

func (w *world) begin(repo, file, event, actor string) *run {
	now := w.second()
	id := int64(1187 + len(w.runs))
	r := &run{repo: repo, file: file, Run: rotation.Run{
		ID: id, URL: fmt.Sprintf("https://github.com/%s/actions/runs/%d", repo, id), Event: event, Actor: actor, Status: "queued", Attempt: 1, Created: now, Updated: now,
	}}
	w.runs = append(w.runs, r)
	return r
}

// second is GitHub's clock, which shows whole seconds.
func (w *world) second() time.Time { return w.now().UTC().Truncate(time.Second) }

func (w *world) Runs(_ context.Context, repo, file string, q rotation.RunQuery) ([]rotation.Run, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.faults["Runs"]; err != nil {
		return nil, err
	}
	var out []rotation.Run
	for _, r := range slices.Backward(w.runs) {
		if r.repo == repo && r.file == file && (q.Event == "" || q.Event == r.Event) && (q.Actor == "" || q.Actor == r.Actor) && !r.Created.Before(q.Since) {
			out = append(out, r.Run)
		}
	}
	return out, nil
}

func (w *world) Run(_ context.Context, _ string, id int64) (rotation.Run, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.runs {
		if r.ID == id {
			return r.Run, w.faults["Run"]
		}
	}
	return rotation.Run{}, refused("GitHub", "reading the run", "404", "")
}

func (w *world) Jobs(_ context.Context, _ string, id int64) ([]rotation.Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runs[id-1187].jobs, w.faults["Jobs"]
}

func (w *world) CopyUpdated(_ context.Context, repo, name string) (time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.faults["CopyUpdated "+repo]; err != nil {
		return time.Time{}, err
	}
	c := w.copies[repo+" "+name]
	if c == nil {
		return time.Time{}, refused("GitHub", "reading when "+name+" was updated", "404", "")
	}
	return c.updated, nil
}

func (w *world) PutCopy(_ context.Context, repo, name string, v rotation.Value) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.call("PutCopy", repo, name); err != nil {
		return err
	}
	*w.copies[repo+" "+name] = copied{w.second(), v.Reveal()}
	return nil
}
