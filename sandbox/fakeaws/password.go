package fakeaws

import (
	"strings"

	"rekey/sandbox/world"
)

// password has the members of GetRandomPassword's request.
type password struct {
	PasswordLength          int
	ExcludeCharacters       string
	ExcludeNumbers          bool
	ExcludePunctuation      bool
	ExcludeUppercase        bool
	ExcludeLowercase        bool
	IncludeSpace            bool
	RequireEachIncludedType *bool
}

// getRandomPassword makes a password of 32 characters unless told otherwise,
// with at least one of each kind unless told otherwise.
func (f *Fake) getRandomPassword(in *input, call *world.Call) (output, error) {
	length := in.PasswordLength
	if length == 0 {
		length = 32
	}
	kinds := in.kinds()
	eachKind := in.RequireEachIncludedType == nil || *in.RequireEachIncludedType
	switch {
	case length < 1 || length > 4096:
		return nil, invalidParameter("PasswordLength must be between 1 and 4096.")
	case len(kinds) == 0:
		return nil, invalidParameter("No characters are left to make a password from.")
	case eachKind && length < len(kinds):
		return nil, invalidParameter("The password is too short to have each included character type.")
	}
	value := world.Random(length, strings.Join(kinds, ""))
	for eachKind && !hasEach(value, kinds) {
		value = world.Random(length, strings.Join(kinds, ""))
	}
	f.w.Values.Add("random password for "+call.Caller, value)
	return output{"RandomPassword": value}, nil
}

func (p password) kinds() []string {
	var kinds []string
	add := func(excluded bool, alphabet string) {
		alphabet = strings.Map(func(r rune) rune {
			if strings.ContainsRune(p.ExcludeCharacters, r) {
				return -1
			}
			return r
		}, alphabet)
		if !excluded && alphabet != "" {
			kinds = append(kinds, alphabet)
		}
	}
	add(p.ExcludeLowercase, "abcdefghijklmnopqrstuvwxyz")
	add(p.ExcludeUppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	add(p.ExcludeNumbers, "0123456789")
	add(p.ExcludePunctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
	add(!p.IncludeSpace, " ")
	return kinds
}

func hasEach(value string, kinds []string) bool {
	for _, kind := range kinds {
		if !strings.ContainsAny(value, kind) {
			return false
		}
	}
	return true
}
