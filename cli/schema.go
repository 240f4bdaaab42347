package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rekey/rotation"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the catalogue's JSON Schema, for editors",
		Long: "Print the JSON Schema of a catalogue, by which editors complete and check one while\n" +
			"it is written. `rekey validate` finds more: it renders every plan.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := catalogueSchema(anyHandle())
			if err != nil {
				return exit(ExitFailed, err)
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
}

// A shape is one JSON Schema, of draft 7, which editors know best.
// https://json-schema.org/draft-07/json-schema-validation
type shape = map[string]any

// catalogueSchema derives the schema from the types that a catalogue is
// decoded into, so that it can't say anything else.
func catalogueSchema(book rotation.Book) ([]byte, error) {
	with, err := shapes(book.Actions)
	by, otherErr := shapes(book.Provers)
	watch, anotherErr := shapes(book.Watchers)
	if err := errors.Join(err, otherErr, anotherErr); err != nil {
		return nil, err
	}
	step := object(reflect.TypeFor[rotation.StepText](), "yaml", "kind", "title")
	step["properties"].(shape)["kind"] = shape{"enum": slices.Sorted(maps.Keys(with))}
	step["allOf"] = cases("kind", with, func(params shape) shape { return shape{"properties": shape{"with": params}} })
	runbook := object(reflect.TypeFor[rotation.Runbook](), "yaml", "owner", "review", "steps", "order")
	overlaps := slices.Concat(rotation.Overlaps, []rotation.Overlap{rotation.Overlap(rotation.RevokeFirst), rotation.OnAlarm})
	amend(runbook, shape{
		"review": day, "steps": shape{"type": "object", "additionalProperties": shape{"$ref": "#/definitions/step"}},
		"order": shape{"type": "object", "propertyNames": shape{"enum": overlaps}, "additionalProperties": shape{"type": "array", "items": text}},
		"proof": named("by", by),
	})
	secret := object(reflect.TypeFor[rotation.Secret](), "yaml", "name", "title")
	exemption := object(reflect.TypeFor[rotation.Exemption](), "yaml", "reason", "review")
	amend(exemption, shape{"review": day})
	amend(secret, shape{
		"name":     shape{"type": "string", "pattern": `^[^ \t\n<>&|*]+$`, "not": shape{"enum": rotation.Reserved}},
		"role_arn": shape{"type": "string", "pattern": rotation.RoleForm}, "account": shape{"type": "string", "pattern": rotation.AccountForm},
		"owner": handle("@"), "channel": handle("#"), "approvers": handle("@"), "quorum": shape{"type": "integer", "minimum": 1},
		"read":  shape{"type": "array", "items": shape{"enum": []string{"pending", "current", "previous"}}},
		"watch": shape{"type": "array", "items": named("kind", watch)}, "exempt": exemption,
		"members": shape{"type": "object", "minProperties": 1, "additionalProperties": object(reflect.TypeFor[rotation.Member](), "yaml", "deliver_to")},
	})
	secret["anyOf"] = []shape{{"required": []string{"exempt"}}, {"required": []string{"region", "every", "owner", "channel", "approvers", "runbook", "overlap"}}}
	out, err := json.MarshalIndent(shape{
		"$schema": "http://json-schema.org/draft-07/schema#", "title": "Rekey's catalogue",
		"type": "object", "additionalProperties": false, "required": []string{"secrets"},
		"properties": shape{
			"runbooks": shape{"type": "object", "additionalProperties": shape{"$ref": "#/definitions/runbook"}},
			"ignore":   shape{"type": "array", "items": shape{"type": "string", "pattern": `^[^* \t\n]{3,}\*?$`}},
			"secrets":  shape{"type": "array", "minItems": 1, "items": shape{"$ref": "#/definitions/secret"}},
		},
		"definitions": shape{"runbook": runbook, "step": step, "secret": secret},
	}, "", "  ")
	return append(out, '\n'), err
}

var (
	text     = shape{"type": "string"}
	day      = shape{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}$`}
	template = shape{"type": "string", "pattern": `^\{\{ *[a-z_]+ *\}\}$`}
)

func handle(sigil string) shape { return shape{"type": "string", "pattern": "^" + sigil + "."} }

func amend(of shape, properties shape) { maps.Copy(of["properties"].(shape), properties) }

// shapes are the parameters of each kind of step, of each prover, or of each
// watcher.
func shapes[T interface{ Check(rotation.Params) error }](of map[string]T) (map[string]shape, error) {
	out := map[string]shape{}
	for name, x := range of {
		var asked *rotation.Shape
		if !errors.As(x.Check(rotation.AskShape), &asked) {
			return nil, fmt.Errorf("the parameters of %s aren't known", name)
		}
		out[name] = object(reflect.TypeOf(asked.Of).Elem(), "json")
	}
	return out, nil
}

// named is an object whose key says whose parameters stand beside it.
func named(key string, with map[string]shape) shape {
	return shape{
		"type": "object", "required": []string{key}, "properties": shape{key: shape{"enum": slices.Sorted(maps.Keys(with))}},
		"allOf": cases(key, with, func(params shape) shape {
			all := maps.Clone(params["properties"].(shape))
			all[key] = shape{}
			return shape{"additionalProperties": false, "properties": all}
		}),
	}
}

// cases says for each name that a key may have what follows from it.
func cases(key string, with map[string]shape, follows func(shape) shape) []shape {
	var out []shape
	for _, name := range slices.Sorted(maps.Keys(with)) {
		out = append(out, shape{
			"if":   shape{"properties": shape{key: shape{"const": name}}, "required": []string{key}},
			"then": follows(with[name]),
		})
	}
	return out
}

// object is the shape of a struct, whose keys its tags name. What a step takes
// ("json") may be a {{template}} whatever its type.
func object(t reflect.Type, tag string, required ...string) shape {
	properties := shape{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get(tag), ",")
		if name == "-" || f.Anonymous && name == "" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		properties[name] = of(f.Type, tag)
	}
	out := shape{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// of is the shape of a value.
func of(t reflect.Type, tag string) shape {
	var out shape
	switch t {
	case reflect.TypeFor[rotation.Days]():
		return shape{"type": "string", "pattern": `^\d+d$`}
	case reflect.TypeFor[rotation.Overlap]():
		return shape{"enum": rotation.Overlaps}
	case reflect.TypeFor[rotation.Entry]():
		return shape{"enum": rotation.Entries}
	case reflect.TypeFor[rotation.Policy]():
		return shape{"enum": rotation.Policies}
	case reflect.TypeFor[rotation.Party]():
		return shape{"enum": []rotation.Party{"", rotation.Rekey, rotation.Holder, rotation.User}}
	case reflect.TypeFor[rotation.Handle]():
		return text
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) && t.Kind() != reflect.Slice {
		return text // as people write it: "3d"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return of(t.Elem(), tag)
	case reflect.String:
		return text
	case reflect.Bool:
		out = shape{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		out = shape{"type": "integer"}
	case reflect.Slice:
		out = shape{"type": "array", "items": of(t.Elem(), tag)}
	case reflect.Map:
		out = shape{"type": "object", "additionalProperties": of(t.Elem(), tag)}
	case reflect.Struct:
		out = object(t, tag)
	default:
		return shape{}
	}
	if tag == "json" {
		return shape{"anyOf": []shape{out, template}}
	}
	return out
}
