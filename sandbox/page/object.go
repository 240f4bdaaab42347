package page

import "encoding/json"

// An object is a piece of Block Kit, which Slack has checked already.
type object = map[string]any

func str(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func obj(o object, key string) object {
	inner, _ := o[key].(object)
	return inner
}

func flag(o object, key string) bool {
	on, _ := o[key].(bool)
	return on
}

// objects are those of a list that are objects.
func objects(o object, key string) []object {
	all, _ := o[key].([]any)
	var out []object
	for _, v := range all {
		if one, ok := v.(object); ok {
			out = append(out, one)
		}
	}
	return out
}

// decode reads a list of blocks; what can't be read is none.
func decode(blocks json.RawMessage) []object {
	var out []object
	if err := json.Unmarshal(blocks, &out); err != nil {
		return nil
	}
	return out
}
