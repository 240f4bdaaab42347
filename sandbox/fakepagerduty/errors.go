package fakepagerduty

import (
	"errors"
	"net/http"
)

type object = map[string]any

// A refusal is an answer of the REST API that isn't a success:
// https://developer.pagerduty.com/docs/errors.
type refusal struct {
	status, code int
	message      string
	errors       []string
}

func (r *refusal) Error() string { return r.message }

var (
	notFound     = &refusal{http.StatusNotFound, 2100, "Not Found", nil}
	noSignIn     = &refusal{http.StatusUnauthorized, 2006, "Authentication failed", nil}
	accessDenied = &refusal{http.StatusForbidden, 2010, "Access Denied", nil}
	userRequired = &refusal{http.StatusBadRequest, 2014, "User Required", []string{"A user is required for this request. Use a user's API key."}}
	oldVersion   = &refusal{http.StatusNotAcceptable, 2012, "Your request must have an Accept header of application/vnd.pagerduty+json;version=2", nil}
	tooManyCalls = &refusal{http.StatusTooManyRequests, 2020, "Rate Limit Exceeded", nil}
)

// An eventRefusal is an answer of the Events API, whose errors have another
// shape: https://developer.pagerduty.com/docs/events-api-v2-overview.
type eventRefusal struct {
	message string
	errors  []string
}

func (r *eventRefusal) Error() string { return r.message }

func invalidEvent(errors ...string) error { return &eventRefusal{"Event object is invalid", errors} }

func refuse(err error) (int, any) {
	var event *eventRefusal
	if errors.As(err, &event) {
		return http.StatusBadRequest, object{"status": "invalid event", "message": event.message, "errors": event.errors}
	}
	var refused *refusal
	if !errors.As(err, &refused) {
		refused = &refusal{http.StatusInternalServerError, 2000, "Internal Server Error", nil}
	}
	shape := object{"code": refused.code, "message": refused.message}
	if refused.errors != nil {
		shape["errors"] = refused.errors
	}
	return refused.status, object{"error": shape}
}
