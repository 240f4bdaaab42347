package fakeaws

import (
	"encoding/xml"
	"net/http"
	"net/url"

	"rekey/sandbox/world"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

type callerIdentity struct {
	XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
	Xmlns     string   `xml:"xmlns,attr"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type stsError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Xmlns     string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// serveSTS answers the query protocol: a form in, XML out. Every identity may
// ask who it is.
func (f *Fake) serveSTS(rw http.ResponseWriter, r *http.Request, call *world.Call, body []byte) {
	form, _ := url.ParseQuery(string(body)) // a broken form has no Action, which is refused below
	call.Method = form.Get("Action")
	f.w.Serve(rw, r, call, func(rw http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		identity, known := f.identities[call.Caller]
		f.mu.Unlock()
		status, answer := http.StatusOK, any(callerIdentity{
			Xmlns: stsNamespace, ARN: identity.ARN, UserID: "AIDA" + call.Caller[min(4, len(call.Caller)):], Account: Account, RequestID: newUUID(),
		})
		switch {
		case call.Method != "GetCallerIdentity":
			status = http.StatusBadRequest
			answer = stsError{Code: "InvalidAction", Message: "Could not find operation " + call.Method + " for version 2011-06-15"}
		case call.Caller == "":
			status = http.StatusForbidden
			answer = stsError{Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
		case !known:
			status = http.StatusForbidden
			answer = stsError{Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
		}
		if refused, ok := answer.(stsError); ok {
			refused.Xmlns, refused.Type, refused.RequestID = stsNamespace, "Sender", newUUID()
			answer = refused
		}
		rw.Header().Set("Content-Type", "text/xml")
		rw.WriteHeader(status)
		_ = xml.NewEncoder(rw).Encode(answer)
	})
}
