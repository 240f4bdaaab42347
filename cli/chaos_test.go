package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/script"
	"rekey/sandbox/world"
	"rekey/storage"
)

// An effect is one change that a whole rotation makes at a provider: the n-th
// that a method applies, from 1.
type effect struct {
	name, provider, method string
	n                      int
}

func (e effect) same(c world.Call) bool { return c.Provider == e.provider && c.Method == e.method }

// What a rotation changes, in this order at each provider. Slack's messages
// come whenever the cards get to it.
var (
	regenerated = []effect{
		{"the card", "slack", "chat.postMessage", 1},
		{"the reply to the approvers", "slack", "chat.postMessage", 2},
		{"the reply to the holder", "slack", "chat.postMessage", 3},
		{"AWSCURRENT moves", "aws", "UpdateSecretVersionStage", 1},
		{"AWSPENDING is taken off", "aws", "UpdateSecretVersionStage", 2},
		{"the copy is written", "github", "PUT secret", 1},
		{"the workflow is started", "github", "POST dispatch", 1},
		{"the last reply", "slack", "chat.postMessage", 4},
	}
	besides = append(slices.Clone(regenerated), effect{"the old token is revoked", "github", "POST revoke", 1})
)

// words are what can happen to the one call that makes an effect. The bot is
// killed in any case; with none of them the answer may have reached it.
var words = []string{world.Pre5xx, world.Post5xx, world.PostHang, world.PostReset, ""}

// A point is an effect, and what happens to the calls that try to make it.
type point struct {
	effect
	words []string
}

func (p point) String() string { return p.name }

// Every effect of the happy path meets every fault, and the bot is killed as
// soon as the provider has seen the call. In one rotation each effect is a
// point, and from one rotation to the next each meets another fault.
func TestARotationSurvivesAKillAtEveryEffect(t *testing.T) {
	t.Parallel()
	for i := range words {
		for _, r := range tokenRows {
			run := chaos{row: r}
			for j, e := range run.effects {
				run.points = append(run.points, point{e, words[(i+j)%len(words) : (i+j)%len(words)+1]})
			}
			t.Run(fmt.Sprintf("%s %d", run.name, i+1), run.test)
		}
	}
}

// A chaos is one rotation that meets its points.
type chaos struct {
	row
	points []point
	chance *rand.Rand // if set, the bot is killed at other moments as well
}

func (c chaos) test(t *testing.T) {
	t.Parallel()
	w := newTown(t, true, catalogues(t)[c.from()])
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.people(ctx, w) }()
	met, kills, err := c.strike(w, done)
	if err != nil {
		t.Fatalf("%v\nlast point: %v\n%s\n%s", err, met, calls(w.stage.World.Journal.Calls()), tail(w.logs.Bytes(), 8000))
	}
	if len(met) != len(c.points) {
		t.Errorf("%d points of %d were met: %v", len(met), len(c.points), met)
	}
	t.Logf("%d points met, %d kills", len(met), kills)
	for _, fault := range c.judge(w.stage.World.Journal.Calls()) {
		t.Error(fault)
	}
	for _, problem := range w.stage.Slack.Problems() {
		t.Error(problem)
	}
	w.noLeaks()
	w.audited()
	if t.Failed() {
		t.Log(calls(w.stage.World.Journal.Calls()))
	}
}

// people do what the card asks them for, each time after a moment in which a
// dying bot is gone. What nobody acknowledged they do once more: it may have
// been recorded all the same, and then it isn't there to be pressed any more.
// A card that is redrawn under their finger, they press again.
func (c chaos) people(ctx context.Context, w *town) error {
	for line := range strings.Lines(c.says()) {
		if err := w.stage.Slack.Wait(ctx, func() bool { return w.stage.Slack.Sockets() == 2 }); err != nil {
			return err
		}
		cast := script.Cast{Stage: w.stage, Put: w.put, Take: w.take, Patience: 2 * time.Minute} // an old token is tried once a minute
		err := script.Play(ctx, c.name, []byte(line), cast)
		for range 3 {
			if err == nil || !strings.Contains(err.Error(), "there is no element") {
				break
			}
			err = script.Play(ctx, c.name, []byte(line), cast)
		}
		if errors.Is(err, fakeslack.ErrNoAnswer) {
			cast.Patience, err = 3*time.Second, nil
			_ = script.Play(ctx, c.name, []byte(line), cast)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// What they do in either overlap.
const (
	regenerate = `
#platform | [Approve]
thread | @mp-approvers
settle> 300ms
approver> [Approve]
#platform | [How to save it]
thread | Your turn
settle> 300ms
github> starter regenerates github_ci_user_pat
aws> starter puts github_ci_user_pat
#platform | Waiting for a run of new-environment.yml
settle> 300ms
github> new-environment.yml runs
#platform | GitHub MP CI User PAT rotated · Next due
thread | is done
settle> 300ms`
	secondToken = `
#platform | [How to save it]
thread | is your turn
settle> 300ms
github> starter makes a second token for github_ci_user_pat
aws> starter puts github_ci_user_pat
#platform | [Approve]
thread | @mp-approvers
settle> 300ms
approver> [Approve]
#platform | Waiting for a run of new-environment.yml
settle> 300ms
github> new-environment.yml runs
#platform | GitHub MP CI User PAT rotated · Next due
thread | is done
settle> 300ms`
)

// strike orders the faults and kills the bot at each, until done says how the
// rotation ended. It returns the points that were met.
func (c chaos) strike(w *town, done <-chan error) (met []point, kills int, err error) {
	aims := map[string]*aim{}
	for _, p := range c.points {
		key := p.provider + p.method
		if aims[key] == nil {
			aims[key] = &aim{world: w.stage.World}
		}
		aims[key].points = append(aims[key].points, p)
	}
	changed, stop := w.stage.World.Subscribe()
	defer stop()
	for _, a := range aims {
		a.order()
	}
	for {
		kill := c.chance != nil && c.chance.IntN(200) == 0
		for _, a := range aims {
			hits, ended := a.look()
			met, kill = append(met, ended...), kill || hits
			a.order()
		}
		if kill {
			if err := w.restart(); err != nil {
				return met, kills, err
			}
			kills++
			continue
		}
		select {
		case err := <-done:
			return met, kills, err
		case <-changed:
		}
	}
}

// An aim is what is still to happen to the calls of one method. They come one
// after the other, and each that was faulted before it did anything comes
// again.
type aim struct {
	world   *world.World
	points  []point // the first are being waited for
	ordered int     // how many points' faults are ordered
	read    int     // how much of the journal is behind us
	applied int     // how many calls in it made an effect
	free    int     // how many calls before the next fault meet none
}

// order prepares the faults of the points to come. Between Slack's messages
// people have to do something, so those are prepared one by one, since nobody
// knows how often a message is tried.
func (a *aim) order() {
	for a.ordered < len(a.points) {
		p := a.points[a.ordered]
		if p.provider == "slack" && (a.ordered > 0 || a.world.Journal.Applied(p.provider, p.method) < p.n-1) {
			return
		}
		if p.provider == "slack" {
			a.free = 0
		}
		a.ordered++
		for _, word := range p.words {
			if word != "" {
				a.world.Faults.Order(world.Fault{Provider: p.provider, Method: p.method, Word: word, Skip: a.free})
			}
		}
		if last := p.words[len(p.words)-1]; last == "" || last == world.Pre5xx {
			a.free++ // the call that makes the effect after all
		}
	}
}

// look reads on in the journal. It reports whether a call was seen that the bot
// is to be killed at, and which points ended with it.
func (a *aim) look() (hit bool, met []point) {
	for _, call := range a.world.Journal.Calls()[a.read:] {
		a.read++
		if len(a.points) == 0 || !a.points[0].same(call) {
			continue
		}
		if call.Applied {
			a.applied++
		}
		p := &a.points[0]
		word := p.words[0]
		if word != call.Fault || word != world.Pre5xx && !call.Applied || word == "" && a.applied != p.n {
			continue
		}
		hit = true
		if p.words = p.words[1:]; len(p.words) == 0 {
			met = append(met, *p)
			a.points = a.points[1:]
			a.ordered = max(a.ordered-1, 0) // a kill alone may come before its order
		}
	}
	return hit, met
}

// judge says what is wrong with a journal of one whole rotation: each effect
// has to be there once, in order, and nothing else but what people did.
func (r *row) judge(journal []world.Call) (faults []string) {
	journal = r.withoutRemade(journal)
	seen := map[string]int{}
	at := map[string]int{}
	for _, call := range journal {
		if !call.Applied || call.Method == "AssumeRole" { // signing in changes nothing
			continue
		}
		seen[call.Provider+" "+call.Method]++
		for _, e := range r.effects {
			if e.same(call) && seen[e.provider+" "+e.method] == e.n {
				at[e.name] = call.Seq
			}
		}
	}
	want := map[string]int{}
	maps.Copy(want, r.byPeople)
	last := 0
	for _, e := range r.effects {
		want[e.provider+" "+e.method]++
		if e.provider == "slack" {
			continue
		}
		if at[e.name] < last {
			faults = append(faults, e.name+" too early or not at all")
		}
		last = at[e.name]
	}
	for method, n := range want {
		if seen[method] != n {
			faults = append(faults, fmt.Sprintf("%s was applied %d times and not %d", method, seen[method], n))
		}
	}
	for method, n := range seen {
		provider, _, _ := strings.Cut(method, " ")
		if provider != "slack" && want[method] == 0 {
			faults = append(faults, fmt.Sprintf("%s was applied %d times and isn't an effect", method, n))
		}
	}
	return faults
}

// The judge of the runs above isn't blind: it sees each effect that happens
// twice, that is missing, or that comes in the wrong order.
func TestTheJudgeSeesWhatHappensTwice(t *testing.T) {
	var good []world.Call
	add := func(provider, method string) {
		good = append(good, world.Call{Seq: len(good) + 1, Provider: provider, Method: method, Applied: true})
		good = append(good, world.Call{Seq: len(good) + 1, Provider: provider, Method: method}) // refused, or changed nothing
	}
	add("aws", "PutSecretValue")
	for _, e := range besides {
		add(e.provider, e.method)
	}
	if faults := sideBySideRow.judge(good); len(faults) > 0 {
		t.Fatal(faults)
	}
	for i, call := range good {
		if !call.Applied {
			continue
		}
		if faults := sideBySideRow.judge(slices.Insert(slices.Clone(good), i, call)); len(faults) == 0 {
			t.Errorf("%s twice wasn't seen", call.Method)
		}
		if faults := sideBySideRow.judge(slices.Delete(slices.Clone(good), i, i+1)); len(faults) == 0 {
			t.Errorf("%s missing wasn't seen", call.Method)
		}
	}
	early := slices.Clone(good)
	i := slices.IndexFunc(early, func(c world.Call) bool { return c.Method == "PUT secret" && c.Applied })
	j := slices.IndexFunc(early, func(c world.Call) bool { return c.Method == "POST revoke" && c.Applied })
	early[i].Seq, early[j].Seq = early[j].Seq, early[i].Seq
	if faults := sideBySideRow.judge(early); len(faults) == 0 {
		t.Error("a revocation before the copy was written wasn't seen")
	}
}

// audited ends the bot and verifies its audit log.
func (w *town) audited() {
	w.t.Helper()
	if err := w.end(); err != nil {
		w.t.Fatal(err)
	}
	db, err := storage.Open(context.Background(), filepath.Join(w.dir, "rekey.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, _, err := db.VerifyChain(context.Background()); err != nil {
		w.t.Error(err)
	}
}

// calls are those of a journal that change something or were meddled with.
func calls(journal []world.Call) string {
	var b strings.Builder
	for _, c := range journal {
		if c.Applied || c.Fault != "" {
			fmt.Fprintf(&b, "%s %d %s %s %s status %d applied %t %s\n", c.At.Format("05.000"), c.Seq, c.Provider, c.Method, c.Resource, c.Status, c.Applied, c.Fault)
		}
	}
	return b.String()
}
