package storage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

func TestATicketIsKeptUntilItIsOver(t *testing.T) {
	db := open(t, path(t))
	if _, ever, err := db.Ticket(t.Context(), "due:x:2026-12-04"); ever || err != nil {
		t.Fatal("there is one already", err)
	}
	ticket := rotation.Ticket{
		Key: "due:x:2026-12-04", Secret: "x", Due: "2026-12-04", Title: "Rotate x Credential", State: rotation.TicketWanted, Repo: "a/b",
		Wanted: monday, Sending: true, Sent: monday, Deadline: monday.Add(time.Second), Sends: 1,
	}
	save := func(open int) {
		t.Helper()
		if err := db.SaveTicket(t.Context(), ticket, rotation.Event{At: monday, By: rotation.ByRekey, Kind: "effect done", Text: string(ticket.State)}); err != nil {
			t.Fatal(err)
		}
		got, ever, err := db.Ticket(t.Context(), ticket.Key)
		if diff := cmp.Diff(ticket, got); diff != "" || !ever || err != nil {
			t.Error(diff, ever, err)
		}
		if got.ID() != ticket.ID() {
			t.Error("it has another name after it was kept")
		}
		if all, err := db.OpenTickets(t.Context()); len(all) != open || err != nil {
			t.Errorf("%d are open, %v", len(all), err)
		}
	}
	save(1)
	ticket.State, ticket.Number, ticket.Sending = rotation.TicketOpen, 7, false
	save(1)
	ticket.State = rotation.TicketByHand
	save(0)
	if events, err := db.Events(t.Context(), 0); err != nil || len(events) != 3 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func TestARemarkIsUnheardUntilItWasPassedOn(t *testing.T) {
	db := open(t, path(t))
	said := func(kind string, of rotation.ID) {
		t.Helper()
		if err := db.Log(t.Context(), rotation.Event{Rotation: of, At: monday, By: "U1", Kind: kind, Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	unheard := func(want ...rotation.ID) {
		t.Helper()
		got, err := db.Unheard(t.Context())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	unheard()
	said(rotation.RemarkMade, 2)
	said(rotation.RemarkMade, 1)
	said(rotation.RemarkMade, 1)
	said("retry", 3)
	unheard(1, 2)
	said(rotation.RemarkPassed, 1)
	said(rotation.RemarkPassed, 2)
	unheard(1)
	said(rotation.RemarkPassed, 1)
	unheard()
}
