package storage_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

// A look that fails doesn't make a hole: what was seen before stays, with the
// time at which it was seen and why there is nothing newer.
func TestASightingOutlivesALookThatFails(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "rekey.db"))
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	look := func(s rotation.Sighting) {
		t.Helper()
		if err := db.Sight(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	fine := rotation.Finding{Words: "no active key", Names: []string{"a"}}
	look(rotation.Sighting{About: "breakglass", Kind: "no_active_keys", Finding: fine, Looked: monday})
	look(rotation.Sighting{About: "breakglass", Kind: "no_active_keys", Failed: "AWS didn't answer", Looked: monday.Add(time.Hour)})
	look(rotation.Sighting{About: "breakglass", Kind: "no_active_keys", Failed: "AWS didn't answer", Looked: monday.Add(2 * time.Hour)})
	look(rotation.Sighting{About: "other", Kind: "version", Failed: "AccessDenied", Looked: monday})
	look(rotation.Sighting{About: "gone", Kind: "version", Finding: fine, Looked: monday})
	if err := db.Forget(t.Context(), "gone", "version"); err != nil {
		t.Fatal(err)
	}
	got, err := db.Sightings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []rotation.Sighting{
		{About: "breakglass", Kind: "no_active_keys", Finding: fine, Seen: monday, Looked: monday.Add(2 * time.Hour), Failed: "AWS didn't answer", Failing: monday.Add(time.Hour)},
		{About: "other", Kind: "version", Looked: monday, Failed: "AccessDenied", Failing: monday},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	look(rotation.Sighting{About: "other", Kind: "version", Finding: fine, Looked: monday.Add(time.Hour)})
	got, err = db.Sightings(t.Context())
	if back := got[1]; err != nil || back.Failed != "" || !back.Failing.IsZero() || !back.Seen.Equal(monday.Add(time.Hour)) {
		t.Errorf("a look that shows something ends the failure: %+v, %v", back, err)
	}
}
