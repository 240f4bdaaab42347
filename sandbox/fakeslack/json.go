package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

type object = map[string]any

// encode never escapes <, > and &, so that what the bot sent is found again.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("fakeslack: encoding %T: %v", v, err))
	}
	return bytes.TrimSpace(b.Bytes())
}

func clone(v any) any {
	var out any
	if err := json.Unmarshal(encode(v), &out); err != nil {
		panic(fmt.Sprintf("fakeslack: cloning %T: %v", v, err))
	}
	return out
}

func decodeArray(raw json.RawMessage) ([]any, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var list []any
	err := json.Unmarshal(raw, &list)
	return list, err
}

func str(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func list(o object, key string) []any {
	l, _ := o[key].([]any)
	return l
}

func obj(o object, key string) object {
	m, _ := o[key].(object)
	return m
}

func flag(o object, key string) bool {
	b, _ := o[key].(bool)
	return b
}

// textOf is the text inside a text object.
func textOf(o object, key string) string { return str(obj(o, key), "text") }

// args are a Web API call's arguments, whether they came as a form or as JSON.
type args object

func (a args) str(key string) string {
	switch v := a[key].(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, float64:
		return fmt.Sprint(v)
	default:
		return string(encode(v))
	}
}

func (a args) bool(key string) bool {
	on, _ := strconv.ParseBool(a.str(key))
	return on
}

func (a args) int(key string, otherwise int) int {
	n, err := strconv.Atoi(a.str(key))
	if err != nil {
		return otherwise
	}
	return n
}

// raw is a structured argument, which a form carries as JSON in a string.
func (a args) raw(key string) json.RawMessage {
	s := a.str(key)
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}
