package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

func TestWhatIsWatchedIsLookedAtEachHourAndWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.pass(time.Second)
		for _, name := range []string{"glass", "plain", "tok"} { // tok twice: its row's watch, and its version
			if n := w.world.count(name); n != map[string]int{"glass": 1, "plain": 1, "tok": 2}[name] {
				t.Errorf("%s was looked at %d times at the start", name, n)
			}
		}
		w.pass(59 * time.Minute)
		if n := w.world.count("glass"); n != 1 {
			t.Errorf("within the hour it was looked at %d times", n)
		}
		w.pass(2 * time.Minute)
		if n := w.world.count("glass"); n != 2 {
			t.Errorf("after an hour it was looked at %d times", n)
		}
		w.engine.Refresh("glass")
		w.pass(time.Second)
		if n, other := w.world.count("glass"), w.world.count("plain"); n != 3 || other != 2 {
			t.Errorf("asked about one, it was looked at %d times and the other %d", n, other)
		}
		w.engine.Refresh()
		w.pass(time.Second)
		if n, other := w.world.count("glass"), w.world.count("plain"); n != 4 || other != 3 {
			t.Errorf("asked about all, it was looked at %d times and the other %d", n, other)
		}
		w.stop()
		w.run() // a restart doesn't look again before it is time
		w.pass(30 * time.Minute)
		if n := w.world.count("glass"); n != 4 {
			t.Errorf("after a restart it was looked at %d times", n)
		}
	})
}

func TestALookThatShowsNothingKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := build(t)
		w.world.set("glass", rotation.Finding{Words: "The user has no access key."}, nil)
		w.run()
		w.pass(time.Second)
		for name, c := range map[string]struct {
			err  error
			says string
		}{
			"refused":    {&rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "AccessDenied", Definite: true}, "AWS refused (ListAccessKeys: AccessDenied)"},
			"no answer":  {&rotation.ProviderError{Provider: "AWS", Op: "ListAccessKeys", Code: "timeout"}, "AWS didn't answer (ListAccessKeys: timeout)"},
			"a person's": {fmt.Errorf("looking: %w", &rotation.Error{What: "The secret holds binary data."}), "The secret holds binary data"},
			"ours":       {errors.New("oh"), "Rekey couldn't look, for a reason that isn't a provider's"},
		} {
			w.world.set("glass", aKey, c.err)
			w.engine.Refresh()
			w.pass(time.Second)
			s := w.seen.of("glass", "keys")
			if s.Failed != c.says || s.Finding.Words != "The user has no access key." || s.Finding.Alarm {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if n := len(w.raised()); n != 0 {
			t.Errorf("%d were raised for what wasn't seen", n)
		}
		w.world.mu.Lock()
		w.world.hang = true
		w.world.mu.Unlock()
		w.engine.Refresh()
		w.pass(30 * time.Second)
		if s := w.seen.of("glass", "keys"); !strings.Contains(s.Failed, "didn't answer") {
			t.Errorf("a look that hangs ends by itself: %+v", s)
		}
	})
}

func TestAnAlarmStartsItsRunbookOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.pass(time.Second)
		w.world.set("glass", aKey, nil)
		w.world.set("plain", aKey, nil) // without a runbook it only stands in the list
		for range 3 {
			w.pass(2 * time.Hour)
		}
		w.stop()
		w.run()
		w.pass(2 * time.Hour)
		all := w.raised()
		if len(all) != 1 {
			t.Fatalf("%d were raised", len(all))
		}
		r := all[0]
		if r.Starter != rotation.ByRekey || r.Holder != rotation.ByRekey || !r.Plan.Walk || r.Plan.Alarm != aKey.Words || len(r.Steps) != 1 || r.Steps[0].ID != "see" {
			t.Errorf("raised %+v", r)
		}
		if err := w.engine.Compare(t.Context()); err != nil || w.raised()[0].Changed != "" {
			t.Errorf("the catalogue renders another plan for it: %v", err)
		}

		w.end(r.ID, rotation.Cancelled)
		w.pass(6 * 24 * time.Hour)
		if n := len(w.raised()); n != 1 {
			t.Errorf("what somebody ended is raised again after less than a week: %d", n)
		}
		w.pass(2 * 24 * time.Hour)
		if n := len(w.raised()); n != 2 {
			t.Errorf("after a week it is raised again: %d", n)
		}

		w.end(2, rotation.Cancelled)
		w.world.set("glass", rotation.Finding{Words: "none"}, nil)
		w.pass(2 * time.Hour)
		w.world.set("glass", aKey, nil)
		w.pass(2 * time.Hour)
		if n := len(w.raised()); n != 3 {
			t.Errorf("another key is another alarm: %d", n)
		}

		w.end(3, rotation.Complete) // it was seen gone, and is back at once
		w.pass(2 * time.Hour)
		if n := len(w.raised()); n != 4 {
			t.Errorf("a key that is back is another alarm: %d", n)
		}
	})
}

// What is rotated by itself since it isn't as it has to be isn't rotated over
// and over.
func TestAnAlarmThatARotationDoesNotEndIsNotRaisedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := build(t)
		w.world.set("tok", rotation.Finding{Words: "Its owner has left.", Alarm: true, Dates: []rotation.Dated{{Name: "v1", Created: time.Now().Add(-time.Hour).Unix()}}}, nil)
		w.run()
		w.pass(2 * time.Hour)
		all := w.raised()
		if len(all) != 1 || all[0].Plan.Walk || len(all[0].Steps) != 3 {
			t.Fatalf("raised %+v", all)
		}
		w.end(1, rotation.Complete)
		w.pass(3 * 24 * time.Hour)
		if n := len(w.raised()); n != 1 {
			t.Errorf("%d were raised", n)
		}
		r, err := w.engine.Start(t.Context(), rotation.Order{Secret: "tok"}, ann)
		if err != nil || r.Facts.OldSeen.IsZero() {
			t.Errorf("a rotation starts with what was seen: %+v, %v", r.Facts, err)
		}
	})
}

func TestHundredsOfLooksAreNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := watchedRows
		for i := range 400 {
			rows += fmt.Sprintf("  - {name: plain%d, title: Nothing, owner: \"@team\", exempt: {reason: It is none., review: \"2027-05-22\"}, watch: [{kind: keys, user: many}]}\n", i)
		}
		w := keep(t)
		w.stop()
		book := book
		book.Actions = w.engine.Actions
		book.Watchers, book.Provers = w.engine.Watchers, w.engine.Provers
		c, err := rotation.LoadCatalogue([]byte(rows), book)
		if err != nil {
			t.Fatal(err)
		}
		w.engine.Catalogue = c
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- w.engine.Watch(ctx) }()
		w.pass(time.Second)
		if n := w.world.count("many"); n == 0 || n > 30 {
			t.Errorf("%d looks in a second", n)
		}
		w.pass(time.Minute)
		if n := w.world.count("many"); n != 400 {
			t.Errorf("%d looks in a minute", n)
		}
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsNotWatchedAnyMoreIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		w.stop()
		w.seen.all["removed keys"] = rotation.Sighting{About: "removed", Kind: "keys", Finding: aKey}
		w.run()
		w.pass(time.Second)
		if s := w.seen.of("removed", "keys"); s.About != "" {
			t.Errorf("still there: %+v", s)
		}
	})
}
