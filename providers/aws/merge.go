package aws

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"

	"rekey/rotation"
)

// MergeField returns the JSON object in whole with the field set to v. All
// other bytes stay as they are: the order of the fields, the spaces, every
// other value. It refuses, with a *rotation.Error that shows nothing of either
// value, what isn't an object, a field that is missing, there twice or not a
// string, and a v that isn't UTF-8, which JSON can't hold.
func MergeField(whole rotation.Value, field string, v rotation.Value) (rotation.Value, error) {
	at, err := locate(whole, field)
	if err != nil {
		return rotation.Value{}, err
	}
	if !utf8.ValidString(v.Reveal()) {
		return rotation.Value{}, misshapen("The new value isn't text in UTF-8, so it can't be a field of a JSON object.")
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v.Reveal()); err != nil {
		return rotation.Value{}, misshapen("The new value can't be a field of a JSON object.")
	}
	before, after := whole.Reveal()[:at.start], whole.Reveal()[at.end:]
	return rotation.NewValue(before + string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))) + after), nil
}

// Merge is MergeField, for whoever only knows the client.
func (*Client) Merge(whole rotation.Value, field string, v rotation.Value) (rotation.Value, error) {
	return MergeField(whole, field, v)
}

// pick returns one field of the JSON object in whole.
func pick(whole rotation.Value, field string) (rotation.Value, error) {
	at, err := locate(whole, field)
	return at.value, err
}

// A place is where a field's value stands in the object, with its quotes.
type place struct {
	start, end int64
	value      rotation.Value
}

// locate finds a field that is there once and holds a string.
func locate(whole rotation.Value, field string) (place, error) {
	notAnObject := misshapen("The secret's value isn't a JSON object, and its field " + strconv.Quote(field) + " was asked for.")
	decoder := json.NewDecoder(bytes.NewReader([]byte(whole.Reveal())))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return place{}, notAnObject
	}
	var found []place
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return place{}, notAnObject
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return place{}, notAnObject
		}
		if key != field {
			continue
		}
		var text *string
		if json.Unmarshal(raw, &text) != nil || text == nil {
			return place{}, misshapen("The field " + strconv.Quote(field) + " of the secret's value isn't a string.")
		}
		end := decoder.InputOffset()
		found = append(found, place{end - int64(len(raw)), end, rotation.NewValue(*text)})
	}
	if _, err := decoder.Token(); err != nil {
		return place{}, notAnObject
	}
	if _, err := decoder.Token(); err != io.EOF {
		return place{}, notAnObject
	}
	switch len(found) {
	case 0:
		return place{}, misshapen("The secret's value is a JSON object without a field " + strconv.Quote(field) + ".")
	case 1:
		return found[0], nil
	}
	return place{}, misshapen("The field " + strconv.Quote(field) + " is there more than once in the secret's value.")
}

func misshapen(what string) error {
	return &rotation.Error{
		Reason: rotation.Invalid,
		What:   what,
		Safe:   "Nothing was changed.",
		Next:   "Look at the secret in the AWS console, and at its field in the catalogue.",
	}
}
