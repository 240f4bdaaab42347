package aws_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rekey/rotation"
)

func TestOneTagIsWrittenAndTheOthersAreLeftAlone(t *testing.T) {
	_, fake, client, _ := scene(t, "first")
	fake.Tag("pat", map[string]string{"owner": "team", "expiry-date": "2026-01-01"})
	for range 2 {
		if err := client.Tag(t.Context(), pat, "expiry-date", "2027-05-22"); err != nil {
			t.Fatal(err)
		}
	}
	tags, err := client.Tags(t.Context(), pat)
	if diff := cmp.Diff(map[string]string{"owner": "team", "expiry-date": "2027-05-22"}, tags); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	fake.Deny(bot, "TagResource", "pat")
	if p, definite := rotation.Definite(client.Tag(t.Context(), pat, "expiry-date", "2028-01-01")); !definite || p.Missing != "secretsmanager:TagResource on pat" {
		t.Errorf("%+v", p)
	}
}
