package page_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rekey/sandbox/page"
)

// A soak of days is passed by a choice in the page's head.
func TestTheClockCanBeMovedOn(t *testing.T) {
	s, address := site(t, page.Parts{})
	before := s.World.Now()
	if status, said := post(t, address, "advance", "by=24h", ""); status >= http.StatusBadRequest {
		t.Fatalf("%d %s", status, said)
	}
	if moved := s.World.Now().Sub(before); moved < 24*time.Hour || moved > 25*time.Hour {
		t.Errorf("it moved by %v", moved)
	}
	for _, by := range []string{"", "-1h", "9000h", "soon"} {
		if _, said := post(t, address, "advance", "by="+by, ""); !strings.Contains(said, "Choose how much later it is to be") {
			t.Errorf("by %q: %s", by, said)
		}
	}
}

// The digest comes on Mondays; one button leads there, again and again.
func TestTheClockGoesToMonday(t *testing.T) {
	s, address := site(t, page.Parts{})
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		before := s.World.Now()
		if status, said := post(t, address, "advance", "by=monday", ""); status >= http.StatusBadRequest {
			t.Fatalf("%d %s", status, said)
		}
		now := s.World.Now()
		if got := now.In(london).Format("Mon 15:04"); got != "Mon 09:00" || now.Sub(before) > 8*24*time.Hour {
			t.Errorf("it went from %v to %v", before, now)
		}
	}
}
