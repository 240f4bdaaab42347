package fakeaws_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rekey/need"
	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

// Every operation of the query protocol may answer these, which the models
// don't repeat.
var everywhereInQueries = []string{"AccessDenied", "ValidationError", "InvalidClientTokenId"}

// notInSubset are operations that AWS has and our part of its model doesn't.
var notInSubset = []string{"GetGroup", "DeleteUser"}

func TestEveryQueryAndAnswerIsOfAWSsModel(t *testing.T) {
	dir := filepath.Join(need.Specs(t), "public", "aws")
	models := map[string]model{"2010-05-08": readModel(t, dir, "iam"), "2011-06-15": readModel(t, dir, "sts")}
	fake := fakeaws.New(world.New())
	const admin, role = "arn:aws:iam::111122223333:user/admin", "arn:aws:iam::111122223333:role/rekey-root"
	fake.AddIdentity("AKIAADMIN", fakeaws.Identity{Name: "admin", ARN: admin})
	fake.AddRole(fakeaws.Role{ARN: role, Trusts: []string{admin}})
	base := serve(t, held(t, models, fake))
	client := iamFor(base, "AKIAADMIN", "secret")
	for i, row := range iamRows {
		if strings.Contains(row.name, "a thousand and one") {
			continue // wrong on purpose
		}
		t.Run(row.name, func(t *testing.T) {
			name := fmt.Sprint("row-", i)
			fake.AddUser(fakeaws.User{Name: name, Path: "/" + name + "/", Groups: []string{"group-" + name}})
			tell(t, administrator{t.Context(), client, name}, row.do)
		})
	}
	t.Run("STS", func(t *testing.T) {
		c := sts.New(sts.Options{BaseEndpoint: &base, Region: "eu-west-2", Credentials: credentials.NewStaticCredentialsProvider("AKIAADMIN", "secret", "")})
		if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if _, err := c.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("rekey"), DurationSeconds: aws.Int32(900)}); err != nil {
			t.Error(err)
		}
	})
}

func readModel(t *testing.T, dir, service string) model {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, service+".smithy-subset.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// held puts a check of every request and answer around a server of queries.
func held(t *testing.T, models map[string]model, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		if name := form.Get("Action"); !slices.Contains(notInSubset, name) {
			models[form.Get("Version")].holdQuery(t, name, form, answer)
		}
		for k, v := range answer.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

func (m model) holdQuery(t *testing.T, name string, form url.Values, answer *httptest.ResponseRecorder) {
	t.Helper()
	var op shape
	for id, s := range m.Shapes {
		if s.Type == "operation" && strings.HasSuffix(id, "#"+name) {
			op = s
		}
	}
	if op.Type == "" {
		t.Errorf("the model has no operation %s", name)
		return
	}
	fields := map[string]any{}
	for member, values := range form {
		if member != "Action" && member != "Version" {
			fields[member] = m.plain(t, m.Shapes[op.Input.Target].Members[member].Target, node{Text: values[0]})
		}
	}
	m.check(t, name+" request", op.Input.Target, fields)
	var root node
	if err := xml.Unmarshal(answer.Body.Bytes(), &root); err != nil {
		t.Errorf("%s: not XML: %v", name, err)
	}
	if answer.Code == http.StatusOK {
		result, there := root.child(name + "Result")
		if there == (op.Output.Target == "smithy.api#Unit") {
			t.Errorf("%s: a result is there: %v", name, there)
		}
		m.check(t, name+" answer", op.Output.Target, m.plain(t, op.Output.Target, result))
		return
	}
	wrong, _ := root.child("Error")
	code, _ := wrong.child("Code")
	thrown := slices.ContainsFunc(op.Errors, func(e ref) bool { return m.codeOf(t, e.Target) == code.Text })
	if !thrown && !slices.Contains(everywhereInQueries, code.Text) {
		t.Errorf("%s doesn't throw %s", name, code.Text)
	}
}

func (m model) codeOf(t *testing.T, target string) string {
	t.Helper()
	var named struct{ Code string }
	if err := json.Unmarshal(m.Shapes[target].Traits["aws.protocols#awsQueryError"], &named); err != nil {
		t.Errorf("%s has no code: %v", target, err)
	}
	return named.Code
}

// A node is an element of XML.
type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []node `xml:",any"`
}

func (n node) child(name string) (node, bool) {
	i := slices.IndexFunc(n.Nodes, func(c node) bool { return c.XMLName.Local == name })
	if i < 0 {
		return node{}, false
	}
	return n.Nodes[i], true
}

// plain turns an element into what the same shape is in JSON.
func (m model) plain(t *testing.T, target string, n node) any {
	t.Helper()
	s := m.Shapes[target]
	switch s.Type {
	case "list":
		list := []any{}
		for _, item := range n.Nodes {
			list = append(list, m.plain(t, s.Member.Target, item))
		}
		return list
	case "boolean":
		is, err := strconv.ParseBool(n.Text)
		if err != nil {
			t.Error(err)
		}
		return is
	case "integer":
		number, err := strconv.ParseFloat(n.Text, 64)
		if err != nil {
			t.Error(err)
		}
		return number
	case "timestamp":
		at, err := time.Parse(time.RFC3339, n.Text)
		if err != nil {
			t.Error(err)
		}
		return float64(at.Unix())
	case "string", "enum":
		return n.Text
	}
	fields := map[string]any{}
	for _, child := range n.Nodes {
		fields[child.XMLName.Local] = m.plain(t, s.Members[child.XMLName.Local].Target, child)
	}
	return fields
}
