package rotation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rekey/rotation"
)

// owing is a rotation that ended with a debt.
func owing(t *testing.T) *story {
	t.Helper()
	s := tell(t, rotation.None)
	s.approve(bea)
	s.record(rotation.Done("arrived").
		Knowing(func(f *rotation.Facts) { f.New, f.Way, f.Old = "v2", rotation.ByPut, rotation.OldUnreadable }).
		Owing(rotation.Debt{What: "The old token", Why: "Rekey may not read it", Since: s.now, Version: "v1"}))
	s.promoted()
	s.record(rotation.Done("ran"))
	s.record(rotation.Done("used"))
	s.ended(rotation.Complete, "")
	return s
}

func (s *story) pressDebt(verb rotation.Verb, id string) rotation.Press {
	return rotation.Press{Verb: verb, By: dan, Reason: "because", Value: id}
}

func TestADebt(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"says what it is, who sees to it, and which step's action can look": func(t *testing.T) {
			s := owing(t)
			want := rotation.Debt{ID: "1", What: "The old token", Why: "Rekey may not read it", Owner: "@team", Since: s.r.Debts[0].Since, Kind: rotation.KindReceive, Version: "v1"}
			if got := s.r.Debts; len(got) != 1 || got[0] != want {
				t.Errorf("%s", text(got))
			}
		},
		"is owed once, however often a step says so": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.approve(bea)
			for range 3 {
				s.record(rotation.Wait(0, "waits").Owing(rotation.Debt{What: "The old token", Why: "so", Since: s.now}))
			}
			if len(s.r.Debts) != 1 {
				t.Errorf("%s", text(s.r.Debts))
			}
		},
		"is left by the holder instead of waiting": func(t *testing.T) {
			s := side(t, "revoke")
			s.refused(rotation.Owe, ann, rotation.NotNow, "There is nothing here to leave as a debt.")
			s.record(rotation.Wait(0, "somebody uses it").Owable(rotation.Debt{What: "The old token", Why: "somebody uses it", Key: "AKIA1"}))
			s.refused(rotation.Owe, dan, rotation.NotAllowed, "Only @U0ANN, who holds this rotation, can leave it as a debt.")
			s.press(rotation.Owe, ann)
			s.ended(rotation.Complete, "")
			if d := s.r.Debts[0]; d.Key != "AKIA1" || d.Since != s.now || d.Kind != rotation.KindRevoke || !d.Open() {
				t.Errorf("%s", text(d))
			}
		},
		"is left also where the step is parked": func(t *testing.T) {
			s := side(t, "revoke")
			s.record(rotation.Wait(0, "waits").Owable(rotation.Debt{What: "The old token", Why: "so"}))
			s.record(parkWith())
			s.press(rotation.Owe, ann)
			s.ended(rotation.Complete, "")
		},
		"of a running rotation is the rotation's own affair": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.record(rotation.Wait(0, "waits").Owing(rotation.Debt{What: "The old token"}))
			s.refusedPress(s.pressDebt(rotation.CheckDebt, "1"), rotation.NotNow, "The rotation still runs")
			s.refusedPress(s.pressDebt(rotation.SettleDebt, "1"), rotation.NotNow, "The rotation still runs")
		},
		"is settled on somebody's word, once": func(t *testing.T) {
			s := owing(t)
			s.pressed(s.pressDebt(rotation.SettleDebt, "1"))
			if d := s.r.Debts[0]; d.Open() || d.By != dan || d.Settled != s.now || rotation.Plain(d.Evidence) != "attested by @U0DAN: because" {
				t.Errorf("%s", text(d))
			}
			s.refusedPress(s.pressDebt(rotation.SettleDebt, "1"), rotation.NotNow, "That is settled since")
			s.refusedPress(s.pressDebt(rotation.CheckDebt, "1"), rotation.NotNow, "That is settled since")
			if events := s.r.LookedAt("1", "refused", true, s.later()); len(events) != 0 {
				t.Errorf("settled twice: %s", text(events))
			}
		},
		"is settled by what is seen, and not by what isn't": func(t *testing.T) {
			s := owing(t)
			if events := s.r.LookedAt("1", "GitHub still accepts it", false, s.later()); len(events) != 1 || events[0].Kind != "debt alive" {
				t.Errorf("%s", text(events))
			}
			if events := s.r.LookedAt("1", "GitHub still accepts it", false, s.later()); len(events) != 0 {
				t.Errorf("nothing new was logged: %s", text(events))
			}
			s.pressed(s.pressDebt(rotation.CheckDebt, "1"))
			if events := s.r.LookedAt("1", "GitHub still accepts it", false, s.later()); len(events) != 1 || s.r.Debts[0].Asked {
				t.Errorf("somebody asked and isn't answered: %s", text(events))
			}
			events := s.r.LookedAt("1", "refused by GitHub", true, s.later())
			if d := s.r.Debts[0]; len(events) != 1 || events[0].By != rotation.ByRekey || d.Open() || d.By != "" || d.Evidence != "refused by GitHub" {
				t.Errorf("%s %s", text(events), text(d))
			}
			if events := s.r.LookedAt("1", "refused by GitHub", true, s.later()); len(events) != 0 {
				t.Errorf("settled twice: %s", text(events))
			}
		},
		"that nobody knows is refused": func(t *testing.T) {
			s := owing(t)
			s.refusedPress(s.pressDebt(rotation.SettleDebt, "2"), rotation.Stale, "Rotation 7 owes no such thing.")
			s.refusedPress(s.pressDebt(rotation.CheckDebt, ""), rotation.Stale, "owes no such thing")
			if events := s.r.LookedAt("2", "refused", true, s.later()); len(events) != 0 {
				t.Errorf("%s", text(events))
			}
		},
		"is what a refusal after a save in the console leaves": func(t *testing.T) {
			s := tell(t, rotation.None)
			s.record(rotation.Wait(0, "saved").Knowing(func(f *rotation.Facts) { f.Early = true }))
			s.press(rotation.Refuse, bea)
			s.settle(bea)
			s.ended(rotation.Refused, "because")
			if d := s.r.OpenDebts(); len(d) != 1 || d[0].ID != "1" || d[0].Owner != "@team" {
				t.Errorf("%s", text(d))
			}
		},
	} {
		t.Run(name, func(t *testing.T) { story(t) })
	}
}

// creditor is an Action that can look at debts.
type creditor struct {
	act
	look func(d rotation.Debt) (string, bool, error)
}

func (c creditor) Dead(_ context.Context, _ *rotation.Task, d rotation.Debt) (string, bool, error) {
	return c.look(d)
}

func TestTheEngineLooksAtDebts(t *testing.T) {
	// owe puts an ended rotation with this debt on the desk, looked at by look.
	owe := func(t *testing.T, d rotation.Debt, look func(rotation.Debt) (string, bool, error)) *desk {
		d.ID, d.What, d.Kind = "1", "The old token", rotation.KindReceive
		desk := start(t, rotation.None, map[string]rotation.Action{rotation.KindReceive: creditor{act(waiting), look}})
		r := desk.store.rows[0]
		r.State, r.At, r.Ended, r.Debts = rotation.Complete, len(r.Steps), time.Now(), []rotation.Debt{d}
		r.Due = r.Ended // as the engine schedules it in the change that ends it
		desk.run()
		t.Cleanup(desk.stop)
		return desk
	}
	press := func(d *desk, verb rotation.Verb) {
		d.Helper()
		if _, err := d.engine.Press(d.Context(), d.id, rotation.Press{Verb: verb, By: dan, Reason: "because", Value: "1"}); err != nil {
			d.Fatal(err)
		}
	}
	within(t, "hourly where looking is quiet, until it is dead", func(t *testing.T) {
		looks := 0
		d := owe(t, rotation.Debt{Quiet: true}, func(rotation.Debt) (string, bool, error) { looks++; return "it is there", looks == 4, nil })
		for want := 1; want <= 4; want++ {
			if d.after(time.Second); looks != want {
				t.Fatalf("%d looks, want %d", looks, want)
			}
			d.after(time.Hour)
		}
		r := d.after(24 * time.Hour)
		if looks != 4 || len(r.OpenDebts()) != 0 || len(d.events("debt settled")) != 1 || !r.Due.IsZero() {
			t.Errorf("%d looks, %s", looks, text(r.Debts))
		}
	})
	within(t, "only when somebody asks where looking is an attempt to sign in", func(t *testing.T) {
		looks := 0
		d := owe(t, rotation.Debt{}, func(rotation.Debt) (string, bool, error) { looks++; return "it works", false, nil })
		if d.after(48 * time.Hour); looks != 0 {
			t.Errorf("%d looks without being asked", looks)
		}
		press(d, rotation.CheckDebt)
		r := d.after(time.Second)
		if looks != 1 || r.Debts[0].Seen != "it works" || r.Debts[0].Asked || !r.Due.IsZero() {
			t.Errorf("%d looks, %s", looks, text(r.Debts))
		}
	})
	within(t, "and not at one that somebody settled", func(t *testing.T) {
		looks := 0
		d := owe(t, rotation.Debt{Quiet: true}, func(rotation.Debt) (string, bool, error) { looks++; return "it is there", false, nil })
		d.after(time.Second)
		press(d, rotation.SettleDebt)
		if d.after(24 * time.Hour); looks != 1 {
			t.Errorf("%d looks", looks)
		}
	})
	within(t, "after a restart too", func(t *testing.T) {
		looks := 0
		d := owe(t, rotation.Debt{Quiet: true}, func(rotation.Debt) (string, bool, error) { looks++; return "it is there", false, nil })
		d.after(time.Second)
		d.stop()
		d.run()
		defer d.stop()
		if d.after(time.Hour + time.Second); looks != 2 {
			t.Errorf("%d looks", looks)
		}
	})
	for name, c := range map[string]struct {
		look func(rotation.Debt) (string, bool, error)
		seen string
	}{
		"a provider that is silent says nothing about it": {func(rotation.Debt) (string, bool, error) {
			return "", false, &rotation.ProviderError{Provider: "GitHub", Op: "reading the user", Code: "timeout"}
		}, "GitHub didn't tell (reading the user: timeout)"},
		"nor does one that says why it can't be asked": {func(rotation.Debt) (string, bool, error) {
			return "", true, &rotation.Error{What: "The user is gone."}
		}, "The user is gone"},
		"nor does a mistake of ours": {func(rotation.Debt) (string, bool, error) { return "", true, errors.New("broken") }, "Rekey couldn't look, for a reason that isn't a provider's"},
		"nor does a panic":           {func(rotation.Debt) (string, bool, error) { panic("broken") }, "Rekey made a mistake and couldn't look"},
	} {
		within(t, name, func(t *testing.T) {
			d := owe(t, rotation.Debt{Quiet: true}, c.look)
			if r := d.after(time.Second); !r.Debts[0].Open() || r.Debts[0].Seen != c.seen {
				t.Errorf("%s", text(r.Debts))
			}
		})
	}
	within(t, "and says so where nobody can", func(t *testing.T) {
		d := owe(t, rotation.Debt{}, nil)
		d.actions[rotation.KindReceive] = act(waiting)
		press(d, rotation.CheckDebt)
		if r := d.after(time.Second); r.Debts[0].Seen != "Rekey has no way to look" {
			t.Errorf("%s", text(r.Debts))
		}
	})
}
