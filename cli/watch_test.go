package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rekey/rotation"
	"rekey/storage"
)

// A row whose members aren't those that IAM has.
const inventoryRow = `
  - name: vendor_keys
    title: Access keys of vendors
    owner: "@modernisation-platform"
    exempt: {reason: Each vendor replaces its own., review: "2027-05-22"}
    members:
      sam.collaborator: {}
      leaver.collaborator: {}
    watch:
      - {kind: iam_users, path: /collaborators/, members: "{{members}}"}
`

// Users that the catalogue doesn't name, and members that IAM doesn't have,
// are told in the list, at the top.
func TestTheInventoryIsHeldAgainstIAM(t *testing.T) {
	t.Parallel()
	text := strings.TrimRight(string(embedded(t)), "\n") + "\n" + inventoryRow
	newTown(t, false, []byte(text)).play("inventory", []byte(`
starter> /rotate refresh
settle> 2s
starter> /rotate list
reply (starter) Access keys of vendors vendor_keys · since · The catalogue doesn't name
starter> /rotate vendor_keys sam.collaborator
reply (starter) isn't rotated: Each vendor replaces its own
`))
}

// The metrics tell of alarms, and of what has gone unseen the longest.
func TestWhatIsWatchedIsMeasured(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "rekey.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, s := range []rotation.Sighting{
		{About: "glass", Kind: "no_active_keys", Finding: rotation.Finding{Alarm: true}, Looked: noon.Add(-time.Minute)},
		{About: "tok", Kind: "version", Looked: noon.Add(-3 * time.Hour)},
		{About: "tok", Kind: "version", Looked: noon.Add(-time.Hour), Failed: "AWS didn't answer"},
		{About: "never", Kind: "version", Looked: noon.Add(-2 * time.Hour), Failed: "AWS refused"},
	} {
		if err := db.Sight(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(sightings{db, func() time.Time { return noon }})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if got["rekey_alarms"] != 1 || got["rekey_sighting_age_seconds"] != (3*time.Hour).Seconds() {
		t.Errorf("%v", got)
	}
}
