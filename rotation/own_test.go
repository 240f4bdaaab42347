package rotation_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/rotation"
)

// withOwn loads a catalogue for a Rekey that signs in with two things.
func withOwn(t *testing.T, names ...string) (*rotation.Catalogue, error) {
	t.Helper()
	b := book
	b.Actions = maps.Clone(book.Actions)
	for _, kind := range []string{rotation.KindReplaceOwn, "guide"} {
		b.Actions[kind] = act(nil)
	}
	b.Actions["approve_own"] = act(nil)
	b.Watchers = map[string]rotation.Watcher{"keys": &lookedAt{}}
	b.Provers = map[string]rotation.Prover{"vault": &vault{}}
	b.Own = []rotation.Own{
		{Name: "rekey_hub", Title: "Rekey's hub token", Noun: "token", From: "HUB_TOKEN", Page: "https://hub.example/", Text: "Make one."},
		{Name: "rekey_chat", Title: "Rekey's chat token", Noun: "token", From: "CHAT_TOKEN", Page: "https://chat.example/", Text: "Make one.", Alone: true},
	}
	text := watchedRows
	for _, name := range names {
		text += "  - {name: " + name + ", title: Taken, owner: \"@team\", exempt: {reason: No secret., review: \"2027-05-22\"}}\n"
	}
	b.Actions["ask"], b.Actions["see"] = strict{rotation.Holder}, strict{rotation.Holder}
	return rotation.LoadCatalogue([]byte(text), b)
}

func TestRekeysOwnCredentialsAreRows(t *testing.T) {
	c, err := withOwn(t)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"rekey_hub": "replace approve end", "rekey_chat": "approve replace"} {
		p, err := c.Plan(rotation.Order{Secret: name})
		if err != nil {
			t.Fatal(err)
		}
		var steps []string
		for _, s := range p.Steps {
			steps = append(steps, s.ID)
		}
		if got := strings.Join(steps, " "); got != want || p.Owner.Name != "@team" || p.Every != 180 || p.Lead != 14 {
			t.Errorf("%s: %s, owner %v, every %d, lead %d", name, got, p.Owner, p.Every, p.Lead)
		}
	}
	watched := 0
	for _, w := range c.Watches() {
		if w.Kind == rotation.KindOwn {
			watched++
		}
		if strings.HasPrefix(w.Row, "rekey_") && w.Kind != rotation.KindOwn {
			t.Errorf("%s is looked for at AWS", w.Row)
		}
	}
	if watched != 2 {
		t.Errorf("%d of 2 are looked at", watched)
	}
	if _, err := withOwn(t, "rekey_hub"); err == nil || !strings.Contains(err.Error(), "choose another name") {
		t.Errorf("a row with the name of one of Rekey's own: %v", err)
	}
}

func TestRekeysOwnCredentialsStandLast(t *testing.T) {
	c, err := withOwn(t)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	seen := func(about, kind string, age time.Duration) rotation.Sighting {
		return rotation.Sighting{About: about, Kind: kind, Seen: now, Looked: now, Finding: rotation.Finding{Dates: []rotation.Dated{{Name: "a", Created: now.Add(-age).Unix()}}}}
	}
	day := 24 * time.Hour
	r := rotation.NewReport(c.Standings(nil, []rotation.Sighting{seen("rekey_hub", rotation.KindOwn, 250*day), seen("tok", rotation.KindVersion, 200*day)}, nil), nil, now, time.UTC)
	if a, b := r.Items[0], r.Items[1]; a.Secret.Name != "tok" || b.Secret.Name != "rekey_hub" || b.Rank != rotation.RankOverdue {
		t.Errorf("first %s, then %s (%v)", a.Secret.Name, b.Secret.Name, b.Rank)
	}
	if why := r.Items[1].Why(); !strings.Contains(why, "first saw it") {
		t.Error(why)
	}
}

// What no provider tells the age of is as old as the first look that showed it,
// over restarts, and young again when another one is seen.
func TestWhatHasNoAgeIsAsOldAsItsFirstSighting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := keep(t)
		began := time.Now()
		mark := func(m string) {
			w.world.set("tok", rotation.Finding{Words: "It is taken.", Dates: []rotation.Dated{{Name: m}}}, nil)
		}
		created := func() time.Time { return w.seen.of("tok", "keys").Finding.Dates[0].When() }
		mark("aaaa")
		w.pass(time.Second)
		w.engine.Refresh()
		w.pass(3 * time.Hour)
		w.stop()
		w.run()
		w.pass(3 * time.Hour)
		if got := created(); got.Sub(began) > time.Minute {
			t.Errorf("first seen %v after the first look", got.Sub(began))
		}
		mark("bbbb")
		w.pass(2 * time.Hour)
		if got := created(); got.Sub(began) < 5*time.Hour {
			t.Errorf("another one is as old as the first: %v", got.Sub(began))
		}
	})
}
