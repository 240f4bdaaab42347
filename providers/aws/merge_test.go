package aws_test

import (
	"encoding/json"
	"errors"
	"testing"

	"rekey/providers/aws"
	"rekey/rotation"
)

func TestMergingKeepsAllOtherBytes(t *testing.T) {
	for name, c := range map[string]struct{ whole, v, want string }{
		"one field":             {`{"token":"a"}`, "b", `{"token":"b"}`},
		"order and spaces":      {"{\n  \"z\" : 1.50,\n  \"token\" :  \"a\" ,\n  \"b\": [ 1 ]\n}\n", "b", "{\n  \"z\" : 1.50,\n  \"token\" :  \"b\" ,\n  \"b\": [ 1 ]\n}\n"},
		"numbers stay as typed": {`{"n":12345678901234567890.10e5,"token":"a","x":null}`, "b", `{"n":12345678901234567890.10e5,"token":"b","x":null}`},
		"escapes elsewhere":     {`{"é\u00e9":"\u003c\/","token":"\u0061"}`, "b", `{"é\u00e9":"\u003c\/","token":"b"}`},
		"the same name deeper":  {`{"in":{"token":"deep"},"token":"a"}`, "b", `{"in":{"token":"deep"},"token":"b"}`},
		"quotes and newlines":   {`{"token":"a"}`, "\"\\\n<&>", `{"token":"\"\\\n<&>"}`},
		"an escaped name":       {`{"t\u006fken":"a"}`, "b", `{"t\u006fken":"b"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := aws.MergeField(rotation.NewValue(c.whole), "token", rotation.NewValue(c.v))
			if err != nil || got.Reveal() != c.want {
				t.Errorf("got %s, %v", got.Reveal(), err)
			}
		})
	}
}

func TestMergingRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, c := range map[string]struct{ whole, v string }{
		"plain text":              {canary, "b"},
		"a string":                {`"` + canary + `"`, "b"},
		"a list":                  {`["` + canary + `"]`, "b"},
		"nothing":                 {``, "b"},
		"null":                    {`null`, "b"},
		"no such field":           {`{"other":"` + canary + `"}`, "b"},
		"another case":            {`{"Token":"` + canary + `"}`, "b"},
		"a number":                {`{"token":42}`, "b"},
		"an object":               {`{"token":{"a":"` + canary + `"}}`, "b"},
		"a null":                  {`{"token":null}`, "b"},
		"twice":                   {`{"token":"` + canary + `","token":"a"}`, "b"},
		"cut off":                 {`{"token":"` + canary + `"`, "b"},
		"broken behind":           {`{"token":"a",` + canary + `}`, "b"},
		"two objects":             {`{"token":"a"}{"token":"` + canary + `"}`, "b"},
		"text behind":             {`{"token":"a"} ` + canary, "b"},
		"a value that isn't text": {`{"token":"a"}`, canary + "\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := aws.MergeField(rotation.NewValue(c.whole), "token", rotation.NewValue(c.v))
			var said *rotation.Error
			if !errors.As(err, &said) || !got.Empty() {
				t.Fatalf("got %v, %v", got, err)
			}
			silent(t, err)
		})
	}
}

func FuzzMergingChangesOneFieldOnly(f *testing.F) {
	f.Add(`{"a":1,"token":"x"}`, "y")
	f.Fuzz(func(t *testing.T, whole, v string) {
		merged, err := aws.MergeField(rotation.NewValue(whole), "token", rotation.NewValue(v))
		if err != nil {
			return
		}
		var before, after map[string]any
		if json.Unmarshal([]byte(whole), &before) != nil || json.Unmarshal([]byte(merged.Reveal()), &after) != nil {
			t.Fatalf("%q became %q", whole, merged.Reveal())
		}
		before["token"] = v
		want, _ := json.Marshal(before)
		if got, _ := json.Marshal(after); string(got) != string(want) {
			t.Errorf("%q became %q", whole, merged.Reveal())
		}
	})
}
