package rotation_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

// A source looks at nothing; it only has a name.
type source string

func (s source) Provider() string          { return string(s) }
func (source) Check(rotation.Params) error { return nil }
func (source) Look(context.Context, rotation.Params) (rotation.Finding, error) {
	return rotation.Finding{}, nil
}

func TestEachProviderIsAsFreshAsItsLastGoodLook(t *testing.T) {
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	e := &rotation.Engine{Watchers: map[string]rotation.Watcher{"version": source("AWS"), "keys": source("AWS"), "client_secrets": source("Entra ID")}}
	got := e.Freshness([]rotation.Sighting{
		{About: "a", Kind: "version", Seen: noon.Add(-time.Hour), Looked: noon.Add(-time.Hour)},
		{About: "b", Kind: "keys", Seen: noon, Looked: noon},
		{About: "c", Kind: "version", Looked: noon, Failed: "AccessDenied"},
		{About: "d", Kind: "client_secrets", Seen: noon.AddDate(0, 0, -1), Looked: noon, Failed: "no answer"},
		{About: "e", Kind: "gone", Seen: noon},
	})
	want := []rotation.Freshness{
		{Provider: "AWS", Seen: noon, Looks: 3, Blind: 1, Failed: "AccessDenied"},
		{Provider: "Entra ID", Seen: noon.AddDate(0, 0, -1), Looks: 1, Blind: 1, Failed: "no answer"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
