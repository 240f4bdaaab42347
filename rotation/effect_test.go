package rotation_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// A provider is what a change is sent to: it may answer, refuse or be silent,
// and what it was sent may show at once, late or never.
type provider struct {
	answer func(n int) error // to the n-th request, from 1
	shows  rotation.Seen     // what a look finds
	block  chan struct{}     // if not nil, a request hangs until it is closed
	looks  int               // how many have to show nothing

	sent, looked []time.Time
	ids          []string
	noted        bool // the intent was recorded when the request came
	store        *memory
}

func (p *provider) change(settles bool) rotation.Change {
	return rotation.Change{
		Purpose: "promote", Settles: settles, Looks: p.looks,
		Before: func(context.Context) (any, error) { return "v1", nil },
		Send: func(ctx context.Context, id string, before json.RawMessage) (any, error) {
			p.sent, p.ids = append(p.sent, time.Now()), append(p.ids, id)
			r, err := p.store.Rotation(ctx, 1)
			if err != nil {
				return nil, err
			}
			for _, e := range r.Find(rotation.KindPromote).Effects {
				if e.ID == id && e.State == rotation.Intended && string(e.Before) == `"v1"` && string(before) == `"v1"` {
					p.noted = true
				}
			}
			if p.block != nil {
				select {
				case <-p.block:
				case <-ctx.Done():
					return nil, silence("timeout")
				}
			}
			return "v2", p.answer(len(p.sent))
		},
		Look: func(context.Context, string, json.RawMessage) (rotation.Seen, any, error) {
			p.looked = append(p.looked, time.Now())
			return p.shows, "v2 seen", nil
		},
	}
}

func silence(code string) error {
	return &rotation.ProviderError{Provider: "AWS", Op: "UpdateSecretVersionStage", Code: code}
}

func refusal(code string) error {
	return &rotation.ProviderError{Provider: "AWS", Op: "UpdateSecretVersionStage", Code: code, Definite: true}
}

func granted(int) error { return nil }

// silentOnce doesn't answer the first request.
func silentOnce(n int) error {
	if n == 1 {
		return silence("timeout")
	}
	return nil
}

// promoting is a desk whose rotation is at a step that makes one change.
func promoting(t *testing.T, p *provider, settles bool) *desk {
	d := start(t, rotation.None, map[string]rotation.Action{
		rotation.KindReceive: act(done),
		rotation.KindPromote: act(func(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
			e, err := t.Effect(ctx, p.change(settles))
			if err != nil {
				return rotation.Outcome{}, err
			}
			return rotation.Done("answered " + string(e.After)), nil
		}),
	})
	p.store = d.store
	d.run()
	d.after(0)
	if err := d.press(rotation.Approve, bea); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEffects(t *testing.T) {
	const send, settle = 20 * time.Second, 90 * time.Second
	effect := func(r *rotation.Rotation) rotation.Effect { return r.Find(rotation.KindPromote).Effects[0] }

	within(t, "are recorded before they are sent, and sent once", func(t *testing.T) {
		p := &provider{answer: granted}
		d := promoting(t, p, true)
		defer d.stop()
		r := d.after(time.Hour)
		e := effect(r)
		if len(p.sent) != 1 || !p.noted || e.State != rotation.Landed || e.Sent != 1 || e.Fence != 1 || string(e.After) != `"v2"` || len(p.looked) != 0 {
			t.Errorf("sent %d times, recorded before: %t, %+v", len(p.sent), p.noted, e)
		}
		if p.ids[0] != e.ID || e.ID != r.EffectID("promote", "promote", 1) {
			t.Errorf("sent as %v, recorded as %s", p.ids, e.ID)
		}
		if len(d.events("effect intended")) != 1 || len(d.events("effect done")) != 1 {
			t.Error("the log doesn't have the intent and the outcome")
		}
	})
	within(t, "that are refused park with the provider's word, and Retry is another effect", func(t *testing.T) {
		p := &provider{answer: func(n int) error {
			if n == 1 {
				return refusal("LimitExceededException")
			}
			return nil
		}}
		d := promoting(t, p, true)
		defer d.stop()
		r := d.after(time.Hour)
		if s := r.Step(); len(p.sent) != 1 || s.State != rotation.Parked || !strings.Contains(s.Problem.What, "LimitExceededException") || s.Effects[0].State != rotation.Declined {
			t.Fatalf("sent %d times, %s", len(p.sent), text(s))
		}
		if err := d.press(rotation.Retry, dan); err != nil {
			t.Fatal(err)
		}
		r = d.after(time.Second)
		if len(p.sent) != 2 || p.ids[0] == p.ids[1] || r.Step().ID != "run" || len(r.Find("promote").Effects) != 2 {
			t.Errorf("sent as %v, at %s", p.ids, r.Step().ID)
		}
	})
	for _, c := range []struct {
		name    string
		settles bool
		quiet   time.Duration
	}{
		{"that get no answer are not looked at before deadline and settle time", true, send + settle},
		{"that don't settle late are looked at after the deadline", false, send},
	} {
		within(t, c.name, func(t *testing.T) {
			p := &provider{answer: silentOnce, shows: rotation.SeenLanded}
			d := promoting(t, p, c.settles)
			defer d.stop()
			r := d.after(c.quiet - time.Second)
			if len(p.sent) != 1 || len(p.looked) != 0 || effect(r).State != rotation.Unsure || !strings.Contains(r.Step().Note, "no answer came") {
				t.Fatalf("sent %d, looked %d, %s", len(p.sent), len(p.looked), text(r.Step()))
			}
			r = d.after(2 * time.Second)
			if len(p.sent) != 1 || len(p.looked) != 1 || effect(r).State != rotation.Landed || string(effect(r).After) != `"v2 seen"` {
				t.Errorf("sent %d, looked %d, %+v", len(p.sent), len(p.looked), effect(r))
			}
		})
	}
	within(t, "that did not land are sent again under the same name", func(t *testing.T) {
		p := &provider{answer: silentOnce, shows: rotation.SeenNothing}
		d := promoting(t, p, true)
		defer d.stop()
		r := d.after(send + settle + 2*time.Second)
		if len(p.sent) != 2 || p.ids[0] != p.ids[1] || effect(r).State != rotation.Landed || effect(r).Sent != 2 {
			t.Errorf("sent as %v, %+v", p.ids, effect(r))
		}
		if gap := p.sent[1].Sub(p.sent[0]); gap < send+settle {
			t.Errorf("sent again after %s", gap)
		}
	})
	within(t, "that a list may not show yet are looked for as often as asked before they are sent again", func(t *testing.T) {
		p := &provider{answer: silentOnce, shows: rotation.SeenNothing, looks: 3}
		d := promoting(t, p, true)
		defer d.stop()
		r := d.after(send + 2*settle - time.Second)
		if len(p.sent) != 1 || len(p.looked) != 2 || effect(r).Blank != 2 {
			t.Fatalf("sent %d, looked %d, %+v", len(p.sent), len(p.looked), effect(r))
		}
		r = d.after(3 * time.Second)
		if len(p.sent) != 2 || len(p.looked) != 3 || p.looked[1].Sub(p.looked[0]) < settle/2 || effect(r).State != rotation.Landed || effect(r).Blank != 0 {
			t.Errorf("sent %d, looked at %v, %+v", len(p.sent), p.looked, effect(r))
		}
	})
	within(t, "of which nobody can say whether they landed park", func(t *testing.T) {
		p := &provider{answer: silentOnce, shows: rotation.SeenUnclear}
		d := promoting(t, p, true)
		defer d.stop()
		r := d.after(time.Hour)
		if s := r.Step(); len(p.sent) != 1 || s.State != rotation.Parked || s.Problem.Safe != "Nothing more was sent." || !strings.Contains(s.Problem.Next, "Retry to send it again") {
			t.Errorf("sent %d, %s", len(p.sent), text(s))
		}
	})
	within(t, "end at the deadline when the provider hangs", func(t *testing.T) {
		p := &provider{answer: granted, shows: rotation.SeenLanded, block: make(chan struct{})}
		d := promoting(t, p, false)
		defer d.stop()
		r := d.after(send + 2*time.Second)
		if len(p.sent) != 1 || len(p.looked) != 1 || effect(r).State != rotation.Landed {
			t.Errorf("sent %d, looked %d, %+v", len(p.sent), len(p.looked), effect(r))
		}
	})
	within(t, "of a process that died are looked at after their time, and adopted", func(t *testing.T) {
		p := &provider{answer: granted, block: make(chan struct{}), shows: rotation.SeenLanded}
		d := promoting(t, p, true)
		d.after(time.Second)
		d.stop() // with the request in the air: what it was answered is never recorded
		if e := effect(d.after(0)); e.State != rotation.Intended && e.State != rotation.Unsure {
			t.Fatalf("%+v", e)
		}
		d.run()
		defer d.stop()
		if r := d.after(send + settle - 10*time.Second); len(p.sent) != 1 || len(p.looked) != 0 || r.Step().ID != "promote" {
			t.Fatalf("sent %d, looked %d", len(p.sent), len(p.looked))
		}
		r := d.after(20 * time.Second)
		if len(p.sent) != 1 || len(p.looked) != 1 || r.Step().ID != "run" || effect(r).Fence != 1 {
			t.Errorf("sent %d, looked %d, %+v", len(p.sent), len(p.looked), effect(r))
		}
	})
	within(t, "of a process that died before they left are sent by the next one, after their time", func(t *testing.T) {
		p := &provider{answer: granted, block: make(chan struct{}), shows: rotation.SeenNothing}
		d := promoting(t, p, true)
		d.after(time.Second)
		d.stop()
		p.block = nil
		d.run()
		defer d.stop()
		r := d.after(send + settle + 2*time.Second)
		if len(p.sent) != 2 || p.ids[0] != p.ids[1] || p.sent[1].Sub(p.sent[0]) < send+settle || effect(r).Fence != 2 {
			t.Errorf("sent as %v at %v, %+v", p.ids, p.sent, effect(r))
		}
	})
	within(t, "whose outcome couldn't be written are looked at, not sent again", func(t *testing.T) {
		p := &provider{shows: rotation.SeenLanded}
		p.answer = func(int) error {
			p.store.breakWith(context.DeadlineExceeded)
			return nil
		}
		d := promoting(t, p, true)
		defer d.stop()
		d.after(time.Minute)
		d.store.breakWith(nil)
		r := d.after(2 * time.Minute)
		if len(p.sent) != 1 || len(p.looked) != 1 || r.Step().ID != "run" {
			t.Errorf("sent %d, looked %d, at %s", len(p.sent), len(p.looked), r.Step().ID)
		}
	})
}

func TestAPressDuringAnAttemptWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		d := start(t, rotation.None, map[string]rotation.Action{rotation.KindApprove: act(func(context.Context, *rotation.Task) (rotation.Outcome, error) {
			<-answer
			return rotation.Done("too late"), nil
		})})
		d.run()
		defer d.stop()
		d.after(time.Second)
		if err := d.press(rotation.Cancel, ann); err != nil {
			t.Fatal(err)
		}
		close(answer)
		r := d.after(time.Second)
		if r.State != rotation.Cancelled || strings.Contains(text(r), "too late") {
			t.Errorf("%s: %s", r.State, text(r.Steps))
		}
	})
}

func TestARollBackDuringAnAttemptKeepsTheOldOneAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, sent := make(chan struct{}), 0
		d := start(t, rotation.SideBySide, map[string]rotation.Action{"revoke": act(func(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
			<-asked
			_, err := t.Effect(ctx, rotation.Change{Purpose: "revoke", Send: func(context.Context, string, json.RawMessage) (any, error) {
				sent++
				return nil, nil
			}})
			return rotation.Done("gone"), err
		})})
		s := side(t, "revoke")
		s.r.ID = d.id
		if _, err := d.store.Update(t.Context(), d.id, func(r *rotation.Rotation) ([]rotation.Event, error) {
			*r = *s.r.Clone()
			return nil, nil
		}); err != nil {
			t.Fatal(err)
		}
		d.run()
		defer d.stop()
		d.after(time.Second)
		if err := d.press(rotation.RollBack, ann); err != nil {
			t.Fatal(err)
		}
		close(asked)
		if r := d.after(time.Second); sent != 0 || r.Step().ID != "back_restore" {
			t.Errorf("sent %d times, at %s", sent, r.Step().ID)
		}
	})
}
