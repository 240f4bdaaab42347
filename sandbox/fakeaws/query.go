package fakeaws

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"rekey/sandbox/world"
)

// A query is one call of the query protocol, in which IAM and STS are asked: a
// form in, XML out.
type query struct {
	form url.Values
	who  principal
	call *world.Call
}

// A queryOperation answers one call with the members of its result, or nil
// where it has none. It runs under the fake's lock.
type queryOperation func(f *Fake, q *query) (any, error)

// A queryService is one of the two, by the version in the form.
type queryService struct {
	name, namespace string
	operations      map[string]queryOperation
}

var queryServices = map[string]queryService{
	"2010-05-08": {"iam", "https://iam.amazonaws.com/doc/2010-05-08/", iamOperations},
	"2011-06-15": {"sts", "https://sts.amazonaws.com/doc/2011-06-15/", stsOperations},
}

type envelope struct {
	XMLName   xml.Name
	Xmlns     string `xml:"xmlns,attr"`
	Result    any
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type failure struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Xmlns     string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (f *Fake) serveQuery(rw http.ResponseWriter, r *http.Request, call *world.Call, body []byte) {
	form, _ := url.ParseQuery(string(body)) // a broken form has no Action, which is refused below
	service, known := queryServices[form.Get("Version")]
	if !known {
		service = queryServices["2011-06-15"]
	}
	f.about(call, form)
	f.w.Serve(rw, r, call, func(rw http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		who, err := f.signIn(r, body)
		var result any
		if err == nil {
			result, err = f.ask(service, &query{form, who, call})
		}
		rw.Header().Set("Content-Type", "text/xml")
		if err != nil {
			var refused *refusal
			if !errors.As(err, &refused) {
				refused = &refusal{"ServiceFailure", "The request processing has failed because of an unknown error."}
			}
			rw.WriteHeader(refused.queryStatus())
			_ = xml.NewEncoder(rw).Encode(failure{Xmlns: service.namespace, Type: "Sender", Code: refused.code, Message: refused.message, RequestID: newUUID()})
			return
		}
		writeResult(rw, service.namespace, call.Method, result)
	})
}

// writeResult writes an answer whose elements are named after the operation.
func writeResult(rw http.ResponseWriter, namespace, operation string, result any) {
	var inner any
	if result != nil {
		inner = named{operation + "Result", result}
	}
	_ = xml.NewEncoder(rw).Encode(envelope{xml.Name{Local: operation + "Response"}, namespace, inner, newUUID()})
}

// named writes a value as an element of that name.
type named struct {
	name  string
	value any
}

// MarshalXML implements xml.Marshaler.
func (n named) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(n.value, xml.StartElement{Name: xml.Name{Local: n.name}})
}

// ask makes a call for somebody who has signed in.
func (f *Fake) ask(service queryService, q *query) (any, error) {
	run, known := service.operations[q.call.Method]
	if !known {
		return nil, &refusal{"InvalidAction", "Could not find operation " + q.call.Method + " for version " + q.form.Get("Version")}
	}
	if q.call.Method != "GetCallerIdentity" { // which nobody can be denied
		if err := f.permit(q.who, q.call.Caller, service.name, q.call.Method, q.call.Resource, inARN(q)); err != nil {
			return nil, err
		}
	}
	if err := checkQuery(q); err != nil {
		return nil, err
	}
	return run(f, q)
}

// about says in the journal what a call is about: a user's name and, as the
// token, the id of a key; a group; a role.
func (f *Fake) about(call *world.Call, form url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	call.Method, call.Token = form.Get("Action"), form.Get("AccessKeyId")
	call.Resource = form.Get("UserName") + form.Get("GroupName") + form.Get("RoleArn")
	owner, _ := f.keyNamed(call.Token)
	if call.Resource == "" && owner == nil && form.Get("Version") == "2010-05-08" && call.Method != "ListUsers" {
		owner, _ = f.keyNamed(call.Caller) // who names nobody means themselves
	}
	if call.Resource == "" && owner != nil {
		call.Resource = owner.Name
	}
}

// inARN is how AWS names in a refusal what a call was about.
func inARN(q *query) string {
	switch {
	case q.form.Get("RoleArn") != "":
		return q.form.Get("RoleArn")
	case q.call.Method == "GetAccessKeyLastUsed":
		return "access key " + q.call.Token
	case q.form.Get("GroupName") != "":
		return "group " + q.call.Resource
	case q.call.Resource != "":
		return "user " + q.call.Resource
	}
	return "arn:aws:iam::" + Account + ":user/"
}

func (r *refusal) queryStatus() int {
	switch r.code {
	case "NoSuchEntity":
		return http.StatusNotFound
	case "LimitExceeded", "DeleteConflict":
		return http.StatusConflict
	case "AccessDenied", "InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch", "MissingAuthenticationToken":
		return http.StatusForbidden
	case "ServiceFailure":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// paging has the members with which a list that was cut off says so.
type paging struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

// cut gives the page of a list that a call asks for. The marker of the next
// page is where it starts.
func cut[T any](q *query, all []T) ([]T, paging, error) {
	from, size := 0, 100
	var err error
	if marker := q.form.Get("Marker"); marker != "" {
		if from, err = strconv.Atoi(marker); err != nil || from < 0 || from > len(all) {
			return nil, paging{}, &refusal{"ValidationError", "Invalid Marker."}
		}
	}
	if most := q.form.Get("MaxItems"); most != "" {
		size, _ = strconv.Atoi(most) // checked before
	}
	to := min(from+size, len(all))
	if to < len(all) {
		return all[from:to], paging{true, strconv.Itoa(to)}, nil
	}
	return all[from:to], paging{}, nil
}
