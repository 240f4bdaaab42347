package fakeentra_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekey/need"
)

// A csdl is Graph's own description of its types and actions, as far as it is
// about the credentials of applications.
type csdl struct {
	Types   []graphType   `xml:"DataServices>Schema>ComplexType"`
	Objects []graphType   `xml:"DataServices>Schema>EntityType"`
	Actions []graphAction `xml:"DataServices>Schema>Action"`
}

type graphType struct {
	Name       string     `xml:",attr"`
	Base       string     `xml:"BaseType,attr"`
	Properties []property `xml:"Property"`
}

type graphAction struct {
	Name       string     `xml:",attr"`
	Parameters []property `xml:"Parameter"`
	Returns    *property  `xml:"ReturnType"`
}

type property struct {
	Name     string `xml:",attr"`
	Type     string `xml:",attr"`
	Nullable string `xml:",attr"`
}

func TestEveryRequestAndAnswerIsOfGraphsModel(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(need.Specs(t), "public", "msgraph", "application-credentials.csdl.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var m csdl
	if err := xml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	checked := 0
	s := newScene(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1.0/") {
				checked++
				m.serve(t, next, rw, r)
				return
			}
			next.ServeHTTP(rw, r)
		})
	})
	token := s.token(t)
	added := s.graph(t, "POST", byAppID(s.other.ID)+"/addPassword", token, `{"passwordCredential":{"displayName":"new","endDateTime":"2099-01-01T00:00:00Z"}}`)
	s.graph(t, "POST", byAppID(s.other.ID)+"/addPassword", token, `{}`)
	s.graph(t, "GET", byAppID(s.other.ID), token, "")
	id, _ := added.body["keyId"].(string)
	s.graph(t, "POST", "applications/"+s.other.ObjectID+"/removePassword", token, `{"keyId":"`+id+`"}`)
	if checked != 4 {
		t.Errorf("%d calls were checked", checked)
	}
}

func (m csdl) serve(t *testing.T, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	next.ServeHTTP(recorder, r)
	returns := "graph.application"
	if r.Method == http.MethodPost {
		action := m.action(t, path.Base(r.URL.Path))
		m.members(t, action.Name+" request", action.Parameters, object(t, body))
		returns = ""
		if action.Returns != nil {
			returns = action.Returns.Type
		}
	}
	switch {
	case returns != "":
		m.check(t, r.URL.Path, returns, "false", object(t, recorder.Body.Bytes()))
	case recorder.Code != http.StatusNoContent || recorder.Body.Len() > 0:
		t.Errorf("%s: %d with a body of %d bytes", r.URL.Path, recorder.Code, recorder.Body.Len())
	}
	rw.WriteHeader(recorder.Code)
	_, _ = rw.Write(recorder.Body.Bytes())
}

func object(t *testing.T, data []byte) any {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Errorf("not JSON: %v", err)
	}
	return v
}

func (m csdl) action(t *testing.T, name string) graphAction {
	for _, a := range m.Actions {
		if a.Name == name && a.Parameters[0].Type == "graph.application" {
			a.Parameters = a.Parameters[1:] // the first is what it is bound to
			return a
		}
	}
	t.Errorf("there is no action %s of an application", name)
	return graphAction{}
}

// properties are those of a type and of what it is based on.
func (m csdl) properties(name string) ([]property, bool) {
	for _, one := range append(m.Types, m.Objects...) {
		if "graph."+one.Name == name {
			more, _ := m.properties(one.Base)
			return append(one.Properties, more...), true
		}
	}
	return nil, false
}

func (m csdl) members(t *testing.T, at string, known []property, value any) {
	fields, ok := value.(map[string]any)
	if !ok {
		t.Errorf("%s: not an object", at)
		return
	}
	left := map[string]any{}
	for name, v := range fields {
		if !strings.HasPrefix(name, "@odata.") {
			left[name] = v
		}
	}
	for _, p := range known {
		v, given := left[p.Name]
		delete(left, p.Name)
		if given || p.Nullable == "false" {
			m.check(t, at+"."+p.Name, p.Type, p.Nullable, v)
		}
	}
	for name := range left {
		t.Errorf("%s: Graph has no %s there", at, name)
	}
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (m csdl) check(t *testing.T, at, kind, nullable string, value any) {
	if value == nil {
		if nullable == "false" {
			t.Errorf("%s: is null", at)
		}
		return
	}
	if inner, ok := strings.CutPrefix(kind, "Collection("); ok {
		list, isList := value.([]any)
		if !isList {
			t.Errorf("%s: not a list", at)
		}
		for _, one := range list {
			m.check(t, at+"[]", strings.TrimSuffix(inner, ")"), "false", one)
		}
		return
	}
	if known, ok := m.properties(kind); ok {
		m.members(t, at, known, value)
		return
	}
	text, isText := value.(string)
	_, badTime := time.Parse(time.RFC3339, text)
	switch {
	case !isText, kind == "Edm.Guid" && !guid.MatchString(text), kind == "Edm.DateTimeOffset" && badTime != nil:
		t.Errorf("%s: not an %s", at, kind)
	case kind != "Edm.String" && kind != "Edm.Guid" && kind != "Edm.DateTimeOffset":
		t.Errorf("%s: this test doesn't know %s", at, kind)
	}
}
