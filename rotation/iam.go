package rotation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// An Account is where users and their keys are at AWS.
type Account struct {
	Region string // empty: the environment's
	Role   string // ARN of the role to assume for it; empty: the bot's own identity
}

// A Caller is who somebody is to AWS.
type Caller struct {
	Account string // its number
	ARN     string // of the user or the assumed role
}

// An IAMUser is a user of an account.
type IAMUser struct {
	Name    string
	ARN     string
	Created time.Time
}

// An AccessKey is one of the two that a user may have, without its secret half.
type AccessKey struct {
	ID      string
	Active  bool
	Created time.Time
}

// Pair is a key with its secret half as the AWS SDKs' environment names them: a
// JSON object with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
func (k AccessKey) Pair(secret Value) Value {
	return Value{func() string {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(struct { // two strings can always be written into a buffer
			ID     string `json:"AWS_ACCESS_KEY_ID"`
			Secret string `json:"AWS_SECRET_ACCESS_KEY"`
		}{k.ID, string(secret.bytes())})
		return strings.TrimSuffix(text.String(), "\n")
	}}
}

// A KeyUse is when AWS saw an access key sign a request the last time, and for
// what. AWS may take hours to notice.
type KeyUse struct {
	At      time.Time // zero: never seen used
	Service string    // "sts"
	Region  string
}

// A PasswordPolicy says how a password is made. The zero policy asks for what
// Secrets Manager makes by itself: 32 characters, at least one of each kind.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html.
type PasswordPolicy struct {
	Length             int    `json:"length,omitempty"`  // 0: 32
	Exclude            string `json:"exclude,omitempty"` // characters that may not be in it
	ExcludeLowercase   bool   `json:"exclude_lowercase,omitempty"`
	ExcludeUppercase   bool   `json:"exclude_uppercase,omitempty"`
	ExcludeNumbers     bool   `json:"exclude_numbers,omitempty"`
	ExcludePunctuation bool   `json:"exclude_punctuation,omitempty"`
	IncludeSpace       bool   `json:"include_space,omitempty"`
	AnyKinds           bool   `json:"any_kinds,omitempty"` // not every kind has to be in it
}

// The limits of Secrets Manager's passwords.
const (
	defaultPassword = 32
	maxPassword     = 4096
)

// Check refuses what Secrets Manager would refuse.
func (p PasswordPolicy) Check() error {
	length := p.Length
	if length == 0 {
		length = defaultPassword
	}
	kinds := p.kinds()
	switch {
	case length < 1 || length > maxPassword:
		return fmt.Errorf("a password has 1 to %d characters, and length is %d", maxPassword, p.Length)
	case utf8.RuneCountInString(p.Exclude) > maxPassword:
		return fmt.Errorf("exclude has more than %d characters", maxPassword)
	case kinds == 0:
		return errors.New("nothing is left to make a password from: all kinds of characters are excluded")
	case !p.AnyKinds && length < kinds:
		return fmt.Errorf("a password of %d characters can't have one of each of the %d kinds", length, kinds)
	}
	return nil
}

// kinds counts the kinds of characters of which some are left.
func (p PasswordPolicy) kinds() int {
	n := 0
	for alphabet, excluded := range map[string]bool{
		"abcdefghijklmnopqrstuvwxyz":         p.ExcludeLowercase,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ":         p.ExcludeUppercase,
		"0123456789":                         p.ExcludeNumbers,
		"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~": p.ExcludePunctuation,
		" ":                                  !p.IncludeSpace,
	} {
		left := strings.Map(func(r rune) rune {
			if strings.ContainsRune(p.Exclude, r) {
				return -1
			}
			return r
		}, alphabet)
		if !excluded && left != "" {
			n++
		}
	}
	return n
}
