package rotation_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// act is an Action that is one function.
type act func(context.Context, *rotation.Task) (rotation.Outcome, error)

func (act) Check(rotation.Params) error                                          { return nil }
func (act) By(rotation.Params) rotation.Party                                    { return rotation.Rekey }
func (a act) Do(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) { return a(ctx, t) }
func waiting(context.Context, *rotation.Task) (rotation.Outcome, error) {
	return rotation.Wait(0, ""), nil
}
func done(context.Context, *rotation.Task) (rotation.Outcome, error) {
	return rotation.Done("seen"), nil
}
func failing(err error) act {
	return func(context.Context, *rotation.Task) (rotation.Outcome, error) { return rotation.Outcome{}, err }
}

// group says who may approve, or fails.
type group func(rotation.Person) (bool, error)

func (g group) MayApprove(_ context.Context, _ rotation.Handle, p rotation.Person) (rotation.Verdict, error) {
	in, err := g(p)
	return rotation.Verdict{By: p, Count: in, Why: "You are not in @approvers."}, err
}

func approvers(p rotation.Person) (bool, error) { return p == bea || p == cyd, nil }

// A desk is an engine at work on one rotation, in a bubble of synctest.
type desk struct {
	*testing.T
	store   *memory
	actions map[string]rotation.Action
	engine  *rotation.Engine
	members group
	hours   rotation.Hours
	fence   int64
	stop    func() // kills the process
	id      rotation.ID
}

// start creates a rotation and an engine that works on it. Kinds without an
// action wait for ever.
func start(t *testing.T, overlap rotation.Overlap, actions map[string]rotation.Action) *desk {
	d := &desk{T: t, store: &memory{}, members: approvers, actions: map[string]rotation.Action{
		rotation.KindApprove: act(waiting), rotation.KindReceive: act(waiting), "check": act(waiting), rotation.KindPromote: act(waiting),
		"run": act(waiting), rotation.KindUsed: act(waiting), "revoke": act(waiting), rotation.KindRestore: act(waiting), rotation.KindWithdraw: act(waiting),
	}}
	for kind, a := range actions {
		d.actions[kind] = a
	}
	r, e := rotation.New(thePlan(overlap), ann, time.Now())
	if err := d.store.Create(t.Context(), r, e); err != nil {
		t.Fatal(err)
	}
	d.id = r.ID
	return d
}

// run starts a process on the store.
func (d *desk) run() {
	d.fence++
	d.engine = rotation.NewEngine(rotation.Engine{
		Store: d.store, Actions: d.actions, Members: d.members, Now: time.Now, Hours: d.hours, Fence: d.fence,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(d.Context())
	over := make(chan error, 1)
	go func(e *rotation.Engine) { over <- e.Run(ctx) }(d.engine)
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-over; err != nil {
			d.Errorf("the engine ended with %v", err)
		}
	})
}

// after lets time pass, and then everything that fell due.
func (d *desk) after(pause time.Duration) *rotation.Rotation {
	d.store.breakWith(d.store.broken) // its lock orders what the test did before what the engine does next
	<-time.After(pause)
	synctest.Wait()
	r, err := d.store.Rotation(d.Context(), d.id)
	if err != nil {
		d.Fatal(err)
	}
	return r
}

func (d *desk) press(verb rotation.Verb, by rotation.Person) error {
	r, err := d.store.Rotation(d.Context(), d.id)
	if err != nil {
		d.Fatal(err)
	}
	p := rotation.Press{Verb: verb, By: by, Reason: "because"}
	if s := r.Step(); s != nil {
		p.Step, p.Round = s.ID, s.Round
	}
	_, err = d.engine.Press(d.Context(), d.id, p)
	return err
}

func (d *desk) events(kind string) (out []rotation.Event) {
	all, _ := d.store.Events(d.Context(), d.id)
	for _, e := range all {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// within runs a test in a bubble, where time is fake.
func within(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func TestTheEngineDoesWhatFallsDue(t *testing.T) {
	within(t, "steps follow each other without a pause", func(t *testing.T) {
		d := start(t, rotation.None, map[string]rotation.Action{
			rotation.KindReceive: act(done), rotation.KindPromote: act(done), "run": act(done), rotation.KindUsed: act(done),
		})
		d.run()
		defer d.stop()
		d.after(0)
		if err := d.press(rotation.Approve, bea); err != nil {
			t.Fatal(err)
		}
		if r := d.after(100 * time.Millisecond); r.State != rotation.Complete {
			t.Errorf("at %d, %s", r.At, text(r.Step()))
		}
	})
	within(t, "what took time is done when it was over, so that what was seen meanwhile is older", func(t *testing.T) {
		slow := act(func(context.Context, *rotation.Task) (rotation.Outcome, error) {
			time.Sleep(3 * time.Second)
			return rotation.Done("seen"), nil
		})
		d := start(t, rotation.None, map[string]rotation.Action{
			rotation.KindReceive: act(done), rotation.KindPromote: act(done), "run": act(done), rotation.KindUsed: slow,
		})
		d.run()
		defer d.stop()
		d.after(0)
		if err := d.press(rotation.Approve, bea); err != nil {
			t.Fatal(err)
		}
		approved := time.Now()
		if r := d.after(10 * time.Second); r.State != rotation.Complete || r.Ended.Before(approved.Add(3*time.Second)) {
			t.Errorf("%s at %v, approved %v", r.State, r.Ended, approved)
		}
	})
	within(t, "it looks every five seconds, after ten minutes every minute, after a day every ten", func(t *testing.T) {
		var looks []time.Time
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: act(func(_ context.Context, t *rotation.Task) (rotation.Outcome, error) {
			looks = append(looks, t.Now)
			return rotation.Wait(0, ""), nil
		})})
		d.hours = rotation.Hours{}
		d.run()
		defer d.stop()
		d.after(25 * time.Hour)
		pace := map[time.Duration]bool{}
		for i := 1; i < len(looks); i++ {
			pace[looks[i].Sub(looks[i-1]).Round(time.Second)] = true
		}
		if len(looks) < 1500 || len(looks) > 1650 || !pace[5*time.Second] || !pace[time.Minute] || !pace[10*time.Minute] {
			t.Errorf("%d looks, pauses %v", len(looks), pace)
		}
		if got := d.events("waiting"); len(got) != 0 {
			t.Errorf("%d looks that showed nothing are in the log", len(got))
		}
	})
	within(t, "a panic in a step parks it", func(t *testing.T) {
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: act(func(context.Context, *rotation.Task) (rotation.Outcome, error) { panic("oh") })})
		d.run()
		defer d.stop()
		r := d.after(time.Second)
		if s := r.Step(); s.State != rotation.Parked || !strings.Contains(s.Problem.What, "Rekey made a mistake") || strings.Contains(text(s), "oh\"") {
			t.Errorf("%s", text(s))
		}
	})
	within(t, "a provider's refusal parks with its word, what is safe and what to do", func(t *testing.T) {
		for _, c := range []struct{ code, missing, what, next string }{
			{"AccessDeniedException", "secretsmanager:DescribeSecret on tok", "Rekey may not do this at AWS: DescribeSecret was refused (AccessDeniedException).", "Give Rekey the right secretsmanager:DescribeSecret on tok"},
			{"ResourceNotFoundException", "", "There is no secret tok in eu-west-2", "Check the name, region and account"},
			{"InvalidRequestException: marked for deletion", "", "is scheduled for deletion", "Restore it in Secrets Manager"},
			{"AccessDeniedException: KMS", "kms:Decrypt on the key of tok", "The KMS key of this secret refused Rekey", "kms:Decrypt"},
			{"DecryptionFailure", "", "The KMS key of this secret refused Rekey", "enable the key"},
			{"422: there is no such branch", "", "AWS refused: DescribeSecret: 422: there is no such branch.", "Mend the cause"},
		} {
			d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: failing(&rotation.ProviderError{
				Provider: "AWS", Op: "DescribeSecret", Code: c.code, Missing: c.missing, Definite: true,
			})})
			d.run()
			p := d.after(time.Second).Step().Problem
			d.stop()
			if p == nil || !strings.Contains(p.What, c.what) || p.Safe != "Nothing has been changed." || !strings.Contains(p.Next, c.next) || !strings.Contains(p.Next, "then press Retry") {
				t.Errorf("%s: %+v", c.code, p)
			}
		}
	})
	within(t, "silence is asked again by itself, slower each time, and Retry-After is kept", func(t *testing.T) {
		var tries []time.Time
		err := &rotation.ProviderError{Provider: "AWS", Op: "DescribeSecret", Code: "timeout"}
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: act(func(_ context.Context, t *rotation.Task) (rotation.Outcome, error) {
			tries = append(tries, t.Now)
			if len(tries) == 6 {
				err.RetryAfter = 3 * time.Minute
			}
			return rotation.Outcome{}, err
		})})
		d.run()
		defer d.stop()
		r := d.after(7 * time.Minute)
		var pauses []string
		for i := 1; i < len(tries); i++ {
			pauses = append(pauses, tries[i].Sub(tries[i-1]).String())
		}
		if got := strings.Join(pauses, " "); got != "5s 10s 20s 40s 1m0s 3m0s" {
			t.Errorf("pauses %s", got)
		}
		if s := r.Step(); s.State != rotation.Open || !strings.Contains(s.Note, "AWS didn't answer (DescribeSecret: timeout). Nothing is lost") {
			t.Errorf("%s", text(s))
		}
		if got := d.events("no answer"); len(got) != 1 {
			t.Errorf("the log has it %d times", len(got))
		}
	})
	within(t, "an error that is nobody's parks without its text", func(t *testing.T) {
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: failing(errors.New("pq: secret detail"))})
		d.run()
		defer d.stop()
		if s := d.after(time.Second).Step(); s.State != rotation.Parked || strings.Contains(text(s), "detail") {
			t.Errorf("%s", text(s))
		}
	})
	within(t, "a full disk loses nothing", func(t *testing.T) {
		d := start(t, rotation.None, nil)
		d.run()
		defer d.stop()
		d.store.breakWith(errors.New("disk full"))
		if err := d.press(rotation.Approve, bea); err == nil {
			t.Error("a press that wasn't stored was accepted")
		}
		d.after(time.Minute)
		d.store.breakWith(nil)
		if err := d.press(rotation.Approve, bea); err != nil {
			t.Error(err)
		}
		if r := d.after(2 * time.Second); r.Step().ID != "receive" {
			t.Errorf("%s", text(r.Step()))
		}
	})
	within(t, "Check now is passed on to one attempt", func(t *testing.T) {
		asked := 0
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: act(func(_ context.Context, t *rotation.Task) (rotation.Outcome, error) {
			if t.Asked {
				asked++
			}
			return rotation.Wait(0, ""), nil
		})})
		d.run()
		defer d.stop()
		d.after(2 * time.Second)
		if err := d.press(rotation.Check, dan); err != nil {
			t.Fatal(err)
		}
		d.after(100 * time.Millisecond)
		if asked != 1 {
			t.Errorf("asked %d times at once", asked)
		}
		if d.after(time.Minute); asked != 1 {
			t.Errorf("asked %d times in a minute", asked)
		}
	})
}

func TestTwentySimultaneousPresses(t *testing.T) {
	d := start(t, rotation.None, nil)
	d.members = func(rotation.Person) (bool, error) { return true, nil }
	d.engine = rotation.NewEngine(rotation.Engine{Store: d.store, Actions: d.actions, Members: d.members, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r, err := d.store.Update(t.Context(), d.id, func(r *rotation.Rotation) ([]rotation.Event, error) {
		return r.Record(parkWith(), time.Now()), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make(chan error, 20)
	for i := range 20 {
		go func() {
			_, err := d.engine.Press(t.Context(), d.id, rotation.Press{Verb: rotation.Retry, Step: "approve", Round: r.Step().Round, By: rotation.Person(string(rune('A' + i)))})
			outcomes <- err
		}()
	}
	won := 0
	for range 20 {
		switch err := <-outcomes; {
		case err == nil:
			won++
		case !rotation.Is(err, rotation.Stale):
			t.Errorf("refused with %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d presses succeeded", won)
	}
}

func TestTwentySimultaneousApprovals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := start(t, rotation.None, nil)
		d.members = func(rotation.Person) (bool, error) { return true, nil }
		d.run()
		defer d.stop()
		d.after(0)
		var presses sync.WaitGroup
		for i := range 20 {
			presses.Go(func() {
				if _, err := d.engine.Press(t.Context(), d.id, rotation.Press{Verb: rotation.Approve, Step: "approve", Round: 1, By: rotation.Person("U0P" + string(rune('A'+i)))}); err != nil && !rotation.Is(err, rotation.Stale) {
					t.Errorf("press %d: %v", i, err)
				}
			})
		}
		presses.Wait()
		r := d.after(2 * time.Second)
		if r.Step().ID != "receive" || len(r.Approved()) != 1 || len(r.OpenClaims()) != 0 {
			t.Fatalf("at %s, approved by %v", r.Step().ID, r.Approved())
		}
		winner := rotation.Plain(rotation.Mention(r.Approved()[0].By))
		for _, e := range d.events("approve came too late") {
			if !strings.Contains(rotation.Plain(e.Reply.Text), winner+" approved this at") {
				t.Errorf("%s read %q", e.By, e.Reply.Text)
			}
		}
		if claimed, late := len(d.events("approve claimed")), len(d.events("approve came too late")); late != claimed-1 {
			t.Errorf("%d claims, %d answered that they came too late", claimed, late)
		}
	})
}
