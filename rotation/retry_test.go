package rotation_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
)

// A change got no answer, and the look that should say what became of it was
// refused, so the step is parked. Retry looks again: it sends nothing twice.
func TestRetryAfterASilenceLooksBeforeItSends(t *testing.T) {
	for _, c := range []struct {
		name  string
		shows rotation.Seen
		sent  int
	}{
		{"that landed", rotation.SeenLanded, 1},
		{"that did not land", rotation.SeenNothing, 2},
	} {
		within(t, c.name, func(t *testing.T) {
			p := &provider{answer: silentOnce, shows: c.shows}
			change, denied := p.change(false), true
			look := change.Look
			change.Look = func(ctx context.Context, id string, before json.RawMessage) (rotation.Seen, any, error) {
				if denied {
					return rotation.SeenUnclear, nil, refusal("AccessDeniedException")
				}
				return look(ctx, id, before)
			}
			d := start(t, rotation.None, map[string]rotation.Action{
				rotation.KindReceive: act(done),
				rotation.KindPromote: act(func(ctx context.Context, t *rotation.Task) (rotation.Outcome, error) {
					if _, err := t.Effect(ctx, change); err != nil {
						return rotation.Outcome{}, err
					}
					_, err := t.Effect(ctx, change) // and whoever asks once more, gets the same
					return rotation.Done("done"), err
				}),
			})
			p.store = d.store
			d.run()
			defer d.stop()
			d.after(0)
			if err := d.press(rotation.Approve, bea); err != nil {
				t.Fatal(err)
			}
			if s := d.after(time.Minute).Step(); s.State != rotation.Parked || !strings.Contains(s.Problem.What, "AccessDenied") || len(p.sent) != 1 {
				t.Fatalf("sent %d, %s", len(p.sent), text(s))
			}
			denied = false
			if err := d.press(rotation.Retry, dan); err != nil {
				t.Fatal(err)
			}
			r := d.after(time.Minute)
			if len(p.sent) != c.sent || r.Find(rotation.KindPromote).State != rotation.Ticked {
				t.Errorf("sent %d, %s", len(p.sent), text(r.Find(rotation.KindPromote)))
			}
			if effects := r.Find(rotation.KindPromote).Effects; len(effects) != 1 {
				t.Errorf("%d effects", len(effects))
			}
		})
	}
	within(t, "of which nobody can tell sends again, as it says", func(t *testing.T) {
		p := &provider{answer: silentOnce, shows: rotation.SeenUnclear}
		d := promoting(t, p, false)
		defer d.stop()
		if s := d.after(time.Minute).Step(); s.State != rotation.Parked || s.Effects[0].State != rotation.Unclear {
			t.Fatal(text(s))
		}
		if err := d.press(rotation.Retry, dan); err != nil {
			t.Fatal(err)
		}
		if r := d.after(time.Minute); len(p.sent) != 2 || p.ids[0] == p.ids[1] || r.Step().ID != "run" {
			t.Errorf("sent as %v, at %s", p.ids, r.Step().ID)
		}
	})
}
