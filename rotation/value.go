package rotation

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// hidden is what every way of printing a Value shows.
const hidden = "(hidden)"

// A Value is a secret value on its way between two providers. It can't be
// printed, logged or marshalled: each of those shows "(hidden)" and nothing of
// its length. It lives in memory only, for as long as one attempt of a step.
//
// It is kept behind a function, since package fmt looks through the methods of
// what stands in an unexported field, and prints its bytes.
type Value struct{ text func() string }

// NewValue wraps s.
func NewValue(s string) Value { return Value{func() string { return s }} }

// Reveal returns the value itself. Only code that hands it to the provider it
// belongs to may call it.
func (v Value) Reveal() string { return string(v.bytes()) }

// Empty reports whether there is no value at all.
func (v Value) Empty() bool { return len(v.bytes()) == 0 }

// Same compares two values in constant time.
func (v Value) Same(other Value) bool {
	return subtle.ConstantTimeCompare(v.bytes(), other.bytes()) == 1
}

// Begins reports whether the value begins with what its provider shows of it,
// which isn't secret.
func (v Value) Begins(hint string) bool { return bytes.HasPrefix(v.bytes(), []byte(hint)) }

// Mark tells one value from another, and nothing else about it: the first 32
// bits of its SHA-256, in hex. It is for values too random to be guessed.
func (v Value) Mark() string {
	sum := sha256.Sum256(v.bytes())
	return hex.EncodeToString(sum[:4])
}

// Object reports whether the value is a JSON object, which has fields.
func (v Value) Object() bool {
	text := bytes.TrimSpace(v.bytes())
	return bytes.HasPrefix(text, []byte("{")) && json.Valid(text)
}

func (v Value) bytes() []byte {
	if v.text == nil {
		return nil
	}
	return []byte(v.text())
}

// Fields returns the values of a JSON object of texts by their names. The error
// for anything else shows nothing of it.
func (v Value) Fields() (map[string]Value, error) {
	texts := map[string]string{}
	if err := json.Unmarshal(v.bytes(), &texts); err != nil {
		return nil, errors.New("the value is not a JSON object of texts")
	}
	out := map[string]Value{}
	for name, text := range texts {
		out[name] = NewValue(text)
	}
	return out, nil
}

// String returns "(hidden)".
func (v Value) String() string { return hidden }

// GoString returns "(hidden)".
func (v Value) GoString() string { return hidden }

// Format writes "(hidden)", whatever the verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText returns "(hidden)", which covers JSON, YAML and slog as well.
func (v Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }
