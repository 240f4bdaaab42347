package rotation

import (
	"strings"
	"testing"
)

func TestAPasswordThatCannotBeMadeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		policy PasswordPolicy
		want   string // a part of the refusal; empty: fine
	}{
		"as Secrets Manager does by itself": {PasswordPolicy{}, ""},
		"long and plain":                    {PasswordPolicy{Length: 64, ExcludePunctuation: true, Exclude: "lIO0"}, ""},
		"digits only":                       {PasswordPolicy{Length: 1, ExcludeLowercase: true, ExcludeUppercase: true, ExcludePunctuation: true}, ""},
		"too long":                          {PasswordPolicy{Length: 4097}, "1 to 4096"},
		"negative":                          {PasswordPolicy{Length: -1}, "1 to 4096"},
		"too short for each kind":           {PasswordPolicy{Length: 4, IncludeSpace: true}, "each of the 5 kinds"},
		"short, of any kinds":               {PasswordPolicy{Length: 3, AnyKinds: true}, ""},
		"nothing left": {PasswordPolicy{ExcludeLowercase: true, ExcludeUppercase: true, ExcludePunctuation: true, Exclude: "0123456789"},
			"nothing is left"},
		"too much excluded": {PasswordPolicy{Exclude: strings.Repeat("é", 4097)}, "exclude has more"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.policy.Check()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAPasswordPolicyIsReadStrictly(t *testing.T) {
	var p PasswordPolicy
	if err := Decode(Params(`{"length": 40, "exclude": "\"'", "exclude_punctuation": true}`), &p); err != nil || p.Length != 40 || !p.ExcludePunctuation {
		t.Errorf("%+v, %v", p, err)
	}
	if Decode(Params(`{"lenght": 40}`), &p) == nil {
		t.Error("an unknown key was taken")
	}
}
