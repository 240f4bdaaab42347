package storage_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
	"rekey/storage"
)

func TestAReplyIsOwedUntilItWasDelivered(t *testing.T) {
	db := open(t, path(t))
	reply := &rotation.Reply{To: "U2", Channel: "C1", Text: "Not you."}
	for i := range 101 {
		if err := db.Log(t.Context(), rotation.Event{Secret: "s", At: noon, By: "U2", Kind: "refused", Text: fmt.Sprint(i), Reply: reply}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Log(t.Context(), rotation.Event{At: noon, Kind: "said to nobody"}); err != nil {
		t.Fatal(err)
	}
	owed, err := db.Owed(t.Context())
	if err != nil || len(owed) != 100 || owed[0].Seq != 1 {
		t.Fatalf("got %d owed, %v", len(owed), err)
	}
	if diff := cmp.Diff(reply, owed[0].Reply); diff != "" {
		t.Error(diff)
	}
	for _, e := range owed {
		if err := db.Answered(t.Context(), e.Seq, noon); err != nil {
			t.Fatal(err)
		}
	}
	if owed, err = db.Owed(t.Context()); err != nil || len(owed) != 1 || owed[0].Seq != 101 {
		t.Errorf("got %v, %v, want the last one", owed, err)
	}
	if lines := intact(t, db); lines != 102 {
		t.Errorf("got %d lines, want 102", lines)
	}
}

func TestTheChainShowsWhatWasDoneToTheLog(t *testing.T) {
	fields := []string{"rotation = 7", "secret = 'x'", "at = at + 1", "by = 'U9'", "kind = 'x'", "step = 'z'", "text = text || '.'",
		"reply_to = 'U9'", "reply_channel = 'C9'", "reply_text = ''", "prev_hash = 'x'", "hash = 'x'"}
	attacks := map[string]string{
		"the last line deleted":     `delete from events where seq = 9`,
		"the first line deleted":    `delete from events where seq = 1`,
		"all lines deleted":         `delete from events`,
		"a line deleted, closed":    `delete from events where seq = 5; update events set seq = seq - 1 where seq > 5`,
		"two lines swapped":         `update events set seq = -1 where seq = 3; update events set seq = 3 where seq = 4; update events set seq = 4 where seq = -1`,
		"a line copied to the end":  `insert into events select 10, rotation, secret, at, by, kind, step, text, reply_to, reply_channel, reply_text, null, hash, hash from events where seq = 9`,
		"the head moved":            `update head set seq = 8`,
		"text moved to a neighbour": `update events set kind = kind || 'x', step = '' where seq = 4`,
	}
	for _, f := range fields {
		for _, seq := range []int{1, 5, 9} {
			attacks[fmt.Sprintf("%s in line %d", f, seq)] = fmt.Sprintf("update events set %s where seq = %d", f, seq)
		}
	}
	path := path(t)
	db := open(t, path)
	for range 9 {
		if err := db.Log(t.Context(), rotation.Event{At: noon, By: "U1", Kind: "k", Step: "x", Text: "t", Reply: &rotation.Reply{To: "U1", Channel: "C1", Text: "r"}}); err != nil {
			t.Fatal(err)
		}
	}
	lines, head, err := db.VerifyChain(t.Context())
	if err != nil || lines != 9 || len(head) != 64 {
		t.Fatalf("got %d, %q, %v", lines, head, err)
	}
	admin := raw(t, path)
	administer(t, admin, `create table kept as select * from events; create table kept_head as select * from head`)
	for name, attack := range attacks {
		administer(t, admin, attack)
		if _, _, err := db.VerifyChain(t.Context()); !errors.Is(err, storage.ErrTampered) {
			t.Errorf("%s: got %v", name, err)
		}
		administer(t, admin, `delete from events; insert into events select * from kept; delete from head; insert into head select * from kept_head`)
	}
	if _, again, err := db.VerifyChain(t.Context()); err != nil || again != head {
		t.Errorf("put back: got %q, %v", again, err)
	}
}

func TestEventsAreFoundByTheirRotation(t *testing.T) {
	db := open(t, path(t))
	one, two := create(t, db, "a"), create(t, db, "b")
	update(t, db, one.ID, note("first"))
	update(t, db, two.ID, note("second"))
	update(t, db, one.ID, note("third"))
	events, err := db.Events(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.Kind+" "+e.Text)
	}
	if diff := cmp.Diff([]string{"started Started the rotation of The a.", "noted first", "noted third"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSlacksWaitsAndEnvelopesOutliveARestart(t *testing.T) {
	path := path(t)
	db := open(t, path)
	for _, until := range []time.Time{noon, noon.Add(time.Minute)} {
		if err := db.Hold(t.Context(), "chat.update", until); err != nil {
			t.Fatal(err)
		}
	}
	seen := func(envelope string, at time.Time, want bool) {
		t.Helper()
		if first, err := db.Seen(t.Context(), envelope, at); err != nil || first != want {
			t.Errorf("%s at %s: got %v, %v", envelope, at, first, err)
		}
	}
	seen("e1", noon, true)
	seen("e1", noon, false)
	db.Close()
	db = open(t, path)
	seen("e1", noon.Add(time.Hour), false)
	seen("e2", noon.Add(47*time.Hour), true)
	seen("e1", noon.Add(48*time.Hour), false)
	seen("e3", noon.Add(49*time.Hour), true)
	seen("e1", noon.Add(49*time.Hour), true)
	holds, err := db.Holds(t.Context())
	if diff := cmp.Diff(map[string]time.Time{"chat.update": noon.Add(time.Minute)}, holds); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
