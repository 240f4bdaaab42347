package fakeentra

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// A refusal is an answer that isn't a success. The authority and Graph have a
// shape each.
type refusal struct {
	status  int
	code    string // the authority's OAuth error, or Graph's code
	number  int    // of the authority's AADSTS codes; 0 for Graph
	message string
}

func (r *refusal) Error() string { return r.message }

func graphRefused(status int, code, message string) error {
	return &refusal{status, code, 0, message}
}

func noSegment(path string) error {
	return graphRefused(http.StatusBadRequest, "BadRequest", "Resource not found for the segment "+path)
}

func signInRefused(status int, code string, number int, message string) error {
	return &refusal{status, code, number, message}
}

// refuse is how a refusal is written:
// https://learn.microsoft.com/graph/errors#error-resource-type and
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application.
func (f *Fake) refuse(err error) (int, any) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{http.StatusInternalServerError, "InternalServerError", 0, "An unexpected error occurred."}
	}
	trace, now := uuid.NewString(), f.w.Now()
	if r.number == 0 {
		return r.status, object{"error": object{
			"code": r.code, "message": r.message,
			"innerError": object{"date": now.Format("2006-01-02T15:04:05"), "request-id": trace, "client-request-id": trace},
		}}
	}
	stamp := now.Format("2006-01-02 15:04:05Z")
	return r.status, object{
		"error": r.code, "error_codes": []int{r.number}, "timestamp": stamp, "trace_id": trace, "correlation_id": trace,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", r.number, r.message, trace, trace, stamp),
		"error_uri":         fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", r.number),
	}
}
