package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decode reads the settings' YAML into places, each value by itself, so that
// one mistake hides no other. It returns what is wrong, each with its line; ok is
// false if nothing could be read at all.
func decode(text []byte, places map[string]any) (problems []string, ok bool) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return []string{"the settings are not YAML: " + strings.TrimSpace(yaml.FormatError(err, false, true))}, false
	}
	d := decoder{places: places}
	switch {
	case len(file.Docs) > 1:
		return []string{"the settings must be one YAML document"}, false
	case len(file.Docs) == 1 && file.Docs[0].Body != nil:
		d.keys("", file.Docs[0].Body)
	}
	return d.problems, true
}

type decoder struct {
	places   map[string]any // pointers by path: "zone", "hours.from"
	problems []string
}

func (d *decoder) fail(n ast.Node, format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf("settings, line %d: ", n.GetToken().Position.Line)+fmt.Sprintf(format, args...))
}

// keys reads a mapping whose keys have the path before them.
func (d *decoder) keys(path string, n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	switch {
	case n.Type() == ast.NullType:
		return
	case !ok:
		d.fail(n, "%s must be keys, each with a value", cmp.Or(strings.TrimSuffix(path, "."), "this"))
		return
	}
	for _, entry := range m.Values {
		name := path + entry.Key.GetToken().Value
		switch place, known := d.places[name]; {
		case known:
			d.value(name, entry.Value, place)
		case d.hasBelow(name + "."):
			d.keys(name+".", entry.Value)
		default:
			d.fail(entry.Key, "there is no setting %s", name)
		}
	}
}

func (d *decoder) value(name string, n ast.Node, place any) {
	if n.Type() == ast.NullType || yaml.NodeToValue(n, place) == nil {
		return // what is left empty keeps its default
	}
	kind := "text"
	switch place.(type) {
	case *int:
		kind = "a whole number"
	case *bool:
		kind = "true or false"
	case *[]int:
		kind = "whole numbers, like [30, 14, 7, 1]"
	case *[]string:
		kind = "a list of texts"
	case *map[string]string:
		kind = "names, each with a text"
	}
	d.fail(n, "%s must be %s", name, kind)
}

func (d *decoder) hasBelow(path string) bool {
	for name := range d.places {
		if strings.HasPrefix(name, path) {
			return true
		}
	}
	return false
}
