package fakeaws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rekey/need"
)

func TestTheRulesOfQueriesAreThoseOfTheModel(t *testing.T) {
	type ref struct {
		Target string
		Traits map[string]json.RawMessage
	}
	var shapes struct {
		Shapes map[string]struct {
			Input   ref
			Members map[string]ref
			Traits  map[string]json.RawMessage
		}
	}
	for _, service := range []string{"iam", "sts"} {
		data, err := os.ReadFile(filepath.Join(need.Specs(t), "public", "aws", service+".smithy-subset.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &shapes); err != nil { // the two have no shape in common
			t.Fatal(err)
		}
	}
	found := 0
	for id, operation := range shapes.Shapes {
		name := id[len("com.amazonaws.iam#"):]
		for member, target := range shapes.Shapes[operation.Input.Target].Members {
			r, ours := queryRules[name][member]
			_, required := target.Traits["smithy.api#required"]
			if !ours {
				if required && queryRules[name] != nil {
					t.Errorf("%s: nothing checks %s", name, member)
				}
				continue
			}
			found++
			var length struct{ Min, Max int }
			if raw, limited := shapes.Shapes[target.Target].Traits["smithy.api#length"]; limited {
				if err := json.Unmarshal(raw, &length); err != nil {
					t.Fatal(err)
				}
				if r.least != length.Min || r.most != length.Max {
					t.Errorf("%s: %s has %d to %d characters, not %d to %d", name, member, length.Min, length.Max, r.least, r.most)
				}
			}
			if r.required != required {
				t.Errorf("%s: it is %t that %s is required", name, required, member)
			}
		}
	}
	inSubset := 0
	for name, rules := range queryRules {
		if !slices.Contains([]string{"GetGroup", "DeleteUser"}, name) {
			inSubset += len(rules)
		}
	}
	if found != inSubset {
		t.Errorf("the models have %d of %d members", found, inSubset)
	}
}
