package rotation_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"rekey/rotation"
)

const planted = "ghp_Plant3dValue0123456789"

// shows reports whether a text shows the planted value, in whatever spelling.
func shows(text string) bool {
	bytes := strings.Trim(fmt.Sprint([]byte(planted)), "[]")
	for _, spelling := range []string{planted, planted[4:], hex.EncodeToString([]byte(planted)), strings.ToUpper(hex.EncodeToString([]byte(planted))), bytes, "0x67, 0x68, 0x70"} {
		if strings.Contains(text, spelling) {
			return true
		}
	}
	return false
}

func TestAValueCantBePrinted(t *testing.T) {
	v := rotation.NewValue(planted)
	holder := struct {
		Name  string
		Value rotation.Value
		Deep  []map[string]rotation.Value
	}{"x", v, []map[string]rotation.Value{{"k": v}}}
	if !shows(v.Reveal()) || !shows(fmt.Sprintf("%x", v.Reveal())) || !shows(fmt.Sprint([]byte(planted))) {
		t.Fatal("the search finds nothing")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%c", "%U", "%t", "%b", "%20s", "%.3s", "%-5v", "%08v"} {
		for name, x := range map[string]any{"a value": v, "a pointer": &v, "a struct": holder, "a pointer to a struct": &holder, "a slice": []rotation.Value{v}, "a map": map[string]any{"k": v}} {
			if out := fmt.Sprintf(verb, x); shows(out) {
				t.Errorf("%s of %s shows it: %s", verb, name, out)
			}
		}
	}
	marshalled := map[string]func(any) ([]byte, error){
		"json": json.Marshal,
		"xml":  xml.Marshal,
		"yaml": func(v any) ([]byte, error) { return yaml.Marshal(v) },
	}
	for name, marshal := range marshalled {
		type envelope struct{ Value rotation.Value }
		out, err := marshal(envelope{v})
		if err != nil || shows(string(out)) || !strings.Contains(string(out), "(hidden)") {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var out bytes.Buffer
		slog.New(handler(&out)).With("v", v).Info("x", "v", v, "p", &v, "any", slog.AnyValue(v), "in", holder, slog.Group("g", "v", v))
		if shows(out.String()) || !strings.Contains(out.String(), "(hidden)") {
			t.Errorf("slog %s: %s", name, &out)
		}
	}
	for name, err := range map[string]error{
		"wrapped": fmt.Errorf("sending %v: %w", v, errors.New("no")), "joined": errors.Join(errors.New(v.String()), fmt.Errorf("%s", v)),
	} {
		if shows(err.Error()) || shows(fmt.Sprintf("%+v %#v", err, err)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	func() {
		defer func() {
			if x := recover(); shows(fmt.Sprint(x)) {
				t.Error("a panic shows it")
			}
		}()
		panic(v)
	}()
}

func TestAValueShowsNothingOfItsLength(t *testing.T) {
	if long, short := fmt.Sprint(rotation.NewValue(planted)), fmt.Sprint(rotation.NewValue("")); long != short {
		t.Errorf("%s and %s", long, short)
	}
}

func TestValuesAreCompared(t *testing.T) {
	v := rotation.NewValue(planted)
	if !v.Same(rotation.NewValue(planted)) || v.Same(rotation.NewValue(planted+"x")) || v.Same(rotation.Value{}) {
		t.Error("Same is wrong")
	}
	if v.Empty() || !rotation.NewValue("").Empty() || v.Reveal() != planted {
		t.Error("Empty or Reveal is wrong")
	}
}

func TestAValueInAnUnexportedFieldCantBePrinted(t *testing.T) {
	v := rotation.NewValue(planted)
	client := struct{ token rotation.Value }{v}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if out := fmt.Sprintf(verb, client); shows(out) {
			t.Errorf("%s of a struct with a value in a field of its own shows it: %s", verb, out)
		}
	}
	for _, format := range []string{"%p", "%w"} { // vet refuses these when they are written out
		if out := fmt.Errorf(strings.Clone(format), v).Error(); shows(out) {
			t.Errorf("%s shows it: %s", format, out)
		}
	}
}

// What a provider shows of a value tells which one it is, and nothing more.
func TestAValueIsToldByItsBeginning(t *testing.T) {
	v := rotation.NewValue("abc8Q~secret")
	if !v.Begins("abc") || v.Begins("abd") || v.Begins("abc8Q~secret, and more") || (rotation.Value{}).Begins("a") {
		t.Error("a value isn't told by its beginning")
	}
}

func TestTheFieldsOfAJSONObjectAreValues(t *testing.T) {
	fields, err := rotation.NewValue(`{"cooker": "s3cret-one", "": "s3cret-two"}`).Fields()
	if err != nil || len(fields) != 2 || !fields["cooker"].Same(rotation.NewValue("s3cret-one")) {
		t.Errorf("%v, %v", fields, err)
	}
	for _, wrong := range []string{"", "s3cret", `["s3cret"]`, `{"a": {"b": "s3cret"}}`, `{"a": 1}`, `{"a": "s3cret"`} {
		if fields, err := rotation.NewValue(wrong).Fields(); err == nil || fields != nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v, %v", fields, err)
		}
	}
}
