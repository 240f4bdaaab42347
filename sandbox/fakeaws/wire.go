package fakeaws

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"rekey/sandbox/world"
)

// input holds the members of all operations' requests, under the names of the
// API; an operation reads those that it knows.
type input struct {
	SecretId           string
	Name               string
	Description        *string
	KmsKeyId           *string
	ClientRequestToken string
	SecretString       *string
	SecretBinary       []byte
	VersionId          string
	VersionStage       string
	VersionStages      []string

	RemoveFromVersionId string
	MoveToVersionId     string

	IncludeDeprecated          bool
	IncludePlannedDeletion     bool
	MaxResults                 int
	NextToken                  string
	Filters                    []filter
	SortOrder                  string
	Tags                       []tag
	TagKeys                    []string
	RecoveryWindowInDays       int
	ForceDeleteWithoutRecovery bool

	password
}

type filter struct {
	Key    string
	Values []string
}

type tag struct{ Key, Value string }

// output is an answer's members by the names of the API. One that is absent at
// AWS is absent here.
type output map[string]any

// An operation answers one request. It runs under the fake's lock.
type operation func(f *Fake, in *input, call *world.Call) (output, error)

var operations = map[string]operation{
	"CreateSecret":             (*Fake).createSecret,
	"DeleteSecret":             (*Fake).deleteSecret,
	"DescribeSecret":           (*Fake).describeSecret,
	"GetRandomPassword":        (*Fake).getRandomPassword,
	"GetSecretValue":           (*Fake).getSecretValue,
	"ListSecretVersionIds":     (*Fake).listSecretVersionIds,
	"ListSecrets":              (*Fake).listSecrets,
	"PutSecretValue":           (*Fake).putSecretValue,
	"RestoreSecret":            (*Fake).restoreSecret,
	"TagResource":              (*Fake).tagResource,
	"UntagResource":            (*Fake).untagResource,
	"UpdateSecret":             (*Fake).updateSecret,
	"UpdateSecretVersionStage": (*Fake).updateSecretVersionStage,
}

func (f *Fake) serveSecrets(rw http.ResponseWriter, r *http.Request, call *world.Call, name string, body []byte) {
	in := &input{}
	malformed := json.Unmarshal(body, in)
	call.Method, call.Token = name, in.ClientRequestToken
	call.Resource = f.nameOf(in)
	f.w.Serve(rw, r, call, func(rw http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		out, err := f.answer(r, body, name, in, call, malformed)
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		rw.Header().Set("x-amzn-RequestId", newUUID())
		if err != nil {
			var refused *refusal
			if !errors.As(err, &refused) {
				refused = &refusal{"InternalServiceError", "An error occurred on the server side."}
			}
			refused = refused.inJSON()
			rw.WriteHeader(refused.status())
			out = output{"__type": refused.code, "Message": refused.message}
			if refused.code == "AccessDeniedException" || refused.code == "UnrecognizedClientException" {
				out = output{"__type": refused.code, "message": refused.message}
			}
		}
		_ = json.NewEncoder(rw).Encode(out)
	})
}

func (f *Fake) answer(r *http.Request, body []byte, name string, in *input, call *world.Call, malformed error) (output, error) {
	run, known := operations[name]
	if !known {
		return nil, &refusal{"UnknownOperationException", ""}
	}
	if malformed != nil {
		return nil, &refusal{"SerializationException", "The request is not JSON of the operation's shape."}
	}
	who, err := f.signIn(r, body)
	if err != nil {
		return nil, err
	}
	if err := f.authorise(who, call.Caller, name, in); err != nil {
		return nil, err
	}
	if err := in.check(name); err != nil {
		return nil, err
	}
	return run(f, in, call)
}

// timestamp is awsJson1.1's: seconds since 1970 with milliseconds.
func timestamp(t time.Time) float64 {
	return math.Round(float64(t.UnixMilli())) / 1000
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
