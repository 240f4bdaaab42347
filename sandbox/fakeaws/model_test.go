package fakeaws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"rekey/need"
)

// A model is AWS's own description of Secrets Manager: which members an
// operation's request and answer have, of which type and length, and which
// exceptions it throws.
type model struct {
	Shapes map[string]shape
}

type shape struct {
	Type          string
	Input, Output ref
	Errors        []ref
	Member        ref // of a list
	Value         ref // of a map
	Members       map[string]ref
	Traits        map[string]json.RawMessage
}

type ref struct {
	Target string
	Traits map[string]json.RawMessage
}

// Every operation may throw these, which the model doesn't repeat.
var everywhere = []string{"AccessDeniedException", "UnrecognizedClientException", "MissingAuthenticationTokenException", "ValidationException"}

func TestEveryRequestAndAnswerIsOfAWSsModel(t *testing.T) {
	m := readModel(t, filepath.Join(need.Specs(t), "public", "aws"), "secretsmanager")
	client := fakeClient(t, func(next http.Handler) http.Handler { return m.wrap(t, next) })
	for i, row := range rows {
		if strings.Contains(row.name, "65,536") || strings.Contains(row.name, "shorter than 32") {
			continue // wrong on purpose
		}
		t.Run(row.name, func(t *testing.T) { ask(t, client, fmt.Sprint("row-", i), row.do) })
	}
	t.Run("tags and lists", func(t *testing.T) {
		name := "row-0"
		if _, err := client.TagResource(t.Context(), &secretsmanager.TagResourceInput{SecretId: &name, Tags: []types.Tag{{Key: aws.String("expiry-date"), Value: aws.String("2027-05-22")}}}); err != nil {
			t.Error(err)
		}
		pages := secretsmanager.NewListSecretsPaginator(client, &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(5)})
		n := 0
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n += len(out.SecretList)
		}
		if n < 10 {
			t.Errorf("listed %d secrets", n)
		}
		if _, err := client.UntagResource(t.Context(), &secretsmanager.UntagResourceInput{SecretId: &name, TagKeys: []string{"expiry-date"}}); err != nil {
			t.Error(err)
		}
	})
}

func (m model) wrap(t *testing.T, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		op, known := m.Shapes["com.amazonaws.secretsmanager#"+name]
		if !known {
			t.Errorf("the model has no operation %s", name)
		}
		m.check(t, name+" request", op.Input.Target, decode(t, body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			m.check(t, name+" answer", op.Output.Target, decode(t, answer.Body.Bytes()))
		} else {
			code, _ := decode(t, answer.Body.Bytes()).(map[string]any)["__type"].(string)
			thrown := slices.ContainsFunc(op.Errors, func(e ref) bool { return strings.HasSuffix(e.Target, "#"+code) })
			if !thrown && !slices.Contains(everywhere, code) {
				t.Errorf("%s doesn't throw %s", name, code)
			}
		}
		for k, v := range answer.Header() {
			rw.Header()[k] = v
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

func decode(t *testing.T, data []byte) any {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Errorf("not JSON: %v", err)
	}
	return v
}

// check holds a JSON value to a shape: known members, required ones, types and
// lengths.
func (m model) check(t *testing.T, path, target string, value any) {
	t.Helper()
	if target == "smithy.api#Unit" {
		if fields, ok := value.(map[string]any); !ok || len(fields) > 0 {
			t.Errorf("%s: not an empty object", path)
		}
		return
	}
	s := m.Shapes[target]
	ok := true
	switch s.Type {
	case "structure":
		var fields map[string]any
		fields, ok = value.(map[string]any)
		for name, member := range fields {
			if _, known := s.Members[name]; !known {
				t.Errorf("%s: %s isn't a member of %s", path, name, target)
				continue
			}
			m.check(t, path+"."+name, s.Members[name].Target, member)
		}
		for name, member := range s.Members {
			if _, required := member.Traits["smithy.api#required"]; required && fields[name] == nil {
				t.Errorf("%s: %s is missing", path, name)
			}
		}
	case "list":
		var list []any
		list, ok = value.([]any)
		s.length(t, path, len(list))
		for _, item := range list {
			m.check(t, path+"[]", s.Member.Target, item)
		}
	case "map":
		var fields map[string]any
		fields, ok = value.(map[string]any)
		for key, item := range fields {
			m.check(t, path+"["+key+"]", s.Value.Target, item)
		}
	case "string", "blob", "enum":
		var text string
		text, ok = value.(string)
		s.length(t, path, utf8.RuneCountInString(text))
	case "timestamp", "integer", "long":
		_, ok = value.(float64)
	case "boolean":
		_, ok = value.(bool)
	default:
		t.Errorf("%s: this test doesn't know the type %q of %s", path, s.Type, target)
	}
	if !ok {
		t.Errorf("%s: not a %s", path, s.Type)
	}
}

func (s shape) length(t *testing.T, path string, n int) {
	t.Helper()
	var limits struct{ Min, Max *int }
	if raw, limited := s.Traits["smithy.api#length"]; limited {
		if err := json.Unmarshal(raw, &limits); err != nil {
			t.Fatal(err)
		}
	}
	if limits.Min != nil && n < *limits.Min || limits.Max != nil && n > *limits.Max {
		t.Errorf("%s: a length of %d is outside the model's limits", path, n)
	}
}
